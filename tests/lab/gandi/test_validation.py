"""Which record sets the API takes, and in what form it gives them back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.cloudflare.txt import text
from lab.gandi.errors import ApiError
from lab.gandi.state import Gandi
from lab.gandi.txt import canonical
from lab.gandi.validation import record_set
from tests.lab.gandi.conftest import ZONE, Api

RECORDS = f"/domains/{ZONE}/records"


def made(record_type: str, *values: object, name: object = "www", ttl: object = 300) -> tuple[str, ...]:
    """The values that are stored; ApiError where they are refused."""
    body = {"rrset_name": name, "rrset_type": record_type, "rrset_ttl": ttl, "rrset_values": list(values)}
    return record_set(body).values


def refused(record_type: str, *values: object, **others: object) -> list[str]:
    """The names of what is wrong."""
    with pytest.raises(ApiError) as failed:
        made(record_type, *values, **others)
    errors: Any = failed.value.body["errors"]
    assert failed.value.status == 400
    return [error["name"] for error in errors]


@pytest.mark.parametrize(
    ("record_type", "value"),
    [
        ("A", "192.0.2.1"),
        ("AAAA", "2001:db8::1"),
        ("CAA", '0 issue "letsencrypt.org"'),
        ("CNAME", "target.example.net."),
        ("CNAME", "www"),
        ("DS", "1 13 2 " + "ab" * 32),
        ("MX", "10 mail.example.net."),
        ("MX", "10 mail"),
        ("NS", "ns1.example.net."),
        ("SRV", "1 2 5060 sip.example.net."),
        ("SSHFP", "4 2 " + "ab" * 32),
        ("TLSA", "3 1 1 " + "ab" * 32),
        ("HTTPS", "1 . alpn=h3"),
    ],
)
def test_values_are_kept_as_they_were_given(record_type: str, value: str) -> None:
    assert made(record_type, value) == (value,)


def test_an_alias_of_gandis_own_type_stands_at_the_apex_only() -> None:
    assert made("ALIAS", "target.example.net.", name="@") == ("target.example.net.",)
    assert refused("ALIAS", "target.example.net.", name="www") == ["rrset_type"]


@pytest.mark.parametrize(
    ("record_type", "value"),
    [
        ("A", "2001:db8::1"),
        ("A", "192.0.2.256"),
        ("AAAA", "192.0.2.1"),
        ("CAA", "issue letsencrypt.org"),
        ("CNAME", "two words"),
        ("MX", "mail.example.net."),
        ("SRV", "1 2 70000 sip.example.net."),
        ("A", ""),
        ("A", 7),
    ],
)
def test_values_of_another_form_are_refused(record_type: str, value: object) -> None:
    assert refused(record_type, value) == ["rrset_values.0"]


def test_each_wrong_value_is_named_by_its_place() -> None:
    assert refused("A", "x", "192.0.2.1", "y") == ["rrset_values.0", "rrset_values.2"]


def test_everything_that_is_wrong_is_said_at_once() -> None:
    found = refused("NONE", name="www.", ttl=299)
    assert found == ["rrset_name", "rrset_type", "rrset_ttl", "rrset_values"]


@pytest.mark.parametrize("ttl", [300, 2_592_000])
def test_the_limits_of_the_ttl_are_allowed(ttl: int) -> None:
    assert made("A", "192.0.2.1", ttl=ttl) == ("192.0.2.1",)


@pytest.mark.parametrize("ttl", [0, 299, 2_592_001, "300", True, 300.5])
def test_other_ttls_are_refused(ttl: object) -> None:
    assert refused("A", "192.0.2.1", ttl=ttl) == ["rrset_ttl"]


@pytest.mark.parametrize("name", ["@", "*", "*.apps", "_sip._tcp", "a.b.c", "WWW"])
def test_names_relative_to_the_zone_are_allowed(name: str) -> None:
    assert made("A", "192.0.2.1", name=name) == ("192.0.2.1",)


@pytest.mark.parametrize("name", ["", "www.", ".www", "a b", "a.*", "-a", "a" * 64, None, 7])
def test_other_names_are_refused(name: object) -> None:
    assert refused("A", "192.0.2.1", name=name) == ["rrset_name"]


class TestAliases:
    def test_a_cname_has_one_value(self) -> None:
        assert refused("CNAME", "a", "b") == ["rrset_values"]

    def test_a_cname_is_not_at_the_apex(self) -> None:
        assert refused("CNAME", "a", name="@") == ["rrset_type"]

    @pytest.mark.parametrize(("first", "second"), [("CNAME", "A"), ("A", "CNAME")])
    def test_a_cname_is_alone_at_its_name(self, api: Api, gandi: Gandi, first: str, second: str) -> None:
        bodies = {
            "CNAME": {"rrset_type": "CNAME", "rrset_values": ["target"]},
            "A": {"rrset_type": "A", "rrset_values": ["192.0.2.1"]},
        }
        assert api("POST", f"{RECORDS}/www", bodies[first]).status_code == 201
        for method, path in (("POST", f"{RECORDS}/www"), ("PUT", f"{RECORDS}/www/{second}")):
            assert api(method, path, bodies[second]).status_code == 400
        assert api("PUT", f"{RECORDS}/www", {"items": list(bodies.values())}).status_code == 400
        assert [one.type for one in gandi.records(ZONE)] == [first]
        assert api("POST", f"{RECORDS}/other", bodies[second]).status_code == 201


class TestTexts:
    @pytest.mark.parametrize(
        ("given", "stored"),
        [
            ("v=spf1 -all", '"v=spf1 -all"'),
            ('"v=spf1 -all"', '"v=spf1 -all"'),
            ('"a"   "b"', '"a" "b"'),
            ('say "hi"', '"say \\"hi\\""'),
            ("a" * 300, f'"{"a" * 255}" "{"a" * 45}"'),
            (f'"{"a" * 300}"', f'"{"a" * 255}" "{"a" * 45}"'),
            ("v=DKIM1; k=rsa", '"v=DKIM1; k=rsa"'),
        ],
    )
    def test_they_are_given_back_in_quotation_marks(self, given: str, stored: str) -> None:
        assert made("TXT", given) == (stored,)

    @given(st.text(st.characters(codec="utf-8", exclude_characters="\\"), min_size=1, max_size=600))
    def test_what_is_stored_stays_and_says_the_same(self, value: str) -> None:
        stored = canonical(value)
        assert canonical(stored) == stored
        assert text(stored) == text(value)

    def test_two_spellings_of_one_text_are_one_value(self) -> None:
        assert made("TXT", "same", '"same"') == ('"same"',)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", RECORDS, []),
        ("PUT", RECORDS, {"items": "none"}),
        ("PUT", f"{RECORDS}/www", {"items": [1]}),
        ("PUT", f"{RECORDS}/www/A", None),
    ],
)
def test_a_body_of_another_form_is_refused(api: Api, method: str, path: str, body: object) -> None:
    answer = api(method, path, body)
    assert (answer.status_code, answer.json()["status"]) == (400, "error")


def test_a_body_that_is_no_json_is_refused(api: Api) -> None:
    answer = api.session.post(
        f"{api.root}/v5/livedns{RECORDS}", data="{", headers=dict(api.headers) | {"Content-Type": "application/json"}
    )
    assert answer.status_code == 400
