"""The rows of record sets on the page and in `/raw`: contents, owner, state and reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from cli.findings.events import finding
from cli.findings.finding import Finding
from cli.findings.outcome import of_conflicts, of_deferred, of_outcomes, of_refusal, of_zone
from cli.reconcile.result import Convergence
from cli.web.status import Status
from components.marks import ownership
from components.records import international
from components.views import view_of
from stacks.model.confirmation import Confirmed
from stacks.model.values import RecordSet, UnreadZone
from stacks.plan.records.record_sets import Key, contents_of, is_proxied
from stacks.plan.safety.refusal import Refusal

Row = dict[str, Any]
Hide = Callable[[str], str]
"""Takes what is secret out of a text."""
ORDER = ("conflict", "refused", "frozen", "held", "unread", "unconfirmed", "leaving", "deferred", "ok")
"""The states of a record set, the worst first."""


def rows(status: Status, hide: Hide) -> list[Row]:
    """A row for each record set that is wanted or ours: the worst first, then by name.

    state: `ok`; `conflict` (somebody else has a record at the name); `refused` (the provider refuses a record of it);
    `frozen` (it stays as it is, because its targets are unknown); `held` (the guard refuses a change of it); `unread`
    (its zone could not be listed); `unconfirmed` (the name servers do not answer it); `leaving` (not wanted any more,
    deleted soon); `deferred` (made by the next run).
    """
    if status.leader.done is None:
        return []
    return sorted(
        _rows(status, status.leader.done, hide), key=lambda row: (ORDER.index(row["state"]), row["name"], row["type"])
    )


def _rows(status: Status, done: Convergence, hide: Hide) -> Iterator[Row]:
    plan = done.plan
    asked = {key: [str(one) for one in objects] for key, objects in plan.asked_by}
    wrong = _wrong(status, done)
    listed: set[Key] = set()
    for one in plan.record_sets:
        key = (one.name, one.type)
        listed.add(key)
        state, reason = wrong.get(key) or _answered(status, key)
        yield _row(one, asked.get(key, []), state, hide(reason) if reason else "", _confirmed(status, key))
    for key in [key for key in wrong if key not in listed]:
        state, reason = wrong[key]
        yield {**_nothing(key), "asked_by": asked.get(key, []), "state": state, "reason": hide(reason)}


def _row(one: RecordSet, asked_by: list[str], state: str, reason: str, confirmed: float | None) -> Row:
    mark = ownership.parse(one.mark_content) if one.mark_content else None
    own = next((slot.own for slot in one.slots if slot.own), None) or one
    return {
        "name": one.name,
        "unicode": international.to_unicode(one.name),
        "type": one.type,
        "view": view_of(one.name),
        "zone": one.zone,
        "provider": one.provider,
        "contents": list(contents_of(one)),
        "ttl": own.ttl,
        "proxied": is_proxied(one),
        "comment": own.comment,
        "tags": list(own.tags),
        "mark": {"name": one.mark_name, "owner": mark.owner, "resource": mark.resource} if mark else None,
        "asked_by": asked_by,
        "state": state,
        "reason": reason,
        "confirmed_seconds": confirmed,
    }


def _nothing(key: Key) -> Row:
    """The row of what is wanted and not there."""
    return {
        "name": key[0],
        "unicode": international.to_unicode(key[0]),
        "type": key[1],
        "view": view_of(key[0]),
        "zone": None,
        "provider": None,
        "contents": [],
        "ttl": None,
        "proxied": None,
        "comment": "",
        "tags": [],
        "mark": None,
        "confirmed_seconds": None,
    }


def _wrong(status: Status, done: Convergence) -> Mapping[Key, tuple[str, str]]:
    """The state and reason of each set that is not as it should be: the worst of several."""
    found: dict[Key, tuple[str, str]] = {
        key: ("leaving", finding(one).predicate) for key, (one, _) in status.leader.leaving.items()
    }
    found |= {_key(one): ("deferred", one.predicate) for one in of_deferred(done.plan)}
    unread = {one.zone: of_zone(one).sentence for one in done.observation.zones if isinstance(one, UnreadZone)}
    found |= {(one.name, one.type): ("unread", unread[one.zone]) for one in done.plan.record_sets if one.zone in unread}
    for refusal in done.refusals if done.is_held_back else ():
        found |= dict.fromkeys(_keys(refusal), ("held", of_refusal(refusal).title))
    found |= {(one.name, one.type): ("frozen", one.reason) for one in done.plan.frozen}
    refused = {one.resource.record_set: ("refused", one.words) for one in done.plan.rejected}
    return found | refused | {_key(one): ("conflict", one.predicate) for one in of_conflicts(done.plan)}


def _key(found: Finding) -> Key:
    """Return the record set that is the subject of a finding."""
    name, _, record_type = found.subject.rpartition(" ")
    return name, record_type


def _keys(refusal: Refusal) -> list[Key]:
    return [change.resource.record_set for change in refusal.changes]


def _answered(status: Status, key: Key) -> tuple[str, str]:
    outcome = status.leader.outcomes.get(key)
    if outcome is None or isinstance(outcome, Confirmed):
        return "ok", ""
    return "unconfirmed", of_outcomes([outcome])[0].predicate


def _confirmed(status: Status, key: Key) -> float | None:
    """Seconds after which all name servers answered it; None where they were not asked, or do not."""
    outcome = status.leader.outcomes.get(key)
    return round(outcome.seconds, 2) if isinstance(outcome, Confirmed) else None
