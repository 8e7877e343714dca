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
    """A pool as the account has it. monitor_id: "" for none. health: by address; of the pool as a whole."""

    id: str
    pool: Pool
    monitor_id: str
    health: Health = "unknown"
    origin_health: tuple[tuple[str, Health], ...] = ()


@dataclass(frozen=True, slots=True)
class LiveMonitor:
    """A monitor as the account has it."""

    id: str
    monitor: Monitor


@dataclass(frozen=True, slots=True)
class LiveBalancer:
    """A load balancer as the zone has it."""

    id: str
    zone: str
    zone_id: str
    balancer: LoadBalancer


@dataclass(frozen=True, slots=True)
class Account:
    """All of an account's load balancing at one moment, the zones' load balancers included."""

    account_id: str
    pools: tuple[LivePool, ...]
    monitors: tuple[LiveMonitor, ...]
    balancers: tuple[LiveBalancer, ...]


@dataclass(frozen=True, slots=True)
class RegisteredGeo:
    """A pool, monitor or load balancer that Pulumi's state says is ours.

    kind: that of the resource; name: the pool's, or the load balancer's host name. retained: it stays when
    it leaves the program, because others use it.
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
    """What Pulumi's state holds of geo load balancing.

    wished: what was wished for last, `GeoPlan.wished`. account_id: the account of our pool; "" where there is none.
    """

    registered: tuple[RegisteredGeo, ...] = ()
    wished: tuple[LoadBalancer, ...] = ()
    account_id: str = ""


@dataclass(frozen=True, slots=True)
class GeoWish:
    """What this stack wants to have in a load balancer: its addresses, and those whose wish they are."""

    host_name: str
    addresses: Known[tuple[str, ...]] | Unknown
    objects: tuple[ObjectKey, ...] = ()
    known: tuple[str, ...] = ()
    """Where not all addresses are known: those that are."""


@dataclass(frozen=True, slots=True)
class GeoSight:
    """What was seen of load balancing: the account, and what this stack wishes for in it.

    cluster: the cluster's name that the labels of the balanced objects say; "" where none does.
    complaints: what owners of objects have to know, because these are not balanced.
    """

    account: Account | Unknown
    wishes: tuple[GeoWish, ...] = ()
    cluster: str = ""
    complaints: tuple[Complaint, ...] = ()


@dataclass(frozen=True, slots=True)
class PlannedPool:
    """The own pool with its monitor. import ids: "" for what state knows, or what is made.

    former_name: the name under which state has the pool, where it is another: it is renamed in place, by an alias.
    retain: pool and monitor stay when they leave the program, because the pool has origins of others.
    """

    pool: Pool
    monitor: Monitor | None
    pool_import_id: str = ""
    monitor_import_id: str = ""
    former_name: str = ""
    retain: bool = False


@dataclass(frozen=True, slots=True)
class PlannedBalancer:
    """A load balancer to declare, with what others have in it. retain: they use it, so it may not be deleted."""

    zone: str
    zone_id: str
    balancer: LoadBalancer
    retain: bool
    import_id: str = ""


@dataclass(frozen=True, slots=True)
class GeoPlan:
    """What is declared of geo load balancing in this run.

    account_id: "" where nothing is. again: why another run has to follow this one, "" where none has. wait: it is to
    follow when the origins at these addresses are healthy, or after the setting `handover`.
    wished: the settings of each load balancer that this stack wishes for, remembered in state: what of them has changed
    since is this stack's to change, all else is whoever's has changed it.
    """

    account_id: str = ""
    pool: PlannedPool | None = None
    balancers: tuple[PlannedBalancer, ...] = ()
    again: str = ""
    wait: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    wished: tuple[LoadBalancer, ...] = ()
