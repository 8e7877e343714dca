"""Findings about the daemon's events: one event, one finding."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cli.events import (
    Begun,
    Cached,
    Failure,
    Fatal,
    Leadership,
    Leaving,
    Mended,
    Reloaded,
    Requested,
    Role,
    Stopping,
    Unwritten,
)
from cli.findings.changes import TO_DO, of_result, tally
from cli.findings.finding import Finding, plural
from cli.findings.outcome import of_outcomes
from cli.findings.sightings import of_address, of_source
from cli.reconcile.confirm import Confirmation
from cli.reconcile.events import Event
from cli.reconcile.result import Convergence, Planned
from components.plain_text import listed
from stacks.model.claims import SourceSighting
from stacks.model.errors import Refused
from stacks.model.values import Sighting


def finding(event: Event) -> Finding:
    """Return the finding of an event; of a convergence what it did."""
    return _FINDINGS[type(event)](event)


def _begun(_: Begun) -> Finding:
    return Finding("begin", "note", "", "a look at the addresses, the objects, the zones and the state")


def _planned(event: Planned) -> Finding:
    counted = ", ".join(f"{count} {TO_DO[action]}" for action, count in tally(event.changes).items())
    return Finding("planned", "note", "", "planned", counted)


def _confirmation(event: Confirmation) -> Finding:
    found = of_outcomes(event.outcomes)
    if all(one.kind == "confirmation" for one in found):
        return found[0] if found else Finding("confirmation", "note", "", "nothing is to be confirmed")
    missing = "\n".join(one.sentence for one in found)
    return Finding("unconfirmed", "warning", "", "not all is confirmed by the name servers", missing)


def _failure(event: Failure) -> Finding:
    do = f"It is tried again after {event.pause:.0f} s; the records stay as they are until then."
    return Finding("failure", "bad", "the convergence", "failed", event.reason, do)


def _fatal(event: Fatal) -> Finding:
    do = "No further try would mend this by itself: mend it, then start `truenorth watch` again."
    return Finding("fatal", "bad", "", f"gives up with exit code {event.exit_code}", event.reason, do)


def _refused(event: Refused) -> Finding:
    return Finding("refusal", "bad", "changes", "are refused until a person decides", str(event))


def _leaving(event: Leaving) -> Finding:
    do = "Nothing, if that is meant: it is deleted when the delete grace is over."
    what = f"is not wanted any more, and is deleted after {event.seconds:g} s"
    return Finding("leaving", "note", f"{event.name} {event.type}", what, "", do)


def _unwritten(event: Unwritten) -> Finding:
    subject = f"owners of objects in {event.cluster}" if event.cluster else "owners of objects"
    do = "Look at the rights to patch them and to write Events."
    return Finding("feedback", "warning", subject, "are not told all that became of their records", event.reason, do)


def _leadership(event: Leadership) -> Finding:
    if event.role is Role.ALONE:
        return Finding("leadership", "note", "", "there is no election, and this process leads")
    subject = event.identity or "this process"
    if event.role is Role.LEADER:
        return Finding("leadership", "good", subject, "leads")
    who = f"{event.holder} leads" if event.holder else "nobody is known to lead"
    return Finding("leadership", "warning" if event.reason else "note", subject, f"stands by: {who}", event.reason)


def _reloaded(event: Reloaded) -> Finding:
    if not event.problem:
        return Finding("settings", "note", "the settings", "have changed and are in use")
    do = "Mend the file that is named; what was in use before stays so until then."
    return Finding("settings", "warning", "the new settings", "cannot be used", event.problem, do)


def _requested(event: Requested) -> Finding:
    if not event.left:
        return Finding("webhook", "note", "external-dns", f"has got {plural(event.sets, 'record set')} as asked for")
    do = "It asks again by itself, and is told the same until this is mended."
    return Finding("webhook", "warning", "external-dns", "does not get all that it asks for", listed(event.left), do)


def _mended(event: Mended) -> Finding:
    return Finding("repair", "warning", "", "after a crash", event.what)


def _cached(event: Cached) -> Finding:
    action = "written" if event.written else "read"
    if event.problem:
        do = "Each replica goes by its own detection until then. Look at the rights on the ConfigMap."
        subject = "the cluster's address cache"
        return Finding("cache", "warning", subject, f"could not be {action}", event.problem, do)
    found = "; ".join(of_address(one).sentence for one in event.addresses) or "no address"
    return Finding("cache", "note", "address cache", action, found)


def _stopping(event: Stopping) -> Finding:
    return Finding("process", "note", "", "stopping", event.reason)


_FINDINGS: dict[type, Callable[[Any], Finding]] = {
    Begun: _begun,
    Cached: _cached,
    Confirmation: _confirmation,
    Convergence: of_result,
    Failure: _failure,
    Fatal: _fatal,
    Leadership: _leadership,
    Leaving: _leaving,
    Mended: _mended,
    Planned: _planned,
    Refused: _refused,
    Reloaded: _reloaded,
    Requested: _requested,
    Sighting: of_address,
    SourceSighting: of_source,
    Stopping: _stopping,
    Unwritten: _unwritten,
}
"""A test holds that no kind of event is missing."""
