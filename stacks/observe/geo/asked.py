"""What this stack wishes to have in load balancers: whose addresses, and in the pool of which cluster. Pure.

| the addresses are                        | in the load balancers of                                    |
|------------------------------------------|-------------------------------------------------------------|
| those of the settings (`addresses`)      | the settings                                                |
| the WAN address (`wan`)                  | the settings                                                |
| those of all labelled objects            | the settings                                                |
| those of each labelled object            | its own hosts, where the settings name no load balancer     |

What cannot be seen is unknown: no host name goes because a cluster is away, or because all its objects lack something.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from components.geo.values import Pool
from stacks.model.claims import Claim, Complaint, ObjectKey, SourceSighting
from stacks.model.geo import GeoMemory, GeoWish
from stacks.model.values import WAN, Known, Sighting, Unknown
from stacks.settings.geo import GeoSettings


@dataclass(frozen=True, slots=True)
class Asked:
    """The wishes by host name; the cluster that names the pool ("" where nothing says it); and what is wrong."""

    wishes: tuple[GeoWish, ...] = ()
    cluster: str = ""
    complaints: tuple[Complaint, ...] = ()


@dataclass(slots=True)
class _Host:
    """What is known of one host name's addresses so far."""

    addresses: dict[str, None] = field(default_factory=dict)
    objects: dict[ObjectKey, None] = field(default_factory=dict)
    unknown: str = ""

    def wish(self, host_name: str, unseen: str) -> GeoWish:
        """unseen: why there may be more objects than could be seen."""
        addresses, objects = tuple(sorted(self.addresses)), tuple(self.objects)
        if reason := self.unknown or unseen:
            return GeoWish(host_name, Unknown(reason), objects, addresses)
        return GeoWish(host_name, Known(addresses), objects)


def asked(
    settings: GeoSettings, sources: Iterable[SourceSighting], addresses: Iterable[Sighting], memory: GeoMemory
) -> Asked:
    """What is wished for. sources: those of other kinds do not count; memory: for what cannot be seen now."""
    if not settings.from_objects:
        found = Known(settings.addresses) if settings.addresses else _wan(addresses)
        return Asked(tuple(GeoWish(one.hostname, found) for one in settings.each_balancer()), settings.cluster)
    return _of_objects(settings, [one for one in sources if one.balances and not one.waiting], memory)


def _wan(addresses: Iterable[Sighting]) -> Known[tuple[str, ...]] | Unknown:
    found: dict[str, None] = {}
    for one in addresses:
        if one.link != WAN:
            continue
        if isinstance(one.addresses, Unknown):
            return one.addresses
        found |= dict.fromkeys(map(str, one.addresses.value))
    return Known(tuple(sorted(found))) if found else Unknown("the WAN address is not known")


def _of_objects(settings: GeoSettings, sources: Sequence[SourceSighting], memory: GeoMemory) -> Asked:
    unread = [one.found.reason for one in sources if isinstance(one.found, Unknown)]
    said = [one for source in sources if isinstance(source.found, Known) for one in source.found.value]
    wishes = [one for one in said if isinstance(one, Claim)]
    complaints = [one for one in said if isinstance(one, Complaint)]
    cluster = settings.cluster or _cluster_of(wishes) or _cluster_before(memory)
    complaints += _others(wishes, cluster)
    ours = [one for one in wishes if one.pool_of == cluster]
    unseen = unread[0] if unread else ""
    if complaints and not ours:
        unseen = unseen or complaints[0].text
    hosts = _hosts(ours)
    named = [one.hostname for one in settings.each_balancer()]
    before = [one.name for one in memory.wished] if unseen else []
    kept = named or before
    return Asked(
        tuple(hosts.get(one, _Host()).wish(one, unseen) for one in sorted({*hosts, *kept})), cluster, tuple(complaints)
    )


def _hosts(wishes: Iterable[Claim]) -> Mapping[str, _Host]:
    found: dict[str, _Host] = {}
    for wish in wishes:
        host = found.setdefault(wish.name, _Host())
        host.objects[wish.object] = None
        if isinstance(wish.targets, Known):
            host.addresses |= dict.fromkeys(wish.targets.value)
        elif isinstance(wish.targets, Unknown):
            host.unknown = host.unknown or wish.targets.reason
    return found


def _cluster_of(wishes: Iterable[Claim]) -> str:
    """The cluster that the oldest object's label names: a stack has one pool."""
    oldest = min(wishes, key=lambda one: (one.created, one.object), default=None)
    return oldest.pool_of if oldest else ""


def _cluster_before(memory: GeoMemory) -> str:
    """That of the pool in state, for as long as no object says one; "" where there is none."""
    for one in memory.registered:
        if isinstance(one.value, Pool):
            head, found, _ = one.value.description.removeprefix("TrueNorth: ").partition(" in ")
            return head if found and "[truenorth " in one.value.description else ""
    return ""


def _others(wishes: Iterable[Claim], cluster: str) -> list[Complaint]:
    """What the owners of objects that are labelled for another cluster's pool have to know, once an object."""
    found = {one.object: one.pool_of for one in wishes if one.pool_of != cluster}
    return [
        Complaint(
            key,
            "",
            other,
            cluster,
            f"{key}: its label says cluster {other}, and this stack's pool is that of {cluster}. It is not balanced:"
            f" label it {cluster}, set truenorth:geo.cluster for all, or give {other} a stack of its own",
        )
        for key, other in sorted(found.items())
    ]
