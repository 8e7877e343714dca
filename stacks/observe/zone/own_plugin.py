"""Reads zones of our own plugin, which are known by their names, and the resources of it in state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from components import urns
from components.records import international, zone_file_names
from components.records.record import Record
from stacks.model.values import LiveRecord, RegisteredRecord
from stacks.observe.zone.visible import TokenState
from stacks.settings.credentials import Credentials


def zone_id(_credentials: Credentials, zone: str, _known: str) -> str:
    """Return the zone's name: it is its id."""
    return zone


def check_name(_credentials: Credentials, _zone: str, _zone_id: str) -> None:
    """Do nothing: a zone's name is its id."""


def token_state(_: Credentials) -> TokenState | None:
    """Return None: neither a key for a name server nor a token for a webhook has a state."""
    return None


def live_record(zone: str, name: str, record_type: str, ttl: int, values: Sequence[str]) -> LiveRecord:
    """Return a listed record set. name: in full; ttl: seconds; values: as a zone file has them."""
    record = _record(zone, name, record_type, ttl, values)
    return LiveRecord(f"{zone}/{zone_file_names.relative(record.name, zone)}/{record_type}", record)


def registered(resource: Mapping[str, Any], provider: str) -> RegisteredRecord:
    """Return the record set of a resource in state. provider: that of the zone."""
    inputs = resource["inputs"]
    zone, logical_name = inputs["zone"], urns.logical_name(resource["urn"])
    name = zone_file_names.fqdn(inputs["name"], zone)
    record = _record(zone, name, inputs["type"], int(inputs["ttl"]), inputs["values"])
    return RegisteredRecord(resource["urn"], logical_name, resource["id"], zone, record, provider)


def _record(zone: str, name: str, record_type: str, ttl: int, values: Sequence[str]) -> Record:
    return Record(
        name=international.stored(name),
        type=record_type,
        content=zone_file_names.content(record_type, list(values), zone),
        ttl=ttl,
        proxied=False,
        comment="",
    )
