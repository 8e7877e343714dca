from __future__ import annotations

from pathlib import Path

import pytest

from cli.setup.moving.tools.favonia_filters import DEEPEST, LONGEST, Networks, parsed
from tests.cli.setup.moving.test_favonia_hosts import moved

A, B, C = "198.51.100.0/24", "203.0.113.7/32", "192.0.2.0/24"


@pytest.mark.parametrize(
    ("text", "networks"),
    [
        (f"addr-in({A})", Networks((A,))),
        (f"addr-in({A}) || addr-in({B})", Networks((A, B))),
        (f"!addr-in({A})", Networks((), (A,))),
        (f"!(addr-in({A}) || addr-in({B}))", Networks((), (A, B))),
        (f"!(!addr-in({A}) && !addr-in({B}))", Networks((A, B))),
        (f"(addr-in({A})||addr-in({C}))&& !addr-in( {B} )", Networks((A, C), (B,))),
    ],
)
def test_a_filter_becomes_the_networks_that_it_keeps(text: str, networks: Networks) -> None:
    assert parsed(text) == networks


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "it ends too early"),
        ("keep", "'keep' is not addr-in"),
        (f"addr-in({A}", "'\\)' is missing"),
        ("addr-in(x)", "'x' does not appear to be an IPv4 or IPv6 network"),
        (f"addr-in({A}) addr-in({B})", "'addr-in' follows where it should end"),
        (f"addr-in({A}) & addr-in({B})", "a sign in it is none of"),
        (f"addr-in({A}) && addr-in({B})", "two networks at once"),
        (f"addr-in({A}) || !addr-in({B})", "in one network, or outside of another"),
        (f"!(addr-in({A}) && !addr-in({B}))", "takes two conditions"),
        ("(" * (DEEPEST + 2), "nested too deeply"),
        ("(" * (LONGEST + 1), "longer than"),
    ],
)
def test_a_filter_that_is_more_is_refused(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parsed(text)


def test_both_filters_move(tmp_path: Path) -> None:
    text = f"DOMAINS=a.example.com\nIP4_DETECTION_FILTER=addr-in({A})\nIP6_DETECTION_FILTER=!addr-in(2001:db8::/32)\n"
    found = moved(tmp_path, "ddns.env", text)
    assert found["settings"]["wan"]["networks"] == [A]
    assert found["settings"]["wan"]["excluded_networks"] == ["2001:db8::/32"]
    assert [row["what"] for row in found["rows"] if row["fate"] == "lost"] == []


def test_a_filter_that_cannot_move_is_told(tmp_path: Path) -> None:
    found = moved(tmp_path, "ddns.env", f"DOMAINS=a.example.com\nIP4_DETECTION_FILTER=addr-in({A}) || !addr-in({B})\n")
    assert [row["what"] for row in found["rows"] if row["fate"] == "lost"] == ["IP4_DETECTION_FILTER"]
