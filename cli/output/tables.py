"""The tables and lines that commands print."""

from __future__ import annotations

from collections.abc import Collection

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from cli.apiproxy.counts import summary_line
from cli.reconcile.confirm import Outcome
from cli.reconcile.result import Convergence
from components.marks import ownership
from components.records import canonical, canonical_content
from components.records.record import Record
from stacks.model.claims import Claim, SourceSighting
from stacks.model.confirmation import Confirmed, Unconfirmed
from stacks.model.plan import Plan
from stacks.model.values import Frozen, Known, Sighting, Unknown
from stacks.plan.changes import Action, Change
from stacks.plan.geo.changes import GeoChange
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
}
SHOWN = 10
"""Names that are listed one by one; of more only the number is told."""
DONE = {
    Action.CREATE: "created",
    Action.ADOPT: "adopted",
    Action.UPDATE: "updated",
    Action.DELETE: "deleted",
    Action.RESTORE: "restored",
    Action.CORRECT: "corrected",
    Action.FORGET: "forgotten",
}
MEANINGS = {
    Action.ADOPT: "it bears our mark, and state did not know it",
    Action.RESTORE: "drift: it was deleted behind our back",
    Action.CORRECT: "drift: it was changed behind our back",
    Action.FORGET: "it is gone already",
}


def print_changes(console: Console, changes: tuple[Change, ...]) -> None:
    """What a run does, a line a record."""
    table = Table(box=None, show_header=False, pad_edge=True)
    for change in changes:
        record = change.record
        table.add_row(
            Text(change.action.value, style=COLOURS[change.action]),
            record.name,
            record.type,
            Text("ownership mark", style="dim") if is_mark(record) else difference(change),
            Text(MEANINGS.get(change.action, ""), style="dim"),
        )
    if changes:
        console.print(table)


def print_balancing(console: Console, changes: tuple[GeoChange, ...]) -> None:
    """What a run does to load balancing, a line each."""
    for change in changes:
        console.print(f"  {change}", markup=False, highlight=False, soft_wrap=True)


def print_addresses(console: Console, seen: Convergence) -> None:
    """The WAN addresses, a line a link and family."""
    for one in seen.observation.addresses:
        print_sighting(console, one)


def print_sighting(console: Console, one: Sighting) -> None:
    """The addresses of one family of a link, or why they are not known."""
    console.print(sighting_line(one), highlight=False, soft_wrap=True)


def sighting_line(one: Sighting) -> str:
    """The addresses of one family of a link, or why they are not known, in a line of markup."""
    found = one.addresses
    text = ", ".join(map(str, found.value)) if isinstance(found, Known) else f"unknown: {found.reason}"
    place = f"link {one.link}" if one.link else "WAN"
    return f"{place} {one.family.value}: {escape(text)}"


def print_records(console: Console, seen: Convergence) -> None:
    """The records that are wanted or still there, and what is to be done about each; marks only where something is."""
    pending = {change.logical_name: change for change in seen.changes}
    table = Table(box=None)
    for column in ("name", "type", "content", "ttl", "proxied", "state"):
        table.add_column(column)
    for record_set in seen.plan.record_sets:
        for logical_name, record in declared_records(record_set).items():
            change = pending.pop(logical_name, None)
            if change or not is_mark(record):
                table.add_row(*_cells(record), _state(change))
    for change in pending.values():
        table.add_row(*_cells(change.record), _state(change))
    console.print(table)


def is_mark(record: Record) -> bool:
    """Whether a record is an ownership mark."""
    return record.type == "TXT" and ownership.parse(record.content) is not None


def print_plan_notes(console: Console, plan: Plan, known: Collection[str] = ()) -> None:
    """What is not declared, or stays as it is, and why; known: what has been told already."""
    for note in plan_notes(plan):
        if note not in known:
            console.print(note, highlight=False, soft_wrap=True)


def plan_notes(plan: Plan) -> list[str]:
    """What is not declared, or stays as it is, and why, in lines of markup."""
    notes = [
        f"[bold yellow]conflict[/] {one.name} {one.type}: held by {escape(one.held_by)}; {one.reason}"
        for one in plan.conflicts
    ]
    skipped = {complaint.text for complaint in plan.complaints}
    for reason, together in frozen_by_reason(plan).items():
        if reason in skipped:
            continue  # the complaint says it
        for frozen in together[:SHOWN]:
            state = f"stays at {', '.join(frozen.kept)}" if frozen.kept else "is not made yet"
            notes.append(f"[bold yellow]frozen[/] {frozen.name} {frozen.type} {state}: {escape(reason)}")
        if len(together) > SHOWN:
            notes.append(f"[bold yellow]frozen[/]: {len(together) - SHOWN} more: {escape(reason)}")
    notes += [f"[bold yellow]skipped[/] {escape(complaint.text)}" for complaint in plan.complaints]
    if plan.geo:
        notes += [f"[bold yellow]conflict[/] {escape(conflict)}" for conflict in plan.geo.conflicts]
        notes += [f"[yellow]note[/] {escape(note)}" for note in plan.geo.notes]
        notes += [f"[yellow]to be continued[/] {escape(plan.geo.again)}"] if plan.geo.again else []
    return notes


def frozen_by_reason(plan: Plan) -> dict[str, list[Frozen]]:
    """What is frozen, by why: one that is out of reach may freeze thousands of names."""
    found: dict[str, list[Frozen]] = {}
    for frozen in plan.frozen:
        found.setdefault(frozen.reason, []).append(frozen)
    return found


def source_line(one: SourceSighting) -> str:
    """Whether a source of a cluster can be read, in a line of markup."""
    return f"{source_name(one)}: {escape(source_state(one))}"


def source_name(one: SourceSighting) -> str:
    """The source with its cluster, if it has a name."""
    return f"cluster {one.cluster}, {one.source}" if one.cluster else one.source


def source_state(one: SourceSighting) -> str:
    """How many names its objects ask for, or why nobody knows."""
    if isinstance(one.found, Unknown):
        return f"{'waiting' if one.waiting else 'unknown'}: {one.found.reason}"
    if one.stale:
        return f"as last known, because it cannot be read now: {one.stale}"
    names = {wish.name for wish in one.found.value if isinstance(wish, Claim)}
    return f"{len(names)} name{'' if len(names) == 1 else 's'}"


def print_refusals(console: Console, seen: Convergence) -> None:
    """What the guard refuses, and what allows it; nothing where it refuses nothing."""
    for refusal in seen.refusals:
        said = f"allowed by {seen.allowed_by}" if seen.allowed_by else "refused"
        console.print(
            f"[bold yellow]{escape(said)}[/]: {escape(refusal.what)}; {escape(refusal.where)}", soft_wrap=True
        )
    if seen.refusals and not seen.allowed_by and (needed := guard.word(seen.refusals)):
        console.print(f"  allow it: truenorth up --allow {needed}", highlight=False, soft_wrap=True)


def print_outcome(console: Console, done: Convergence) -> None:
    """The last lines of a run: what was done, and what that took of the providers' APIs."""
    console.print(outcome_line(done))
    if said := summary_line(*done.calls):
        console.print(f"[dim]{said}[/]", highlight=False, soft_wrap=True)


def outcome_line(done: Convergence) -> str:
    """The last line of a run, in markup."""
    names = len(done.plan.record_sets)
    noun = "record set" if names == 1 else "record sets"
    if not done.runs:
        return f"[green]nothing to do[/]: {names} {noun} as they should be ({done.seconds:.1f} s, engine not needed)"
    parts = [f"{count} {DONE[action]}" for action, count in tally(done.changes).items()]
    parts += [f"{len(done.geo_changes)} of load balancing"] if done.geo_changes else []
    parts += [f"{done.moved} moved from one stack to another"] if done.moved else []
    counted = ", ".join(parts) or "nothing changed"
    engine = f"engine {sum(run.seconds for run in done.runs):.1f} s"
    engine += f" in {len(done.runs)} runs" if len(done.runs) > 1 else ""
    return f"[green]done[/]: {counted}; {names} {noun} ({done.seconds:.1f} s, {engine})"


def print_confirmation(console: Console, outcomes: tuple[Outcome, ...]) -> None:
    """What the name servers say of the changes."""
    for line in confirmation_lines(outcomes):
        console.print(line, highlight=False, soft_wrap=True)


def confirmation_lines(outcomes: tuple[Outcome, ...]) -> list[str]:
    """What the name servers say of the changes, in lines of markup; none where nothing was asked."""
    missing = [one for one in outcomes if isinstance(one, Unconfirmed)]
    confirmed = [one.seconds for one in outcomes if isinstance(one, Confirmed)]
    lines = []
    if confirmed:
        noun = "record set" if len(confirmed) == 1 else "record sets"
        lines.append(f"[green]confirmed[/] by the name servers: {len(confirmed)} {noun} ({max(confirmed):.1f} s)")
    lines += [f"[yellow]not confirmed[/] {one.name} {one.type}: {escape(one.said)}" for one in missing[:SHOWN]]
    if len(missing) > SHOWN:
        lines.append(f"[yellow]not confirmed[/]: {len(missing) - SHOWN} more")
    return lines


def tally(changes: tuple[Change, ...]) -> dict[Action, int]:
    """How many changes of each kind, in the order of Action."""
    counts = {action: sum(change.action is action for change in changes) for action in Action}
    return {action: count for action, count in counts.items() if count}


def _cells(record: Record) -> tuple[str, ...]:
    content = "ownership mark" if is_mark(record) else shown(record)
    ttl = "auto" if record.ttl == canonical.AUTOMATIC_TTL else str(record.ttl)
    return record.name, record.type, escape(content), ttl, "yes" if record.proxied else "no"


def _state(change: Change | None) -> Text:
    return Text(change.action.value, style=COLOURS[change.action]) if change else Text("right", style="green")


def difference(change: Change) -> str:
    """What a change makes of a record's content and the rest."""
    before, after = change.before, change.after
    if before is None or after is None:
        return shown(change.record)
    parts = []
    if before.content != after.content:
        parts.append(f"{shown(before)} -> {shown(after)}")
    for label, old, new in (
        ("name", before.name, after.name),
        ("ttl", before.ttl, after.ttl),
        ("proxied", before.proxied, after.proxied),
        ("comment", before.comment, after.comment),
        ("tags", ",".join(before.tags), ",".join(after.tags)),
    ):
        if old != new:
            parts.append(f"{label} {old!r} -> {new!r}")
    return ", ".join(parts) or shown(after)


def shown(record: Record) -> str:
    """The content of a record in one line; that of a whole set has several values."""
    return ", ".join(canonical_content.split(record.content))
