"""The zone's listing, against the lab's API."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from lab.api.faults import Effect, Fault
from lab.cloudflare.server import serve
from lab.cloudflare.state import Cloudflare
from stacks.model.errors import ObservationError, UserError
from stacks.observe.zone.cloudflare import snapshot
from stacks.settings.credentials import Credentials

TOKEN = "lab-token-0123456789abcdefghijklmnopqrst"


@pytest.fixture
def cloudflare() -> Cloudflare:
    world = Cloudflare(rate_limit=None)
    world.add_zone("example.com", "enterprise", "0123456789abcdef0123456789abcdef", record_quota=20_000)
    world.add_token(TOKEN)
    return world


@pytest.fixture
def credentials(cloudflare: Cloudflare) -> Iterator[Credentials]:
    with serve(cloudflare) as url:
        yield Credentials(token=TOKEN, base_url=url)


def zone_id(cloudflare: Cloudflare) -> str:
    return next(iter(cloudflare.zones))


def test_a_zone_is_one_call_when_its_id_is_known(cloudflare: Cloudflare, credentials: Credentials) -> None:
    cloudflare.add_record(zone_id(cloudflare), {"name": "WWW", "type": "A", "content": "203.0.113.7", "ttl": 1})
    found = snapshot(credentials, "example.com", zone_id(cloudflare))
    assert [(one.record.name, one.record.content, one.record.comment) for one in found.records] == [
        ("www.example.com", "203.0.113.7", "")
    ]
    assert len(cloudflare.requests) == 1


def test_its_id_is_found_by_its_name(cloudflare: Cloudflare, credentials: Credentials) -> None:
    assert snapshot(credentials, "example.com", "").zone_id == zone_id(cloudflare)
    assert len(cloudflare.requests) == 2


def test_a_large_zone_is_read_to_its_last_page(cloudflare: Cloudflare, credentials: Credentials) -> None:
    for number in range(5_001):
        body = {"name": f"n{number}", "type": "A", "content": "203.0.113.7", "ttl": 1}
        cloudflare.add_record(zone_id(cloudflare), body)
    assert len(snapshot(credentials, "example.com", zone_id(cloudflare)).records) == 5_001
    assert len(cloudflare.requests) == 2


@pytest.mark.parametrize("token", ["lab-token-other-89abcdefghijklmnopqrstuv", "malformed token"])
def test_a_refused_token_is_for_the_user_to_mend(cloudflare: Cloudflare, credentials: Credentials, token: str) -> None:
    with pytest.raises(UserError, match="refuses the credentials"):
        snapshot(replace(credentials, token=token), "example.com", zone_id(cloudflare))


def test_a_zone_that_is_not_there_is_for_the_user_to_mend(credentials: Credentials) -> None:
    with pytest.raises(UserError, match=r"there is no zone example\.net"):
        snapshot(credentials, "example.net", "")
    with pytest.raises(UserError, match="there is no zone with the id"):
        snapshot(credentials, "example.com", "fedcba9876543210fedcba9876543210")


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault(Effect.SERVER_ERROR, status=503), "answered 503"),
        (Fault(Effect.THROTTLE, seconds=7), "wait 7 seconds"),
        (Fault(Effect.DROP), "could not be asked"),
    ],
)
def test_an_api_in_trouble_is_an_unknown_zone_and_not_an_empty_one(
    cloudflare: Cloudflare, credentials: Credentials, fault: Fault, reason: str
) -> None:
    cloudflare.faults.add(fault)
    with pytest.raises(ObservationError, match=reason):
        snapshot(credentials, "example.com", zone_id(cloudflare))


def test_a_passing_fault_is_waited_out(cloudflare: Cloudflare, credentials: Credentials) -> None:
    cloudflare.faults.add(Fault(Effect.SERVER_ERROR, status=502, times=1))
    assert snapshot(credentials, "example.com", zone_id(cloudflare)).records == ()
