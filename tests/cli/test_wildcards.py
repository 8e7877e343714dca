"""Under a wildcard no mark stands without its record: it would hide what the wildcard answers (RFC 4592, 2.2.2)."""

from __future__ import annotations

import random
from collections.abc import Iterable

import dns.message
import dns.query
import dns.rcode
import pytest

from lab import remote
from lab.world import FIRST_IPV4, GANDI_ZONE
from tests.cli.conftest import PATIENCE, Inside
from tests.cli.test_rejected import BAD

WILD = "198.51.100.80"


def answer(inside: Inside, name: str) -> set[str]:
    """The addresses with which the zone's name server answers for a name; none where it has another record, or none."""
    host, _, port = inside.places.dns.rpartition(":")
    reply = dns.query.udp(dns.message.make_query(f"{name}.", "A"), host, port=int(port), timeout=PATIENCE)
    assert reply.rcode() == dns.rcode.NOERROR
    return {record.address for one in reply.answer for record in one}


def hidden(inside: Inside, names: Iterable[str]) -> list[str]:
    """The names that exist and have no address: the wildcard does not answer for them any more."""
    return [name for name in names if not answer(inside, name)]


@pytest.fixture
def wild(inside: Inside) -> Inside:
    """A zone with a wildcard of somebody else, at both providers."""
    remote.edit_record(inside.places, {"type": "A", "name": "*.example.com", "content": WILD, "ttl": 300})
    remote.gandi_edit(inside.places, "*", "A", [WILD])
    return inside


@pytest.mark.parametrize("seed", range(2))
def test_a_refused_record_leaves_the_wildcards_answer(wild: Inside, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a storm, no secret
    names = [f"n{number}" for number in range(12)]
    for _ in range(2):
        bad = set(chance.sample(names, 4))
        wishes: list[object] = []
        for name in names:
            targets = [f"203.0.113.{number}" for number in range(1, chance.randrange(2, 4))]
            wishes.append(BAD | {"name": name} if name in bad else {"name": name, "targets": targets})
        wild.settings(*wishes)
        done = wild.run("up")
        assert done.returncode == 1, done.stderr
        assert hidden(wild, (f"{name}.example.com" for name in names)) == []
        assert all(answer(wild, f"{name}.example.com") != {WILD} for name in set(names) - bad)


def test_one_that_was_deleted_and_is_refused_when_it_is_made_again_takes_its_mark_along(wild: Inside) -> None:
    wild.settings("www")
    wild.result("up")
    remote.delete_record(wild.places, wild.record("www")["id"])
    wild.settings(BAD | {"name": "www"})
    assert wild.run("up").returncode == 1
    assert answer(wild, "www.example.com") == {WILD}


def test_a_plain_pulumi_up_makes_the_mark_after_the_record(wild: Inside) -> None:
    wild.settings(BAD | {"name": "www"}, "api")
    wild.pulumi("stack", "init", "--no-select")
    file = ("--config-file", str(wild.settings_file))
    wild.failing_pulumi("up", "--yes", "--skip-preview", *file)
    assert answer(wild, "www.example.com") == {WILD}
    wild.settings("www", "api")
    wild.pulumi("up", "--yes", "--skip-preview", *file)
    assert answer(wild, "www.example.com") == {FIRST_IPV4}
    assert wild.result("up")["changes"] == []


def test_at_gandi_too(wild: Inside) -> None:
    wild.settings("www", "api", zone=GANDI_ZONE, provider="gandi")
    wild.result("up")
    made = [(one.body or {}).get("rrset_name") for one in remote.gandi_requests(wild.places) if one.method == "POST"]
    assert made.index("www") < made.index("_truenorth-a.www")
    remote.gandi_forget_requests(wild.places)
    wild.settings("api", zone=GANDI_ZONE, provider="gandi")
    wild.result("up")
    gone = [one.path.rsplit("/", 2)[-2] for one in remote.gandi_requests(wild.places) if one.method == "DELETE"]
    assert gone == ["_truenorth-a.www", "www"]
    assert hidden(wild, ("www.example.net", "api.example.net")) == []
