from __future__ import annotations

import json

import pytest

from cli.apiproxy.gandi.requests import requested_set, set_in
from cli.apiproxy.http import Request, Response
from components.records.record import Record

AT = "/v5/livedns/domains/example.com/records"
SAID = {"rrset_name": "www", "rrset_type": "A", "rrset_ttl": 300, "rrset_values": ["192.0.2.2", "192.0.2.1"]}
BODY = json.dumps(SAID).encode()
WWW = Record("www.example.com", "A", "192.0.2.1\n192.0.2.2", 300, proxied=False, comment="")


@pytest.mark.parametrize(
    ("method", "target"),
    [("POST", AT), ("POST", f"{AT}/"), ("PUT", f"{AT}/www/A"), ("PUT", f"{AT}/www/A/"), ("PUT", f"{AT}/%77ww/A")],
)
def test_a_write_says_which_record_set_it_is_about_and_what_it_is_to_be(method: str, target: str) -> None:
    wish = requested_set(Request(method, target, {}, BODY))
    assert wish is not None
    assert (wish.id, wish.record, wish.target) == ("example.com/www/A", WWW, f"{AT}/www/A")
    assert str(wish) == "www.example.com A (example.com/www/A)"


def test_a_deletion_wishes_nothing() -> None:
    wish = requested_set(Request("DELETE", f"{AT}/@/MX"))
    assert wish is not None
    assert (wish.id, wish.record) == ("example.com/@/MX", None)


def test_the_query_goes_with_it() -> None:
    wish = requested_set(Request("POST", f"{AT}?sharing_id=org", {}, BODY))
    assert wish is not None
    assert wish.target == f"{AT}/www/A?sharing_id=org"


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("POST", f"{AT}/www/A"),
        ("PUT", AT),
        ("DELETE", AT),
        ("DELETE", f"{AT}/www"),
        ("DELETE", f"{AT}/www/A/more"),
        ("DELETE", f"{AT}/a%2Fb/A"),
        ("POST", "/v5/livedns/domains"),
        ("POST", "/v5/domain/domains/example.com/records"),
    ],
)
def test_what_is_no_write_of_one_record_set_is_none(method: str, target: str) -> None:
    assert requested_set(Request(method, target, {}, BODY)) is None


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"rrset_name": None}, "rrset_name and rrset_type"),
        ({"rrset_type": ""}, "rrset_name and rrset_type"),
        ({"rrset_ttl": "300"}, "rrset_ttl"),
        ({"rrset_values": []}, "rrset_values"),
        ({"rrset_values": [7]}, "rrset_values"),
    ],
)
def test_a_body_that_does_not_say_what_is_to_be_is_an_error(changed: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        requested_set(Request("POST", AT, {}, json.dumps({**SAID, **changed}).encode()))


def test_what_the_api_reads_out_is_a_record() -> None:
    assert set_in(Response(200, BODY), "example.com") == WWW


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{}"])
def test_what_it_says_otherwise_is_none(body: bytes) -> None:
    assert set_in(Response(200, body), "example.com") is None
