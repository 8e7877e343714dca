"""Endpoints as record sets of a zone, and the reverse.

The protocol leaves the form of contents to providers: hosts with or without a final dot, texts with or without quotes.
Both are read; written are hosts without a dot and texts in quotes, as external-dns writes its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from components.records import canonical_content, international, zone_file_names
from components.webhook.shapes import PROPERTIES, Endpoint
from components.zone_set import GENERATED, ZoneSet

_WITH_DOTS = frozenset({"SRV", "NAPTR"})
"""Types whose hosts external-dns leaves their final dot (endpoint/endpoint.go `NewEndpointWithTTL`)."""
Key = tuple[str, str]
"""The full name and the type of a set."""


@dataclass(frozen=True, slots=True)
class WebhookSet:
    """A record set that a provider lists. ttl: seconds, 0 where it says none; values: as a zone file has them.

    endpoint: what is listed, with all targets. is_split: whether there are several sets, by `setIdentifier`.
    """

    name: str
    type: str
    ttl: int
    values: tuple[str, ...]
    endpoint: Endpoint
    is_split: bool

    def of_zone(self, zone: str) -> ZoneSet:
        """Return it as a set of the zone."""
        return ZoneSet(zone, zone_file_names.relative(self.name, zone), self.type, self.ttl, self.values)


def sets_of(endpoints: Iterable[Endpoint], zone: str) -> dict[Key, WebhookSet]:
    """Return the record sets of a zone. A provider may list each value by itself: together they are one set."""
    found: dict[Key, list[Endpoint]] = {}
    for one in endpoints:
        name = international.stored((one.get("dnsName") or "").rstrip("."))
        if name == zone or name.endswith(f".{zone}"):
            found.setdefault((name, (one.get("recordType") or "").upper()), []).append(one)
    return {key: _together(key, several) for key, several in found.items() if key[1] and key[1] not in GENERATED}


def _together(key: Key, several: list[Endpoint]) -> WebhookSet:
    targets = [target for one in several for target in one.get("targets") or ()]
    return WebhookSet(
        *key,
        ttl=max(several[0].get("recordTTL") or 0, 0),
        values=tuple(dict.fromkeys(_value(key[1], target) for target in targets)),
        endpoint={**several[0], "targets": targets},
        is_split=any(one.get("setIdentifier") for one in several),
    )


def endpoint_of(wanted: ZoneSet) -> dict[str, Any]:
    """Return the endpoint of a set. A ttl of 0 is left to the provider."""
    ttl = {"recordTTL": wanted.ttl} if wanted.ttl else {}
    own = [{"name": name, "value": value} for name, value in wanted.properties]
    return {
        "dnsName": full_name(wanted),
        "recordType": wanted.type,
        "targets": list(_targets(wanted)),
        **ttl,
        **({PROPERTIES: own} if own else {}),
    }


def properties_of(endpoint: Endpoint) -> dict[str, str]:
    """Return the properties of an endpoint, by name."""
    return {one.get("name") or "": one.get("value") or "" for one in endpoint.get(PROPERTIES) or ()}


def full_name(wanted: ZoneSet) -> str:
    """Return the full name of a set, in lower case."""
    return wanted.owner.to_text(omit_final_dot=True).lower()


def _targets(wanted: ZoneSet) -> Iterator[str]:
    for value in wanted.rdataset():
        text = canonical_content.lenient(wanted.type, value.to_text())
        yield zone_file_names.stored(wanted.type, text) if wanted.type in _WITH_DOTS else text


def _value(record_type: str, target: str) -> str:
    """Return a target as a zone file has it."""
    return zone_file_names.stored(record_type, canonical_content.lenient(record_type, _quoted(record_type, target)))


def _quoted(record_type: str, target: str) -> str:
    """Return a text without quotes in these where it is escaped, as a zone file has it; others are one plain text."""
    if record_type != "TXT" or target.startswith('"') or "\\" not in target:
        return target
    inside = f'"{target}"'
    try:
        return canonical_content.content(record_type, inside)
    except ValueError:
        return target
