"""Decisions: an endpoint with its zone and state becomes a declared record set, a set that stays, or nothing. Pure.

`cases` says whose a record is that stands at a wanted name; `planner` has a table of the other cases.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from components.marks import ownership
from components.records import canonical_content
from stacks.model.observation import Observation
from stacks.model.values import Conflict, Deferred, Endpoint, Frozen, Known, LiveRecord, RecordSet, SharedSet, Unknown
from stacks.plan.desired import shares
from stacks.plan.desired.links import partly_known
from stacks.plan.desired.merging import ALIAS
from stacks.plan.desired.retained import KeptSet, standing, why_wanted
from stacks.plan.desired.shares import Sight
from stacks.plan.desired.tenure import SETTINGS
from stacks.plan.records.adoption import Takeover, adopt, without_what_stands
from stacks.plan.records.cases import Case, differing, explained, judge
from stacks.plan.records.former_ids import unless_untouched
from stacks.plan.records.record_sets import Key, as_registered, contents, marked_comment, number, settings_of, slots
from stacks.plan.records.ways import way_out
from stacks.plan.records.zone_index import ZoneIndex, clashes

if TYPE_CHECKING:
    from stacks.plan.desired.admission import Closed
    from stacks.plan.desired.endpoints import AddressesByLink
    from stacks.settings.stack import Settings

Remark = Conflict | Deferred
_ELSEWHERE = "delete it, or have the marks elsewhere (mark_prefix, or marks: comment)"


@dataclass(frozen=True, slots=True)
class PlanInputs:
    """The settings and everything observed, for all zones."""

    settings: Settings
    observation: Observation
    takeover: Takeover | None
    addresses: AddressesByLink
    sight: Sight
    closed: Closed


@dataclass(frozen=True, slots=True)
class Declare:
    """Declare a record set. remarks: on others' records beside it, and on a mark that cannot be made."""

    record_set: RecordSet
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class Keep:
    """Declare nothing for the endpoint; keep the sets of ours in its way, which may still be wanted."""

    sets: tuple[KeptSet, ...]
    frozen: Frozen | None


@dataclass(frozen=True, slots=True)
class Leave:
    """Declare nothing for the endpoint. remarks: what keeps it from its name; () where it has no targets yet."""

    remarks: tuple[Remark, ...]


Decision = Declare | Keep | Leave


@dataclass(frozen=True, slots=True)
class Resolved:
    """An endpoint and the values of its set.

    endpoint: with Unknown targets where some cannot be seen. values: for its set, present ones where need be.
    frozen: where targets are Unknown. shared: the givers of its values, for state to remember.
    """

    endpoint: Endpoint
    values: tuple[str, ...]
    frozen: Frozen | None
    shared: tuple[SharedSet, ...]


def resolve(endpoint: Endpoint, zone: ZoneIndex, inputs: PlanInputs) -> Resolved:
    """Return the endpoint with the values that its set is to have, as far as links and objects can be seen."""
    held = contents(zone.registered.get((endpoint.name, endpoint.type), []))
    targets: Known[tuple[str, ...]] | Unknown = endpoint.targets
    follows_links = endpoint.links and isinstance(targets, Unknown)
    shared: tuple[SharedSet, ...] = ()
    if endpoint.parts:
        combined = shares.combined(endpoint, zone, held, inputs.sight)
        follows_links = follows_links and combined.endpoint == endpoint
        endpoint, targets, shared = combined.endpoint, combined.targets, combined.shared
    if follows_links:
        targets = partly_known(endpoint, held, inputs.observation)
    values = targets.value if isinstance(targets, Known) else held
    frozen = None
    if isinstance(endpoint.targets, Unknown):
        kept = tuple(content for content in held if content in values)
        frozen = Frozen(endpoint.name, endpoint.type, kept, endpoint.targets.reason)
    return Resolved(endpoint, values, frozen, shared)


def decide(resolved: Resolved, zone: ZoneIndex, inputs: PlanInputs) -> Decision:
    """Return the decision on an endpoint."""
    endpoint = resolved.endpoint
    key = (endpoint.name, endpoint.type)
    if zone.alive(key) and zone.settings.policy == "create-only":
        return Declare(_as_in_state(key, zone))
    if in_the_way := zone.own_in_the_way(key):
        return _behind_own(endpoint, in_the_way, zone, inputs)
    return _among_others(resolved, zone, inputs.takeover)


def _behind_own(endpoint: Endpoint, types: tuple[str, ...], zone: ZoneIndex, inputs: PlanInputs) -> Keep | Leave:
    """Return the decision where other records of ours stand in the way: a CNAME, or records where one is wanted.

    types: of these records. They are deleted first, or stay where they may be wanted or the policy keeps them. At a
    name of the settings no object can want them.
    """
    key = (endpoint.name, endpoint.type)
    reasons = (why_wanted((endpoint.name, kind), zone, inputs.sight) for kind in types)
    reason = "" if endpoint.source.startswith(SETTINGS) else next(filter(None, reasons), "")
    if reason or isinstance(endpoint.targets, Unknown):
        stays = tuple(standing(endpoint.name, types, zone, inputs.sight))
        return Keep(stays, Frozen(*key, (), reason) if reason else None)
    if zone.settings.policy == "sync":
        return Leave((Deferred(*key, types),))
    kept = f"policy {zone.settings.policy} keeps it; nothing was declared"
    return Leave((Conflict(*key, f"{', '.join(types)} of ours", kept, "policy: sync replaces it"),))


def _among_others(resolved: Resolved, zone: ZoneIndex, takeover: Takeover | None) -> Declare | Leave:
    """Return the decision by the records at the name that state does not know: some are adopted, some conflict."""
    endpoint = resolved.endpoint
    key = (endpoint.name, endpoint.type)
    others = [live for live in zone.foreign.get(endpoint.name, ()) if _is_in_the_way(live, endpoint.type, zone)]
    wanted, adopted = adopt(_wished(resolved, zone), others, zone, takeover)
    left = [live for live in others if live.id not in adopted]
    beside = zone.alive(key) or bool(adopted)
    remarks: tuple[Remark, ...] = tuple(_conflict(wanted, live, zone, beside=beside) for live in left)
    possible = unless_untouched(without_what_stands(wanted, left, zone), zone)
    unknown = isinstance(endpoint.targets, Unknown)
    if unknown and possible != wanted:
        return Declare(_as_in_state(key, zone), remarks)
    record_set, unmarked = _with_mark(possible, zone)
    remarks += unmarked
    has_records = bool(record_set.slots) or (unknown and key in zone.registered_marks)
    return Declare(record_set, remarks) if has_records and (beside or not (others or unmarked)) else Leave(remarks)


def _with_mark(record_set: RecordSet, zone: ZoneIndex) -> tuple[RecordSet, tuple[Remark, ...]]:
    """Return the set with the mark that it can have, and a remark where it can have none.

    Another record may stand in the mark's place, and the API takes no second: a CNAME, at Gandi any text of the name,
    elsewhere one of the same content. The mark then stays where state has it, or is not made. A record of ours in its
    place is deleted first, a foreign one is a conflict.
    """
    key = (record_set.name, record_set.type)
    registered = zone.registered_marks.get(key) if zone.has_mark(key) else None
    there = _in_place_of_mark(record_set, registered.id if registered else "", zone)
    if there is None:
        return record_set, ()
    if registered:
        mark = registered.record
        return replace(record_set, mark_name=mark.name, mark_content=mark.content, mark_ttl=mark.ttl), ()
    unmarked = replace(record_set, mark_name="", mark_content="")
    if not zone.is_foreign(there):
        return unmarked, (Deferred(*key, (there.record.type,)),)
    held_by = f"{there.record.type} {there.record.name}"
    return unmarked, (Conflict(*key, held_by, "it stands where the mark would stand", _ELSEWHERE),)


def _in_place_of_mark(record_set: RecordSet, own_id: str, zone: ZoneIndex) -> LiveRecord | None:
    """Return the record in the place of a set's mark; None for none. own_id: of the mark in state, "" for none."""
    if not record_set.mark_name or record_set.mark_import_id:
        return None
    for live in zone.by_name.get(record_set.mark_name, ()):
        same = zone.settings.traits.whole_sets or live.record.content == record_set.mark_content
        if live.id != own_id and (live.record.type == ALIAS or (live.record.type == "TXT" and same)):
            return live
    return None


def _as_in_state(key: Key, zone: ZoneIndex) -> RecordSet:
    return as_registered(key, zone.settings.zone, zone.registered.get(key, []), zone.registered_marks.get(key))


def _wished(resolved: Resolved, zone: ZoneIndex) -> RecordSet:
    """Return the record set of an endpoint, in the slots that state has."""
    endpoint, settings = resolved.endpoint, zone.settings
    ours = zone.registered.get((endpoint.name, endpoint.type), [])
    values: Sequence[str] = resolved.values
    if settings.traits.whole_sets and values:
        values = (canonical_content.joined(resolved.values),)
    texts = settings.marks == "txt"
    mark = ownership.Mark(ownership.HERITAGE, zone.writer.owner, endpoint.source, zone.writer.instance)
    return RecordSet(
        zone=settings.zone,
        zone_id=zone.zone_id,
        name=endpoint.name,
        type=endpoint.type,
        slots=slots(values, {number(one): one.record.content for one in ours}),
        ttl=endpoint.ttl,
        proxied=endpoint.proxied,
        comment=marked_comment(endpoint.comment, settings, zone.writer),
        mark_name=ownership.mark_name(endpoint.name, endpoint.type, settings.mark_prefix) if texts else "",
        mark_content=ownership.encode(mark) if texts else "",
        mark_ttl=settings.traits.automatic_ttl,
        provider=settings.provider,
        tags=endpoint.tags,
    )


def _is_in_the_way(live: LiveRecord, record_type: str, zone: ZoneIndex) -> bool:
    """Whether a record that state does not know keeps a set of this type from its name. A mark is no other text."""
    beside = live.id in zone.mark_ids and live.record.type == record_type and not zone.settings.traits.whole_sets
    return clashes(record_type, live.record.type) and not beside


def _conflict(record_set: RecordSet, live: LiveRecord, zone: ZoneIndex, *, beside: bool) -> Conflict:
    holders = zone.holders(live.record.name, live.record.type)
    case = judge(live, zone.wanted(record_set), holders)
    if (record_set.name, record_set.type) in zone.registered_marks:  # ours speaks of what state has, not of this one
        holders = tuple(mark for mark in holders if not zone.is_ours(mark))
    holder = zone.holder_of(live, holders)
    owner = explained(case, holder)
    if case is Case.OTHER_SETTINGS:
        owner += f"; its content is as wished, and {', '.join(differing(live.record, settings_of(record_set)))} is not"
    held_by = f"{live.record.type} {', '.join(canonical_content.split(live.record.content))} ({owner})"
    reason = "a foreign record beside ours, left alone" if beside else "not ours, left alone; nothing was declared"
    return Conflict(record_set.name, record_set.type, held_by, reason, way_out(case, holder, live.record.name))
