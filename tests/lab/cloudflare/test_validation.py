"""What the API refuses about a record, and how it says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.cloudflare import txt
from lab.cloudflare.errors import ApiError
from lab.cloudflare.names import fully_qualified, hostname
from lab.cloudflare.validation import validate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lab.cloudflare.model import Zone
    from lab.cloudflare.state import Cloudflare

A = {"type": "A", "name": "www", "content": "192.0.2.1"}
CNAME = {"type": "CNAME", "name": "www", "content": "target.example.net"}
LOC = {"lat_degrees": 52, "lat_direction": "N", "long_degrees": 4, "long_direction": "E"}
SRV = {"type": "SRV", "name": "_a._tcp", "data": {"priority": 1, "weight": 1, "port": 1, "target": "a.example"}}

REFUSED: list[tuple[Mapping[str, object], list[int], str]] = [
    ({**A, "content": "192.0.2"}, [9005], "Content for A record must be a valid IPv4 address."),
    ({**A, "content": "2001:db8::1"}, [9005], "Content for A record must be a valid IPv4 address."),
    ({**A, "type": "AAAA"}, [9006], "Content for AAAA record must be a valid IPv6 address."),
    ({**A, "type": "AAAA", "content": "fe80::1%eth0"}, [9006], "Content for AAAA record"),
    ({**CNAME, "content": "192.0.2.1"}, [9007], "Content for CNAME record is invalid."),
    ({**CNAME, "content": "https://example.net/x"}, [9007], "Content for CNAME record is invalid."),
    ({**CNAME, "content": "www.example.com"}, [9039], "CNAME content cannot reference itself."),
    ({**CNAME, "type": "MX", "priority": 1, "content": "192.0.2.1"}, [9009], "Change the content of your MX record"),
    ({**CNAME, "type": "MX"}, [9100], "priority is a required field."),
    ({**CNAME, "type": "MX", "priority": 65536}, [9008], "Invalid priority"),
    ({**A, "name": "a..b"}, [9000], "DNS name is invalid."),
    ({**A, "name": "a b"}, [9000], "DNS name is invalid."),
    ({**A, "name": "a.*.b"}, [9000], "DNS name is invalid."),
    ({**A, "name": "x" * 64}, [9000], "DNS name is invalid."),
    ({**A, "name": ".".join(["x" * 60] * 5)}, [9000], "DNS name is invalid."),
    ({**A, "name": "."}, [9000], "DNS name is invalid."),
    ({**A, "name": "\u2024."}, [9000], "DNS name is invalid."),
    ({**SRV, "data": {"priority": 1, "weight": 1, "port": 1, "target": "a b"}}, [9102], "must be a valid hostname"),
    ({"type": "LOC", "name": "@", "data": LOC | {"lat_direction": "W"}}, [9102], "must be one of N, S"),
    ({**A, "type": "SPF"}, [9002], "DNS record type is invalid."),
    ({**A, "ttl": 59}, [9021], "TTL must be between 60 and 86400 seconds, or 1 for Automatic."),
    ({**A, "ttl": 86401}, [9021], "TTL must be between 60 and 86400 seconds, or 1 for Automatic."),
    ({**A, "ttl": 0}, [9021], "TTL must be"),
    ({**A, "type": "TXT", "proxied": True}, [9004], "This record type cannot be proxied."),
    ({**A, "content": "10.0.0.1", "proxied": True}, [9003], "Target 10.0.0.1 is not allowed for a proxied record."),
    ({**A, "comment": "two\nlines"}, [9314], "newlines"),
    ({**A, "comment": "x" * 101}, [9313], "exceeds the maximum length of 100 characters"),
    ({**A, "tags": ["a:b"]}, [9300], "DNS record has 1 tags, exceeding the quota of 0."),
    ({"name": "www", "content": "192.0.2.1"}, [9100], "type is a required field."),
    ({"type": "A"}, [9100, 9100], "name is a required field."),
    ({**A, "content": "x", "ttl": 5}, [9005, 9021], "TTL must be"),
    ({**A, "type": "TXT", "content": "x" * 5000}, [9015], "allowed length of 4096 wire format bytes"),
    ({**A, "ttl": "300"}, [9207], "Request body is invalid."),
    ({**A, "ttl": True}, [9207], "Request body is invalid."),
    ({**A, "proxied": "yes"}, [9207], "Request body is invalid."),
    ({**A, "content": ["192.0.2.1"]}, [9207], "Request body is invalid."),
    ({**A, "tags": "a"}, [9207], "Request body is invalid."),
    ({**A, "settings": []}, [9207], "Request body is invalid."),
    ({"type": "SRV", "name": "_a._tcp"}, [9101] * 4, "port is a required data field."),
    ({"type": "CAA", "name": "@", "data": {"flags": 256, "tag": "issue", "value": "a"}}, [9102], "flags must be"),
    ({"type": "CAA", "name": "@", "data": {"flags": "0", "tag": "issue", "value": "a"}}, [9207], "body is invalid"),
    ({"type": "CAA", "name": "@", "data": {"flags": 0, "tag": 1, "value": "a"}}, [9207], "body is invalid"),
    ({"type": "SRV", "data": {}}, [9100, *[9101] * 4], "name is a required field."),
]


@pytest.mark.parametrize(("body", "codes", "message"), REFUSED)
def test_a_wrong_record_is_refused_with_all_that_is_wrong(
    zone: Zone, body: Mapping[str, object], codes: list[int], message: str
) -> None:
    with pytest.raises(ApiError) as caught:
        validate(zone, body)
    assert caught.value.status == 400
    assert [problem.code for problem in caught.value.problems] == codes
    assert any(message in problem.message for problem in caught.value.problems)


@pytest.mark.parametrize("ttl", [1, 60, 300, 300.0, 86400, None])
def test_a_ttl_is_automatic_or_a_minute_to_a_day(zone: Zone, ttl: float | None) -> None:
    assert validate(zone, {**A, "ttl": ttl}).ttl == (ttl or 1)


def test_enterprise_zones_take_half_a_minute(cloudflare: Cloudflare) -> None:
    enterprise = cloudflare.add_zone("big.example", plan="enterprise")
    assert validate(enterprise, {**A, "ttl": 30}).ttl == 30


@pytest.mark.parametrize("tag", ["bad tag:x", "x" * 33, ":x", ""])
def test_a_tag_has_a_plain_name(paid_zone: Zone, tag: str) -> None:
    with pytest.raises(ApiError, match="9301"):
        validate(paid_zone, {**A, "tags": [tag]})


def test_a_null_mx_and_the_apex_as_a_target_are_fine(zone: Zone) -> None:
    assert validate(zone, {"type": "MX", "name": "@", "content": ".", "priority": 0}).content == "."
    assert validate(zone, {**CNAME, "content": "@"}).content == "example.com"


def test_a_key_is_kept_as_it_is(zone: Zone) -> None:
    key = {"type": "OPENPGPKEY", "name": "x._openpgpkey", "content": "mQINBF=="}
    assert validate(zone, key).content == "mQINBF=="


LABELS = st.from_regex(r"[a-z0-9_]([a-z0-9_-]{0,20}[a-z0-9_])?", fullmatch=True)


@given(st.lists(LABELS, min_size=1, max_size=4).map(".".join), st.booleans())
def test_a_name_made_canonical_stays_as_it_is(name: str, dot: bool) -> None:  # noqa: FBT001 - hypothesis gives it
    once = fully_qualified(name.upper() + "." * dot, "example.com")
    assert once is not None
    assert once.endswith("example.com")
    assert fully_qualified(once, "example.com") == once
    assert hostname(once) == once


@given(st.text(min_size=1, max_size=600))
def test_text_survives_its_canonical_form(text: str) -> None:
    quoted = '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    canonical = txt.canonical(quoted)
    assert txt.text(canonical) == text
    assert all(len(part.encode()) <= 255 for part in txt.strings(canonical))
    assert txt.canonical(canonical) == canonical


@pytest.mark.parametrize(
    ("content", "text"),
    [('"a" "b"', "ab"), ("a b", "a b"), (r'"a\"b"', 'a"b'), (r'"\065"', "A"), ('"open', '"open'), ('""', "")],
)
def test_text_is_read_as_a_resolver_reads_it(content: str, text: str) -> None:
    assert txt.text(content) == text
