"""The servers behind the provider of record sets, a class a protocol, by one interface."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Protocol

import dns.rdataset

from components.dns_update import batches
from components.dns_update import changes as dns_changes
from components.dns_update.batches import in_turn
from components.dns_update.sent_ahead import SentAhead
from components.dns_update.server import DnsServer
from components.plugin.together import Together
from components.webhook import changes as webhook_changes
from components.webhook.client import Webhook
from components.zone_set import SetChange, ZoneSet

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

    Changes that come one upon the other go in one message. ahead: what was sent before the engine asks for it.
    """

    def __init__(self, server: DnsServer, ahead: SentAhead) -> None:
        self._server = server
        self._ahead = ahead
        self._changes = Together[SetChange, None](self._carry_out, threading.Lock(), pause=_PAUSE)

    def look(self, wanted: ZoneSet) -> dns.rdataset.Rdataset | None:
        """Return the records that the server has."""
        return dns_changes.look(self._server, wanted)

    def create(self, wanted: ZoneSet) -> int:
        """Make a set by an update."""
        self._make(SetChange(None, wanted))
        return wanted.ttl

    def replace(self, known: ZoneSet, wanted: ZoneSet) -> int:
        """Change a set by an update."""
        self._make(SetChange(known, wanted))
        return wanted.ttl

    def remove(self, known: ZoneSet) -> None:
        """Remove a set by an update."""
        self._make(SetChange(known, None))

    def _make(self, change: SetChange) -> None:
        if not (told := self._ahead.claim(change)):
            self._changes.ask(change)
        elif fault := told[0]:
            raise fault

    def _carry_out(self, changes: Sequence[SetChange]) -> list[Exception | None]:
        return [one for unit in batches.carry_out_all(self._server, [(one,) for one in changes]) for one in unit]


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
        owners = [{one.about.owner} for one in changes]
        return in_turn(changes, owners, lambda some: webhook_changes.carry_out(self._webhook, some))

    def _negotiate(self, zones: set[str]) -> None:
        """Negotiate for each zone once."""
        for zone in zones - self._negotiated:
            self._webhook.check_takes(zone)
            self._negotiated.add(zone)
