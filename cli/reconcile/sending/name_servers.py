"""Send the changes of a convergence at name servers ahead of the engines, in few messages.

A name server takes changes of many sets in a message, and an engine asks for one after the other, stack by stack. What
was sent is told to our own plugin (`components.dns_update.sent_ahead`), and found again by its marks after a crash.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from cli.engine.run import Listener
from cli.reconcile.sending.checkpoints import BY_MARKS, MANY
from cli.reconcile.sending.landed import tell
from components.dns_update import sent_ahead
from components.dns_update.batches import Unit, carry_out_all
from components.dns_update.connection import Connection
from components.dns_update.server import DnsServer
from components.records import zone_file_names
from components.views import bare
from components.zone_set import SetChange, ZoneSet
from stacks.plan.changes import Action, Change

if TYPE_CHECKING:
    from cli.reconcile.result import Convergence
    from cli.session.session import Session
    from components.records.record import Record
    from stacks.plan.records.record_sets import Key

_ORDER = (Action.DELETE, Action.UPDATE, Action.RESTORE, Action.CREATE)
"""The changes that engines ask for as they are planned, in the order in which sets are sent."""
_DELEGATING = frozenset({"NS", "DS"})
"""Types whose order counts beyond their set: a server leaves out a DS without the NS of its name."""


@contextmanager
def ahead_of_plugins(
    session: Session, seen: Convergence, listener: Listener
) -> Iterator[tuple[Session, Callable[[], None] | None]]:
    """Yield the session for plugins that are told of changes sent ahead, and the sending; None without changes.

    listener: is told once all that is planned has landed, if it is much.
    """
    units = units_of(session, seen)
    if not units:
        yield session, None
        return
    with sent_ahead.folder() as folder:

        def carried_out() -> sent_ahead.Outcomes:
            outcomes = list(_carried_out(session, units))
            landed = sum(outcome is None for *_, outcome in outcomes)
            if landed == len(seen.changes) and landed >= MANY:
                tell(listener, landed, len(units))
            return outcomes

        def send() -> None:
            with suppress(OSError):  # what a full disk does not tell the plugins, the next run finds by its marks
                sent_ahead.send(folder, carried_out)

        yield replace(session, environment={**session.environment, sent_ahead.VARIABLE: str(folder)}), send


def units_of(session: Session, seen: Convergence) -> Mapping[str, Sequence[Unit]]:
    """Return the changes that can be sent ahead, by zone: set by set, deletions first.

    Drift, adoptions and zones that were not listed are left to the engine, which looks at them first, and so are sets
    that the DNS cannot have, which our plugin refuses.
    """
    found: dict[str, Sequence[Unit]] = {}
    covered = {(one.name, one.type) for one in seen.plan.record_sets if one.covered}
    by_zone: dict[str, dict[Key, list[Change]]] = {}
    for change in seen.changes:
        by_zone.setdefault(change.zone, {}).setdefault(change.resource.record_set, []).append(change)
    places: dict[str, list[tuple[str, str]]] = {}
    for one in seen.observation.registry.records:
        places.setdefault(one.logical_name, []).append((one.zone_id, one.provider))
    for zone in session.settings.each_zone():
        if zone.provider not in BY_MARKS or zone.zone not in session.credentials:
            continue
        sets = [
            sorted(changes, key=lambda one: _rank(one, covered))
            for key, changes in by_zone.get(zone.zone, {}).items()
            if key[1] not in _DELEGATING and all(_is_foreseen(one, places) for one in changes)
        ]
        sets.sort(key=lambda changes: _ORDER.index(changes[0].action))
        units = [tuple(_set_change(one, bare(zone.zone)) for one in changes) for changes in sets]
        if right := [unit for unit in units if not any(map(_has_faults, unit))]:
            found[zone.zone] = right
    return found


def _is_foreseen(change: Change, places: Mapping[str, Sequence[tuple[str, str]]]) -> bool:
    """Return whether an engine asks for a change as it is planned. places: the zone ids and providers that state has.

    What state has in another zone, or at another provider, is replaced.
    """
    known = places.get(change.logical_name, ())
    stays = all(zone_id == change.zone and provider in BY_MARKS for zone_id, provider in known)
    return change.action in _ORDER and not change.unseen and stays


def _rank(change: Change, covered: AbstractSet[Key]) -> tuple[int, bool]:
    """Return the place of a change in its set: as the engine has it, a mark is made first and removed last.

    Under a wildcard it is the other way round (`components.records.record_set`).
    """
    is_first = change.resource.is_record == (change.action is Action.DELETE)
    return _ORDER.index(change.action), is_first == (change.resource.record_set in covered)


def _set_change(change: Change, zone: str) -> SetChange:
    known = None if change.action in {Action.CREATE, Action.RESTORE} else change.before
    return SetChange(_zone_set(known, zone), _zone_set(change.after, zone))


def _has_faults(change: SetChange) -> bool:
    return any(one.faults() for one in (change.known, change.wanted) if one)


def _zone_set(record: Record | None, zone: str) -> ZoneSet | None:
    if record is None:
        return None
    name = zone_file_names.relative(bare(record.name), zone)
    return ZoneSet(zone, name, record.type, record.ttl, tuple(zone_file_names.values(record.type, record.content)))


def _carried_out(session: Session, units: Mapping[str, Sequence[Unit]]) -> sent_ahead.Outcomes:
    """Send the changes of each zone, and yield their outcomes; none for a change that may not be sent any more."""
    for zone, several in units.items():
        credentials = session.credentials[zone]
        server = DnsServer(Connection(*credentials.place), credentials.token)
        for unit, outcomes in zip(several, carry_out_all(server, several, session.hold.may_write), strict=True):
            for change, outcome in zip(unit, outcomes, strict=False):  # what follows a failure was not sent
                yield server.connection, change, outcome
