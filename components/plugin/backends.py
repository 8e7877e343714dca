"""The servers behind the provider of record sets, a class a protocol, by one interface."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

import dns.rdataset

from components.dns_update import batches
from components.dns_update import changes as dns_changes
from components.dns_update.server import DnsServer
from components.plugin.together import Together
from components.webhook import changes as webhook_changes
from components.webhook.client import Webhook
from components.zone_set import SetChange, ZoneSet

_Outcome = TypeVar("_Outcome")
_PAUSE = 0.03
"""Seconds: a hundredth of what a run takes, and what a busy engine sends in them goes in one message."""


class Backend(Protocol):
    """A server with zones. `create` and `replace` return the ttl that it keeps, in seconds."""

    def look(self, wanted: ZoneSet) -> dns.rdataset.Rdataset | None:
        """Return the records of a set's name and type as they are now; None where there are none."""

    def create(self, wanted: ZoneSet) -> int:
        """Make a set where there is none."""

    def replace(self, known: ZoneSet, wanted: ZoneSet) -> int:
        """Change a set that is as it was known."""

    def remove(self, known: ZoneSet) -> None:
        """Remove a set; one that is gone is gone."""


class DynamicUpdates:
    """A name server that takes dynamic updates (RFC 2136). It keeps every ttl.

    Changes that come one upon the other go in one message.
    """

    def __init__(self, server: DnsServer) -> None:
        self._server = server
        self._changes = Together[SetChange, None](self._carry_out, threading.Lock(), pause=_PAUSE)

    def look(self, wanted: ZoneSet) -> dns.rdataset.Rdataset | None:
        """Return the records that the server has."""
        return dns_changes.look(self._server, wanted)

    def create(self, wanted: ZoneSet) -> int:
        """Make a set by an update."""
        self._changes.ask(SetChange(None, wanted))
        return wanted.ttl

    def replace(self, known: ZoneSet, wanted: ZoneSet) -> int:
        """Change a set by an update."""
        self._changes.ask(SetChange(known, wanted))
        return wanted.ttl

    def remove(self, known: ZoneSet) -> None:
        """Remove a set by an update."""
        self._changes.ask(SetChange(known, None))

    def _carry_out(self, changes: Sequence[SetChange]) -> Sequence[Exception | None]:
        return of_each_name_in_turn(changes, lambda some: batches.carry_out_all(self._server, some))


class ByWebhook:
    """A provider that speaks external-dns's webhook protocol, asked for one thing at a time."""

    def __init__(self, webhook: Webhook) -> None:
        self._webhook = webhook
        self._negotiated: set[str] = set()
        turn = threading.Lock()
        self._looks = Together[ZoneSet, "dns.rdataset.Rdataset | None"](self._look, turn)
        self._changes = Together[SetChange, int](self._carry_out, turn)

    def look(self, wanted: ZoneSet) -> dns.rdataset.Rdataset | None:
        """Return the records that the provider lists."""
        return self._looks.ask(wanted)

    def create(self, wanted: ZoneSet) -> int:
        """Make a set by a request for changes."""
        return self._changes.ask(SetChange(None, wanted))

    def replace(self, known: ZoneSet, wanted: ZoneSet) -> int:
        """Change a set by a request for changes."""
        return self._changes.ask(SetChange(known, wanted))

    def remove(self, known: ZoneSet) -> None:
        """Remove a set by a request for changes."""
        self._changes.ask(SetChange(known, None))

    def _look(self, wanted: Sequence[ZoneSet]) -> Sequence[dns.rdataset.Rdataset | None]:
        self._negotiate({one.zone for one in wanted})
        return webhook_changes.look(self._webhook, wanted)

    def _carry_out(self, changes: Sequence[SetChange]) -> Sequence[int | Exception]:
        self._negotiate({one.about.zone for one in changes})
        return of_each_name_in_turn(changes, lambda some: webhook_changes.carry_out(self._webhook, some))

    def _negotiate(self, zones: set[str]) -> None:
        """Negotiate for each zone once."""
        for zone in zones - self._negotiated:
            self._webhook.check_takes(zone)
            self._negotiated.add(zone)


def of_each_name_in_turn(
    changes: Sequence[SetChange], carry_out: Callable[[Sequence[SetChange]], Sequence[_Outcome]]
) -> list[_Outcome]:
    """Make changes together; of one name one at a time, since the order counts: an alias stands alone."""
    names = [one.about.owner for one in changes]
    outcomes: dict[int, _Outcome] = {}
    left = list(range(len(changes)))
    while left:
        first = list({names[at]: at for at in reversed(left)}.values())
        made = carry_out([changes[at] for at in first])
        outcomes |= dict(zip(first, made, strict=True))
        left = [at for at in left if at not in outcomes]
    return [outcomes[at] for at in range(len(changes))]
