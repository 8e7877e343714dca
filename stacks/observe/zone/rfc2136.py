"""Zones at a name server of the user's own: all record sets of one, by a transfer (AXFR, RFC 5936)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from components.dns_update.connection import Connection
from components.dns_update.server import DnsFault, DnsServer, NotDone, Unsigned
from components.dns_update.transfer import listing, serial_of
from components.zone_set import GENERATED
from stacks.model.errors import ObservationError, ProviderRefused
from stacks.model.values import RegisteredRecord, ZoneSnapshot
from stacks.observe.zone import own_plugin
from stacks.observe.zone.own_plugin import live_record
from stacks.observe.zone.visible import VisibleZone
from stacks.settings.credentials import Credentials

_Answer = TypeVar("_Answer")
_GENERATED = GENERATED | {"DNSKEY", "CDS", "CDNSKEY", "TYPE65534"}
"""Types that a server may make itself (BIND 9: the last one has the state of its signing)."""
_PASSING = frozenset({"SERVFAIL", "BADTIME"})


def snapshot(credentials: Credentials, zone: str, _zone_id: str) -> ZoneSnapshot:
    """Return all record sets of the zone; its id is its name.

    Raises ProviderRefused where the server refuses the key, the zone or its transfer, ObservationError where it cannot
    be asked.
    """
    found = _first_answer(credentials, zone, listing)
    sets = [one for one in found if one.type not in _GENERATED]
    return ZoneSnapshot(zone, zone, tuple(live_record(zone, one.name, one.type, one.ttl, one.values) for one in sets))


def registered(resource: Mapping[str, Any]) -> RegisteredRecord:
    """Return the record set of a resource in state."""
    return own_plugin.registered(resource, "rfc2136")


def visible_zones(credentials: Credentials, name: str) -> list[VisibleZone]:
    """Return the zone of this name where the server has it; none without a name: a server does not list its zones.

    Raises ProviderRefused where the server refuses the key, or has no such zone, ObservationError where it cannot be
    asked.
    """
    if not name:
        return []
    _first_answer(credentials, name, serial_of)
    return [VisibleZone("rfc2136", name, name)]


def serial(credentials: Credentials, place: str, zone: str) -> int | str:
    """Return the serial that one of the servers has of a zone, or why it gives none."""
    _, key, algorithm = credentials.place
    try:
        return serial_of(DnsServer(Connection(place, key, algorithm), credentials.token), zone)
    except DnsFault as fault:
        return str(fault)


def _first_answer(credentials: Credentials, zone: str, asking: Callable[[DnsServer, str], _Answer]) -> _Answer:
    """Return the answer of the first server that gives one; a refusal is one, too.

    Raises ProviderRefused where a server refuses, ObservationError where none answers.
    """
    silent = []
    _, key, algorithm = credentials.place
    for place in (credentials.place[0], *credentials.further):
        connection = Connection(place, key, algorithm)
        try:
            return asking(DnsServer(connection, credentials.token), zone)
        except DnsFault as fault:
            if isinstance(fault, Unsigned) or (isinstance(fault, NotDone) and fault.code not in _PASSING):
                raise _refused(fault, connection, credentials, zone) from None
            silent.append(str(fault))
    raise ObservationError("; ".join(silent))


def _refused(fault: DnsFault, connection: Connection, credentials: Credentials, zone: str) -> ProviderRefused:
    """Return the error of a server that refuses to list a zone, which the user has to mend."""
    return ProviderRefused(
        str(fault),
        f"zone {zone} at {connection.server}, key {connection.key}, {credentials.given_by}",
        "let the key transfer and update the zone there (BIND: allow-transfer and update-policy), and see that its "
        "name, algorithm and secret are those of the server",
    )
