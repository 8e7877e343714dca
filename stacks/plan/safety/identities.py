"""Refusals where a zone or a cluster is not the one that it was: it was made anew, or it is another. Pure.

A zone is known by its id, a cluster by the UID of its namespace kube-system, a Docker daemon by its ID. State
remembers all, and with which settings each source was read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stacks.model.claims import DOCKER, origin
from stacks.model.memory import Filters, GuardMemory
from stacks.model.observation import Observation
from stacks.model.plan import Plan
from stacks.model.values import Known, ZoneSnapshot
from stacks.plan.changes import Change
from stacks.plan.safety.holders import holders_of
from stacks.plan.safety.refusal import Refusal

ZONE_DO = "where zone_id or the account's token is wrong, mend it"
CLUSTER_DO = "where the kubeconfig or its context is wrong, mend it"
DAEMON_DO = "where docker.host is wrong, mend it"


def exchanged(plan: Plan, found: Sequence[Change], observation: Observation) -> Iterator[Refusal]:
    """Yield the changes in zones, and for the objects of clusters, that are not those that state remembers."""
    yield from _zones(found, observation)
    yield from _clusters(plan, found, observation)


def identities(observation: Observation, *, kept: bool) -> GuardMemory:
    """Return the memory with the present identities. kept: whether former ones stay, as the guard refuses others."""
    registry = observation.registry
    zones = {zone.zone: zone.zone_id for zone in observation.zones if isinstance(zone, ZoneSnapshot)}
    clusters, former = seen_clusters(observation), dict(registry.memory.clusters)
    if kept:
        zones |= {name: zone_id for name, zone_id in registry.zone_ids if _owned_in(observation, zone_id)}
        clusters |= former
    return GuardMemory(
        registry.memory.spent,
        tuple(sorted((dict(registry.zone_ids) | zones).items())),
        tuple(sorted((former | clusters).items())),
        _filters(observation, kept=kept),
    )


def _filters(observation: Observation, *, kept: bool) -> tuple[tuple[str, Filters], ...]:
    """Return the settings with which each source of the settings was last read."""
    former = dict(observation.registry.memory.filters)
    read = {origin(one.cluster, one.kind): one.filters for one in observation.sources if isinstance(one.found, Known)}
    present = tuple(origin(one.cluster, one.kind) for one in observation.sources)
    staying = {begin: chosen for begin, chosen in former.items() if begin.startswith(present)}
    found = read | former if kept else staying | read
    return tuple(sorted(found.items()))


def seen_clusters(observation: Observation) -> dict[str, str]:
    """Return the UIDs of the clusters that were read, by name; without those that did not tell."""
    return {one.cluster: one.uid for one in observation.sources if one.uid}


def _zones(found: Sequence[Change], observation: Observation) -> Iterator[Refusal]:
    former = dict(observation.registry.zone_ids)
    ours = {one.urn: one.zone_id for one in observation.registry.records}
    for zone in observation.zones:
        if isinstance(zone, ZoneSnapshot) and former.get(zone.zone, zone.zone_id) != zone.zone_id:
            old = former[zone.zone]
            touched = tuple(one for one in found if ours.get(one.urn) == old or one.zone == zone.zone)
            if touched and _owned_in(observation, old):
                what = (
                    f"the zone {zone.zone} has the id {zone.zone_id}, and had {old}: it was made anew, or it is another"
                )
                yield Refusal(zone.zone, what, touched, do=ZONE_DO)


def _owned_in(observation: Observation, zone_id: str) -> bool:
    return any(one.zone_id == zone_id for one in observation.registry.records)


def _clusters(plan: Plan, found: Sequence[Change], observation: Observation) -> Iterator[Refusal]:
    former = dict(observation.registry.memory.clusters)
    held = holders_of(observation.registry)
    asked = dict(plan.asked_by)
    for cluster, uid in seen_clusters(observation).items():
        if former.get(cluster, uid) == uid:
            continue
        begins = tuple(origin(cluster, one.kind) for one in observation.sources if one.cluster == cluster)
        touched = tuple(
            one
            for one in found
            if any(key.cluster == cluster for key in asked.get(one.resource.record_set, ()))
            or any(resource.startswith(begins) for resource in held.get(one.resource.record_set, ()))
        )
        if touched:
            name = f"the cluster {cluster}" if cluster else "the cluster"
            whose, do = "its kube-system has the UID", CLUSTER_DO
            if any(one.cluster == cluster and one.source == DOCKER for one in observation.sources):
                name, whose, do = f"the Docker daemon {cluster}", "it has the ID", DAEMON_DO
            what = f"{name} is not the one that it was: {whose} {uid}, and had {former[cluster]}"
            yield Refusal(touched[0].zone, what, touched, do=do)
