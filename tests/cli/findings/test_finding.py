from __future__ import annotations

from dataclasses import replace

import pytest

from cli.findings.finding import SHOWN, Finding, grouped, shortened, with_reason

FROZEN = Finding("frozen", "warning", "www.example.com A", "stays at 192.0.2.1", "silence", "wait")


def frozen(count: int) -> list[Finding]:
    return [replace(FROZEN, subject=f"n{number}.example.com A") for number in range(count)]


class TestASentence:
    def test_of_a_finding_has_its_subject_and_its_reason(self) -> None:
        assert FROZEN.sentence == "www.example.com A stays at 192.0.2.1: silence"
        assert FROZEN.predicate == "stays at 192.0.2.1: silence"

    def test_of_a_finding_without_a_reason_ends_with_the_fact(self) -> None:
        assert replace(FROZEN, why="").sentence == "www.example.com A stays at 192.0.2.1"

    def test_of_a_finding_about_several_names_lists_them(self) -> None:
        found = Finding("frozen", "warning", "12 record sets", "are frozen", "silence", names=("a A", "b A"), more=10)
        assert found.sentence == "12 record sets are frozen (a A, b A and 10 more): silence"

    @pytest.mark.parametrize(
        ("what", "why", "expected"),
        [
            ("fails", "503", "fails: 503"),
            ("refused: much", "a A", "refused: much; a A"),
            ("", "503", "503"),
            ("a", "", "a"),
        ],
    )
    def test_has_one_colon(self, what: str, why: str, expected: str) -> None:
        assert with_reason(what, why) == expected


@pytest.mark.parametrize(
    ("subject", "expected"),
    [("www.example.com A", "www.example.com A is so"), ("the zone z", "The zone z is so"), ("pod-a", "pod-a is so")],
)
def test_a_heading_begins_with_a_capital_letter_unless_it_begins_with_a_name(subject: str, expected: str) -> None:
    assert replace(FROZEN, subject=subject, what="is so").heading == expected


class TestManyFindingsThatAreAlike:
    def test_are_counted_after_the_first_of_them(self) -> None:
        found = list(shortened(frozen(SHOWN + 3)))
        assert found[:SHOWN] == frozen(SHOWN)
        assert [one.sentence for one in found[SHOWN:]] == ["3 more record sets like these: silence"]

    def test_are_all_shown_where_there_are_few(self) -> None:
        assert list(shortened(frozen(SHOWN))) == frozen(SHOWN)

    def test_are_apart_where_their_reasons_differ(self) -> None:
        other = [replace(one, why="a cluster is away") for one in frozen(SHOWN)]
        assert list(shortened([*frozen(SHOWN), *other])) == [*frozen(SHOWN), *other]

    def test_are_one_finding_with_their_names_where_they_are_grouped(self) -> None:
        (found,) = grouped(frozen(5000), {"frozen"})
        assert (found.title, found.why, found.do) == ("5,000 record sets are frozen", "silence", "wait")
        assert (len(found.names), found.more) == (SHOWN, 5000 - SHOWN)

    def test_are_as_they_were_where_there_is_one(self) -> None:
        assert list(grouped([FROZEN], {"frozen"})) == [FROZEN]

    def test_of_other_kinds_stay(self) -> None:
        zone = Finding("zone", "bad", "the zone z", "could not be read", "503")
        assert list(grouped([zone, zone], {"frozen"})) == [zone, zone]
