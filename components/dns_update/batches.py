"""Carries out changes of several record sets by few messages.

A server makes all changes of a message or none. So where it makes none, each is sent by itself, and has an outcome of
its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import dns.rcode

from components.dns_update.changes import carry_out, check_kept, request
from components.dns_update.server import DnsFault, DnsServer, NoAnswer
from components.zone_set import SetChange, ZoneSet

MOST = 64
"""Changes of a message."""
MOST_CHARACTERS = 32_000
"""Of their values, known and wanted: a message has 65,535 bytes at most."""

Outcome = DnsFault | None
"""What became of a change: None where it is made."""


def carry_out_all(server: DnsServer, changes: Sequence[SetChange]) -> list[Outcome]:
    """Make changes, of each name at most one, and return what became of each."""
    return [outcome for some in _messages(changes) for outcome in _together(server, some)]


def _messages(changes: Sequence[SetChange]) -> Iterator[list[SetChange]]:
    """Yield the changes in parts that fit a message, each of one zone."""
    part: list[SetChange] = []
    characters = 0
    for one in changes:
        size = sum(len(value) for there in (one.known, one.wanted) if there for value in there.values)
        if part and (len(part) == MOST or characters + size > MOST_CHARACTERS or _zone(one) != _zone(part[0])):
            yield part
            part, characters = [], 0
        part.append(one)
        characters += size
    if part:
        yield part


def _zone(change: SetChange) -> str:
    return change.about.zone


def _together(server: DnsServer, changes: Sequence[SetChange]) -> list[Outcome]:
    if len(changes) == 1:
        return [_alone(server, changes[0])]
    try:
        answer = server.ask(request(changes))
    except NoAnswer as fault:
        if not fault.was_sent:
            return [fault] * len(changes)
        return [_alone(server, one, was_lost=str(fault)) for one in changes]
    except DnsFault as fault:
        return [fault] * len(changes)
    if answer.rcode() == dns.rcode.NOERROR:
        return [_kept(server, one.wanted) for one in changes]
    return [_alone(server, one) for one in changes]


def _alone(server: DnsServer, change: SetChange, *, was_lost: str = "") -> Outcome:
    try:
        carry_out(server, change, was_lost=was_lost)
    except DnsFault as fault:
        return fault
    return None


def _kept(server: DnsServer, result: ZoneSet | None) -> Outcome:
    try:
        check_kept(server, result)
    except DnsFault as fault:
        return fault
    return None
