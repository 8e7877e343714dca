"""A stack of the campaign `trust`: its cluster and state on paper, and the turns of its daemon."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache
from ipaddress import ip_address

from bench.campaigns.wrong import WrongError
from cli.reconcile.look import ConvergenceOptions, considered
from cli.reconcile.result import Convergence
from components.marks import ownership
from stacks.model.claims import Claim, ObjectKey, SourceSighting
from stacks.model.observation import Observation, Registry
from stacks.model.values import WAN, Family, Known, LiveRecord, Sighting, Unknown, ZoneSnapshot
from stacks.plan.changes import Action
from stacks.plan.records.adoption import Takeover, Traces
from stacks.plan.safety.permission import Permission
from stacks.plan.safety.spending import Ledger
from stacks.plan.simulate import carried_out
from stacks.settings.stack import Settings, parse

ZONE = "example.com"
DAEMON = Takeover("truenorth", traces=Traces(wanted=True))
ASKED = Takeover("truenorth")
CONFIRMED = Permission(by="a person")
TENANTS = ("shop", "blog", "mail")
SERVES = "9.9."
"""The first half of the addresses at which tenants serve; the tenant's number follows."""
CREATED = "2026-01-01T00:00:00Z"
PASSES = 3
"""Passes of one convergence, as `cli.reconcile.converge` makes them where something was adopted or deferred."""


@dataclass
class Stack:
    """A stack. instance: the id of its state; tells_uid: whether its cluster tells its identity.

    objects: the host names that each object asks for, by namespace and name. source: of the settings, with its kind.
    filters: the settings that choose among the objects.
    """

    name: str
    owner: str
    instance: str
    address: str
    uid: str = "1"
    tells_uid: bool = True
    in_cluster: bool = True
    """Whether its state is in the cluster, so that its id follows from there."""
    is_readable: bool = True
    registry: Registry = field(default_factory=Registry)
    objects: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    source: tuple[str, str] = ("gateway-httproute", "HTTPRoute")
    filters: tuple[tuple[str, str], ...] = ()

    @property
    def settings(self) -> Settings:
        """The settings: one name of its own beside those of the objects."""
        return _settings(self.name, self.owner)

    def observation(self, zone_id: str, records: tuple[LiveRecord, ...], now: float) -> Observation:
        """Return what it sees of the zone and its cluster."""
        seen = Sighting(WAN, Family.IPV4, Known((ip_address(self.address),)))
        source = SourceSighting("", *self.source, self._found(), uid=self._uid(), filters=self.filters)
        zone = ZoneSnapshot(ZONE, zone_id, records)
        return Observation((seen,), (zone,), self.registry, (source,), instance=self.instance, now=now)

    def turn(
        self,
        zone_id: str,
        records: tuple[LiveRecord, ...],
        now: float,
        takeover: Takeover = DAEMON,
        permission: Permission | None = None,
    ) -> tuple[tuple[LiveRecord, ...], Convergence]:
        """Converge once, with the passes that follow; return the zone's records then, and the first look."""
        permission = permission or Permission()
        options = ConvergenceOptions(takeover=takeover, permission=permission, hold_back=takeover is DAEMON)
        first = seen = considered(self.settings, self.observation(zone_id, records, now), options)
        for _ in range(PASSES):
            if seen.refusals and not (seen.allowed_by or seen.is_held_back):
                break
            if seen.changes:
                records = self._carry_out(seen)
            adopted = frozenset(one.logical_name for one in seen.changes if one.action is Action.ADOPT)
            if not (adopted or seen.plan.deferred):
                break
            options = replace(options, takeover=None, permission=replace(permission, adopted=adopted))
            seen = considered(self.settings, self.observation(zone_id, records, now), options)
        return records, first

    def wished(self) -> dict[str, set[str]]:
        """Return the addresses that each of its names may have: a single one of them."""
        found = {f"{self.name}.{ZONE}": {self.address}}
        for (tenant, _), hosts in self.objects.items():
            for host in hosts:
                found.setdefault(host, set()).add(self.target(tenant))
        return found

    def target(self, tenant: str) -> str:
        """Return the address at which a tenant's objects serve; all move with the stack."""
        return f"{SERVES}{TENANTS.index(tenant)}.{self.address.rpartition('.')[2]}"

    def served(self) -> dict[str, str]:
        """Return the tenant whose target each name has in state; without names of the settings."""
        records = (one.record for one in self.registry.records if one.resource.is_record)
        return {one.name: TENANTS[int(one.content.split(".")[2])] for one in records if one.content.startswith(SERVES)}

    def holders(self) -> set[tuple[tuple[str, str], str]]:
        """Return the objects with the names that they have by the marks in state."""
        marks = ((one, ownership.parse(one.record.content)) for one in self.registry.records if one.resource.is_mark)
        found = ((one.resource.name, mark.resource.split("/")) for one, mark in marks if mark)
        return {((of[1], of[2]), name) for name, of in found if of[0] != "settings"}

    def lose_state(self, instance: str = "") -> None:
        """Lose the state. instance: the id of the next, "" for the same."""
        self.registry, self.instance = Registry(), instance or self.instance

    def _uid(self) -> str:
        return self.uid if self.tells_uid and self.is_readable else ""

    def _found(self) -> Known[tuple[Claim, ...]] | Unknown:
        if not self.is_readable:
            return Unknown("connection refused")
        claims = (
            Claim(host, "A", Known((self.target(namespace),)), ObjectKey("", "HTTPRoute", namespace, name), CREATED)
            for (namespace, name), hosts in sorted(self.objects.items())
            for host in hosts
        )
        return Known(tuple(claims))

    def _carry_out(self, seen: Convergence) -> tuple[LiveRecord, ...]:
        """Carry a plan out on paper, as state and zone are after the engine."""
        ledger = Ledger.of(self.settings.guard, seen.plan, seen.observation, is_allowed=bool(seen.allowed_by))
        before = replace(seen.plan.memory, spent=self.registry.memory.spent)
        memory = ledger.after(before, self.name, seen.changes)
        after = carried_out(seen.plan, seen.observation)
        (zone,) = after.zones
        if not isinstance(zone, ZoneSnapshot):
            raise WrongError("a zone on paper cannot be read")
        mine = {f"new {one.logical_name}": f"{self.instance} {one.logical_name}" for one in after.registry.records}
        registered = tuple(
            replace(one, urn=f"urn:pulumi:{self.name}::x::y::{one.logical_name}", id=mine.get(one.id, one.id))
            for one in after.registry.records
        )
        self.registry = replace(
            after.registry,
            records=registered,
            zone_ids=seen.plan.memory.zones,
            instance=self.instance,
            memory=memory,
        )
        return tuple(replace(one, id=mine.get(one.id, one.id)) for one in zone.records)


@cache
def _settings(name: str, owner: str) -> Settings:
    """Return the settings of a stack; to read them anew at each turn would take a seventh of the time."""
    return parse({"zone": ZONE, "names": [name]}, {}, stack=owner, where="trust")
