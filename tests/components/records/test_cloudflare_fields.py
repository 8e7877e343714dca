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
BYTE = st.integers(0, 255)
DIGITS = st.binary(min_size=1, max_size=80).map(bytes.hex)
ESCAPED = st.sampled_from(["", "!^.*$!sip:info@example.com!", r"!^(.*)$!sip:\\1@example.com!", r"a \"b\" c."])
PARAMETERS = st.sampled_from(["", " alpn=h2", " ipv4hint=192.0.2.1 alpn=h3,h2", " port=8443 no-default-alpn alpn=h2"])

WRITTEN = st.one_of(
    st.tuples(st.just("MX"), st.builds("{} {}".format, NUMBER, HOST)),
    st.tuples(st.just("SRV"), st.builds("{} {} {} {}".format, NUMBER, NUMBER, NUMBER, HOST)),
    st.tuples(
        st.just("CAA"),
        st.builds('{} {} "{}"'.format, st.integers(0, 255), st.sampled_from(["issue", "issuewild", "iodef"]), VALUE),
    ),
    st.tuples(st.sampled_from(["CNAME", "NS"]), HOST),
    st.tuples(
        st.sampled_from(["HTTPS", "SVCB"]), st.builds("{} {}{}".format, st.integers(1, 65_535), HOST, PARAMETERS)
    ),
    st.tuples(st.sampled_from(["HTTPS", "SVCB"]), st.builds("0 {}".format, HOST)),  # an alias has no parameters
    st.tuples(st.just("TLSA"), st.builds("{} {} {} {}".format, BYTE, BYTE, st.just(3), DIGITS)),
    st.tuples(st.just("SSHFP"), st.builds("{} {} {}".format, BYTE, st.just(9), DIGITS)),
    st.tuples(st.just("DS"), st.builds("{} {} 99 {}".format, NUMBER, BYTE, DIGITS)),
    st.tuples(
        st.just("NAPTR"),
        st.builds('{} {} "{}" "{}" "{}" {}'.format, NUMBER, NUMBER, VALUE, VALUE, ESCAPED, HOST | st.just(".")),
    ),
    st.tuples(st.just("URI"), st.builds('{} {} "{}"'.format, NUMBER, NUMBER, ESCAPED.filter(bool))),
    st.tuples(
        st.just("LOC"),
        st.builds(
            "{} {} {:.3f} {} {} {} {:.3f} {} {:.2f}m".format,
            *(st.integers(0, 89), st.integers(0, 59), st.floats(0, 59.999), st.sampled_from("NS")),
            *(st.integers(0, 179), st.integers(0, 59), st.floats(0, 59.999), st.sampled_from("EW")),
            st.floats(-1000, 9000),
        ),
    ),
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
        ("SSHFP", "4 2 ab", {"data": {"algorithm": 4, "type": 2, "fingerprint": "AB"}}),
        ("HTTPS", "0 host", {"data": {"priority": 0, "target": "host", "value": ""}}),
        ("URI", '10 1 "ftp://a b/"', {"data": {"weight": 1, "target": "ftp://a b/"}, "priority": 10}),
        (
            "NAPTR",
            '1 2 "s" "a b" "" host',
            {
                "data": {
                    "order": 1,
                    "preference": 2,
                    "flags": "s",
                    "service": "a b",
                    "regex": "",
                    "replacement": "host.",
                }
            },
        ),
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
    st.builds(
        lambda text: {"type": "CAA", "data": {"flags": 0, "tag": "issue", "value": text}}, VALUE | st.just('"a" "b')
    ),
)


@given(st.sampled_from(sorted(canonical_content.EXAMPLES)), st.text(max_size=60))
def test_no_text_that_somebody_has_stored_is_the_end_of_a_run(record_type: str, text: str) -> None:
    found = cloudflare_fields.fields(record_type, canonical_content.lenient(record_type, f"1 {text}"))
    cloudflare_fields.spelled({"type": record_type, **found})


def test_the_fields_of_a_resource_are_named_as_in_pulumi() -> None:
    inputs = cloudflare_fields.inputs("DS", "1 13 2 ab")
    assert inputs == {"data": {"keyTag": 1, "algorithm": 13, "digestType": 2, "digest": "AB"}}
    assert cloudflare_fields.spelled({"type": "DS", **inputs}) == "1 13 2 AB"


@given(STORED)
def test_what_is_spelled_otherwise_than_we_would_is_written_as_it_is_spelled(item: dict[str, Any]) -> None:
    record = read_record({"name": "www.example.com", "ttl": 1, **item})
    assert cloudflare_fields.fields(record.type, record.spelled) == {
        name: value for name, value in item.items() if name != "type"
    }
