"""The text of a zone's file: read by dnspython, written anew with a serial that rises with each change. Pure.

CoreDNS takes a changed file only where its serial is another one (https://coredns.io/plugins/file/), and a secondary
where it is a later one in serial number arithmetic (RFC 1982).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import dns.exception
import dns.rdatatype
import dns.zone

from components.plain_text import cut
from components.zone_set import GENERATED, ZoneSet

LONGEST = 1 << 20
"""Bytes that a ConfigMap holds (https://kubernetes.io/docs/concepts/configuration/configmap/)."""
_SERIALS = 1 << 32
_HEAD = "; Kept by TrueNorth: whatever stands here beside the records is lost at the next change.\n"
_DIRECTIVES = ("$ORIGIN", "$TTL")
"""Others would have the reader make any number of records, or open files."""
_TTL = 300
_TIMES = "7200 1800 1209600 30"
"""Seconds of the SOA record. The last ones, for which resolvers keep that a name is not there, are few: names come and
go."""


@dataclass(frozen=True, slots=True)
class SetInFile:
    """All records of one name and type in a file. name: in full; values: as a zone file has them."""

    name: str
    type: str
    ttl: int
    values: tuple[str, ...]


def listing(text: str, domain: str) -> list[SetInFile]:
    """Return the record sets of a file, but for what `render` adds. Raises ValueError where it is none of the zone."""
    return list(_sets(_zone(text, domain), domain))


def render(domain: str, sets: Iterable[ZoneSet], before: str, now: float) -> str:
    """Return the file with these sets: the former one where it says the same already.

    before: the file as it is, which `listing` has read; "" for none. now: seconds since the epoch, the first serial.
    Raises ValueError for a set that no file can hold.
    """
    lines: list[str] = []
    has_name_server = False
    for one in sorted(sets, key=lambda one: (one.owner, one.type)):
        has_name_server = has_name_server or (one.type == "NS" and one.owner == one.origin)
        owner = one.owner.to_text()
        lines += [f"{owner} {one.ttl} IN {one.type} {text}" for text in sorted(v.to_text() for v in one.rdataset())]
    if not has_name_server:
        lines.insert(0, f"{domain}. {_TTL} IN NS {_server(domain)}")
    if not before:
        return _text(domain, int(now) % _SERIALS, lines)
    serial = _zone(before, domain).get_soa().serial
    unchanged = _text(domain, serial, lines)
    return before if unchanged == before else _text(domain, _later(serial), lines)


def _later(serial: int) -> int:
    """Return the serial after this one, never 0.

    That one CoreDNS takes for the serial of a file it has read already.
    """
    return (serial + 1) % _SERIALS or 1


def _text(domain: str, serial: int, lines: Iterable[str]) -> str:
    soa = f"{domain}. {_TTL} IN SOA {_server(domain)} hostmaster.{domain}. {serial} {_TIMES}"
    return _HEAD + "".join(f"{line}\n" for line in (soa, *lines))


def _server(domain: str) -> str:
    """Return the name of the server, as CoreDNS itself calls it in zones that it makes."""
    return f"ns.dns.{domain}."


def _zone(text: str, domain: str) -> dns.zone.Zone:
    try:
        found = dns.zone.from_text(
            text, f"{domain}.", relativize=False, check_origin=False, allow_directives=_DIRECTIVES
        )
        found.get_soa()
    except (dns.exception.DNSException, ValueError) as error:
        raise ValueError(cut(str(error), 200) or type(error).__name__) from None
    return found


def _sets(zone: dns.zone.Zone, domain: str) -> Iterator[SetInFile]:
    for name, rdataset in zone.iterate_rdatasets():
        record_type = dns.rdatatype.to_text(rdataset.rdtype)
        values = tuple(value.to_text() for value in rdataset)
        is_own = record_type == "NS" and name == zone.origin and values == (_server(domain),)
        if record_type not in GENERATED and not is_own:
            yield SetInFile(name.to_text(omit_final_dot=True).lower(), record_type, rdataset.ttl, values)
