from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from cli.apiproxy.counts import COUNTED, Counts, ProxyEvent, summary_line
from cli.apiproxy.intent import Write
from stacks.model.api_calls import CALLS, Call

DELETION = Write("DELETE", "z", "r", None)


class TestTheTally:
    def test_each_try_of_a_call_is_a_call_of_its_own_status(self) -> None:
        counts = Counts()
        counts.call("cloudflare", "GET", ((429, 0.5), (0, 1.0), (200, 0.25)))
        counts.call("cloudflare", "GET", ((200, 0.25),))
        assert counts.tally.calls == {
            ("cloudflare", "GET", 429): 1,
            ("cloudflare", "GET", 0): 1,
            ("cloudflare", "GET", 200): 2,
        }
        assert counts.tally.seconds["cloudflare", "GET", 200] == 0.5

    def test_everything_is_counted(self) -> None:
        counts = Counts()
        counts.count("batch", "cloudflare", 200)
        counts.count("batch", "cloudflare", 3)
        counts.count("wait", "cloudflare", 1.5)
        counts.count("wait", "cloudflare", 0.5)
        counts.count("wait", "gandi", 9.0)
        counts.count("refusal", "cloudflare", reason="fence")
        counts.count("refusal", "gandi", reason="api")
        counts.count("mirror", "cloudflare")
        counts.count("settled", "cloudflare")
        counts.count("claimed", "cloudflare")
        counts.unclaimed = (DELETION,)
        tally = counts.tally
        assert (tally.batches, tally.operations) == (2, 203)
        assert tally.waits == {"cloudflare": (2, 2.0), "gandi": (1, 9.0)}
        assert tally.refusals == {("cloudflare", "fence"): 1, ("gandi", "api"): 1}
        assert tally.settled == {"cloudflare": 1}
        assert (tally.mirror_reads, tally.claimed, tally.unclaimed) == (1, 1, 1)
        assert counts.unclaimed == (DELETION,)

    def test_what_was_taken_before_stays_as_it_was(self) -> None:
        counts = Counts()
        before = counts.tally
        counts.call("gandi", "PUT", ((201, 0.1),))
        counts.count("wait", "cloudflare", 1.0)
        assert before.calls == {}
        assert before.waits == {}

    def test_many_threads_lose_nothing(self) -> None:
        counts = Counts()

        def count(_: int) -> None:
            counts.call("cloudflare", "GET", ((200, 1.0),))
            counts.count("wait", "cloudflare", 1.0)
            counts.count("batch", "cloudflare", 2)

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(count, range(2_000)))
        assert counts.tally.calls == {("cloudflare", "GET", 200): 2_000}
        assert counts.tally.waits == {"cloudflare": (2_000, 2_000.0)}
        assert counts.tally.operations == 4_000


class TestWhoHears:
    def test_a_call_is_told_as_one_with_its_tries(self) -> None:
        heard: list[Call] = []
        with CALLS.listening(heard.append):
            Counts().call("cloudflare", "GET", ((429, 0.5), (0, 1.0), (200, 0.25)))
        assert heard == [Call("cloudflare", "GET", 200, 1.75, (429, 0))]

    def test_what_else_is_done_is_told(self) -> None:
        counts = Counts()
        heard: list[ProxyEvent] = []
        with COUNTED.listening(heard.append):
            counts.count("batch", "cloudflare", 200)
            counts.count("wait", "gandi", 2.5)
            counts.count("refusal", "cloudflare", reason="fence")
            counts.count("mirror", "cloudflare")
            counts.count("settled", "gandi")
            counts.count("claimed", "cloudflare")
            counts.unclaimed = (DELETION, DELETION)
            counts.unclaimed = ()
        assert heard == [
            ProxyEvent("batch", "cloudflare", 200),
            ProxyEvent("wait", "gandi", 2.5),
            ProxyEvent("refusal", "cloudflare", reason="fence"),
            ProxyEvent("mirror", "cloudflare"),
            ProxyEvent("settled", "gandi"),
            ProxyEvent("claimed", "cloudflare"),
            ProxyEvent("unclaimed", "cloudflare", 2),
        ]


class TestTheSummary:
    def test_calls_batches_and_waits_are_told(self) -> None:
        counts = Counts()
        for _ in range(4):
            counts.call("cloudflare", "GET", ((200, 0.1),))
        for operations in (3500, 3500, 3000):
            counts.call("cloudflare", "POST", ((200, 0.1),))
            counts.count("batch", "cloudflare", operations)
        assert summary_line(counts) == "Cloudflare: 7 calls, 3 of them batches of 10,000 operations; waited 0 s"

    def test_one_is_one(self) -> None:
        counts = Counts()
        counts.call("cloudflare", "POST", ((200, 0.1),))
        counts.count("batch", "cloudflare", 1)
        assert summary_line(counts) == "Cloudflare: 1 call, 1 of them a batch of 1 operation; waited 0 s"

    def test_what_went_wrong_is_told_too(self) -> None:
        counts = Counts()
        counts.call("cloudflare", "PUT", ((0, 0.1),))
        counts.count("wait", "cloudflare", 12.6)
        counts.count("settled", "cloudflare")
        counts.count("refusal", "cloudflare", reason="fence")
        counts.count("refusal", "cloudflare", reason="api")
        counts.unclaimed = (DELETION,)
        assert summary_line(counts) == (
            "Cloudflare: 1 call; waited 13 s; 1 lost answer settled; 2 requests refused; "
            "1 write landed that no engine asked for"
        )

    def test_each_service_has_a_sentence(self) -> None:
        counts = Counts()
        counts.call("gandi", "PUT", ((201, 0.1),))
        counts.call("gandi", "GET", ((200, 0.1),))
        counts.call("cloudflare", "GET", ((200, 0.1),))
        assert summary_line(counts) == "Cloudflare: 1 call; waited 0 s. Gandi: 2 calls; waited 0 s"

    def test_several_convergences_are_told_together(self) -> None:
        counts = Counts()
        counts.call("cloudflare", "POST", ((200, 0.1),))
        counts.count("batch", "cloudflare", 2)
        counts.count("wait", "cloudflare", 1.0)
        told = summary_line(counts.tally, Counts().tally, counts)
        assert told == "Cloudflare: 2 calls, 2 of them batches of 4 operations; waited 2 s"

    def test_of_no_call_nothing_is_told(self) -> None:
        counts = Counts()
        counts.count("refusal", "cloudflare", reason="fence")
        assert summary_line(counts) == ""
