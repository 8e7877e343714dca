"""Comparison of the records of another tool with those that the stack would have in their place. Pure.

What the stack would have is what is there after `truenorth adopt --from` and `truenorth up`, carried out on paper.

| the other tool has the set | the stack would have it      | fate         | is the switch safe? |
|----------------------------|------------------------------|--------------|---------------------|
| yes                        | the same                     | `same`       | yes                 |
| yes                        | otherwise                    | `differs`    | no                  |
| yes                        | no                           | `only there` | no                  |
| no                         | yes                          | `only here`  | no                  |
| no                         | it has it already            | `ours`       | yes                 |
| yes or no                  | no, another record keeps it  | `conflict`   | no                  |
| yes or no                  | nobody can tell              | `unknown`    | no                  |
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from components.marks import in_comments
from components.records import canonical_content
from stacks.model.claims import Claim
from stacks.model.values import Conflict, Known, Unknown, UnreadZone, ZoneSnapshot
from stacks.plan.changes import changes
from stacks.plan.desired.cluster_endpoints import zone_of
from stacks.plan.planner import make_plan
from stacks.plan.records.cases import differing
from stacks.plan.records.holders import HeldRecord, held
from stacks.plan.records.record_sets import Key, sets_of
from stacks.plan.simulate import carried_out

if TYPE_CHECKING:
    from components.records.record import Record
    from stacks.model.observation import Observation
    from stacks.model.plan import Plan
    from stacks.plan.records.adoption import Takeover
    from stacks.settings.stack import Settings

Fate = Literal["same", "differs", "only there", "only here", "ours", "conflict", "unknown"]
SAFE: frozenset[Fate] = frozenset({"same", "ours"})
MOST_RUNS = 4
"""Runs on paper: one takes over, one deletes, one makes what could not stand beside that, one has nothing to do."""
_SEALED = "its mark is encrypted: give the key in EXTERNAL_DNS_TXT_ENCRYPT_AES_KEY"
_NOBODY = "no object or setting that is read here asks for it: it stays as it is, and nobody follows it any more"


@dataclass(frozen=True, slots=True)
class ComparedSet:
    """A record set as the other tool has it and as the stack would. there, here: its records; () for none.

    asked_by: the objects or the setting that ask for it, else what the other tool's mark names. differences: each with
    both values, in words. why: the reason of a fate that the records do not show.
    """

    name: str
    type: str
    fate: Fate
    there: tuple[Record, ...]
    here: tuple[Record, ...]
    asked_by: tuple[str, ...] = ()
    differences: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The record sets of both sides, by name, each once.

    gaps: why not all can be said of the zones and the objects. other_owners: those of the tool that were not asked for.
    owners: those of the compared records. by_settings: the names of compared sets that no object asks for here.
    """

    sets: tuple[ComparedSet, ...]
    gaps: tuple[str, ...] = ()
    other_owners: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    by_settings: tuple[str, ...] = ()

    @property
    def is_safe(self) -> bool:
        """Whether nothing changes by the switch: the other tool has records, and all of both sides are the same."""
        fates = {one.fate for one in self.sets}
        return "same" in fates and fates <= SAFE and not self.gaps


def compare(settings: Settings, observation: Observation, plan: Plan, takeover: Takeover) -> Comparison:
    """Return the comparison with the tool of this takeover. plan: with the takeover, of this observation."""
    marked = [one for one in held(settings, observation) if one.mark.heritage == takeover.tool]
    theirs, resources, sealed = _theirs(marked, takeover)
    for live in _taken(plan, observation):
        theirs[live.name, live.type].setdefault(live, None)
    last, after = _at_rest(settings, plan, observation)
    ours = _ours(after)
    look = _Look(
        {key: tuple(found) for key, found in theirs.items()},
        ours,
        frozenset(_ours(observation)),
        {(one.name, one.type): one for one in reversed(last.conflicts)},
        {(one.name, one.type): one.reason for one in last.frozen} | dict.fromkeys(sealed, _SEALED),
        _waiting(settings, observation),
        _unread(observation),
        {one.object.resource: one.text for one in plan.complaints},
    )
    asked = {key: tuple(map(str, objects)) for key, objects in plan.asked_by}
    keys = {*look.there, *look.here, *look.conflicts, *look.unknown}
    keys |= {(name, "") for name in look.waiting.keys() - {name for name, _ in keys}}
    sets = (
        replace(_of_set(key, resources.get(key, ()), look), asked_by=asked.get(key) or resources.get(key, ()))
        for key in keys
    )
    known = [one.mark for one in marked if not one.mark.sealed]
    return Comparison(
        tuple(sorted(sets, key=lambda one: (one.name, one.type))),
        _gaps(plan, observation),
        tuple(sorted({one.owner for one in known if not takeover.takes_mark(one)})),
        tuple(sorted({one.owner for one in known if takeover.takes_mark(one)})),
        tuple(sorted({key[0] for key in look.there.keys() & look.here.keys() - asked.keys()})),
    )


@dataclass(frozen=True, slots=True)
class _Look:
    """Both sides by record set, and what stands between them. registered: the sets of state before the switch.

    waiting: the names whose type nobody can tell yet, with reasons. unread: why not all that
    objects ask for is known; "" where it is. complaints: by the object's name in marks.
    """

    there: Mapping[Key, tuple[Record, ...]]
    here: Mapping[Key, tuple[Record, ...]]
    registered: frozenset[Key]
    conflicts: Mapping[Key, Conflict]
    unknown: Mapping[Key, str]
    waiting: Mapping[str, str]
    unread: str
    complaints: Mapping[str, str]


def _of_set(key: Key, resources: Iterable[str], look: _Look) -> ComparedSet:
    """Return the comparison of one set. resources: the objects that the other tool's marks name."""
    there, here = look.there.get(key, ()), look.here.get(key, ())
    found = ComparedSet(*key, "same", there, here)
    if reason := look.unknown.get(key):
        return replace(found, fate="unknown", why=reason)
    if conflict := look.conflicts.get(key):
        why = f"{conflict.held_by}: {conflict.reason}"
        return replace(found, fate="conflict", why=f"{why}; {conflict.way}" if conflict.way else why)
    if not here:
        unread = f"not all objects could be read: {look.unread}" if look.unread else ""
        if reason := look.waiting.get(key[0], unread):
            return replace(found, fate="unknown", why=reason)
        complaints = (look.complaints.get(one, "") for one in resources)
        return replace(found, fate="only there", why=next(filter(None, complaints), _NOBODY))
    if not there:
        return replace(found, fate="ours" if key in look.registered else "only here")
    differences = _differences(there, here)
    return replace(found, fate="differs" if differences else "same", differences=differences)


def _theirs(
    marked: Iterable[HeldRecord], takeover: Takeover
) -> tuple[defaultdict[Key, dict[Record, None]], dict[Key, tuple[str, ...]], set[Key]]:
    """Return the tool's records by set, the objects that their marks name, and the sets of encrypted marks."""
    records: defaultdict[Key, dict[Record, None]] = defaultdict(dict)
    resources: dict[Key, tuple[str, ...]] = {}
    sealed: set[Key] = set()
    for one in marked:
        key = (one.live.record.name, one.live.record.type)
        if one.is_mark or not (one.mark.sealed or takeover.takes_mark(one.mark)):
            continue
        records[key][one.live.record] = None
        if one.mark.sealed:
            sealed.add(key)
        elif one.mark.resource:
            resources[key] = (one.mark.resource,)
    return records, resources, sealed


def _taken(plan: Plan, observation: Observation) -> list[Record]:
    """Return the records that the plan takes over, marks left out: of tools that mark nothing all that is known."""
    live = {one.id: one.record for zone in observation.zones if isinstance(zone, ZoneSnapshot) for one in zone.records}
    return [live[slot.import_id] for each in plan.record_sets for slot in each.slots if slot.import_id in live]


def _at_rest(settings: Settings, plan: Plan, observation: Observation) -> tuple[Plan, Observation]:
    """Return the plan and the observation after the runs that follow, until one has nothing to do."""
    for _ in range(MOST_RUNS):
        observation = carried_out(plan, observation)
        plan = make_plan(settings, observation)
        if not changes(plan, observation):
            break
    return plan, observation


def _ours(observation: Observation) -> dict[Key, tuple[Record, ...]]:
    """Return the records that state holds, by set, each without a mark in its comment."""
    records, _ = sets_of(observation.registry.records)
    return {
        key: tuple(replace(one.record, comment=in_comments.parse(one.record.comment)[0]) for one in several)
        for key, several in records.items()
    }


def _waiting(settings: Settings, observation: Observation) -> dict[str, str]:
    """Return the names of the zones whose objects have targets that nobody knows yet, with reasons."""
    zones = frozenset(zone.zone for zone in settings.each_zone())
    return {
        claim.name: claim.targets.reason
        for source in observation.sources
        for claim in (source.found.value if isinstance(source.found, Known) else ())
        if isinstance(claim, Claim) and claim.type is None and isinstance(claim.targets, Unknown)
        if zone_of(claim.name, zones)
    }


def _gaps(plan: Plan, observation: Observation) -> tuple[str, ...]:
    """Return what could not be read, zones and objects, and the zones with no room for all that is wanted."""
    unread = (f"{one.zone}: {one.reason}" for one in observation.zones if isinstance(one, UnreadZone))
    full = (f"{one.zone} {one.what}" for one in plan.full)
    return (*unread, *full, *filter(None, (observation.unlisted, _unread(observation))))


def _unread(observation: Observation) -> str:
    """Return why objects of clusters could not be read; "" where all were, or wait for their kind."""
    reasons = [one.found.reason for one in observation.sources if isinstance(one.found, Unknown) and not one.waiting]
    return "; ".join(dict.fromkeys(reasons))


def _differences(there: Iterable[Record], here: tuple[Record, ...]) -> tuple[str, ...]:
    """Return what is not the same of a set that both have, in words. A set has one ttl, proxy and comment here."""
    theirs = {value for one in there for value in canonical_content.split(one.content)}
    ours = {value for one in here for value in canonical_content.split(one.content)}
    contents = (f"{', '.join(sorted(theirs))} -> {', '.join(sorted(ours))}",) if theirs != ours else ()
    settings = dict.fromkeys(said for one in there for said in differing(one, here[0]))
    return (*contents, *settings)
