"""Findings about changes of records, and about the result of a run."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from cli.findings.finding import Finding, Severity, plural
from cli.reconcile.result import Convergence
from components.marks import ownership
from components.records import canonical_content
from components.records.record import Record
from stacks.plan.changes import Action, Change
from stacks.plan.geo.changes import GeoAction, GeoChange
from stacks.plan.records.adoption import OURS

DONE = {
    Action.CREATE: "created",
    Action.ADOPT: "adopted",
    Action.UPDATE: "updated",
    Action.DELETE: "deleted",
    Action.RESTORE: "restored",
    Action.CORRECT: "corrected",
    Action.FORGET: "forgotten",
    Action.KEEP: "kept",
}
TO_DO = {action: f"to {action.value}" for action in Action}
_DONE_TO_BALANCING = {
    GeoAction.CREATE: "created",
    GeoAction.IMPORT: "imported",
    GeoAction.UPDATE: "updated",
    GeoAction.RESTORE: "restored",
    GeoAction.DELETE: "deleted",
    GeoAction.FORGET: "forgotten",
}
_MEANINGS = {
    Action.RESTORE: "drift: it was deleted behind our back",
    Action.CORRECT: "drift: it was changed behind our back",
    Action.FORGET: "it is gone already",
    Action.KEEP: "it was changed at the provider, and is kept so",
}


def meaning(change: Change) -> str:
    """Return what a change means to a person, "" where its action says it all; of an adoption the reason."""
    if change.action is not Action.ADOPT:
        return _MEANINGS.get(change.action, "")
    if change.why:
        return change.why
    if change.resource.is_former_mark:
        return "a mark that is not needed any more, deleted next"
    return "it is our mark, and state did not know it" if change.resource.is_mark else OURS


def of_change(change: Change) -> Finding:
    """Return the finding that a record was changed."""
    means = meaning(change)
    why = f"{difference(change)} ({means})" if means else difference(change)
    return Finding("change", "note", f"{change.record.name} {change.record.type}", f"was {DONE[change.action]}", why)


def of_geo_change(change: GeoChange) -> Finding:
    """Return the finding that something of load balancing was changed."""
    kind = "load balancer" if change.kind == "balancer" else change.kind
    return Finding(
        "change", "note", f"the {kind} {change.name}", f"was {_DONE_TO_BALANCING[change.action]}", change.says
    )


def of_result(done: Convergence) -> Finding:
    """Return the finding of what a convergence did, and how long it took."""
    severity: Severity = "warning" if done.unread or done.is_held_back or done.plan.rejected else "good"
    names = plural(len(done.plan.record_sets), "record set")
    if not done.runs:
        why = f"{unchanged(done)} ({done.seconds:.1f} s, engine not needed)"
        return Finding("result", severity, "", "nothing to do", why)
    parts = counted(done, DONE)
    parts += [f"{done.moved} moved from one stack to another"] if done.moved else []
    engine = f"engine {sum(run.seconds for run in done.runs):.1f} s"
    engine += f" in {len(done.runs)} runs" if len(done.runs) > 1 else ""
    why = f"{', '.join(parts) or 'nothing changed'}; {names} ({done.seconds:.1f} s, {engine})"
    return Finding("result", severity, "", "done", why)


def unchanged(done: Convergence) -> str:
    """Return how many record sets need no change. What could not be read is not said to be right."""
    known = ", as far as it could be read" if done.unread else ""
    return f"{plural(len(done.plan.record_sets), 'record set')} as they should be{known}"


def counted(done: Convergence, words: Mapping[Action, str]) -> list[str]:
    """Return how many changes of each kind there are, e.g. `3 created`, and how many of what is beside them."""
    parts = [f"{count} {words[action]}" for action, count in tally(done.changes).items()]
    parts += [f"{len(done.geo_changes)} of load balancing"] if done.geo_changes else []
    return parts + ([f"{len(done.list_changes)} of address lists"] if done.list_changes else [])


def tally(changes: Collection[Change]) -> dict[Action, int]:
    """Return how many changes of each kind there are, in the order of `Action`, without the zeros."""
    counts = {action: sum(change.action is action for change in changes) for action in Action}
    return {action: count for action, count in counts.items() if count}


def without_marks(changes: Iterable[Change]) -> list[Change]:
    """Return the changes but those of ownership marks."""
    return [one for one in changes if not is_mark(one.record)]


def is_mark(record: Record) -> bool:
    """Return whether a record is an ownership mark."""
    return record.type == "TXT" and ownership.parse(record.content) is not None


def difference(change: Change) -> str:
    """Return what a change makes of a record's content and settings."""
    before, after = change.before, change.after
    if before is None or after is None:
        return content(change.record)
    parts = []
    if before.content != after.content:
        parts.append(f"{content(before)} -> {content(after)}")
    for label, old, new in (
        ("name", before.name, after.name),
        ("ttl", before.ttl, after.ttl),
        ("proxied", before.proxied, after.proxied),
        ("comment", before.comment, after.comment),
        ("tags", ",".join(before.tags), ",".join(after.tags)),
    ):
        if old != new:
            parts.append(f"{label} {old!r} -> {new!r}")
    return ", ".join(parts) or content(after)


def content(record: Record) -> str:
    """Return the content of a record in one line, or the values of a whole record set."""
    return ", ".join(canonical_content.split(record.content))
