"""The listing of a zone at a provider of the webhook protocol, and the records of state."""

from __future__ import annotations

from typing import Any

import pytest

from components.records.record import Record
from stacks.model.errors import ObservationError, ProviderRefused
from stacks.model.observation import Registry
from stacks.observe.zone import webhook
from stacks.observe.zone.kept import as_kept
from stacks.settings.credentials import Credentials
from tests.components.webhook.conftest import Provider, provider

__all__ = ["provider"]
ZONE = "house.example"
URN = f"urn:pulumi:test::truenorth::truenorth:dns:OwnedRecord$truenorth:dns:RecordSet::www.{ZONE}/A"


def given(url: str) -> Credentials:
    return Credentials(place=(url, "5"))


def record(name: str, kind: str, content: str, ttl: int = 300) -> Record:
    return Record(f"{name}.{ZONE}".lstrip("."), kind, content, ttl, proxied=False, comment="")


def resource(**outputs: float) -> dict[str, Any]:
    inputs = {"zone": ZONE, "name": "www", "type": "A", "ttl": 300.0, "values": ["192.0.2.1"]}
    return {"urn": URN, "id": f"{ZONE}/www/A", "inputs": inputs, "outputs": {**inputs, **outputs}}


def test_a_snapshot_has_the_sets_of_the_zone_alone_in_canonical_form(provider: Provider) -> None:
    provider.put(f"WWW.{ZONE}.", "192.0.2.2", "192.0.2.1")
    provider.put(f"*.apps.{ZONE}", "www.house.example.", record_type="CNAME", recordTTL=0)
    provider.put(f"text.{ZONE}", "v=spf1 -all", record_type="TXT")
    provider.put(ZONE, "hidden", record_type="SOA")
    provider.put("www.other.example", "192.0.2.9")
    found = webhook.snapshot(given(provider.url), ZONE, ZONE)
    assert {one.id: one.record for one in found.records} == {
        f"{ZONE}/www/A": record("www", "A", "192.0.2.1\n192.0.2.2"),
        f"{ZONE}/*.apps/CNAME": record("*.apps", "CNAME", f"www.{ZONE}", 0),
        f"{ZONE}/text/TXT": record("text", "TXT", '"v=spf1 -all"'),
    }


@pytest.mark.parametrize(("kept", "live", "seen"), [(0, 0, 300), (3600, 3600, 300), (0, 60, 60), (None, 60, 60)])
def test_a_ttl_that_the_provider_keeps_instead_is_no_difference(
    provider: Provider, kept: int | None, live: int, seen: int
) -> None:
    provider.put(f"www.{ZONE}", "192.0.2.1", recordTTL=live)
    ours = webhook.registered(resource(**({} if kept is None else {"keptTtl": float(kept)})))
    (zone,) = as_kept([webhook.snapshot(given(provider.url), ZONE, ZONE)], Registry(records=(ours,)))
    (found,) = zone.records  # type: ignore[union-attr] # it is read
    assert (ours.provider, ours.kept_ttl, found.record.ttl) == ("webhook", kept, seen)


def test_a_zone_is_seen_by_its_name_alone(provider: Provider) -> None:
    assert [one.name for one in webhook.visible_zones(given(provider.url), ZONE)] == [ZONE]
    assert webhook.visible_zones(given(provider.url), "") == []


def test_what_speaks_another_protocol_is_for_the_user_to_mend(provider: Provider) -> None:
    provider.media_type, provider.body = "text/html", b"<html>"
    with pytest.raises(ProviderRefused, match="does not speak external-dns's protocol") as raised:
        webhook.snapshot(given(provider.url), ZONE, ZONE)
    assert "often port 8888" in str(raised.value)


def test_a_provider_with_a_fault_may_get_over_it(provider: Provider) -> None:
    provider.statuses["GET /records"] = [500] * 3
    with pytest.raises(ObservationError, match="answers /records with 500"):
        webhook.snapshot(given(provider.url), ZONE, ZONE)
