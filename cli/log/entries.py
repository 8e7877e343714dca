"""What the log says of each event."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rich.markup import escape

from cli.events import Begun, Cached, Failure, Fatal, Leadership, Leaving, Mended, Reloaded, Role, Stopping, Unwritten
from cli.log.entry import Entry, Level
from cli.output import documents, tables
from cli.reconcile.confirm import Confirmation
from cli.reconcile.events import Event
from cli.reconcile.result import Convergence, Planned
from stacks.model.claims import SourceSighting
from stacks.model.confirmation import Unconfirmed
from stacks.model.errors import Refused
from stacks.model.values import Known, Sighting


def entry(event: Event) -> Entry:
    """The entry of an event; that of a convergence is its outcome."""
    return _SAYING[type(event)](event)


def note(line: str) -> Entry:
    """The entry of a note of the plan, a line of `tables.plan_notes`: what is bold there needs somebody."""
    return Entry("warning" if line.startswith("[bold") else "info", "note", line)


def unsent(reason: str) -> Entry:
    """The entry of a notification or a ping that did not go through."""
    return Entry("warning", "unsent", escape(reason), {"reason": reason})


def _convergence(event: Convergence) -> Entry:
    unwell = event.unread or event.is_held_back
    line = tables.outcome_line(event)
    return Entry("warning" if unwell else "info", "result", line, documents.convergence_document(event))


def _begun(_: Begun) -> Entry:
    return Entry("debug", "begin", "a look at the addresses, the objects, the zones and the state")


def _planned(event: Planned) -> Entry:
    counted = ", ".join(f"{count} to {action.value}" for action, count in tables.tally(event.changes).items())
    changes = [documents.change_document(change) for change in event.changes]
    return Entry("info", "planned", f"planned: {counted}", {"changes": changes})


def _confirmation(event: Confirmation) -> Entry:
    missing = any(isinstance(one, Unconfirmed) for one in event.outcomes)
    line = "\n".join(tables.confirmation_lines(event.outcomes))
    return Entry(
        "warning" if missing else "info", "confirmation", line, documents.confirmation_document(event.outcomes)
    )


def _failure(event: Failure) -> Entry:
    line = f"[bold red]failed[/], again in {event.pause:.0f} s: {escape(event.reason)}"
    return Entry("error", "failure", line, {"reason": event.reason, "pause": event.pause})


def _fatal(event: Fatal) -> Entry:
    line = f"[bold red]gives up[/], because no further try would mend it (exit code {event.exit_code}): "
    return Entry("error", "fatal", line + escape(event.reason), {"reason": event.reason, "exit_code": event.exit_code})


def _refused(event: Refused) -> Entry:
    line = f"[bold red]refused[/], left as it is: {escape(str(event))}"
    return Entry("error", "refused", line, {"reason": str(event), "allow": event.word})


def _leaving(event: Leaving) -> Entry:
    line = f"{escape(event.name)} {event.type} is not wanted any more; deleted in {event.seconds:g} s"
    return Entry("info", "leaving", line, {"name": event.name, "type": event.type, "seconds": event.seconds})


def _sighting(event: Sighting) -> Entry:
    level: Level = "info" if isinstance(event.addresses, Known) else "warning"
    return Entry(level, "address", tables.sighting_line(event), documents.sighting_document(event))


def _source(event: SourceSighting) -> Entry:
    well = event.waiting or (isinstance(event.found, Known) and not event.stale)
    return Entry("info" if well else "warning", "source", tables.source_line(event), documents.source_document(event))


def _unwritten(event: Unwritten) -> Entry:
    return Entry("warning", "unwritten", escape(str(event)), {"cluster": event.cluster, "reason": event.reason})


def _leadership(event: Leadership) -> Entry:
    fields = {
        "role": event.role.value,
        "holder": event.holder,
        "identity": event.identity,
        "transitions": event.transitions,
        "reason": event.reason,
    }
    if event.role is Role.ALONE:
        return Entry("debug", "leadership", "there is no election: this process leads", fields)
    if event.role is Role.LEADER:
        return Entry("info", "leadership", f"[green]leading[/] as {escape(event.identity)}", fields)
    who = f"{escape(event.holder)} leads" if event.holder else "nobody is known to lead"
    if event.reason:
        return Entry("warning", "leadership", f"[yellow]not leading[/]: {escape(event.reason)}; {who}", fields)
    return Entry("info", "leadership", f"standing by: {who}", fields)


def _reloaded(event: Reloaded) -> Entry:
    if event.problem:
        line = f"[bold red]the new settings are not used[/], the former ones stay: {escape(event.problem)}"
        return Entry("error", "reloaded", line, {"problem": event.problem})
    return Entry("info", "reloaded", "the settings have changed, and are in use", {"problem": ""})


def _mended(event: Mended) -> Entry:
    return Entry("warning", "mended", f"[yellow]after a crash[/]: {escape(event.what)}", {"what": event.what})


def _cached(event: Cached) -> Entry:
    done = "written" if event.written else "read"
    fields = {
        "addresses": [documents.sighting_document(one) for one in event.addresses],
        "written": event.written,
        "problem": event.problem,
    }
    if event.problem:
        line = f"[yellow]the cluster's address cache could not be {done}[/]: {escape(event.problem)}"
        return Entry("warning", "cached", line, fields)
    found = "; ".join(tables.sighting_line(one) for one in event.addresses) or "no address"
    return Entry("info", "cached", f"address cache {done}: {found}", fields)


def _stopping(event: Stopping) -> Entry:
    return Entry("info", "stopping", f"stopping: {escape(event.reason)}", {"reason": event.reason})


_SAYING: dict[type, Callable[[Any], Entry]] = {
    Begun: _begun,
    Cached: _cached,
    Confirmation: _confirmation,
    Convergence: _convergence,
    Failure: _failure,
    Fatal: _fatal,
    Leadership: _leadership,
    Leaving: _leaving,
    Mended: _mended,
    Planned: _planned,
    Refused: _refused,
    Reloaded: _reloaded,
    Sighting: _sighting,
    SourceSighting: _source,
    Stopping: _stopping,
    Unwritten: _unwritten,
}
"""A test holds that no kind of news is missing."""
