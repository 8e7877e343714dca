"""What the plan comes to is carried out with the first of its writes, and claimed by the engine's own requests."""

from __future__ import annotations

import asyncio
import math
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cli.apiproxy.cloudflare import batches
from cli.apiproxy.intent import Method, Write
from cli.apiproxy.journal import look
from cli.apiproxy.proxy import ApiProxy
from cli.apiproxy.scope import Scope
from components.records.plan_limits import PlanLimits
from components.records.record import Record
from lab.api.faults import Effect, Fault
from stacks.settings.credentials import Credentials
from tests.cli.apiproxy.conftest import VARIABLE, Client, Place, World


def foreseen(place: Place, method: Method, record: Record | None, record_id: str = "") -> Write:
    return Write(method, place.zone.id, record_id, record)


def creations(place: Place, count: int) -> list[Write]:
    return [foreseen(place, "POST", place.record(f"n{number}")) for number in range(count)]


def writes(place: Place) -> list[tuple[str, str]]:
    return [(method, path) for method, path in place.calls() if method != "GET"]


def test_the_first_request_carries_out_all_and_each_claims_its_own(place: Place) -> None:
    with place.carrying_out(*creations(place, 100)) as counts:
        answers = [place.client("POST", "", place.a(f"n{number}")) for number in range(100)]
    assert writes(place) == [("POST", "/dns_records/batch")]
    ids = {one.name.partition(".")[0]: one.id for one in place.cloudflare.records(place.zone.id)}
    assert {f"n{number}": one.json()["result"]["id"] for number, one in enumerate(answers)} == ids
    assert (counts.tally.claimed, counts.unclaimed) == (100, ())


def test_changes_and_deletions_are_foreseen_too(place: Place) -> None:
    changed, doomed = (
        [place.add(f"c{number}") for number in range(20)],
        [place.add(f"d{number}") for number in range(20)],
    )
    wishes = [
        *(foreseen(place, "PUT", place.record(f"c{number}", "192.0.2.7"), one) for number, one in enumerate(changed)),
        *(foreseen(place, "DELETE", None, one) for one in doomed),
    ]
    with place.carrying_out(*wishes, owned=changed + doomed) as counts:
        client = place.client
        for number, one in enumerate(changed):
            sent = {**place.a(f"c{number}", "192.0.2.7"), "settings": {}, "tags": [], "comment": None}
            assert client("PUT", f"/{one}", sent).json()["result"]["content"] == "192.0.2.7"
        for one in doomed:
            assert client("DELETE", f"/{one}").json()["result"] == {"id": one}
    assert writes(place) == [("POST", "/dns_records/batch")]
    assert counts.tally.claimed == 40
    assert place.contents() == {f"c{number}": ["192.0.2.7"] for number in range(20)}


def test_a_change_that_the_engine_has_read_need_not_be_asked_for(place: Place) -> None:
    """A refresh of a drifted record that comes after the change has been carried out for another shard's sake."""
    drifted, other = place.add("drifted"), place.add("other")
    wishes = [
        foreseen(place, "PUT", place.record(name, "192.0.2.7"), one)
        for name, one in (("drifted", drifted), ("other", other))
    ]
    with place.carrying_out(*wishes, owned=[drifted, other]) as counts:
        sent = {**place.a("other", "192.0.2.7"), "settings": {}, "tags": []}
        assert place.client("PUT", f"/{other}", sent).status_code == 200
        assert place.client("GET", f"/{drifted}").json()["result"]["content"] == "192.0.2.7"
    assert counts.unclaimed == ()


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_nor_one_that_the_engine_has_read_while_it_was_noted(
    place: Place, method: Method, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The record is served as it is from then on, and its answer waits for the journal."""
    drifted, other = place.add("drifted"), place.add("other")
    wanted = place.record("drifted", "192.0.2.7") if method == "PUT" else None
    wishes = [
        foreseen(place, method, wanted, drifted),
        foreseen(place, "PUT", place.record("other", "192.0.2.7"), other),
    ]
    is_noted, is_read, note = threading.Event(), threading.Event(), Scope.note_landed

    async def noted(self: Scope, writes: Sequence[Write]) -> None:
        is_noted.set()
        await asyncio.to_thread(is_read.wait, 60)
        await note(self, writes)

    monkeypatch.setattr(Scope, "note_landed", noted)
    with place.carrying_out(*wishes, owned=[drifted, other]) as counts, ThreadPoolExecutor(1) as engine:
        place.client("GET", f"/{other}")  # the zone is listed
        sent = {**place.a("other", "192.0.2.7"), "settings": {}, "tags": []}
        asked = engine.submit(place.client, "PUT", f"/{other}", sent)
        assert is_noted.wait(60)
        answer = Client(place.client.base, place.client.zone_id, place.client.token)("GET", f"/{drifted}")
        assert "192.0.2.1" not in answer.text
        is_read.set()
        assert asked.result().status_code == 200
    assert counts.unclaimed == ()


def test_a_change_that_was_read_before_it_was_made_is_asked_for(place: Place) -> None:
    drifted, other = place.add("drifted"), place.add("other")
    wishes = [
        foreseen(place, "PUT", place.record(name, "192.0.2.7"), one)
        for name, one in (("drifted", drifted), ("other", other))
    ]
    with place.carrying_out(*wishes, owned=[drifted, other]) as counts:
        assert place.client("GET", f"/{drifted}").json()["result"]["content"] != "192.0.2.7"
        sent = {**place.a("other", "192.0.2.7"), "settings": {}, "tags": []}
        assert place.client("PUT", f"/{other}", sent).status_code == 200
    assert [write.record_id for write in counts.unclaimed] == [drifted]


@pytest.mark.parametrize(
    ("record", "sent"),
    [
        (
            Record("alias", "CNAME", "target.example.net", 1, proxied=True, comment="front"),
            {"content": "target.example.net", "comment": "front", "ttl": 1, "proxied": True}
            | {"settings": {"flatten_cname": False, "ipv4_only": False, "ipv6_only": False}},
        ),
        (Record("mail", "MX", "10 mx.example.net", 300, proxied=False, comment=""), {"content": "mx.example.net"}),
        (
            Record("_sip._tcp", "SRV", "1 2 3 h.example.net", 300, proxied=False, comment=""),
            {"data": {"priority": 1, "weight": 2, "port": 3, "target": "h.example.net"}},
        ),
        (Record("text", "TXT", '"some text"', 300, proxied=False, comment=""), {"content": '"some text"'}),
    ],
    ids=["CNAME", "MX", "SRV", "TXT"],
)
def test_what_is_made_ahead_is_what_the_plugin_would_make(
    place: Place, record: Record, sent: dict[str, object]
) -> None:
    name = f"{record.name}.{place.zone.name}"
    body = {"name": name, "type": record.type, "ttl": 300, "proxied": False, **sent}
    body |= {"priority": 10} if record.type == "MX" else {}
    wish = Record(name, record.type, record.content, record.ttl, proxied=record.proxied, comment=record.comment)
    with place.carrying_out(foreseen(place, "POST", wish), *creations(place, 1)) as counts:
        ahead = place.client("POST", "", body).json()["result"]
        assert counts.tally.claimed == 1
        place.client("DELETE", f"/{ahead['id']}")
    alone = place.direct("POST", "", body).json()["result"]
    varying = {"id", "created_on", "modified_on", "comment_modified_on", "tags_modified_on"}
    assert {key: value for key, value in ahead.items() if key not in varying} == {
        key: value for key, value in alone.items() if key not in varying
    }


def test_what_nobody_asks_for_is_told_with_its_id(place: Place) -> None:
    doomed = place.add("doomed")
    wishes = [*creations(place, 3), foreseen(place, "DELETE", None, doomed)]
    with place.carrying_out(*wishes, owned=[doomed]) as counts:
        place.client("POST", "", place.a("n1"))
    ids = {one.name.partition(".")[0]: one.id for one in place.cloudflare.records(place.zone.id)}
    made = [Write("POST", place.zone.id, ids[name], place.record(name)) for name in ("n0", "n2")]
    assert counts.unclaimed == (*made, Write("DELETE", place.zone.id, doomed, None))
    assert counts.tally.unclaimed == 3


def test_nothing_is_carried_out_until_one_is_asked_for(place: Place) -> None:
    with place.carrying_out(*creations(place, 3)) as counts:
        place.client("POST", "", place.a("other"))
    assert list(place.contents()) == ["other"]
    assert counts.unclaimed == ()


def test_a_request_that_differs_goes_its_own_way(place: Place) -> None:
    with place.carrying_out(*creations(place, 3)) as counts:
        assert place.client("POST", "", place.a("n0", ttl=600)).json()["result"]["ttl"] == 600
        assert place.client("POST", "", place.a("n1")).status_code == 200
        tagged = {**place.a("n2", "192.0.2.5"), "settings": {"ipv4_only": True}}
        assert place.client("POST", "", tagged).status_code == 200
    assert sorted(place.contents()["n2"]) == ["192.0.2.1", "192.0.2.5"]
    assert [one.record_id for one in counts.unclaimed] != []
    assert {one.record for one in counts.unclaimed} == {place.record("n2")}


def test_a_refused_one_refuses_its_request_only(place: Place) -> None:
    wishes = [*creations(place, 5), foreseen(place, "POST", place.record("bad", ttl=5))]
    with place.carrying_out(*wishes) as counts:
        answers = [place.client("POST", "", place.a(f"n{number}")) for number in range(5)]
        refused = place.client("POST", "", place.a("bad", ttl=5))
    assert {one.status_code for one in answers} == {200}
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (400, 9021)
    assert counts.tally.claimed == 5
    without = place.direct("POST", "", place.a("bad", ttl=5))
    assert refused.json() == without.json()


def test_a_foreseen_write_of_a_foreign_record_is_not_carried_out(place: Place) -> None:
    foreign = place.add("foreign")
    wishes = [*creations(place, 2), foreseen(place, "DELETE", None, foreign)]
    with place.carrying_out(*wishes) as counts:
        place.client("POST", "", place.a("n0"))
        assert place.client("DELETE", f"/{foreign}").status_code == 403
    assert "foreign" in place.contents()
    assert len(counts.unclaimed) == 1


def test_a_lost_answer_is_settled_for_all(place: Place) -> None:
    place.cloudflare.faults.add(Fault(Effect.LOSE_ANSWER, method="POST", times=1))
    with place.carrying_out(*creations(place, 50)) as counts:
        answers = [place.client("POST", "", place.a(f"n{number}")) for number in range(50)]
    assert {one.status_code for one in answers} == {200}
    assert len(place.cloudflare.records(place.zone.id)) == 50
    assert len(writes(place)) == 1
    assert counts.tally.settled == {"cloudflare": 50}


def test_those_of_another_zone_wait_for_their_own(place: Place) -> None:
    other = place.cloudflare.add_zone(f"other.{place.zone.name}", plan="pro")
    elsewhere = Write("POST", other.id, "", Record(f"x.{other.name}", "A", "192.0.2.1", 300, proxied=False, comment=""))
    with place.carrying_out(*creations(place, 2), elsewhere) as counts:
        place.client("POST", "", place.a("n0"))
    assert place.cloudflare.records(other.id) == []
    assert len(counts.unclaimed) == 1


def test_thousands_take_a_call_for_each_3500_and_a_question_for_the_plan(place: Place) -> None:
    place.zone = place.cloudflare.add_zone("huge.example", plan="enterprise", record_quota=20_000)
    with place.carrying_out(*creations(place, 3_600)) as counts:
        assert place.client("POST", "", place.a("n3599")).status_code == 200
    assert place.calls() == [("GET", ""), *[("POST", "/dns_records/batch")] * 2]
    assert counts.tally.operations == 3_600
    assert len(counts.unclaimed) == 3_599


def test_what_has_not_been_sent_at_the_end_is_not_sent_any_more(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine has broken off: the next plan decides what is still to be done."""
    monkeypatch.setattr(batches, "SMALLEST", 10)
    monkeypatch.setattr(batches, "limits_of", lambda _: PlanLimits(batch=20))
    place.cloudflare.faults.add(Fault(Effect.LATENCY, method="POST", seconds=0.5))
    with place.carrying_out(*creations(place, 2_000)) as counts:
        assert place.client("POST", "", place.a("n0")).status_code == 200
    sent = len(writes(place))
    assert sent < 100, "all of them take 50 s"
    assert len(counts.unclaimed) == 20 * sent - 1


def test_on_free_a_batch_holds_two_hundred(free_place: Place) -> None:
    place = free_place
    old = [place.add(f"o{number}") for number in range(150)]
    wishes = [*(foreseen(place, "DELETE", None, one) for one in old), *creations(place, 150)]
    with place.carrying_out(*wishes, owned=old) as counts:
        assert place.client("POST", "", place.a("n149")).status_code == 200
    sizes = [one.body for one in place.cloudflare.requests if one.path.endswith("/batch")]
    assert [sum(map(len, body.values())) for body in sizes if isinstance(body, dict)] == [200, 100]
    assert counts.tally.operations == 300


@pytest.mark.parametrize(
    ("number", "wrong"), [(64, (0,)), (64, (63,)), (64, (20, 21, 50)), (90, tuple(range(0, 90, 9)))]
)
def test_refused_sets_leave_no_mark_and_cost_a_logarithm_of_calls(
    place: Place, number: int, wrong: tuple[int, ...]
) -> None:
    wishes: list[Write] = []
    for one in range(number):
        record = place.record(f"n{one}", ttl=5 if one in wrong else 300)
        mark = Record(f"_mark.{record.name}", "TXT", '"mark"', 300, proxied=False, comment="")
        key = (record.name, "A")
        wishes += [Write("POST", place.zone.id, "", item, key) for item in (mark, record)]
    with place.carrying_out(*wishes) as counts:
        for one in range(number):
            place.client("POST", "", place.a(f"n{one}", ttl=5 if one in wrong else 300))
    names = {f"n{one}" for one in range(number) if one not in wrong}
    assert place.contents().keys() == names | {f"_mark.{name}" for name in names}
    assert [write.record.name for write, _ in counts.refusals if write.record] == [
        f"n{one}.{place.zone.name}" for one in wrong
    ]
    calls = [one for one in place.calls() if one[0] != "GET"]
    assert len(calls) <= 2 + 2 * len(wrong) * math.log2(2 * number / len(wrong))


class TestSentAtOnce:
    """Before any engine has asked."""

    def send(self, place: Place, *zones: str, token: str = "") -> None:
        signer = ("cloudflare", Credentials(token=token or place.token))
        place.proxy.send(dict.fromkeys(zones or (place.zone.id,), signer))

    def test_all_land_in_one_call_and_each_is_claimed_later(self, place: Place, tmp_path: Path) -> None:
        path = tmp_path / "home.journal"
        doomed = place.add("doomed")
        wishes = [foreseen(place, "DELETE", None, doomed), *creations(place, 20)]
        with place.carrying_out(*wishes, owned=[doomed], journal=path) as counts:
            self.send(place)
            assert place.client("DELETE", f"/{doomed}").status_code == 200
            for number in range(20):
                assert place.client("POST", "", place.a(f"n{number}")).status_code == 200
        assert writes(place) == [("POST", "/dns_records/batch")]
        assert (counts.tally.claimed, counts.unclaimed) == (21, ())
        assert (len(look(path).sent), len(look(path).landed)) == (20, 21)

    def test_what_no_engine_asks_for_is_in_the_journal(self, place: Place, tmp_path: Path) -> None:
        path = tmp_path / "home.journal"
        with place.carrying_out(*creations(place, 3), journal=path) as counts:
            self.send(place)
            assert place.client("POST", "", place.a("n0")).status_code == 200
        assert len(place.contents()) == 3
        noted = {one.write.record_id for one in look(path).landed}
        assert noted > {one.record_id for one in counts.unclaimed}
        assert (len(noted), len(counts.unclaimed)) == (3, 2)

    def test_a_second_time_sends_nothing(self, place: Place) -> None:
        with place.carrying_out(*creations(place, 3)):
            self.send(place)
            self.send(place)
            assert place.client("POST", "", place.a("n0")).status_code == 200
        assert writes(place) == [("POST", "/dns_records/batch")]

    def test_nothing_is_sent_outside_of_a_convergence(self, place: Place) -> None:
        with place.carrying_out(*creations(place, 3)):
            pass
        self.send(place)
        with place.carrying_out():
            self.send(place)
        assert place.calls() == []

    def test_a_zone_that_nobody_signs_for_waits_for_its_request(self, place: Place) -> None:
        with place.carrying_out(*creations(place, 3)) as counts:
            self.send(place, "f" * 32)
            assert place.calls() == []
            assert place.client("POST", "", place.a("n0")).status_code == 200
        assert len(counts.unclaimed) == 2

    def test_a_request_that_is_signed_otherwise_finds_it_done(self, place: Place) -> None:
        place.cloudflare.add_token("another-token")
        with place.carrying_out(*creations(place, 3)) as counts:
            self.send(place, token="another-token")
            for number in range(3):
                assert place.client("POST", "", place.a(f"n{number}")).status_code == 200
        assert writes(place) == [("POST", "/dns_records/batch")]
        assert counts.unclaimed == ()

    def test_a_foreign_record_is_neither_changed_nor_deleted(self, place: Place) -> None:
        foreign = place.add("foreign")
        with place.carrying_out(foreseen(place, "DELETE", None, foreign), *creations(place, 1)):
            self.send(place)
            assert place.client("POST", "", place.a("n0")).status_code == 200
        assert "foreign" in place.contents()

    def test_a_refused_one_costs_no_other_and_is_told_to_its_request(self, place: Place) -> None:
        wishes = [*creations(place, 5), foreseen(place, "POST", place.record("bad", ttl=5))]
        with place.carrying_out(*wishes) as counts:
            self.send(place)
            refused = place.client("POST", "", place.a("bad", ttl=5))
            answers = [place.client("POST", "", place.a(f"n{number}")) for number in range(5)]
        assert {one.status_code for one in answers} == {200}
        assert refused.json() == place.direct("POST", "", place.a("bad", ttl=5)).json()
        assert [write.record for write, _ in counts.refusals] == [place.record("bad", ttl=5)]

    def test_nothing_is_sent_once_another_process_may_write(self, world: World) -> None:
        with world.place() as place, ApiProxy({VARIABLE: world.base}, may_write=lambda: False) as proxy:
            place.proxy = proxy
            with place.carrying_out(*creations(place, 3)):
                self.send(place)
                assert place.client("POST", "", place.a("n0")).status_code == 502
            assert place.contents() == {}

    @pytest.mark.parametrize("method", ["PUT", "DELETE"])
    def test_a_change_whose_record_an_engine_has_read_since_need_not_be_asked_for(
        self, place: Place, method: Method
    ) -> None:
        drifted = place.add("drifted")
        wanted = place.record("drifted", "192.0.2.7") if method == "PUT" else None
        with place.carrying_out(
            foreseen(place, method, wanted, drifted), *creations(place, 1), owned=[drifted]
        ) as counts:
            self.send(place)
            assert place.client("POST", "", place.a("n0")).status_code == 200
            answer = place.client("GET", f"/{drifted}")
            assert "192.0.2.1" not in answer.text
        assert counts.unclaimed == ()
