"""The planner: a plan from the settings, the observation, and the records that state says are ours. Pure.

`cases` says whose a record is that stands at a wanted name, `decisions` decides on each endpoint. Beside that:

| when                                             | then                                                             |
|--------------------------------------------------|------------------------------------------------------------------|
| the targets are unknown                          | frozen: what state holds is declared unchanged; of several links |
|                                                  | those that are known are followed                                |
| the zone could not be listed                     | all that is ours in it is declared unchanged                     |
| policy `upsert-only`, and a set is not wanted    | it is declared unchanged, as long as the zone has it             |
| policy `create-only`, and the zone has a set     | likewise, wanted or not                                          |
| records of ours of a type that cannot stand      | they are deleted, and it is made at once where the run can do    |
| beside it, e.g. A where a CNAME is wanted now    | both together, else by the next run; other policies than `sync`  |
|                                                  | keep them: a conflict                                            |
| an object's targets are unknown, or its           | likewise; of several objects those that are known are followed   |
| annotations are wrong                            |                                                                  |
| a source of a cluster could not be read          | all that may have been made for its objects is declared          |
|                                                  | unchanged, but at names of the settings and in marks' places     |
| a CNAME would stand beside another record, or    | what an object asks for is left out: a conflict                  |
| beside a mark, where the provider has it alone   |                                                                  |
| a name is delegated to other name servers        | nothing is made or changed at and below it: a conflict           |
| the provider manages a record of the set itself  | it is never taken over, changed or deleted: a conflict           |
| a mark of ours, unknown to state, and no record: | it is imported; the next run, which knows it, deletes what is    |
| a creation was cut off, then its name dropped    | not wanted                                                       |
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from stacks.model.addresses.host_part import HostPart
from stacks.model.observation import Observation
from stacks.model.plan import Plan
from stacks.model.values import (
    Conflict,
    Deferred,
    Frozen,
    Known,
    RecordSet,
    SharedSet,
    UnreadZone,
    ZoneSnapshot,
)
from stacks.plan.both_views import one_sided
from stacks.plan.decisions import Decision, Declare, Keep, PlanInputs, Resolved, decide, resolve
from stacks.plan.desired.admission import Closed
from stacks.plan.desired.advice import advice
from stacks.plan.desired.cluster_endpoints import claims_by_zone, zone_claims
from stacks.plan.desired.endpoints import addresses_by_link, endpoints
from stacks.plan.desired.kept_ttls import kept_ttls
from stacks.plan.desired.links import published
from stacks.plan.desired.retained import KeptSet, by_policy, in_doubt, in_unread_zone
from stacks.plan.desired.shares import Sight
from stacks.plan.desired.tenure import Tenure
from stacks.plan.geo.admitted import with_admitted
from stacks.plan.geo.part import geo_part
from stacks.plan.lists.part import lists_part
from stacks.plan.records.alone import with_needed_proxies, without_clashes
from stacks.plan.records.dangling import dangling
from stacks.plan.records.former_marks import with_former_marks
from stacks.plan.records.leftovers import leftovers
from stacks.plan.records.reach import unwanted_but_managed
from stacks.plan.records.record_sets import Key
from stacks.plan.records.wildcards import covered, wildcards
from stacks.plan.records.zone_index import ZoneIndex, index
from stacks.plan.safety.creations import within_limits
from stacks.plan.safety.quota import within_quota
from stacks.plan.sharding import layout

if TYPE_CHECKING:
    from stacks.model.advice import Advice
    from stacks.model.claims import Claim, Complaint, ObjectKey
    from stacks.plan.records.adoption import Takeover
    from stacks.settings.stack import Settings


@dataclass(frozen=True, slots=True)
class _ZonePlan:
    """The part of a plan that is about one zone."""

    record_sets: tuple[RecordSet, ...]
    conflicts: tuple[Conflict, ...] = ()
    frozen: tuple[Frozen, ...] = ()
    deferred: tuple[Deferred, ...] = ()
    shared: tuple[SharedSet, ...] = ()
    advice: tuple[Advice, ...] = ()
    complaints: tuple[Complaint, ...] = ()
    asked_by: tuple[tuple[Key, tuple[ObjectKey, ...]], ...] = ()
    hosts: frozenset[HostPart] = frozenset()


def make_plan(
    settings: Settings,
    observation: Observation,
    takeover: Takeover | None = None,
    *,
    handed_over: bool = False,
    at_once: Collection[str] = (),
) -> Plan:
    """Return the plan for these settings in this world. The same inputs give the same plan.

    takeover: of `truenorth adopt`, beyond the setting `adopt`. handed_over: of `geo_part`. at_once: the providers at
    which the run carries out deletions and creations in one transaction, so that no name is without records between.
    """
    observation = with_admitted(settings, observation)
    geo = observation.geo
    balanced = frozenset(wish.host_name for wish in geo.wishes) if geo else frozenset()
    addresses = addresses_by_link(observation.addresses)
    sight = Sight.of(observation)
    takes_any = takeover is not None and takeover.rebuilds and takeover.is_asked
    settled = claims_by_zone(
        settings,
        observation.sources,
        Tenure(observation.registry, sight.hidden, sight.namespace, sight.is_clear),
        balanced,
        frozenset(link for (link, _), found in addresses.items() if isinstance(found, Known)),
        {one.zone: one.limits for one in observation.zones if isinstance(one, ZoneSnapshot)},
    )
    inputs = PlanInputs(settings, observation, takeover, addresses, sight, Closed.of(settings), settled.ways, at_once)
    zones: list[_ZonePlan] = []
    for snapshot in observation.zones:
        zone = settings.of_zone(snapshot.zone)
        if isinstance(snapshot, UnreadZone):
            zones.append(_unread(tuple(in_unread_zone(snapshot, zone, observation))))
        else:
            there = index(settings, zone, snapshot, observation, takes_any=takes_any)
            zones.append(_plan_zone(there, inputs, settled.by_zone.get(zone.zone, ())))
    record_sets = tuple(chain.from_iterable(one.record_sets for one in zones))
    plan = Plan(
        record_sets=record_sets,
        conflicts=tuple(chain.from_iterable(one.conflicts for one in zones)),
        frozen=tuple(chain.from_iterable(one.frozen for one in zones)),
        deferred=tuple(chain.from_iterable(one.deferred for one in zones)),
        links=published(observation),
        hosts=tuple(sorted(frozenset[HostPart]().union(*(one.hosts for one in zones)))),
        shared=tuple(chain.from_iterable(one.shared for one in zones)),
        advice=(
            *settings.found.left_out,
            *chain.from_iterable(one.advice for one in zones),
            *one_sided(record_sets),
        ),
        queues=settled.queues,
        complaints=(
            *settled.complaints,
            *(geo.complaints if geo else ()),
            *chain.from_iterable(one.complaints for one in zones),
        ),
        asked_by=tuple(chain.from_iterable(one.asked_by for one in zones)),
        geo=geo_part(settings, observation, handed_over=handed_over),
        lists=lists_part(settings, observation),
        layout=layout(settings.shards, record_sets, observation.registry.layout),
    )
    return within_quota(settings, within_limits(settings.guard, plan, observation), observation)


def _unread(stays: Sequence[KeptSet]) -> _ZonePlan:
    """Return the plan of an unread zone: all that is ours in it stays."""
    return _ZonePlan(tuple(one.record_set for one in stays), frozen=_frozen(stays), shared=_shared(stays))


def _plan_zone(zone: ZoneIndex, inputs: PlanInputs, claims: Sequence[Claim]) -> _ZonePlan:
    """Return the plan of one zone: a decision for each endpoint, then the sets that stay or leave without one."""
    own = endpoints(zone.settings, inputs.addresses, zone.keeping)
    of_objects = zone_claims(zone.settings, claims, own, inputs.addresses, zone.keeping)
    asked = with_needed_proxies((*own, *of_objects.endpoints), zone)
    resolved = [resolve(endpoint, zone, inputs) for endpoint in asked]
    decisions = [decide(one, zone, inputs) for one in resolved]
    wanted = {(one.endpoint.name, one.endpoint.type) for one in resolved}
    declared = [one.record_set for one in decisions if isinstance(one, Declare)]
    stays = _once(decisions, wanted | _keys(declared))
    staying = _keys(one.record_set for one in stays)
    stays += in_doubt(of_objects.staying, zone, inputs.sight, inputs.closed, wanted | _keys(declared) | staying)
    planned = with_former_marks([*declared, *(one.record_set for one in stays)], zone, inputs.takeover)
    planned += leftovers(_keys(planned), zone, inputs.takeover)
    planned += by_policy(zone, wanted | _keys(planned))
    managed = tuple(unwanted_but_managed(zone, wanted | _keys(planned)))
    planned += [record_set for record_set, _ in managed]
    planned, lost = without_clashes(planned, zone.settings, {(one.name, one.type) for one in own})
    planned = covered(planned, zone.wildcards | wildcards(one.name for one in own))
    remarks = tuple(chain.from_iterable(one.remarks for one in decisions if not isinstance(one, Keep)))
    return _ZonePlan(
        record_sets=tuple(planned),
        conflicts=(*(one for one in remarks if isinstance(one, Conflict)), *lost, *(told for _, told in managed)),
        frozen=(*chain.from_iterable(map(_frozen_by, resolved, decisions)), *_frozen(stays)),
        deferred=tuple(one for one in remarks if isinstance(one, Deferred)),
        shared=(*chain.from_iterable(one.shared for one in resolved), *_shared(stays)),
        advice=(
            *advice(zone.keeping, has_objects=bool(of_objects.endpoints)),
            *kept_ttls(zone.settings, chain(*zone.registered.values(), zone.registered_marks.values())),
            *dangling(
                planned,
                zone,
                _elsewhere(inputs, wanted),
                [one.zone for one in inputs.settings.each_zone()],
                of_objects.objects,
            ),
        ),
        complaints=of_objects.complaints,
        asked_by=tuple(of_objects.objects.items()),
        hosts=frozenset(host for one in resolved for host in one.endpoint.hosts),
    )


def _elsewhere(inputs: PlanInputs, wanted: Iterable[Key]) -> frozenset[str]:
    """Return the names that may get records in another way than by this plan: later, or as load balancers."""
    geo = inputs.observation.geo
    return frozenset((*(name for name, _ in wanted), *(one.host_name for one in (geo.wishes if geo else ()))))


def _frozen_by(resolved: Resolved, decision: Decision) -> Iterator[Frozen]:
    """Yield the entries for an endpoint without known targets, and for one behind sets of ours that stay."""
    if resolved.frozen:
        yield resolved.frozen
    if isinstance(decision, Keep) and decision.frozen:
        yield decision.frozen


def _once(decisions: Iterable[Decision], planned: Collection[Key]) -> list[KeptSet]:
    """Return each set kept by a decision once, without those that are planned anyway."""
    kept = (stays for one in decisions if isinstance(one, Keep) for stays in one.sets)
    by_key = {(one.record_set.name, one.record_set.type): one for one in kept}
    return [one for key, one in by_key.items() if key not in planned]


def _frozen(stays: Iterable[KeptSet]) -> tuple[Frozen, ...]:
    return tuple(one.frozen for one in stays if one.frozen)


def _shared(stays: Iterable[KeptSet]) -> tuple[SharedSet, ...]:
    return tuple(one.shared for one in stays if one.shared)


def _keys(record_sets: Iterable[RecordSet]) -> set[Key]:
    return {(one.name, one.type) for one in record_sets}
