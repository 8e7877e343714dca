from __future__ import annotations

import dns.exception
import pytest
from dns.rdtypes.ANY.TXT import TXT
from hypothesis import given
from hypothesis import strategies as st

from lab.dns.rdata import rdata, strings
from lab.dns.record import ZoneRecord


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("bare text", [b"bare text"]),
        ("", [b""]),
        ('""', [b""]),
        ('"one" "two"', [b"one", b"two"]),
        (r'"a \"quoted\" word" ', [b'a "quoted" word']),
        (r'"\195\188 \999 \\"', ["ü 999 \\".encode()]),
        ('"ends" here', [b'"ends" here']),
        ("ü", ["ü".encode()]),
        ('"' + 300 * "x" + '"', [255 * b"x", 45 * b"x"]),
    ],
)
def test_strings_of_a_text(content: str, expected: list[bytes]) -> None:
    assert strings(content) == expected


@given(content=st.text(max_size=400))
def test_any_text_is_a_text_record(content: str) -> None:
    record = rdata(ZoneRecord("a.example.com", "TXT", content))
    assert isinstance(record, TXT)
    assert all(len(part) <= 255 for part in record.strings)


@pytest.mark.parametrize(("record_type", "content"), [("A", "x"), ("MX", "x"), ("NOTYPE", "x"), ("CNAME", "a..b")])
def test_content_that_is_none_of_its_type(record_type: str, content: str) -> None:
    with pytest.raises(dns.exception.DNSException):
        rdata(ZoneRecord("a.example.com", record_type, content))
