"""What `truenorth watch` says of each piece of news: a line for people, a document for machines."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from rich.console import Console

from cli import documents, tables
from cli.converge import Convergence
from cli.feedback.unwritten import Unwritten
from cli.loop.ahead import Planned
from cli.loop.confirmer import Confirmation
from cli.loop.grace import Leaving
from cli.loop.news import Failure, News
from stacks.errors import Refused
from stacks.values import Sighting
from stacks.wishes import SourceSighting


def report(console: Console, news: News, notes: set[str]) -> dict[str, object]:
    """Print the news, and return its JSON with the time.

    notes: what the last convergence had to tell; it is brought up to date, and what is in it is not told again.
    """
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    if isinstance(news, Convergence):
        tables.print_plan_notes(console, news.plan, notes)
        notes.clear()
        notes.update(tables.plan_notes(news.plan))
    return (
        {"time": now, **_SAYING[type(news)](console, now, news)}
        if type(news) in _SAYING
        else {"time": now, "event": type(news).__name__.lower()}
    )


def _convergence(console: Console, now: str, news: Convergence) -> dict[str, object]:
    tables.print_changes(console, news.changes)
    tables.print_balancing(console, news.geo_changes)
    if news.allowed_by:
        tables.print_refusals(console, news)
    console.print(f"{now} ", end="", highlight=False)
    tables.print_outcome(console, news)
    return {"event": "result", **documents.convergence_document(news)}


def _planned(console: Console, now: str, news: Planned) -> dict[str, object]:
    counted = ", ".join(f"{count} to {action.value}" for action, count in tables.tally(news.changes).items())
    console.print(f"{now} planned: {counted}", highlight=False)
    return {"event": "planned", "changes": [documents.change_document(change) for change in news.changes]}


def _confirmation(console: Console, now: str, news: Confirmation) -> dict[str, object]:
    console.print(f"{now} ", end="", highlight=False)
    tables.print_confirmation(console, news.outcomes)
    return {"event": "confirmation", **documents.confirmation_document(news.outcomes)}


def _failure(console: Console, now: str, news: Failure) -> dict[str, object]:
    console.print(f"{now} [bold red]failed[/], again in {news.pause:.0f} s: ", end="", highlight=False)
    console.print(news.reason, markup=False, soft_wrap=True)
    return {"event": "failure", "reason": news.reason, "pause": news.pause}


def _refused(console: Console, now: str, news: Refused) -> dict[str, object]:
    console.print(f"{now} [bold red]refused[/], left as it is: ", end="", highlight=False)
    console.print(str(news), markup=False, soft_wrap=True)
    return {"event": "refused", "reason": str(news), "allow": news.word}


def _leaving(console: Console, now: str, news: Leaving) -> dict[str, object]:
    said = f"{news.name} {news.type} is not wanted any more; deleted in {news.seconds:g} s"
    console.print(f"{now} {said}", markup=False, highlight=False, soft_wrap=True)
    return {"event": "leaving", "name": news.name, "type": news.type, "seconds": news.seconds}


def _sighting(console: Console, now: str, news: Sighting) -> dict[str, object]:
    console.print(f"{now} ", end="", highlight=False)
    tables.print_sighting(console, news)
    return {"event": "address", **documents.sighting_document(news)}


def _source(console: Console, now: str, news: SourceSighting) -> dict[str, object]:
    console.print(f"{now} ", end="", highlight=False)
    console.print(tables.source_line(news), highlight=False, soft_wrap=True)
    return {"event": "source", **documents.source_document(news)}


def _unwritten(console: Console, now: str, news: Unwritten) -> dict[str, object]:
    console.print(f"{now} {news}", markup=False, highlight=False, soft_wrap=True)
    return {"event": "unwritten", "cluster": news.cluster, "reason": news.reason}


_SAYING: dict[type, Callable[[Console, str, Any], dict[str, object]]] = {
    Convergence: _convergence,
    Confirmation: _confirmation,
    Failure: _failure,
    Planned: _planned,
    Refused: _refused,
    Leaving: _leaving,
    Sighting: _sighting,
    SourceSighting: _source,
    Unwritten: _unwritten,
}
