"""The values of geo load balancing between observation, plan and declaration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from components.geo.values import LoadBalancer, Monitor, Pool
from stacks.model.claims import Complaint, ObjectKey
from stacks.model.values import Known, Unknown

Health = Literal["healthy", "unhealthy", "unknown"]


@dataclass(frozen=True, slots=True)
class LivePool:
    """A pool in the account. monitor_id: "" for none. health: of the whole pool. origin_health: by address."""

    id: str
    pool: Pool
    monitor_id: str
    health: Health = "unknown"
    origin_health: tuple[tuple[str, Health], ...] = ()


@dataclass(frozen=True, slots=True)
class LiveMonitor:
    """A monitor in the account."""

    id: str
    monitor: Monitor


@dataclass(frozen=True, slots=True)
class LiveBalancer:
    """A load balancer in its zone."""

    id: str
    zone: str
    zone_id: str
    balancer: LoadBalancer


@dataclass(frozen=True, slots=True)
class Account:
    """The pools, monitors and load balancers of an account and its zones at one moment."""

    account_id: str
    pools: tuple[LivePool, ...]
    monitors: tuple[LiveMonitor, ...]
    balancers: tuple[LiveBalancer, ...]


@dataclass(frozen=True, slots=True)
class RegisteredGeo:
    """A pool, monitor or load balancer in Pulumi's state, and so ours.

    retained: it stays at the provider after it has left the program, because others use it.
    """

    urn: str
    logical_name: str
    id: str
    kind: Literal["monitor", "pool", "balancer"]
    value: Monitor | Pool | LoadBalancer
    retained: bool = False
    zone_id: str = ""
    """The zone of a load balancer."""
    account_id: str = ""
    """The account of a pool or monitor."""


@dataclass(frozen=True, slots=True)
class GeoMemory:
    """The part of Pulumi's state about load balancing.

    wished: `GeoPlan.wished` of the last run. account_id: the account of our pool, "" for none.
    """

    registered: tuple[RegisteredGeo, ...] = ()
    wished: tuple[LoadBalancer, ...] = ()
    account_id: str = ""


@dataclass(frozen=True, slots=True)
class GeoWish:
    """A host name with the addresses that this stack wants in its load balancer. objects: those with the claim."""

    host_name: str
    addresses: Known[tuple[str, ...]] | Unknown
    objects: tuple[ObjectKey, ...] = ()
    known: tuple[str, ...] = ()
    """The known addresses, where others are unknown."""


@dataclass(frozen=True, slots=True)
class GeoSight:
    """An observation of load balancing: the account, and the wishes of this stack.

    cluster: the cluster's name in the labels of the balanced objects, "" for none.
    complaints: messages to owners of objects that are not balanced.
    unread: why the balanced objects of a cluster cannot be read, "" for no reason.
    """

    account: Account | Unknown
    wishes: tuple[GeoWish, ...] = ()
    cluster: str = ""
    complaints: tuple[Complaint, ...] = ()
    unread: str = ""


@dataclass(frozen=True, slots=True)
class PlannedPool:
    """The stack's own pool with its monitor, to be declared.

    pool_import_id, monitor_import_id: "" for a resource in state, or a new one.
    former_name: the pool's name in state, if that differs: the pool is renamed in place, by an alias.
    retain: pool and monitor stay after they have left the program, because the pool has origins of others.
    """

    pool: Pool
    monitor: Monitor | None
    pool_import_id: str = ""
    monitor_import_id: str = ""
    former_name: str = ""
    retain: bool = False


@dataclass(frozen=True, slots=True)
class PlannedBalancer:
    """A load balancer to declare, the parts of others included. retain: others use it, so it may not be deleted."""

    zone: str
    zone_id: str
    balancer: LoadBalancer
    retain: bool
    import_id: str = ""


@dataclass(frozen=True, slots=True)
class GeoPlan:
    """The load balancing that a run declares.

    account_id: "" where nothing is declared. again: the reason for another run after this one, "" for none. wait: the
    addresses of origins; the next run waits until they are healthy, or for the time of the setting `handover`.
    wished: the settings of each load balancer that this stack wants, kept in state: this stack changes a field only
    where its own wish has changed since; all else belongs to whoever changed it.
    """

    account_id: str = ""
    pool: PlannedPool | None = None
    balancers: tuple[PlannedBalancer, ...] = ()
    again: str = ""
    wait: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    wished: tuple[LoadBalancer, ...] = ()
