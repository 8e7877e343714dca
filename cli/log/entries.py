"""What the log says of each piece of news."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rich.markup import escape

from cli.events import Begun, Cached, Failure, Fatal, Leadership, Leaving, Mended, Reloaded, Role, Stopping, Unwritten
from cli.log.entry import Entry, Level
from cli.output import documents, tables
from cli.reconcile.confirm import Confirmation
from cli.reconcile.news import News
from cli.reconcile.result import Convergence, Planned
from stacks.model.claims import SourceSighting
from stacks.model.confirmation import Unconfirmed
from stacks.model.errors import Refused
from stacks.model.values import Known, Sighting


def entry(news: News) -> Entry:
    """The entry of a piece of news; that of a convergence is its outcome."""
    return _SAYING[type(news)](news)


def note(line: str) -> Entry:
    """The entry of a note of the plan, a line of `tables.plan_notes`: what is bold there needs somebody."""
    return Entry("warning" if line.startswith("[bold") else "info", "note", line)


def unsent(reason: str) -> Entry:
    """The entry of a notification or a ping that did not go through."""
    return Entry("warning", "unsent", escape(reason), {"reason": reason})


def _convergence(news: Convergence) -> Entry:
    unwell = news.unread or news.is_held_back
    line = tables.outcome_line(news)
    return Entry("warning" if unwell else "info", "result", line, documents.convergence_document(news))


def _begun(_: Begun) -> Entry:
    return Entry("debug", "begin", "a look at the addresses, the objects, the zones and the state")


def _planned(news: Planned) -> Entry:
    counted = ", ".join(f"{count} to {action.value}" for action, count in tables.tally(news.changes).items())
    changes = [documents.change_document(change) for change in news.changes]
    return Entry("info", "planned", f"planned: {counted}", {"changes": changes})


def _confirmation(news: Confirmation) -> Entry:
    missing = any(isinstance(one, Unconfirmed) for one in news.outcomes)
    line = "\n".join(tables.confirmation_lines(news.outcomes))
    return Entry("warning" if missing else "info", "confirmation", line, documents.confirmation_document(news.outcomes))


def _failure(news: Failure) -> Entry:
    line = f"[bold red]failed[/], again in {news.pause:.0f} s: {escape(news.reason)}"
    return Entry("error", "failure", line, {"reason": news.reason, "pause": news.pause})


def _fatal(news: Fatal) -> Entry:
    line = f"[bold red]gives up[/], because no further try would mend it (exit code {news.exit_code}): "
    return Entry("error", "fatal", line + escape(news.reason), {"reason": news.reason, "exit_code": news.exit_code})


def _refused(news: Refused) -> Entry:
    line = f"[bold red]refused[/], left as it is: {escape(str(news))}"
    return Entry("error", "refused", line, {"reason": str(news), "allow": news.word})


def _leaving(news: Leaving) -> Entry:
    line = f"{escape(news.name)} {news.type} is not wanted any more; deleted in {news.seconds:g} s"
    return Entry("info", "leaving", line, {"name": news.name, "type": news.type, "seconds": news.seconds})


def _sighting(news: Sighting) -> Entry:
    level: Level = "info" if isinstance(news.addresses, Known) else "warning"
    return Entry(level, "address", tables.sighting_line(news), documents.sighting_document(news))


def _source(news: SourceSighting) -> Entry:
    well = news.waiting or (isinstance(news.found, Known) and not news.stale)
    return Entry("info" if well else "warning", "source", tables.source_line(news), documents.source_document(news))


def _unwritten(news: Unwritten) -> Entry:
    return Entry("warning", "unwritten", escape(str(news)), {"cluster": news.cluster, "reason": news.reason})


def _leadership(news: Leadership) -> Entry:
    fields = {
        "role": news.role.value,
        "holder": news.holder,
        "identity": news.identity,
        "transitions": news.transitions,
        "reason": news.reason,
    }
    if news.role is Role.ALONE:
        return Entry("debug", "leadership", "there is no election: this process leads", fields)
    if news.role is Role.LEADER:
        return Entry("info", "leadership", f"[green]leading[/] as {escape(news.identity)}", fields)
    who = f"{escape(news.holder)} leads" if news.holder else "nobody is known to lead"
    if news.reason:
        return Entry("warning", "leadership", f"[yellow]not leading[/]: {escape(news.reason)}; {who}", fields)
    return Entry("info", "leadership", f"standing by: {who}", fields)


def _reloaded(news: Reloaded) -> Entry:
    if news.problem:
        line = f"[bold red]the new settings are not used[/], the former ones stay: {escape(news.problem)}"
        return Entry("error", "reloaded", line, {"problem": news.problem})
    return Entry("info", "reloaded", "the settings have changed, and are in use", {"problem": ""})


def _mended(news: Mended) -> Entry:
    return Entry("warning", "mended", f"[yellow]after a crash[/]: {escape(news.what)}", {"what": news.what})


def _cached(news: Cached) -> Entry:
    done = "written" if news.written else "read"
    fields = {
        "addresses": [documents.sighting_document(one) for one in news.addresses],
        "written": news.written,
        "problem": news.problem,
    }
    if news.problem:
        line = f"[yellow]the cluster's address cache could not be {done}[/]: {escape(news.problem)}"
        return Entry("warning", "cached", line, fields)
    found = "; ".join(tables.sighting_line(one) for one in news.addresses) or "no address"
    return Entry("info", "cached", f"address cache {done}: {found}", fields)


def _stopping(news: Stopping) -> Entry:
    return Entry("info", "stopping", f"stopping: {escape(news.reason)}", {"reason": news.reason})


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
