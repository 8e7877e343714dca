"""The tables and lines that commands print about a convergence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.apiproxy.counts import summary_line
from cli.findings.changes import content, difference, is_mark, meaning, of_result
from cli.findings.finding import MANY, Finding, Severity, shortened
from cli.findings.outcome import of_outcomes, of_plan, of_refusals
from cli.findings.sightings import of_address, of_source
from cli.output import side_by_side
from cli.reconcile.confirm import Outcome
from cli.reconcile.result import Convergence
from cli.terminal import plain, styled
from components import views
from components.records import canonical
from components.records.record import Record
from stacks.model.plan import Plan
from stacks.plan.changes import Action, Change
from stacks.plan.geo.changes import GeoChange
from stacks.plan.lists.changes import ListChange
from stacks.plan.records.record_sets import declared_records
from stacks.plan.safety import guard

COLOURS = {
    Action.CREATE: "green",
    Action.ADOPT: "cyan",
    Action.UPDATE: "yellow",
    Action.DELETE: "red",
    Action.RESTORE: "magenta",
    Action.CORRECT: "magenta",
    Action.FORGET: "dim",
    Action.KEEP: "cyan",
}
_STYLES: dict[Severity, str] = {"bad": "bold red", "warning": "bold yellow", "note": "", "good": "green"}
_LABELS = {
    "conflict": "conflict",
    "frozen": "frozen",
    "complaint": "skipped",
    "choice": "chosen",
    "kept": "kept",
    "ignored": "left out",
    "waiting": "waits",
}
"""Words that lines of these kinds of findings begin with."""
Row = tuple[Record, Change | None]
"""A record of a plan, and what becomes of it."""


def line(finding: Finding) -> Text:
    """Return a finding as a line for a terminal."""
    style = _STYLES[finding.severity]
    if label := _LABELS.get(finding.kind):
        return styled((label, style), f" {finding.sentence}")
    return styled((finding.title, style), finding.sentence.removeprefix(finding.title))


def print_findings(console: Console, findings: Iterable[Finding]) -> None:
    """Print a line for each finding."""
    for one in findings:
        console.print(line(one), soft_wrap=True)


def print_changes(console: Console, changes: tuple[Change, ...]) -> None:
    """Print what a run does, a line for each record; the sides of a name together, where there are views."""
    table = Table(box=None, show_header=False, pad_edge=True)
    for change in side_by_side.grouped(changes):
        record = change.record
        table.add_row(
            plain(change.action.value, style=COLOURS[change.action]),
            plain(record.name),
            record.type,
            plain("ownership mark", style="dim") if is_mark(record) else plain(difference(change)),
            plain(meaning(change), style="dim"),
        )
    if changes:
        console.print(table)


def print_beside(console: Console, seen: Convergence) -> None:
    """Print what a run does to load balancing and to address lists, a line for each change."""
    print_each(console, (*seen.geo_changes, *seen.list_changes))


def print_each(console: Console, changes: Iterable[GeoChange | ListChange]) -> None:
    """Print changes of load balancing or address lists, a line for each."""
    for change in changes:
        console.print(plain(f"  {change}"), soft_wrap=True)


def print_lists(console: Console, seen: Convergence) -> None:
    """Print the address lists of a plan, a line for each."""
    for one in seen.plan.lists.lists if seen.plan.lists else ():
        items = ", ".join(item.network for item in one.items) or "no address of ours"
        console.print(plain(f"list {one.name} of the account {one.account_id}: {items}"), soft_wrap=True)


def print_addresses(console: Console, seen: Convergence) -> None:
    """Print the WAN addresses, a line for each link and family."""
    print_findings(console, map(of_address, seen.observation.addresses))


def print_records(console: Console, seen: Convergence) -> None:
    """Print the records of a plan with their state; marks only if they change."""
    rows: Iterable[Row] = tuple(_rows(seen))
    several = views.several(zone.zone for zone in seen.observation.zones)
    if several:
        shown = side_by_side.columns(several, (record.name for record, _ in rows))
        if side_by_side.fits(console, shown):
            _print_sides(console, shown, rows)
            return
        rows = (row for sides in _together(rows) for row in sides.each())
    table = Table(box=None)
    for column in ("name", "type", "content", "ttl", "proxied", "state"):
        table.add_column(column, overflow="fold" if several else "ellipsis")  # behind a name stands its view
    for record, change in rows:
        table.add_row(*_cells(record), _state(change))
    console.print(table)


def _rows(seen: Convergence) -> Iterator[Row]:
    pending = {change.logical_name: change for change in seen.changes}
    for record_set in seen.plan.record_sets:
        for logical_name, record in declared_records(record_set).items():
            change = pending.pop(logical_name, None)
            if change or not is_mark(record):
                yield record, change
    yield from ((change.record, change) for change in pending.values())


def _together(rows: Iterable[Row]) -> list[side_by_side.Sides[Row]]:
    return side_by_side.together((row[0].name, row[0].type, row) for row in rows)


def _print_sides(console: Console, shown: Sequence[str], rows: Iterable[Row]) -> None:
    """Print a row for each name and type, with what each view has of it."""
    table = side_by_side.table(shown, "ttl", "state")
    for sides in _together(rows):
        there = [(view, sides.of[view]) for view in shown if view in sides.of]
        contents = {view: [_cells(record)[2] for record, _ in side] for view, side in there}
        settings = (_settings(side[0][0]) for _, side in there)
        table.add_row(
            plain(sides.name),
            sides.type,
            *(side_by_side.cell(contents.get(view, ())) for view in shown),
            side_by_side.alike(settings),
            side_by_side.by_view((view, _states(side)) for view, side in there),
        )
    console.print(table)


def _settings(record: Record) -> Text:
    """Return the TTL of a record, and whether it is proxied."""
    ttl = _cells(record)[3]
    return styled(ttl, ", proxied") if record.proxied else ttl


def _states(side: Iterable[Row]) -> Text:
    """Return the states of the records of a name in a view: each change, or that all are right."""
    changes = {change.action: change for _, change in side if change}
    return plain(", ").join(map(_state, changes.values())) if changes else _state(None)


def print_unmet(console: Console, seen: Convergence) -> None:
    """Print what the settings ask of the clusters and is not there."""
    print_findings(console, (of_source(one) for one in seen.observation.sources if one.unmet))


def print_plan_notes(console: Console, plan: Plan) -> None:
    """Print what a plan does not declare or leaves as it is, and why."""
    print_findings(console, shortened(of_plan(plan), MANY))


def print_refusals(console: Console, seen: Convergence) -> None:
    """Print the refusals of the guard, and the command that allows them."""
    print_findings(console, of_refusals(seen))
    if seen.refusals and not seen.allowed_by and (needed := guard.word(seen.refusals)):
        console.print(plain(f"  allow it: truenorth up --allow {needed}"), soft_wrap=True)


def print_outcome(console: Console, done: Convergence) -> None:
    """Print the last lines of a run: its result and its calls to the providers' APIs."""
    print_findings(console, [of_result(done)])
    if calls := summary_line(*done.calls):
        console.print(plain(calls, style="dim"), soft_wrap=True)


def print_confirmation(console: Console, outcomes: tuple[Outcome, ...]) -> None:
    """Print what the name servers say of the changes."""
    print_findings(console, shortened(of_outcomes(outcomes)))


def _cells(record: Record) -> tuple[Text, ...]:
    told = "ownership mark" if is_mark(record) else content(record)
    ttl = "auto" if record.ttl == canonical.AUTOMATIC_TTL else str(record.ttl)
    return tuple(map(plain, (record.name, record.type, told, ttl, "yes" if record.proxied else "no")))


def _state(change: Change | None) -> Text:
    return plain(change.action.value, style=COLOURS[change.action]) if change else plain("right", style="green")
