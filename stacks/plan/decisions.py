"""Decisions: an endpoint with its zone and state becomes a declared record set, a set that stays, or nothing. Pure.

`cases` says whose a record is that stands at a wanted name; `planner` has a table of the other cases.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from components.marks import ownership
from components.records import canonical_content
from components.records.aliases import ALIASES, CNAME, Neighbour
from components.records.canonical_content import ADDRESSES
from stacks.model.observation import Observation
from stacks.model.values import Conflict, Deferred, Endpoint, Frozen, Known, LiveRecord, RecordSet, SharedSet, Unknown
from stacks.plan.desired import shares
from stacks.plan.desired.endpoints import FAMILY
from stacks.plan.desired.links import partly_known
from stacks.plan.desired.reachable import proxiable
from stacks.plan.desired.retained import KeptSet, standing, why_wanted
from stacks.plan.desired.shares import Sight
from stacks.plan.desired.tenure import SETTINGS
from stacks.plan.hand_set import with_hand_set
from stacks.plan.records.adoption import Takeover, adopt, without_what_stands
from stacks.plan.records.cases import Case, differing, explained, judge
from stacks.plan.records.former_ids import unless_untouched
from stacks.plan.records.reach import NOTHING, managed_conflict, out_of_reach, without_refused_proxy
from stacks.plan.records.record_sets import (
    Key,
    as_registered,
    contents,
    marked_comment,
    number,
    settings_of,
    slots,
    spelled,
)
from stacks.plan.records.ways import way_out
from stacks.plan.records.zone_index import ZoneIndex, neighbour

if TYPE_CHECKING:
    from stacks.plan.desired.admission import Closed
    from stacks.plan.desired.endpoints import AddressesByLink
    from stacks.plan.desired.ways import Ways
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
    ways: Mapping[Key, Ways]
    at_once: Collection[str] = ()
    """The providers at which a record takes the place of another in one transaction."""


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
        ways = inputs.ways.get((endpoint.name, endpoint.type), {})
        combined = shares.combined(endpoint, zone, held, inputs.sight, ways)
        follows_links = follows_links and combined.endpoint == endpoint
        endpoint, targets, shared = combined.endpoint, combined.targets, combined.shared
    if follows_links:
        targets = partly_known(endpoint, held, inputs.observation)
    values = targets.value if isinstance(targets, Known) else held
    if values and endpoint.proxied and endpoint.type in FAMILY and not endpoint.source.startswith(SETTINGS):
        # What an object gave once may be private: beside others it goes, so that nothing shows where these are.
        reached = proxiable(values)
        endpoint, values = replace(endpoint, proxied=bool(reached)), reached or values
    frozen = None
    if isinstance(endpoint.targets, Unknown):
        kept = tuple(content for content in held if content in values)
        frozen = Frozen(endpoint.name, endpoint.type, kept, endpoint.targets.reason)
    return Resolved(endpoint, values, frozen, shared)


def decide(resolved: Resolved, zone: ZoneIndex, inputs: PlanInputs) -> Decision:
    """Return the decision on an endpoint."""
    endpoint = resolved.endpoint
    key = (endpoint.name, endpoint.type)
    if remark := out_of_reach(key, _mark_name(endpoint, zone), zone):
        return Declare(_as_in_state(key, zone), (remark,)) if zone.alive(key) else Leave((remark,))
    if zone.alive(key) and zone.settings.policy == "create-only":
        return Declare(_as_in_state(key, zone))
    if in_the_way := zone.own_in_the_way(key, proxied=endpoint.proxied):
        return _behind_own(resolved, in_the_way, zone, inputs)
    return _among_others(resolved, zone, inputs.takeover)


def _behind_own(resolved: Resolved, types: tuple[str, ...], zone: ZoneIndex, inputs: PlanInputs) -> Decision:
    """Return the decision where other records of ours stand in the way: a CNAME, or records where one is wanted.

    types: of these records. They are deleted at once or first, or stay where they may be wanted or the policy keeps
    them. At a name of the settings no object can want them.
    """
    endpoint = resolved.endpoint
    key = (endpoint.name, endpoint.type)
    reasons = (why_wanted((endpoint.name, kind), zone, inputs.sight) for kind in types)
    reason = "" if endpoint.source.startswith(SETTINGS) else next(filter(None, reasons), "")
    if reason or isinstance(endpoint.targets, Unknown):
        stays = tuple(standing(endpoint.name, types, zone, inputs.sight))
        return Keep(stays, Frozen(*key, (), reason) if reason else None)
    if zone.settings.policy == "sync":
        is_swap = zone.settings.provider in inputs.at_once and not _leads_home(resolved, zone)
        return _among_others(resolved, zone, inputs.takeover) if is_swap else Leave((Deferred(*key, types),))
    kept = f"policy {zone.settings.policy} keeps it; nothing was declared"
    return Leave((Conflict(*key, f"{', '.join(types)} of ours", kept, "policy: sync replaces it"),))


def _leads_home(resolved: Resolved, zone: ZoneIndex) -> bool:
    """Whether an alias leads to a name of its own zone, which this run may have yet to make."""
    return resolved.endpoint.type in ALIASES and any(one.endswith(zone.settings.zone) for one in resolved.values)


def _among_others(resolved: Resolved, zone: ZoneIndex, takeover: Takeover | None) -> Declare | Leave:
    """Return the decision by the records at the name that state does not know: some are adopted, some conflict."""
    endpoint = resolved.endpoint
    key = (endpoint.name, endpoint.type)
    others = [live for live in zone.foreign.get(endpoint.name, ()) if _is_in_the_way(live, endpoint, zone)]
    wished, unproxied = without_refused_proxy(_wished(resolved, zone), zone)
    wanted, adopted = adopt(wished, others, zone, takeover)
    wanted = with_hand_set(wanted, zone.registered.get(key, ()), zone.live, lambda text: _marked(text, zone))
    left = [live for live in others if live.id not in adopted]
    beside = zone.alive(key) or bool(adopted)
    remarks: tuple[Remark, ...] = (*unproxied, *(_conflict(wanted, live, zone, beside=beside) for live in left))
    possible = unless_untouched(without_what_stands(wanted, left, zone), zone)
    unknown = isinstance(endpoint.targets, Unknown)
    if unknown and possible != wanted:
        return Declare(_as_in_state(key, zone), remarks)
    record_set, unmarked = _with_mark(possible, zone)
    remarks += unmarked
    # Without one of its records, known to state or not, a mark would only hide what a wildcard answers.
    has_records = bool(record_set.slots) or (unknown and key in zone.registered_marks and zone.has_records(key))
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
        if live.id != own_id and (live.record.type == CNAME or (live.record.type == "TXT" and same)):
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
        slots=spelled(slots(values, {number(one): one.record.content for one in ours}), (one.record for one in ours)),
        ttl=endpoint.ttl,
        proxied=endpoint.proxied,
        comment=_marked(endpoint.comment, zone),
        mark_name=_mark_name(endpoint, zone),
        mark_content=ownership.encode(mark) if texts else "",
        mark_ttl=settings.traits.automatic_ttl,
        provider=settings.provider,
        tags=endpoint.tags,
        keep=endpoint.keep,
    )


def _marked(comment: str, zone: ZoneIndex) -> str:
    """Return as much of a comment as the zone keeps, with our mark in it where marks are comments."""
    return marked_comment(zone.keeping.comment(comment), zone.settings, zone.writer, zone.keeping.longest_comment)


def _mark_name(endpoint: Endpoint, zone: ZoneIndex) -> str:
    """Return the name of the TXT mark of an endpoint's set; "" where marks are no texts."""
    settings = zone.settings
    if settings.marks != "txt":
        return ""
    return ownership.mark_name(endpoint.name, endpoint.type, settings.mark_prefix)


def _is_in_the_way(live: LiveRecord, endpoint: Endpoint, zone: ZoneIndex) -> bool:
    """Whether a record that state does not know keeps a set from its name. A mark is no other text."""
    if live.managed_by and {live.record.type, endpoint.type} <= ADDRESSES | ALIASES:
        return True  # whatever answers for the name is the provider's own matter
    beside = live.id in zone.mark_ids and live.record.type == endpoint.type and not zone.settings.traits.whole_sets
    wanted = Neighbour(endpoint.type, endpoint.proxied)
    return zone.clash_at(endpoint.name, wanted, neighbour(live.record)) and not beside


def _conflict(record_set: RecordSet, live: LiveRecord, zone: ZoneIndex, *, beside: bool) -> Conflict:
    holders = zone.holders(live.record.name, live.record.type)
    case = judge(live, zone.wanted(record_set), holders)
    if case is Case.MANAGED:
        then = "ours beside it goes on" if beside else NOTHING
        return managed_conflict((record_set.name, record_set.type), live, zone, then)
    if (record_set.name, record_set.type) in zone.registered_marks:  # ours speaks of what state has, not of this one
        holders = tuple(mark for mark in holders if not zone.is_ours(mark))
    holder = zone.holder_of(live, holders)
    owner = explained(case, holder)
    if case is Case.OTHER_SETTINGS:
        others = differing(live.record, settings_of(record_set), record_set.keep)
        owner += f"; its content is as wished, and {', '.join(others)} is not"
    held_by = f"{live.record.type} {', '.join(canonical_content.split(live.record.content))} ({owner})"
    reason = "a foreign record beside ours, left alone" if beside else "not ours, left alone; nothing was declared"
    return Conflict(record_set.name, record_set.type, held_by, reason, way_out(case, holder, live.record.name))
