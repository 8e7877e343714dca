from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.records.logical_name import MARK, Former, LogicalName

FORMS = [
    ("www.example.com/A", LogicalName("www.example.com", "A")),
    ("www.example.com/A/1", LogicalName("www.example.com", "A", 1)),
    ("*.example.com/AAAA/12", LogicalName("*.example.com", "AAAA", 12)),
    ("example.com/TXT/mark", LogicalName("example.com", "TXT", MARK)),
    ("www.example.com/A/mark/former/0", LogicalName("www.example.com", "A", Former(0))),
]


@pytest.mark.parametrize(("text", "value"), FORMS)
def test_a_logical_name_is_read_and_written_in_each_form(text: str, value: LogicalName) -> None:
    assert LogicalName.parse(text) == value
    assert str(value) == text


NAMES = st.sampled_from(["www.example.com", "*.example.com", "example.com", "_sip._tcp.example.com"])
TYPES = st.sampled_from(["A", "AAAA", "CNAME", "TXT", "MX"])
PARTS = st.one_of(st.integers(0, 10_000), st.just(MARK), st.builds(Former, st.integers(0, 10_000)))


@given(st.builds(LogicalName, NAMES, TYPES, PARTS))
def test_a_logical_name_that_was_written_is_read_back(value: LogicalName) -> None:
    assert LogicalName.parse(str(value)) == value


@given(st.builds(LogicalName, NAMES, TYPES, PARTS))
def test_a_logical_name_is_of_a_record_or_of_a_mark_or_of_a_former_mark(value: LogicalName) -> None:
    assert [value.is_record, value.is_mark, value.is_former_mark].count(True) == 1
    assert LogicalName.parse(value.component).record_set == value.record_set


@pytest.mark.parametrize(
    "text",
    [
        *("", "www.example.com", "/A", "www.example.com/", "www.example.com/A/", "www.example.com/A/0"),
        *("www.example.com/A/01", "www.example.com/A/-1", "www.example.com/A/1/2", "www.example.com/A/marks"),
        *("www.example.com/A/mark/", "www.example.com/A/mark/0", "www.example.com/A/mark/former/"),
    ],
)
def test_a_text_that_is_no_logical_name_of_a_record_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no logical name of a record"):
        LogicalName.parse(text)
