from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.records import canonical_content, cloudflare_fields
from stacks.observe.zone.cloudflare import read_record

LABEL = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=8)
HOST = st.lists(LABEL, min_size=1, max_size=4).map(".".join)
NUMBER = st.integers(0, 65_535)
VALUE = st.text("abcdefghijklmnopqrstuvwxyz0123456789.;=-: ", max_size=20)

WRITTEN = st.one_of(
    st.tuples(st.just("MX"), st.builds("{} {}".format, NUMBER, HOST)),
    st.tuples(st.just("SRV"), st.builds("{} {} {} {}".format, NUMBER, NUMBER, NUMBER, HOST)),
    st.tuples(
        st.just("CAA"),
        st.builds('{} {} "{}"'.format, st.integers(0, 255), st.sampled_from(["issue", "issuewild", "iodef"]), VALUE),
    ),
    st.tuples(st.sampled_from(["CNAME", "NS"]), HOST),
    st.tuples(st.just("TXT"), VALUE),
    st.tuples(st.just("A"), st.ip_addresses(v=4).map(str)),
    st.tuples(st.just("AAAA"), st.ip_addresses(v=6).map(str)),
)


def as_floats(value: Any) -> Any:  # noqa: ANN401 - JSON
    """As a state has numbers that the plugin has given."""
    if isinstance(value, dict):
        return {key: as_floats(one) for key, one in value.items()}
    return float(value) if isinstance(value, int) else value


@given(WRITTEN, st.booleans())
def test_a_content_that_is_taken_apart_and_put_together_is_the_same(written: tuple[str, str], floats: bool) -> None:  # noqa: FBT001 - drawn
    record_type, text = written
    content = canonical_content.content(record_type, text)
    fields = cloudflare_fields.fields(record_type, content)
    assert cloudflare_fields.content({"type": record_type, **(as_floats(fields) if floats else fields)}) == content


def test_what_the_api_gives_beside_the_components_does_not_matter() -> None:
    item = {
        "type": "SRV",
        "content": "5 5060 sip.example.org",
        "priority": 10,
        "data": {"priority": 10, "weight": 5, "port": 5060, "target": "sip.example.org"},
    }
    assert cloudflare_fields.content(item) == "10 5 5060 sip.example.org"


@pytest.mark.parametrize(
    ("record_type", "content", "fields"),
    [
        ("A", "203.0.113.7", {"content": "203.0.113.7"}),
        ("MX", "10 mail.example.org", {"content": "mail.example.org", "priority": 10}),
        (
            "SRV",
            "10 5 5060 sip.example.org",
            {"data": {"priority": 10, "weight": 5, "port": 5060, "target": "sip.example.org"}, "priority": 10},
        ),
        ("CAA", '0 issue "ca"', {"data": {"flags": 0, "tag": "issue", "value": "ca"}}),
    ],
)
def test_the_fields_are_those_of_the_api(record_type: str, content: str, fields: dict[str, object]) -> None:
    assert cloudflare_fields.fields(record_type, content) == fields


def test_a_record_that_somebody_has_left_empty_can_be_read() -> None:
    assert cloudflare_fields.content({"type": "TXT", "content": None}) == '""'


def test_a_priority_that_is_left_out_is_zero() -> None:
    assert cloudflare_fields.content({"type": "MX", "content": "."}) == "0 ."


RAW_TEXT = st.one_of(
    VALUE.map(lambda text: f'"{text}"'),
    VALUE.filter(bool),
    st.text(min_size=1, max_size=40),
    st.lists(VALUE, min_size=1, max_size=3).map(lambda parts: " ".join(f'"{part}"' for part in parts)),
)
STORED = st.one_of(
    st.builds(lambda text: {"type": "TXT", "content": text}, RAW_TEXT),
    st.builds(lambda host: {"type": "CNAME", "content": host}, HOST.map(str.title)),
    st.builds(lambda host, rank: {"type": "MX", "content": host, "priority": rank}, HOST.map(str.title), NUMBER),
    st.builds(
        lambda host, one, two: {
            "type": "SRV",
            "priority": one,
            "data": {"priority": one, "weight": two, "port": 1, "target": host},
        },
        HOST.map(str.title),
        NUMBER,
        NUMBER,
    ),
    st.builds(lambda text: {"type": "CAA", "data": {"flags": 0, "tag": "issue", "value": text}}, VALUE),
)


@given(STORED)
def test_what_is_spelled_otherwise_than_we_would_is_written_as_it_is_spelled(item: dict[str, Any]) -> None:
    record = read_record({"name": "www.example.com", "ttl": 1, **item})
    assert cloudflare_fields.fields(record.type, record.spelled) == {
        name: value for name, value in item.items() if name != "type"
    }
