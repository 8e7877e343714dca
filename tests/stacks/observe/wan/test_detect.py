from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

import pytest

from lab.addresses.http import HttpBehaviour, serve_http
from lab.addresses.settable import Addresses
from lab.addresses.stun import StunBehaviour, serve_stun
from stacks.model.values import Family, Known, Unknown
from stacks.observe.wan import detect as detection_module
from stacks.observe.wan.detect import DETECTIONS, NOT_WAITED_FOR, Detection, detect
from stacks.observe.wan.sources import server_lists
from stacks.settings.wan import WanSettings

if TYPE_CHECKING:
    from contextlib import ExitStack

pytestmark = pytest.mark.usefixtures("unhurried")

Start = Callable[..., str]
Make = Callable[..., WanSettings]
TimeUp = Callable[..., Callable[[], None]]
LONG = 60.0
IPV4, IPV6 = Family.IPV4, Family.IPV6
RIGHT = Known((ip_address("203.0.113.7"),))


def reason(detection: Detection, family: Family = IPV4) -> str:
    outcome = detection.addresses[family]
    assert isinstance(outcome, Unknown)
    return outcome.reason


@pytest.fixture
def all_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hear the reason of each source, however slow the machine is."""
    monkeypatch.setattr(detection_module, "LAST_WORDS", LONG)


class TestEachMode:
    def test_stun_and_http(self, stun: Start, http: Start, settings: Make) -> None:
        detection = detect(settings(stun=[stun(), stun()], http=[http(), http() + "/cdn-cgi/trace"]))
        assert detection.addresses == {IPV4: RIGHT}
        assert len(detection.answers) == 4

    def test_stun_only_over_udp_and_tcp(self, stun: Start, settings: Make) -> None:
        detection = detect(settings(mode="stun", stun=[stun(), f"tcp:{stun()}"]))
        assert detection.addresses == {IPV4: RIGHT}
        assert [answer.source.partition(":")[0] for answer in detection.answers] == ["stun", "stun-tcp"]
        assert all(answer.result == Known(ip_address("203.0.113.7")) for answer in detection.answers)

    def test_http_only(self, http: Start, settings: Make) -> None:
        assert detect(settings(mode="http", http=[http() + "/json", http() + "/origin"])).addresses == {IPV4: RIGHT}

    def test_a_list(self, stun: Start, http: Start, settings: Make) -> None:
        assert detect(settings(mode="list", sources=[f"stun:{stun()}", f"http:{http()}/"])).addresses == {IPV4: RIGHT}

    def test_a_list_of_declared_addresses(self, settings: Make, tmp_path: Path) -> None:
        detection = detect(settings(mode="list", sources=["static:203.0.113.8,203.0.113.7,2001:db8::1"]))
        assert detection.addresses == {IPV4: Known((ip_address("203.0.113.7"), ip_address("203.0.113.8")))}
        file = tmp_path / "wan"
        file.write_text("203.0.113.7\n")
        assert detect(settings(mode="list", sources=[f"file:{file}"])).addresses == {IPV4: RIGHT}

    def test_none_is_unknown_and_not_empty(self, settings: Make) -> None:
        assert "switched off" in reason(detect(settings(mode="list", sources=["none"])))

    def test_the_chain_asks_the_web_only_where_stun_is_silent(
        self, world: Addresses, stack: ExitStack, settings: Make, time_up: TimeUp
    ) -> None:
        both_asked = time_up(2)
        behaviours, web = [StunBehaviour(on_silence=both_asked) for _ in range(2)], HttpBehaviour()
        stuns = [stack.enter_context(serve_stun(world, behaviour=behaviour)) for behaviour in behaviours]
        urls = [stack.enter_context(serve_http(world, behaviour=web)), stack.enter_context(serve_http(world))]
        chain = settings(mode="chain", stun=stuns, http=urls)
        assert detect(chain).addresses == {IPV4: RIGHT}
        assert web.requests == 0
        for behaviour in behaviours:
            behaviour.silent = True
        assert detect(chain).addresses == {IPV4: RIGHT}
        assert web.requests == 1

    def test_the_chain_ends_where_sources_disagree(
        self, world: Addresses, stack: ExitStack, stun: Start, settings: Make
    ) -> None:
        web = HttpBehaviour()
        urls = [stack.enter_context(serve_http(world, behaviour=web)) for _ in range(2)]
        chain = settings(mode="chain", stun=[stun(), stun(lie="203.0.113.66")], http=urls)
        assert "disagree" in reason(detect(chain))
        assert web.requests == 0

    def test_the_chain_says_what_each_of_its_stages_met(self, stun: Start, http: Start, settings: Make) -> None:
        stuns, urls = [stun(silent=True), stun(silent=True)], [http(status=500), http(html=True)]
        said = reason(detect(settings(mode="chain", stun=stuns, http=urls, timeout=0.2)))
        assert "; then " in said
        assert "interface" in said

    def test_the_chain_ends_with_the_interface(self, stun: Start, http: Start, settings: Make, time_up: TimeUp) -> None:
        silent: dict[str, Any] = {"silent": True, "on_silence": time_up(2)}
        sources = [f"stun:{stun(**silent)}", http(**silent), "interface:lo"]
        found = detect(settings(mode="list", sources=sources, agreement=1, accept=["127.0.0.0/8"]))
        assert found.addresses == {IPV4: Known((ip_address("127.0.0.1"),))}


class TestVia:
    """On loopback every address of 127/8 is ours to leave by; the server sees which it was."""

    def test_an_address_is_where_all_sources_are_asked_from(self, stack: ExitStack, settings: Make) -> None:
        seen = SeenFrom()
        stuns = [stack.enter_context(serve_stun(seen)) for _ in range(2)]
        urls = [stack.enter_context(serve_http(seen))]
        made = settings(
            stun=[stuns[0], f"tcp:{stuns[1]}"], http=urls, via="127.0.0.5", accept=["127.0.0.0/8"], agreement=3
        )
        assert detect(made).addresses == {IPV4: Known((ip_address("127.0.0.5"),))}

    def test_an_interface_that_is_not_there_is_told(self, stun: Start, settings: Make) -> None:
        assert "No such device" in reason(detect(settings(mode="stun", stun=[stun(), stun()], via="gone0")))


class SeenFrom(Addresses):
    """A world in which each client is seen as what it is."""

    def seen_from(self, client: str) -> str | None:
        return client


class TestWhatDoesNotCount:
    def test_silent_and_broken_sources(self, stun: Start, http: Start, settings: Make) -> None:
        stuns = [stun(silent=True), stun(malformed=True), stun(error=420), stun(foreign=True), stun()]
        https = [http(silent=True), http(html=True), http(huge=True), http(status=500), http()]
        started = time.monotonic()
        detection = detect(settings(stun=stuns, http=https))
        assert detection.addresses == {IPV4: RIGHT}
        assert time.monotonic() - started < LONG  # the silent ones were not waited for

    @pytest.mark.usefixtures("all_words")
    def test_addresses_that_cannot_be_ours(self, stun: Start, settings: Make) -> None:
        stuns = [stun(lie="104.16.0.1"), stun(lie="100.64.0.1"), stun(lie="10.0.0.1"), stun(lie="2001:db8::1")]
        detection = detect(settings(mode="stun", stun=stuns))
        text = reason(detection)
        assert all(part in text for part in ("belongs to Cloudflare", "carrier NAT", "not a public", "not an IPv4"))
        assert all(answer.refused for answer in detection.answers)

    def test_an_ipv4_mapped_address_counts_as_the_ipv4_address(self, stun: Start, settings: Make) -> None:
        stuns = [stun(lie="::ffff:203.0.113.7"), stun()]
        assert detect(settings(mode="stun", stun=stuns)).addresses == {IPV4: RIGHT}


class TestDisagreement:
    def test_a_liar_among_honest_sources_stops_all_or_is_not_heard(self, stun: Start, settings: Make) -> None:
        stuns = [stun(lie="198.51.100.66"), stun(), stun()]
        detection = detect(settings(mode="stun", stun=stuns))
        outcome = detection.addresses[IPV4]
        assert outcome == RIGHT or "disagree" in reason(detection)

    def test_a_quick_liar_publishes_nothing(
        self, stun: Start, stack: ExitStack, settings: Make, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        behind = Behind(monkeypatch)
        honest = [stack.enter_context(serve_stun(behind)) for _ in range(2)]
        web = stack.enter_context(serve_http(behind))
        detection = detect(settings(stun=[stun(lie="198.51.100.66"), *honest], http=[web]))
        assert "198.51.100.66 says stun:127.0.0.1" in reason(detection)
        assert "203.0.113.7 says" in reason(detection)

    def test_forged_stun_is_contradicted_by_the_web(self, stun: Start, http: Start, settings: Make) -> None:
        forged = [stun(lie="198.51.100.66"), stun(lie="198.51.100.66"), stun(lie="198.51.100.66")]
        assert "disagree" in reason(detect(settings(stun=forged, http=[http(delay=0.3)])))

    def test_where_one_is_enough_a_mismatch_still_shows(self, stun: Start, settings: Make) -> None:
        stuns = [stun(), stun(lie="198.51.100.66", delay=0.2)]
        assert "disagree" in reason(detect(settings(mode="stun", stun=stuns, agreement=1)))

    @pytest.mark.usefixtures("all_words")
    def test_too_few_witnesses_publish_nothing(self, stun: Start, settings: Make) -> None:
        detection = detect(settings(mode="stun", stun=[stun(), stun(error=500)]))
        assert "only 1 of the 2 operators" in reason(detection)
        assert "error 500" in reason(detection)


class Behind(Addresses):
    """A world whose services answer once another answer has arrived."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__()
        self._heard = heard = threading.Event()

        class Arrivals(SimpleQueue[Any]):
            def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:  # noqa: ANN401, FBT001, FBT002 - as in the queue
                super().put(item, block, timeout)
                heard.set()

        monkeypatch.setattr(detection_module, "SimpleQueue", Arrivals)

    def seen_from(self, client: str) -> str | None:
        assert self._heard.wait(LONG)
        return super().seen_from(client)


class TestFamilies:
    @pytest.mark.usefixtures("ipv6_loopback")
    def test_both_are_found_at_once(self, stun: Start, http: Start, settings: Make) -> None:
        detection = detect(settings(stun=[stun(), stun("::1")], http=[http(), http("::1")], families=["ipv4", "ipv6"]))
        assert detection.addresses == {IPV4: RIGHT, IPV6: Known((ip_address("2001:db8::7"),))}
        assert len(detection.answers) == 8

    def test_one_that_is_unknown_leaves_the_other(self, stun: Start, http: Start, settings: Make) -> None:
        detection = detect(settings(stun=[stun()], http=[http()], families=["ipv4", "ipv6"]))
        assert detection.addresses[IPV4] == RIGHT
        assert "not an ipv6 address" in reason(detection, IPV6)


class TestServerLists:
    @pytest.mark.parametrize("transport", ["udp", "tcp"])
    def test_a_file_names_further_servers(self, stun: Start, settings: Make, tmp_path: Path, transport: str) -> None:
        file = tmp_path / "hosts.txt"
        file.write_text(f"# public servers\n{stun()}\n{stun()}\nno server at all\n")
        chosen = settings(mode="stun", stun=[], **{f"stun_{transport}_list": str(file)})
        detection = detect(chosen)
        assert detection.addresses == {IPV4: RIGHT}
        assert {answer.source.partition(":")[0] for answer in detection.answers} == {
            "udp": {"stun"},
            "tcp": {"stun-tcp"},
        }[transport]

    @pytest.mark.parametrize("limit", [2, 3])
    def test_of_a_list_so_many_are_asked(self, stun: Start, settings: Make, tmp_path: Path, limit: int) -> None:
        file = tmp_path / "hosts.txt"
        place = stun()
        file.write_text("\n".join(f"127.0.0.{host}:{place.rpartition(':')[2]}" for host in range(1, 9)))
        chosen = settings(mode="stun", stun=[], stun_udp_list=str(file), udp_limit=limit, timeout=0.3)
        assert len(detect(chosen).answers) == limit

    def test_a_url_names_further_servers_and_is_fetched_once_an_hour(
        self, stun: Start, stack: ExitStack, settings: Make, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        behaviour = HttpBehaviour(lie=f"{stun()}\n{stun()}")
        base = stack.enter_context(serve_http(Addresses(), behaviour=behaviour))
        chosen = settings(mode="stun", stun=[], stun_udp_list=base)
        assert [detect(chosen).addresses for _ in range(3)] == 3 * [{IPV4: RIGHT}]
        assert behaviour.requests == 1
        monkeypatch.setattr(server_lists, "FRESH", 0.0)
        behaviour.status = 503
        assert detect(chosen).addresses == {IPV4: RIGHT}  # the list stays as it was
        assert behaviour.requests == 2

    @pytest.mark.parametrize("content", [None, "", "# nothing\n", "<html>not found</html>\n"])
    def test_a_list_that_is_not_there_is_named_and_the_other_servers_serve(
        self, stun: Start, settings: Make, tmp_path: Path, content: str | None
    ) -> None:
        file = tmp_path / "hosts.txt"
        if content is not None:
            file.write_text(content)
        detection = detect(settings(mode="stun", stun=[stun(), stun()], stun_udp_list=str(file)))
        assert detection.addresses == {IPV4: RIGHT}
        missing = detect(settings(mode="stun", stun=[], stun_udp_list=str(file)))
        assert f"{file}: the server list is not there" in reason(missing)


class TestAttempts:
    def test_what_stays_unknown_is_asked_for_again(
        self, world: Addresses, stack: ExitStack, settings: Make, time_up: TimeUp
    ) -> None:
        both_lost = time_up(2)
        lossy = [StunBehaviour(ignore=1, on_silence=both_lost) for _ in range(2)]
        stuns = [stack.enter_context(serve_stun(world, behaviour=behaviour)) for behaviour in lossy]
        pauses: list[float] = []
        detection = detect(settings(mode="stun", stun=stuns, cool_down=0.1, attempts=3), pause=pauses.append)
        assert detection.addresses == {IPV4: RIGHT}
        assert pauses == [0.1]
        assert [behaviour.requests for behaviour in lossy] == [2, 2]
        assert len(detection.answers) == 2

    def test_a_family_that_is_known_is_not_asked_for_again(
        self, world: Addresses, stack: ExitStack, settings: Make
    ) -> None:
        behaviours = [StunBehaviour(), StunBehaviour()]
        stuns = [stack.enter_context(serve_stun(world, behaviour=behaviour)) for behaviour in behaviours]
        both = settings(mode="stun", stun=stuns, families=["ipv4", "ipv6"], attempts=3, cool_down=0.01)
        detection = detect(both)
        assert detection.addresses[IPV4] == RIGHT
        assert "not an ipv6 address" in reason(detection, IPV6)
        assert [behaviour.requests for behaviour in behaviours] == [1, 1]
        assert len(detection.answers) == 4


class TestTime:
    def test_sources_are_asked_at_once(self, stack: ExitStack, settings: Make) -> None:
        together = Together(4)
        stuns = [stack.enter_context(serve_stun(together)) for _ in range(4)]
        assert detect(settings(mode="stun", stun=stuns, agreement=4)).addresses == {IPV4: RIGHT}

    def test_stun_and_http_take_the_slowest_needed_answer_not_the_sum(
        self, stun: Start, http: Start, settings: Make
    ) -> None:
        started = time.monotonic()
        detection = detect(settings(stun=[stun(delay=0.2), stun(delay=30)], http=[http(delay=0.3), http(delay=30)]))
        assert detection.addresses == {IPV4: RIGHT}
        assert 0.29 < time.monotonic() - started < 29

    @pytest.mark.usefixtures("all_words")
    def test_silence_ends_at_the_timeout(self, stun: Start, http: Start, settings: Make) -> None:
        started = time.monotonic()
        text = reason(detect(settings(stun=[stun(silent=True)], http=[http(silent=True)], timeout=0.4)))
        assert 0.39 < time.monotonic() - started < LONG
        assert "no answer" in text

    def test_what_can_no_longer_agree_is_not_waited_for(self, stun: Start, settings: Make) -> None:
        started = time.monotonic()
        detection = detect(settings(mode="stun", stun=[stun(error=500), stun(delay=LONG)]))
        assert time.monotonic() - started < LONG - 1
        assert "not waited for" in reason(detection)

    @pytest.mark.usefixtures("all_words")
    def test_a_hanging_resolver_ends_at_the_timeout(self, settings: Make, monkeypatch: pytest.MonkeyPatch) -> None:
        released = threading.Event()

        def hang(*_: Any, **__: Any) -> list[Any]:  # noqa: ANN401 - stands in for socket.getaddrinfo
            released.wait(2 * LONG)
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

        monkeypatch.setattr(socket, "getaddrinfo", hang)
        started = time.monotonic()
        text = reason(detect(settings(timeout=0.3)))
        assert time.monotonic() - started < LONG
        assert text.count("was not resolved in time") == 7
        released.set()


class Together(Addresses):
    """A world of so many services, of which none answers before all have been asked."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self._count, self._asked, self._all_asked = count, set[int](), threading.Event()

    def seen_from(self, client: str) -> str | None:
        self._asked.add(threading.get_ident())
        if len(self._asked) == self._count:
            self._all_asked.set()
        assert self._all_asked.wait(LONG)
        return super().seen_from(client)


class TestPauses:
    @pytest.mark.parametrize(
        ("cool_down", "pauses"),
        [(5.0, [5.0, 10.0, 20.0, 40.0]), (100.0, [100.0, 200.0, 300.0, 300.0]), (0.0, [0.0] * 4)],
    )
    def test_between_attempts_are_doubled_to_the_longest(
        self, settings: Make, cool_down: float, pauses: list[float]
    ) -> None:
        taken: list[float] = []
        nobody = settings(mode="stun", stun=["127.0.0.1:1"], timeout=0.2, cool_down=cool_down, attempts=5, agreement=1)
        detect(nobody, pause=taken.append)
        assert taken == pauses

    def test_that_end_with_a_true_value_end_the_detection(self, settings: Make) -> None:
        taken: list[float] = []

        def told_to_end(seconds: float) -> bool:
            taken.append(seconds)
            return True

        nobody = settings(mode="stun", stun=["127.0.0.1:1"], timeout=0.2, attempts=5, agreement=1)
        detect(nobody, pause=told_to_end)
        assert taken == [5.0]


class TestWhoListens:
    def test_hears_of_each_attempt_and_of_what_was_not_waited_for(
        self, stun: Start, settings: Make, time_up: TimeUp
    ) -> None:
        stuns = [stun(ignore=1, on_silence=time_up()), stun(), stun(delay=30)]
        heard: list[Detection] = []
        with DETECTIONS.listening(heard.append):
            detection = detect(settings(mode="stun", stun=stuns, cool_down=0.01, attempts=2, agreement=2))
        assert [isinstance(one.addresses[IPV4], Known) for one in heard] == [False, True]
        assert heard[1].answers == detection.answers
        assert [answer.result == Unknown(NOT_WAITED_FOR) for answer in heard[1].answers] == [False, False, True]


def test_nothing_is_left_behind(world: Addresses, stun: Start, http: Start, settings: Make) -> None:
    chosen = settings(stun=[stun(), stun(silent=True)], http=[http(), http(silent=True)])
    before = set(threading.enumerate())
    open_before = len(list(Path("/proc/self/fd").iterdir()))
    for last in range(1, 6):
        world.ipv4 = f"203.0.113.{last}"
        assert detect(chosen).addresses == {IPV4: Known((ip_address(world.ipv4),))}
    for thread in set(threading.enumerate()) - before:
        if "process_request" not in thread.name:
            thread.join(LONG)
            assert not thread.is_alive(), thread.name
    assert len(list(Path("/proc/self/fd").iterdir())) <= open_before + 10  # the lab's ends of the last connections
