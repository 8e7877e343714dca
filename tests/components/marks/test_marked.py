from __future__ import annotations

from components.marks.marked import MarkedSet, covers


def test_a_key_with_a_type_covers_the_record_set_of_that_name_and_type_only() -> None:
    keys = (MarkedSet("www.ex.com", "A"), MarkedSet("api.ex.com", "AAAA"))
    assert covers(keys, "www.ex.com", "A")
    assert not covers(keys, "www.ex.com", "AAAA")
    assert not covers(keys, "ex.com", "A")


def test_a_key_without_a_type_covers_whatever_stands_at_its_name() -> None:
    assert covers([MarkedSet("www.ex.com", None)], "www.ex.com", "CNAME")
    assert not covers([MarkedSet("www.ex.com", None)], "api.ex.com", "CNAME")


def test_no_key_covers_nothing() -> None:
    assert not covers((), "www.ex.com", "A")
