"""Lists a zone by a transfer (AXFR, RFC 5936)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

from components.dns_update.server import DnsServer, NoAnswer, NotDone, OpenConnection, Unsigned

LONGEST = 120.0
"""Seconds for a whole transfer."""
MOST_RECORDS = 1_000_000


@dataclass(frozen=True, slots=True)
class ListedSet:
    """A record set of a transfer. name: in full, without the final dot; values: as a zone file has them."""

    name: str
    type: str
    ttl: int
    values: tuple[str, ...]


def serial_of(server: DnsServer, zone: str) -> int:
    """Return the serial of a zone. Raises DnsFault unless the server has the zone and knows the key."""
    question = dns.message.make_query(dns.name.from_text(zone), dns.rdatatype.SOA)
    question.flags &= ~dns.flags.RD
    answer = server.ask(question)
    if answer.rcode() != dns.rcode.NOERROR:
        raise server.refusal(answer, f"answer for the zone {zone}")
    if not answer.flags & dns.flags.AA or not answer.answer:
        raise NotDone(f"{server.named} does not serve a zone {zone}", "NOTAUTH")
    return int(answer.answer[0][0].serial)


def listing(server: DnsServer, zone: str) -> tuple[ListedSet, ...]:
    """Return all record sets of a zone, by one request. Raises DnsFault where the server does not hand over all."""
    try:
        return _listing(server, zone)
    except (NotDone, Unsigned):
        serial_of(server, zone)  # whose answer says more of what is wrong
        raise


def _listing(server: DnsServer, zone: str) -> tuple[ListedSet, ...]:
    found: dict[tuple[dns.name.Name, dns.rdatatype.RdataType], dns.rrset.RRset] = {}
    count = 0
    with server.connected() as line:
        for message in _messages(line, zone):
            for part in message.answer:
                count += len(part)
                kept = found.setdefault((part.name, part.rdtype), part)
                if kept is not part:
                    kept.update(part)  # type: ignore[no-untyped-call] # dnspython has no types for it
            if count > MOST_RECORDS:
                raise NoAnswer(f"the zone {zone} has more than {MOST_RECORDS:,} records", was_sent=False)
    return tuple(
        ListedSet(
            name.to_text(omit_final_dot=True).lower(),
            dns.rdatatype.to_text(kind),
            one.ttl,
            tuple(value.to_text() for value in one),
        )
        for (name, kind), one in found.items()
    )


def _messages(line: OpenConnection, zone: str) -> Iterator[dns.message.Message]:
    """Yield the messages of a transfer, which begins and ends with the zone's SOA (RFC 5936, 2.2).

    The first and the last of them are signed (RFC 8945, 5.3.1).
    """
    server, origin = line.server, dns.name.from_text(zone)
    until, ends = time.monotonic() + LONGEST, 0
    for message in line.transfer(dns.message.make_query(origin, dns.rdatatype.AXFR)):
        if message.rcode() != dns.rcode.NOERROR:
            raise server.refusal(message, "hand over the zone by a transfer (AXFR)")
        if not ends and not message.had_tsig:
            raise NoAnswer(f"{server.named} does not sign the transfer of {zone}", was_sent=True)
        if not ends and (not message.answer or message.answer[0].rdtype != dns.rdatatype.SOA):
            raise NoAnswer(f"{server.named} begins the transfer of {zone} without its SOA", was_sent=True)
        ends += sum(1 for part in message.answer if (part.name, part.rdtype) == (origin, dns.rdatatype.SOA))
        yield message
        if ends > 1:
            break
        if time.monotonic() > until:
            raise NoAnswer(f"{server.named} has not transferred {zone} within {LONGEST:.0f} s", was_sent=True)
    if not message.had_tsig:
        raise NoAnswer(f"{server.named} does not sign the end of the transfer of {zone}", was_sent=True)
