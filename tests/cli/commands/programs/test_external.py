"""`truenorth external` answers OpenTofu with texts, and fails rather than leave out what is unknown."""

from __future__ import annotations

import json
import subprocess

import pytest

from cli.commands.programs.external import LONGEST_QUERY
from cli.exit_codes import FAILED, UNUSABLE
from lab import remote
from lab.world import FIRST_IPV4
from tests.cli.conftest import ROOT, STACK, Inside
from tests.cli.in_process import truenorth

NOWHERE = json.dumps({"mode": "stun", "stun": ["127.0.0.1:1"], "agreement": 1, "timeout": 0.3, "attempts": 1})
"""Settings of the WAN address with which it is unknown."""


def asked(inside: Inside, query: object, **variables: str) -> subprocess.CompletedProcess[str]:
    """Ask, with a text as it is, or a query as JSON."""
    given = query if isinstance(query, str) else json.dumps(query)
    return truenorth(ROOT, {**inside.environment, **variables}, "external", given=given)


def answered(inside: Inside, **query: str) -> dict[str, str]:
    done = asked(inside, {"stack": STACK, **query})
    assert done.returncode == 0, done.stderr
    found: dict[str, str] = json.loads(done.stdout)
    assert all(isinstance(value, str) for value in found.values()), "the protocol has texts alone"
    return found


class TestAddresses:
    def test_are_the_agreed_ones_by_family(self, inside: Inside) -> None:
        inside.settings("www")
        assert answered(inside) == answered(inside, ask="addresses") == {"ipv4": FIRST_IPV4}

    def test_that_are_unknown_fail_it_with_the_reason(self, inside: Inside) -> None:
        inside.settings("www")
        done = asked(inside, {"stack": STACK}, TRUENORTH_WAN=NOWHERE)
        assert (done.returncode, done.stdout) == (FAILED, "")
        assert "ipv4 is not known: " in done.stderr


class TestEndpoints:
    def test_are_the_records_that_are_asked_for(self, inside: Inside) -> None:
        exchanges = ("10 mail.example.com", "20 mail2.example.com")
        inside.settings("www", records=[{"name": "mx", "type": "MX", "content": list(exchanges)}])
        found = answered(inside, ask="endpoints")
        assert found["www.example.com A"] == FIRST_IPV4
        assert sorted(found["mx.example.com MX"].split(",")) == sorted(exchanges)
        assert remote.records(inside.places) == []

    def test_fail_it_where_a_target_is_unknown(self, inside: Inside) -> None:
        inside.settings("www")
        done = asked(inside, {"stack": STACK, "ask": "endpoints"}, TRUENORTH_WAN=NOWHERE)
        assert (done.returncode, done.stdout) == (FAILED, "")
        assert "www.example.com A is not known: " in done.stderr


class TestHealth:
    def test_says_of_each_name_whether_the_zone_has_it(self, inside: Inside) -> None:
        inside.settings("www", "api")
        assert set(answered(inside, ask="health").values()) == {"pending"}
        inside.result("up")
        assert answered(inside, ask="health") == {"www.example.com A": "right", "api.example.com A": "right"}

    def test_tells_conflicts_and_drift(self, inside: Inside) -> None:
        theirs = {"type": "A", "name": "api.example.com", "content": "192.0.2.1", "ttl": 300, "proxied": False}
        remote.edit_record(inside.places, theirs)
        inside.settings("www", "api")
        inside.result("up")
        (ours,) = [
            one for one in remote.records(inside.places) if one["name"] == "www.example.com" and one["type"] == "A"
        ]
        remote.delete_record(inside.places, ours["id"])
        found = answered(inside, ask="health")
        assert found["www.example.com A"] == "pending"
        assert found["api.example.com A"].startswith("conflict: ")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("{", "the query is no JSON"),
        ("[" * 60_000, "the query is no JSON"),
        ("[]", "the query is no JSON object of texts"),
        ({"stack": 3}, "the query is no JSON object of texts"),
        ({"stakc": "home"}, "unknown key 'stakc'"),
        ({"ask": "weather"}, "'weather' cannot be asked for"),
        ({"stack": "x" * LONGEST_QUERY}, "longer than 65536 characters"),
        ({"stack": "none-such", "settings": "/none/such.yaml"}, "no settings for the stack 'none-such'"),
    ],
)
def test_a_query_that_cannot_be_answered_says_what_can(inside: Inside, query: object, said: str) -> None:
    done = asked(inside, query)
    assert (done.returncode, done.stdout) == (UNUSABLE, "")
    assert said in " ".join(done.stderr.split())
    assert "do:" in done.stderr


def test_no_query_at_all_is_an_empty_one(inside: Inside) -> None:
    inside.settings("www")
    done = asked(inside, "")
    assert json.loads(done.stdout) == {"ipv4": FIRST_IPV4}
