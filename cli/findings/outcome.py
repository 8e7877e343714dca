"""Findings about a convergence: what is not as it should be, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from cli.findings.balancing import of_geo_plan, of_sight
from cli.findings.finding import SHOWN, Finding, plural
from cli.findings.lists import of_list_sights, of_lists_plan
from cli.findings.sightings import of_address, of_source
from cli.reconcile.result import Convergence
from components.plain_text import listed
from stacks.model.claims import Complaint
from stacks.model.confirmation import Confirmed, Unconfirmed
from stacks.model.plan import Plan
from stacks.model.values import UnreadZone
from stacks.plan.records.cases import differing
from stacks.plan.records.record_sets import settings_of
from stacks.plan.safety import guard
from stacks.plan.safety.refusal import Refusal

if TYPE_CHECKING:
    from cli.reconcile.confirm import Outcome

_ZONE = "All that is ours in it stays as it is; it is tried again by itself. Look at the provider's status."
_LISTING = "Those that state knows are kept; further ones are taken once they can be listed. It is tried by itself."
_CONFLICT = (
    "It is left alone. Take the name out of the settings, or the record out of the zone, or take it over with "
    "`truenorth adopt`."
)
_FROZEN = "What is there stays as it is, and is followed again by itself once the reason is gone."
_KEPT = "Nothing has to be done. Take the field out of the setting keep, and it becomes as wished."
_REJECTED = (
    "Mend it where it is asked for: the ttl, comment, proxy or target, or the limits of the zone's plan (`truenorth "
    "doctor`). All else was done. It is tried again by itself, at the latest after an hour."
)
_CHOICE = "If another is meant, its owner writes it first; the settings cluster.gateways, ... say which Gateways count."
_WAITING = "Its controller can say more; it is followed as soon as that says so."
_UNCONFIRMED = "It was written. Name servers that lag behind take it by themselves; look at the zone's delegation."


def findings(done: Convergence) -> tuple[Finding, ...]:
    """Return all that is not as it should be after a convergence, or needs somebody's attention."""
    seen = done.observation
    found = [of_zone(one) for one in seen.zones if isinstance(one, UnreadZone)]
    if seen.unlisted:
        found.append(Finding("zone", "bad", "the zones of the token", "could not be listed", seen.unlisted, _LISTING))
    found += [one for one in map(of_address, seen.addresses) if one.severity != "note"]
    found += [one for one in map(of_source, seen.sources) if one.severity != "note"]
    found += [*of_refusals(done), *of_sight(seen.geo), *of_list_sights(seen.lists)]
    return (*found, *of_plan(done.plan), *of_deferred(done.plan))


def of_plan(plan: Plan) -> tuple[Finding, ...]:
    """Return what a plan leaves as it is or does not declare."""
    skipped = {complaint.text for complaint in plan.complaints}
    frozen = [
        Finding(
            "frozen",
            "warning",
            f"{one.name} {one.type}",
            f"stays at {', '.join(one.kept)}" if one.kept else "is not made yet",
            one.reason,
            _FROZEN,
        )
        for one in plan.frozen
        if one.reason not in skipped  # the complaint says it
    ]
    return (
        *_of_full_zones(plan),
        *of_rejected(plan),
        *of_conflicts(plan),
        *frozen,
        *_of_kept(plan),
        *_of_advice(plan),
        *map(of_complaint, plan.complaints),
        *of_geo_plan(plan.geo),
        *of_lists_plan(plan.lists),
    )


def _of_kept(plan: Plan) -> Iterator[Finding]:
    """Yield the records with fields that are not as wished, because the zone's are kept."""
    for record_set in plan.record_sets:
        wished = settings_of(record_set)
        own = [slot.own for slot in record_set.slots if slot.own]
        if told := {pair.replace(" -> ", ", not ") for one in own for pair in differing(one, wished)}:
            subject = f"{record_set.name} {record_set.type}"
            yield Finding(
                "kept", "note", subject, "stays as it was set at the provider", ", ".join(sorted(told)), _KEPT
            )


def of_conflicts(plan: Plan) -> tuple[Finding, ...]:
    """Return the conflicts of record sets: wanted names that somebody else holds."""
    return tuple(
        Finding(
            "conflict",
            "warning",
            f"{one.name} {one.type}",
            f"is held by {one.held_by}",
            "; ".join(filter(None, (one.reason, one.way))),
            _CONFLICT,
        )
        for one in plan.conflicts
    )


def of_rejected(plan: Plan) -> tuple[Finding, ...]:
    """Return the records that the provider refuses, each with the one who asks for it and the provider's words."""
    return tuple(
        Finding(
            "rejected",
            "bad",
            one.subject,
            f"asked for by {', '.join(one.asked_by)}, is refused by the provider",
            one.words,
            _REJECTED,
        )
        for one in plan.rejected
    )


def of_complaint(complaint: Complaint) -> Finding:
    """Return the finding of what an object's owner has to mend, or to wait for."""
    subject = str(complaint.object)
    why = complaint.text.removeprefix(f"{subject}: ")
    if complaint.is_choice:
        return Finding("choice", "note", subject, "", why, _CHOICE)
    do = f"Its owner can mend it: {complaint.allowed}" if complaint.allowed else "Its owner can mend it."
    if complaint.is_waiting:
        return Finding("waiting", "warning", subject, "", why, do if complaint.allowed else _WAITING)
    if complaint.is_note:
        return Finding("ignored", "note", subject, "", why, "Nothing has to be done; its owner may take it out.")
    if complaint.minor:
        return Finding("ignored", "warning", subject, "", why, do)
    return Finding("complaint", "warning", subject, "", why, do)


def of_deferred(plan: Plan) -> tuple[Finding, ...]:
    """Return the record sets that the next run makes."""
    return tuple(
        Finding(
            "deferred",
            "note",
            f"{one.name} {one.type}",
            f"is made by the next run, once {', '.join(one.until)} of ours is deleted",
        )
        for one in plan.deferred
    )


def of_refusals(done: Convergence) -> Iterator[Finding]:
    """Yield what the guard refuses, or would refuse if a person had not allowed it."""
    word = guard.word(done.refusals)
    do = f"Look at it with `truenorth preview`; `truenorth up --allow {word}` allows exactly this." if word else ""
    for one in done.refusals:
        if done.allowed_by:
            yield Finding("refusal", "warning", "", f"allowed by {done.allowed_by}: {one.what}", one.where)
        else:
            yield of_refusal(one, do)


def of_refusal(refusal: Refusal, do: str = "") -> Finding:
    """Return the finding of one refusal of the guard."""
    advice = (do if refusal.allowable else "", refusal.do and f"{refusal.do[:1].upper()}{refusal.do[1:]}.")
    return Finding("refusal", "bad", "", f"refused: {refusal.what}", refusal.where, " ".join(filter(None, advice)))


def of_zone(zone: UnreadZone) -> Finding:
    """Return the finding that a zone could not be read."""
    return Finding("zone", "bad", f"the zone {zone.zone}", "could not be read", zone.reason, _ZONE)


def of_outcomes(outcomes: Iterable[Outcome]) -> tuple[Finding, ...]:
    """Return the number of record sets that the name servers confirm, and each unconfirmed record set."""
    outcomes = tuple(outcomes)
    seconds = [one.seconds for one in outcomes if isinstance(one, Confirmed)]
    confirmed = f"{plural(len(seconds), 'record set')} ({max(seconds, default=0.0):.1f} s)"
    found = [Finding("confirmation", "good", "", "confirmed by the name servers", confirmed)] if seconds else []
    found += [
        Finding(
            "unconfirmed",
            "warning",
            f"{one.name} {one.type}",
            "is not confirmed by the name servers",
            one.said,
            _UNCONFIRMED,
        )
        for one in outcomes
        if isinstance(one, Unconfirmed)
    ]
    return tuple(found)


def _of_advice(plan: Plan) -> tuple[Finding, ...]:
    """Return what a plan says about the settings."""
    return tuple(Finding("settings", "warning", one.subject, one.what, one.do) for one in plan.advice)


def _of_full_zones(plan: Plan) -> tuple[Finding, ...]:
    """Return the zones that are too full, each with the names left out and the advice."""
    found = []
    for one in plan.full:
        why = f"not made: {listed([' '.join(key) for key in one.left_out], SHOWN)}; {one.do}"
        found.append(Finding("zone", "bad", f"the zone {one.zone}", one.what, why))
    return tuple(found)
