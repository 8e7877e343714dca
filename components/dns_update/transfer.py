"""Lists a zone by a transfer (AXFR, RFC 5936)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdatatype
import dns.rrset
import dns.xfr

from components.dns_update.server import ANSWERING, DnsServer, NoAnswer, NotDone

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


def check_served(server: DnsServer, zone: str) -> None:
    """Raise DnsFault unless the server has the zone and knows the key."""
    question = dns.message.make_query(dns.name.from_text(zone), dns.rdatatype.SOA)
    question.flags &= ~dns.flags.RD
    answer = server.ask(question)
    if answer.rcode() != dns.rcode.NOERROR:
        raise server.refusal(answer, f"answer for the zone {zone}")
    if not answer.flags & dns.flags.AA or not answer.answer:
        raise NotDone(f"{server.named} does not serve a zone {zone}", "NOTAUTH")


def listing(server: DnsServer, zone: str) -> tuple[ListedSet, ...]:
    """Return all record sets of a zone. Raises DnsFault where the server does not hand over all of it."""
    check_served(server, zone)
    found: dict[tuple[dns.name.Name, dns.rdatatype.RdataType], dns.rrset.RRset] = {}
    count = 0
    for message in _messages(server, zone):
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


def _messages(server: DnsServer, zone: str) -> Iterator[dns.message.Message]:
    """Yield the messages of a transfer, the first and the last of them signed (RFC 8945, 5.3.1)."""
    key = server.key()
    arriving = dns.query.xfr(
        server.address(),
        zone,
        timeout=ANSWERING,
        port=server.connection.place[1],
        keyring={key.name: key},
        keyalgorithm=key.algorithm,
        relativize=False,
        lifetime=LONGEST,
    )
    message = None
    while True:
        is_first = message is None
        try:
            message = server.translated(lambda: next(arriving))
        except StopIteration:
            break
        if is_first and not message.had_tsig:
            raise NoAnswer(f"{server.named} does not sign the transfer of {zone}", was_sent=True)
        yield message
    if message is None or not message.had_tsig:
        raise NoAnswer(f"{server.named} does not sign the end of the transfer of {zone}", was_sent=True)
