"""The zone's listing, against the lab's API."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from requests import Session

from lab.api.faults import Effect, Fault
from lab.cloudflare.records import remove
from lab.cloudflare.server import serve
from lab.cloudflare.state import Cloudflare
from stacks.model.errors import ObservationError, ProviderRefused
from stacks.observe.zone import cloudflare as reader
from stacks.observe.zone import cloudflare_answers
from stacks.observe.zone.cloudflare import snapshot
from stacks.settings.credentials import Credentials
from tests.stacks.observe.zone.test_visible import serving

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


def test_a_listing_during_which_a_record_goes_is_made_again_and_misses_nothing(
    cloudflare: Cloudflare, credentials: Credentials, monkeypatch: pytest.MonkeyPatch
) -> None:
    _two_a_page(cloudflare, monkeypatch, goes=1)
    found = snapshot(credentials, "example.com", zone_id(cloudflare))
    assert sorted(one.record.name for one in found.records) == [f"n{number}.example.com" for number in range(1, 6)]


def test_a_zone_that_never_stays_the_same_is_not_taken_for_read(
    cloudflare: Cloudflare, credentials: Credentials, monkeypatch: pytest.MonkeyPatch
) -> None:
    _two_a_page(cloudflare, monkeypatch, goes=3)
    with pytest.raises(ObservationError, match=r"the zone example\.com changes while it is listed"):
        snapshot(credentials, "example.com", zone_id(cloudflare))


def _two_a_page(cloudflare: Cloudflare, monkeypatch: pytest.MonkeyPatch, *, goes: int) -> None:
    """Make pages of two records; of the first `goes` listings, a record goes once the first page is read."""
    monkeypatch.setattr(reader, "PAGE", 2)
    store = cloudflare.stores[zone_id(cloudflare)]
    for number in range(6):
        body = {"name": f"n{number}", "type": "A", "content": "203.0.113.7", "ttl": 1}
        cloudflare.add_record(zone_id(cloudflare), body)
    asked, gone = cloudflare_answers.get, itertools.count()

    def get(session: Session, credentials: Credentials, path: str, query: dict[str, str], zone: str) -> dict[str, Any]:
        answer = asked(session, credentials, path, query, zone)
        if query["page"] == "1" and next(gone) < goes:
            remove(store, answer["result"][0]["id"])
        return answer

    monkeypatch.setattr(reader, "get", get)


@pytest.mark.parametrize("result", [None, {}, "", 0])
def test_an_answer_without_a_list_is_not_an_empty_zone(result: object) -> None:
    body = {"success": True, "errors": [], "messages": [], "result": result}
    zone = "0123456789abcdef0123456789abcdef"
    with (
        serving({f"/zones/{zone}/dns_records": (200, body)}) as (_, credentials),
        pytest.raises(ObservationError, match="has no list of results"),
    ):
        snapshot(credentials, "example.com", zone)


def test_the_id_of_another_zone_is_refused(cloudflare: Cloudflare, credentials: Credentials) -> None:
    cloudflare.add_record(zone_id(cloudflare), {"name": "www", "type": "A", "content": "203.0.113.7", "ttl": 1})
    with pytest.raises(ProviderRefused, match=r"is not example\.net: it has www\.example\.com"):
        snapshot(credentials, "example.net", zone_id(cloudflare))


@pytest.mark.parametrize("token", ["lab-token-other-89abcdefghijklmnopqrstuv", "malformed token"])
def test_a_refused_token_is_for_the_user_to_mend(cloudflare: Cloudflare, credentials: Credentials, token: str) -> None:
    with pytest.raises(ProviderRefused, match="refuses the credentials"):
        snapshot(replace(credentials, token=token), "example.com", zone_id(cloudflare))


def test_a_zone_that_is_not_there_is_for_the_user_to_mend(credentials: Credentials) -> None:
    with pytest.raises(ProviderRefused, match=r"there is no zone example\.net"):
        snapshot(credentials, "example.net", "")
    with pytest.raises(ProviderRefused, match="there is no zone with the id"):
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


@pytest.mark.parametrize(
    "fault",
    [
        Fault(Effect.SERVER_ERROR, status=502, times=1),
        Fault(Effect.THROTTLE, seconds=1, times=1),
        Fault(Effect.THROTTLE, seconds=0, times=2),
    ],
)
def test_a_passing_fault_is_waited_out(cloudflare: Cloudflare, credentials: Credentials, fault: Fault) -> None:
    cloudflare.faults.add(fault)
    assert snapshot(credentials, "example.com", zone_id(cloudflare)).records == ()


def test_a_refusal_with_a_long_wait_is_asked_once(cloudflare: Cloudflare, credentials: Credentials) -> None:
    cloudflare.faults.add(Fault(Effect.THROTTLE, seconds=300))
    with pytest.raises(ObservationError, match="wait 300 seconds"):
        snapshot(credentials, "example.com", zone_id(cloudflare))
    assert [one.status for one in cloudflare.requests] == [429]
