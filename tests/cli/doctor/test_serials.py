"""Servers of one zone, each with its serial: real ones, and every comparison."""

from __future__ import annotations

from pathlib import Path

import dns.message
import dns.rcode
import pytest

from cli.doctor import zones
from cli.doctor.serials import Answer, compared, serial_in
from cli.doctor.zones import delegation
from lab.name_servers.asking import PATIENCE
from tests.bind import KEY, SECRET, ZONE, running
from tests.cli.doctor.conftest import Admit, told

FIRST, SECOND, THIRD = "ns1.example", "ns2.example", "ns3.example"


def lines(primary: str = FIRST, **answers: Answer) -> list[tuple[str, str]]:
    names = {"first": FIRST, "second": SECOND, "third": THIRD}
    return told(compared("it", {names[key]: one for key, one in answers.items()}, primary))


class TestServersWithTheirSerials:
    def test_that_have_the_same_are_well(self) -> None:
        assert lines(first=7, second=7) == [
            ("ok", f"{FIRST} answers, with serial 7"),
            ("ok", f"{SECOND} answers, with serial 7"),
        ]

    def test_that_lag_behind_the_primary_or_are_silent_are_told_a_line_each(self) -> None:
        assert lines(first=7, second=5, third="timed out") == [
            ("ok", f"{FIRST} answers, with serial 7"),
            ("warning", f"{SECOND} lags behind {FIRST}: it has serial 5, and {FIRST} has 7"),
            ("warning", f"{THIRD} does not answer: timed out"),
        ]

    def test_that_are_ahead_of_the_primary_are_told(self) -> None:
        assert lines(first=7, second=9)[1][1] == f"{SECOND} is ahead of {FIRST}: it has serial 9, and {FIRST} has 7"

    def test_are_compared_with_the_newest_where_the_primary_is_silent(self) -> None:
        assert lines(first="gone", second=5, third=7) == [
            ("warning", f"{FIRST} does not answer: gone"),
            ("warning", f"{SECOND} lags behind {THIRD}: it has serial 5, and {THIRD} has 7"),
            ("ok", f"{THIRD} answers, with serial 7"),
        ]

    def test_are_compared_as_serials_go_round(self) -> None:
        assert lines("", first=2**32 - 2, second=3)[0][1].startswith(f"{FIRST} lags behind {SECOND}")

    def test_that_are_all_silent_are_each_told(self) -> None:
        assert [level for level, _ in lines(first="gone", second="gone")] == ["warning", "warning"]


def test_an_answer_without_a_serial_says_why() -> None:
    question = dns.message.make_query(ZONE, "SOA")
    answer = dns.message.make_response(question)
    assert serial_in(answer) == "it does not serve the zone"
    answer.set_rcode(dns.rcode.REFUSED)
    assert serial_in(answer) == "it answers REFUSED"


@pytest.mark.parametrize("by_key", [False, True], ids=["as clients ask", "by the key"])
def test_each_server_of_a_view_is_asked_and_one_that_lags_or_is_gone_is_told(
    admit: Admit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, by_key: bool
) -> None:
    monkeypatch.setattr(zones, "ANSWER_SECONDS", PATIENCE)
    # Clients ask by UDP, which a port without a server answers with silence, for all of the patience.
    gone = ["127.0.0.1:9"] if by_key else []
    with running(tmp_path / "primary") as primary, running(tmp_path / "secondary") as secondary:
        primary.write("printer", 600, "A", "192.168.7.77")
        place = {"server": [primary.server, secondary.server, *gone], "key": KEY}
        inside = {"zone": ZONE, "view": "inside", "names": [{"name": "nas", "targets": ["192.168.7.10"]}]}
        asked = {"name_servers": [secondary.server]} if by_key else {}
        own = {"provider": "rfc2136", "rfc2136": place, **asked}
        examined = admit({"RFC2136_TSIG_SECRET": SECRET}, zone="", names=[], zones=[{**inside, **own}])
        well, behind, *silent = told(delegation(examined, examined.settings.each_zone()[0]))
    assert well == ("ok", f"{primary.server} answers, with serial 2")
    how = f"it has serial 1, and {primary.server} has 2"
    assert behind == ("warning", f"{secondary.server} lags behind {primary.server}: {how}")
    assert [text.partition(":9 does not answer: ")[0] for _, text in silent] == ["127.0.0.1"] * len(gone)
