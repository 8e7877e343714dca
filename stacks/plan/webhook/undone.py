"""The changes of external-dns that a convergence has not carried out, each with the reason. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from components.marks import in_comments
from components.records.plan_limits import PlanLimits
from stacks.model.claims import WEBHOOK, Claim
from stacks.model.plan import Plan
from stacks.model.values import Endpoint, Known, RecordSet
from stacks.plan.desired.cluster_endpoints import zone_of
from stacks.plan.records.record_sets import Key, contents_of
from stacks.plan.safety.refusal import Refusal
from stacks.plan.webhook.resolved import refusal

if TYPE_CHECKING:
    from stacks.settings.stack import Settings

_UNSAID = "it has not been carried out"
MOST_EXPLAINED = 200
"""Sets with a reason of their own, for which all that may hold them up is looked at."""


@dataclass(frozen=True, slots=True)
class Undone:
    """A record set that is not as external-dns asks for it."""

    name: str
    type: str
    reason: str

    def __str__(self) -> str:
        return f"{self.name} {self.type}: {self.reason}"


@dataclass(frozen=True, slots=True)
class CarriedOut:
    """A plan that was carried out, and the refusals of the guard for which it lacks changes."""

    settings: Settings
    plan: Plan
    refusals: tuple[Refusal, ...] = ()
    limits: Mapping[str, PlanLimits] = field(default_factory=dict)
    """Of the zones' plans."""


def undone(
    wanted: Mapping[Key, Claim], unwanted: Collection[Key], endpoints: Mapping[Key, Endpoint], outcome: CarriedOut
) -> Iterator[Undone]:
    """Yield the sets that are not as they are wanted, or still there for external-dns. endpoints: of the claims."""
    sets = {(one.name, one.type): one for one in outcome.plan.record_sets if one.slots}
    asked = {key: {one.cluster for one in objects} for key, objects in outcome.plan.asked_by}
    explained = 0
    for key, claim in sorted(wanted.items(), key=lambda one: one[0]):
        endpoint = endpoints.get(key)
        there = sets.get((endpoint.name, endpoint.type)) if endpoint else None
        askers = asked.get((there.name, there.type), set()) if there else set()
        if endpoint is None or there is None or not _is_so(endpoint, there, askers):
            explained += 1
            yield Undone(*key, _why(key, claim if explained <= MOST_EXPLAINED else None, outcome))
    for key in sorted(unwanted):
        if key in sets and not asked.get(key, set()) - {WEBHOOK}:
            yield Undone(*key, _why(key, None, outcome))


def _is_so(endpoint: Endpoint, there: RecordSet, askers: Collection[str]) -> bool:
    """Return whether a set is as an endpoint wants it.

    Of a set with other objects only the targets count; what stays as people set it counts in none.
    """
    values = set(contents_of(there))
    if not isinstance(endpoint.targets, Known) or not values.issuperset(endpoint.targets.value):
        return False
    if set(askers) != {WEBHOOK}:
        return True
    if values != set(endpoint.targets.value):
        return False
    is_so = {
        "ttl": there.ttl == endpoint.ttl,
        "proxied": there.proxied == endpoint.proxied,
        "comment": in_comments.parse(there.comment)[0] == endpoint.comment,
        "tags": not endpoint.tags or there.tags == endpoint.tags,
    }
    return all(so for field, so in is_so.items() if field not in there.keep)


def _why(key: Key, claim: Claim | None, outcome: CarriedOut) -> str:
    """Return the reason why a set is not as it is asked for."""
    return next(filter(None, _reasons(key, claim, outcome)), _UNSAID)


def _reasons(key: Key, claim: Claim | None, outcome: CarriedOut) -> Iterator[str]:
    settings, plan = outcome.settings, outcome.plan
    zone = zone_of(key[0], frozenset(one.zone for one in settings.each_zone()))
    if not zone:
        yield "it lies in none of the zones"
        return
    yield from _of_refusals(key, outcome.refusals)
    yield from (f"{one.held_by}: {one.reason}" for one in plan.conflicts if one.name == key[0])
    yield from (f"the provider refuses it: {one.words}" for one in plan.rejected if one.resource.record_set == key)
    yield from (one.reason for one in plan.frozen if one.name == key[0])
    if claim is not None:
        mine = (one for one in plan.complaints if one.object == claim.object and not one.minor)
        yield from (one.text for one in mine if key[0] in one.text)
        yield refusal(settings, claim, outcome.limits)
    yield from (f"the zone {one.zone} {one.what}; {one.do}" for one in plan.full if one.zone == zone)
    if (policy := settings.of_zone(zone).policy) != "sync":
        yield f"policy: {policy} keeps what is there; give external-dns --policy={policy} too"


def _of_refusals(key: Key, refusals: Iterable[Refusal]) -> Iterator[str]:
    for one in refusals:
        if any(change.resource.record_set == key for change in one.changes):
            yield f"the guard refuses it: {one.what}"
