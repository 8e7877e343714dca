"""News of the loop for tests, as it would tell them."""

from __future__ import annotations

from datetime import UTC, datetime
from ipaddress import ip_address

from cli.engine.run import Run
from cli.events import Trigger, Turn
from cli.reconcile.events import Dispatch, Event
from cli.reconcile.result import Convergence
from components.records.record import Record
from stacks.model.claims import Complaint
from stacks.model.observation import Observation, Registry
from stacks.model.plan import Plan
from stacks.model.values import WAN, Conflict, Family, Frozen, Known, Sighting, Unknown, UnreadZone
from stacks.plan.changes import Action, Change

ZONE = "example.com"
NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
TURN = Turn("7f3a", (Trigger.ADDRESS, Trigger.DRIFT), 10.0)
RUN = Run("up", 0, 0.5, (), (), None)


def dispatch(event: Event, at: float = 0.0, turn: Turn | None = None) -> Dispatch:
    """The news as it is told at this moment of the monotonic clock."""
    return Dispatch(NOON, at, turn, event)


def record(name: str, content: str, record_type: str = "A") -> Record:
    return Record(name=f"{name}.{ZONE}", type=record_type, content=content, ttl=1, proxied=False, comment="")


def change(name: str, before: str = "", after: str = "", action: Action | None = None) -> Change:
    """A change of an address from before to after; "" where there is none."""
    natural = Action.CREATE if not before else Action.UPDATE if after else Action.DELETE
    return Change(
        action or natural,
        f"{name}.{ZONE}/A",
        record(name, before) if before else None,
        record(name, after) if after else None,
        zone=ZONE,
    )


def convergence(
    *changes: Change,
    conflicts: tuple[Conflict, ...] = (),
    frozen: tuple[Frozen, ...] = (),
    complaints: tuple[Complaint, ...] = (),
    unread: str = "",
) -> Convergence:
    """A convergence that has made these changes; the engine ran if there are any."""
    zones = (UnreadZone(ZONE, unread),) if unread else ()
    plan = Plan((), conflicts, frozen, complaints=complaints)
    return Convergence(Observation((), zones, Registry()), plan, changes, (RUN,) if changes else (), 1.5)


def conflict(name: str) -> Conflict:
    return Conflict(f"{name}.{ZONE}", "A", "nobody's mark", "it was there before")


def sighting(found: str = "", reason: str = "") -> Sighting:
    """The WAN's IPv4 address, or why it is not known."""
    return Sighting(WAN, Family.IPV4, Known((ip_address(found),)) if found else Unknown(reason))
