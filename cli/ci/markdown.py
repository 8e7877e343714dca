"""What a run does, in Markdown, for a pipeline's summary and for a comment on a pull request. Pure.

Nothing in it becomes a link or a mention, whatever a record says (GitHub Flavored Markdown, 6.9 Autolinks).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from cli.apiproxy.counts import summary_line
from cli.output.tables import DONE, MEANINGS, SHOWN, difference, frozen_by_reason, is_mark, tally
from cli.reconcile.result import Convergence
from stacks.plan.changes import Change
from stacks.plan.safety import guard

MOST_ROWS = 200
"""Rows of the table of changes: a comment on a pull request takes 65,536 characters."""
LONGEST_CELL = 120
_SPECIAL = re.compile(r"([\\`*_\[\]<>|#~])")
_LINKED = re.compile(r"www\.|://|@|\w#\d")


def summary(stack: str, seen: Convergence, *, done: bool) -> str:
    """The plan of a stack and, if done is set, what became of it."""
    parts = [heading(stack), outcome(seen, done=done)]
    parts += filter(None, (_changes(seen.changes), _balancing(seen), _refused(seen), _notes(seen)))
    parts += filter(None, [summary_line(*seen.calls)])
    return "\n\n".join(parts) + "\n"


def failure(stack: str, what: str, seen: Convergence | None, *, done: bool) -> str:
    """What a run failed with, and its plan, if it came to one; done: that much of it was done all the same."""
    first, *more = what.splitlines() or [""]
    parts = [heading(stack), f"**Failed**: {prose(first)}", *map(prose, more)]
    if seen:
        parts += [outcome(seen, done=True)] if done else []
        parts += filter(None, (_changes(seen.changes), _balancing(seen), _refused(seen), _notes(seen)))
    return "\n\n".join(parts) + "\n"


def heading(stack: str) -> str:
    """The heading, with a mark by which a pipeline finds its former comment."""
    return f"<!-- truenorth {re.sub('[^A-Za-z0-9._-]', '-', stack)} -->\n## TrueNorth: stack {code(stack)}"


def outcome(seen: Convergence, *, done: bool) -> str:
    """How many changes of which kind, in a line."""
    counts = tally(seen.changes)
    parts = [f"{count} {DONE[action] if done else f'to {action.value}'}" for action, count in counts.items()]
    parts += [f"{len(seen.geo_changes)} of load balancing"] if seen.geo_changes else []
    names = len(seen.plan.record_sets)
    if not parts:
        return f"**Nothing to do**: {names} record set{'' if names == 1 else 's'} as they should be."
    if seen.refusals and not seen.allowed_by and not seen.is_held_back:
        return f"**Refused**: {', '.join(parts)}. Nothing was changed."
    return f"**{'Done' if done else 'Would do'}**: {', '.join(parts)}."


def code(text: str) -> str:
    """A text as code, also within a table (CommonMark 6.1; GFM 4.10 for the bar)."""
    one_line = " ".join(text.split()).replace("|", "\\|")
    if not one_line:
        return ""
    fence = "`" * (max((len(run) for run in re.findall("`+", one_line)), default=0) + 1)
    pad = " " if one_line.startswith("`") or one_line.endswith("`") else ""
    return f"{fence}{pad}{one_line}{pad}{fence}"


def prose(text: str) -> str:
    """A sentence with nothing of it taken for Markdown; what would become a link is code."""
    return " ".join(code(word) if _LINKED.search(word) else _SPECIAL.sub(r"\\\1", word) for word in text.split())


def _changes(changes: Sequence[Change]) -> str:
    if not changes:
        return ""
    rows = ["| | name | type | content |", "| --- | --- | --- | --- |"]
    rows += [_row(change) for change in changes[:MOST_ROWS]]
    more = len(changes) - MOST_ROWS
    return "\n".join(rows) + (f"\n\n{more} more changes." if more > 0 else "")


def _row(change: Change) -> str:
    record = change.record
    content = "ownership mark" if is_mark(record) else code(_short(difference(change)))
    meaning = MEANINGS.get(change.action, "")
    said = f"{content} ({meaning})" if meaning else content
    return f"| {change.action.value} | {code(record.name)} | {record.type} | {said} |"


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_CELL else f"{text[:LONGEST_CELL]}..."


def _balancing(seen: Convergence) -> str:
    return _section("Load balancing", (prose(str(change)) for change in seen.geo_changes))


def _refused(seen: Convergence) -> str:
    if not seen.refusals:
        return ""
    lines = [f"{prose(one.what)}; {prose(one.where)}" for one in seen.refusals]
    word = guard.word(seen.refusals)
    if seen.allowed_by:
        return _section(f"Allowed by {prose(seen.allowed_by)}", lines)
    allowing = f"\n\nAllow exactly this: {code(f'truenorth up --allow {word}')}" if word else ""
    return _section("Refused", lines) + allowing


def _notes(seen: Convergence) -> str:
    plan = seen.plan
    geo = plan.geo
    conflicts = [
        f"{code(one.name)} {one.type}: {prose(f'held by {one.held_by}; {one.reason}')}" for one in plan.conflicts
    ]
    conflicts += [prose(one) for one in geo.conflicts] if geo else []
    skipped = dict.fromkeys(complaint.text for complaint in plan.complaints)
    sections = (
        _section("Conflicts", conflicts),
        _section("Stays as it is", _frozen(seen, skipped)),
        _section("Skipped", map(prose, skipped)),
        _section("Notes", map(prose, geo.notes) if geo else ()),
        _section("Not read", [prose(seen.unread)] if seen.unread else ()),
    )
    return "\n\n".join(filter(None, sections))


def _frozen(seen: Convergence, said: Iterable[str]) -> Iterator[str]:
    known = set(said)
    for reason, together in frozen_by_reason(seen.plan).items():
        if reason in known:
            continue
        for one in together[:SHOWN]:
            state = f"at {', '.join(map(code, one.kept))}" if one.kept else "not made yet"
            yield f"{code(one.name)} {one.type}, {state}: {prose(reason)}"
        if len(together) > SHOWN:
            yield f"{len(together) - SHOWN} more: {prose(reason)}"


def _section(title: str, lines: Iterable[str]) -> str:
    listed = [f"- {line}" for line in lines]
    return "\n".join([f"### {title}", "", *listed]) if listed else ""
