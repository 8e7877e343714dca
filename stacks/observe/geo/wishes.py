"""The hosts that this stack wants balanced, with their addresses and the cluster of their pool. Pure.

| source of the addresses                  | load balancers                                              |
|------------------------------------------|-------------------------------------------------------------|
| the settings (`addresses`)               | those of the settings                                       |
| the WAN address (`wan`)                  | those of the settings                                       |
| all labelled objects together            | those of the settings                                       |
| each labelled object for itself          | its own hosts, where the settings name no load balancer     |

An address that cannot be seen is unknown: no host name goes because a cluster is away, or because all its objects lack
something.
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
class GeoWishes:
    """The wanted hosts, by host name, with the cluster of their pool and complaints about objects.

    cluster: "" where neither settings, objects nor state name one. unread: as in `GeoSight`.
    """

    wishes: tuple[GeoWish, ...] = ()
    cluster: str = ""
    complaints: tuple[Complaint, ...] = ()
    unread: str = ""


@dataclass(slots=True)
class _Host:
    """The addresses of one host name so far, the objects that they are of, and why some are unknown."""

    addresses: dict[str, None] = field(default_factory=dict)
    objects: dict[ObjectKey, None] = field(default_factory=dict)
    unknown: str = ""

    def wish(self, host_name: str, unseen: str) -> GeoWish:
        """Return the wish for the host. unseen: why there may be more objects than could be seen, "" for no reason."""
        addresses, objects = tuple(sorted(self.addresses)), tuple(self.objects)
        if reason := self.unknown or unseen:
            return GeoWish(host_name, Unknown(reason), objects, addresses)
        return GeoWish(host_name, Known(addresses), objects)


def geo_wishes(
    settings: GeoSettings, sources: Iterable[SourceSighting], addresses: Iterable[Sighting], memory: GeoMemory
) -> GeoWishes:
    """Return the hosts that the stack wants balanced.

    sources: the claims of objects; those whose addresses are not balanced do not count. addresses: of the WAN. memory:
    the load balancing in state, for what cannot be seen now.
    """
    if not settings.from_objects:
        found = Known(settings.addresses) if settings.addresses else _wan(addresses)
        return GeoWishes(tuple(GeoWish(one.hostname, found) for one in settings.each_balancer()), settings.cluster)
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


def _of_objects(settings: GeoSettings, sources: Sequence[SourceSighting], memory: GeoMemory) -> GeoWishes:
    claims, complaints = _read(sources)
    cluster = settings.cluster or _cluster_of(claims) or _cluster_before(memory)
    complaints += _of_other_clusters(claims, cluster)
    ours = [one for one in claims if one.pool_of == cluster]
    unread = next((one.found.reason for one in sources if isinstance(one.found, Unknown)), "")
    # Why there may be more objects than could be seen: also a complaint, where it may be of the only one.
    unseen = unread or ("" if ours or not complaints else complaints[0].text)
    hosts = _hosts(ours)
    names = sorted(hosts.keys() | _lasting(settings, memory, unseen))
    wishes = tuple(hosts.get(name, _Host()).wish(name, unseen) for name in names)
    return GeoWishes(wishes, cluster, tuple(complaints), unread)


def _read(sources: Iterable[SourceSighting]) -> tuple[list[Claim], list[Complaint]]:
    read = [one for source in sources if isinstance(source.found, Known) for one in source.found.value]
    return [one for one in read if isinstance(one, Claim)], [one for one in read if isinstance(one, Complaint)]


def _lasting(settings: GeoSettings, memory: GeoMemory, unseen: str) -> set[str]:
    """Return the hosts that last without objects: those of the settings, else those in state while some are unseen."""
    named = {one.hostname for one in settings.each_balancer()}
    return named or ({one.name for one in memory.wished} if unseen else set())


def _hosts(claims: Iterable[Claim]) -> Mapping[str, _Host]:
    found: dict[str, _Host] = {}
    for claim in claims:
        host = found.setdefault(claim.name, _Host())
        host.objects[claim.object] = None
        if isinstance(claim.targets, Known):
            host.addresses |= dict.fromkeys(claim.targets.value)
        elif isinstance(claim.targets, Unknown):
            host.unknown = host.unknown or claim.targets.reason
    return found


def _cluster_of(claims: Iterable[Claim]) -> str:
    """Return the cluster in the oldest object's label: a stack has one pool."""
    oldest = min(claims, key=lambda one: (one.created, one.object), default=None)
    return oldest.pool_of if oldest else ""


def _cluster_before(memory: GeoMemory) -> str:
    """Return the cluster of the pool in state, for as long as no object names one; "" where there is none."""
    for one in memory.registered:
        if isinstance(one.value, Pool):
            head, found, _ = one.value.description.removeprefix("TrueNorth: ").partition(" in ")
            return head if found and "[truenorth " in one.value.description else ""
    return ""


def _of_other_clusters(claims: Iterable[Claim], cluster: str) -> list[Complaint]:
    """Return a complaint for each object with the label of another cluster's pool."""
    found = {one.object: one.pool_of for one in claims if one.pool_of != cluster}
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
