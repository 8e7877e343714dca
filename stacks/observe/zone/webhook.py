"""Zones at a provider that speaks the webhook protocol of external-dns: its record sets in one listing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from components.plugin.schema import KEPT_TTL
from components.webhook.client import Webhook, WebhookFault, WebhookSilent
from components.webhook.connection import WebhookPlace
from components.webhook.endpoints import sets_of
from components.webhook.shapes import ShapeError
from stacks.model.errors import ObservationError, ProviderRefused
from stacks.model.values import RegisteredRecord, ZoneSnapshot
from stacks.observe.zone import own_plugin
from stacks.observe.zone.own_plugin import live_record
from stacks.observe.zone.visible import VisibleZone
from stacks.settings.credentials import Credentials


def snapshot(credentials: Credentials, zone: str, _zone_id: str) -> ZoneSnapshot:
    """Return all record sets of the zone; its id is its name.

    Raises ProviderRefused where what answers speaks no such protocol, another version, or is not for the zone,
    ObservationError where it cannot be asked.
    """
    webhook = _webhook(credentials)
    try:
        webhook.check_takes(zone)
        found = sets_of(webhook.records(), zone)
    except (WebhookFault, ShapeError) as fault:
        raise _told(fault, zone) from None
    return ZoneSnapshot(
        zone, zone, tuple(live_record(zone, one.name, one.type, one.ttl, one.values) for one in found.values())
    )


def registered(resource: Mapping[str, Any]) -> RegisteredRecord:
    """Return the record set of a resource in state."""
    kept = resource.get("outputs", {}).get(KEPT_TTL)
    return replace(own_plugin.registered(resource, "webhook"), kept_ttl=None if kept is None else int(kept))


def visible_zones(credentials: Credentials, name: str) -> list[VisibleZone]:
    """Return the zone of this name where the provider takes it; none without a name: zones are not listed.

    Raises as `snapshot`.
    """
    if not name:
        return []
    try:
        _webhook(credentials).check_takes(name)
    except (WebhookFault, ShapeError) as fault:
        raise _told(fault, name) from None
    return [VisibleZone("webhook", name, name)]


def _webhook(credentials: Credentials) -> Webhook:
    url, timeout = credentials.place
    return Webhook(WebhookPlace(url, int(timeout)), credentials.token)


def _told(fault: WebhookFault | ShapeError, zone: str) -> ProviderRefused | ObservationError:
    """Return the error for a fault of the provider: one to mend, or one that may pass."""
    if isinstance(fault, WebhookSilent):
        return ObservationError(str(fault))
    return ProviderRefused(
        str(fault),
        f"zone {zone}, setting webhook",
        "write the URL at which the provider takes external-dns's requests (often port 8888; 8080 has metrics), "
        "and let its domain filter have the zone",
    )
