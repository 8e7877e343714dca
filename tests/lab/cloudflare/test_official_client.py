"""Cloudflare's own client does its ordinary work against the stand-in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cloudflare as official
import pytest

from lab.api.faults import Effect, Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab.cloudflare.model import Zone
    from lab.cloudflare.state import Cloudflare


@pytest.fixture
def client(base: str) -> Iterator[official.Cloudflare]:
    with official.Cloudflare(api_token="lab-token", base_url=base, max_retries=0) as client:
        yield client


def test_a_record_is_made_changed_and_deleted(client: official.Cloudflare, zone: Zone) -> None:
    records = client.dns.records
    made = records.create(zone_id=zone.id, type="A", name="www", content="192.0.2.1", ttl=300, comment="hello")
    assert made is not None
    assert (made.name, made.content, made.ttl, made.comment) == ("www.example.com", "192.0.2.1", 300, "hello")
    put = records.update(made.id, zone_id=zone.id, type="A", name="www.example.com", content="192.0.2.2", ttl=60)
    assert put is not None
    assert (put.content, put.comment) == ("192.0.2.2", None)
    patched = records.edit(made.id, zone_id=zone.id, type="A", name="www.example.com", ttl=1, proxied=True)
    assert patched is not None
    assert (patched.content, patched.proxied) == ("192.0.2.2", True)
    assert records.get(made.id, zone_id=zone.id) == patched
    gone = records.delete(made.id, zone_id=zone.id)
    assert gone is not None
    assert gone.id == made.id
    with pytest.raises(official.NotFoundError) as caught:
        records.get(made.id, zone_id=zone.id)
    assert [error.code for error in caught.value.errors] == [81044]


def test_every_page_is_fetched(client: official.Cloudflare, zone: Zone, cloudflare: Cloudflare) -> None:
    for number in range(12):
        client.dns.records.create(zone_id=zone.id, type="A", name=f"h{number}", content="192.0.2.1", ttl=1)
    cloudflare.requests.clear()
    listed = list(client.dns.records.list(zone_id=zone.id, per_page=5))
    assert len({record.id for record in listed}) == 12
    assert len(cloudflare.requests) == 4  # it stops at the empty page


def test_filters_reach_the_api(client: official.Cloudflare, zone: Zone) -> None:
    for name in ("one", "two"):
        client.dns.records.create(zone_id=zone.id, type="TXT", name=name, content='"x"', ttl=1, comment=name)
    found = client.dns.records.list(zone_id=zone.id, name={"exact": "one.example.com"}, comment={"contains": "on"})
    assert [record.name for record in found] == ["one.example.com"]
    assert list(client.dns.records.list(zone_id=zone.id, comment={"absent": "true"})) == []


def test_a_batch_is_carried_out(client: official.Cloudflare, zone: Zone) -> None:
    first = client.dns.records.create(zone_id=zone.id, type="A", name="old", content="192.0.2.1", ttl=1)
    assert first is not None
    done = client.dns.records.batch(
        zone_id=zone.id,
        deletes=[{"id": first.id}],
        posts=[{"type": "A", "name": "new", "content": "192.0.2.2", "ttl": 1}],
    )
    assert done is not None
    assert done.posts is not None
    assert done.deletes is not None
    assert [record.name for record in done.posts] == ["new.example.com"]
    assert [record.id for record in done.deletes] == [first.id]


def test_zones_accounts_and_the_token_are_read(client: official.Cloudflare, zone: Zone, cloudflare: Cloudflare) -> None:
    assert [one.id for one in client.zones.list(name="example.com")] == [zone.id]
    found = client.zones.get(zone_id=zone.id)
    assert found is not None
    assert (found.name, found.status, found.plan.legacy_id) == ("example.com", "active", "free")
    assert [account.id for account in client.accounts.list()] == [cloudflare.account.id]
    account = client.accounts.get(account_id=cloudflare.account.id)
    assert account is not None
    assert account.name == "TrueNorth Lab"
    verified = client.user.tokens.verify()
    assert verified is not None
    assert verified.status == "active"


def test_a_conflict_is_a_bad_request(client: official.Cloudflare, zone: Zone) -> None:
    client.dns.records.create(zone_id=zone.id, type="CNAME", name="www", content="a.example.net", ttl=1)
    with pytest.raises(official.BadRequestError) as caught:
        client.dns.records.create(zone_id=zone.id, type="A", name="www", content="192.0.2.1", ttl=1)
    assert [error.code for error in caught.value.errors] == [81054]


def test_a_wrong_token_is_forbidden(client: official.Cloudflare) -> None:
    with pytest.raises(official.PermissionDeniedError) as caught:
        client.with_options(api_token="x" * 40).zones.list()
    assert [error.code for error in caught.value.errors] == [9109]


def test_a_global_key_works(cloudflare: Cloudflare, zone: Zone, base: str) -> None:
    key = "0123456789abcdef0123456789abcdef01234"
    cloudflare.add_key("me@example.com", key)
    with official.Cloudflare(api_email="me@example.com", api_key=key, base_url=base) as client:
        assert [one.id for one in client.zones.list()] == [zone.id]


def test_throttling_and_outages_have_classes_of_their_own(client: official.Cloudflare, cloudflare: Cloudflare) -> None:
    cloudflare.faults.set([Fault(Effect.THROTTLE, times=1), Fault(Effect.SERVER_ERROR, times=1), Fault(Effect.DROP)])
    with pytest.raises(official.RateLimitError):
        client.zones.list()
    with pytest.raises(official.InternalServerError):
        client.zones.list()
    with pytest.raises(official.APIConnectionError):
        client.zones.list()


def test_the_client_comes_back_when_the_api_says_so(client: official.Cloudflare, cloudflare: Cloudflare) -> None:
    cloudflare.faults.add(Fault(Effect.THROTTLE, seconds=1, times=1))
    assert list(client.with_options(max_retries=1).zones.list()) == []
    assert [entry.status for entry in cloudflare.requests][:2] == [429, 200]
