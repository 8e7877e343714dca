"""The summary of a run in Markdown, for pipelines and pull requests. Pure.

Nothing in it becomes a link or a mention, whatever a record says (GitHub Flavored Markdown, 6.9 Autolinks).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from cli.apiproxy.counts import summary_line
from cli.findings.changes import DONE, TO_DO, counted, difference, is_mark, meaning, unchanged
from cli.findings.finding import MANY, Finding, Kind, Severity, grouped, shortened
from cli.findings.outcome import findings
from cli.reconcile.result import Convergence
from components.plain_text import cut
from components.records.international import readable
from stacks.plan.changes import Change
from stacks.plan.safety import guard

MOST_ROWS = 200
"""Rows of the table of changes: a comment on a pull request takes 65,536 characters."""
LONGEST_CELL = 120
LONGEST_TEXT = 2000
"""Characters of a sentence."""
_SECTIONS: Mapping[tuple[Kind, Severity], str] = {
    ("conflict", "warning"): "Conflicts",
    ("balancing", "warning"): "Conflicts",
    ("frozen", "warning"): "Stays as it is",
    ("complaint", "warning"): "Skipped",
    ("waiting", "warning"): "Waits",
    ("source", "warning"): "Notes",
    ("choice", "note"): "Notes",
    ("kept", "note"): "Notes",
    ("ignored", "warning"): "Left out",
    ("ignored", "note"): "Left out",
    ("balancing", "note"): "Notes",
    ("lists", "note"): "Notes",
    ("zone", "bad"): "Not read",
    ("source", "bad"): "Not read",
    ("balancing", "bad"): "Not read",
    ("lists", "bad"): "Not read",
}
"""The sections of findings, in their order."""
_SPECIAL = re.compile(r"([\\`*_\[\]<>|#~&$])")
_LINKED = re.compile(r"www\.|://|@|#[0-9]|GH-[0-9]", re.IGNORECASE)
_FIRST = re.compile(r"[-+=]+|[0-9]{1,9}[.)]")
"""First words that would begin a list or draw a line (CommonMark 4.1, 4.3, 5.2)."""


def summary(stack: str, seen: Convergence, *, done: bool) -> str:
    """Return the summary of a stack's plan. done: it was carried out."""
    parts = [heading(stack), outcome(seen, done=done)]
    parts += filter(None, (_changes(seen.changes), _beside(seen), _refused(seen), _notes(seen)))
    parts += filter(None, [summary_line(*seen.calls)])
    return "\n\n".join(parts) + "\n"


def failure(stack: str, what: str, seen: Convergence | None, *, done: bool) -> str:
    """Return the summary of a failed run, with its plan if it has one. done: parts of the plan were carried out."""
    first, *more = what.splitlines() or [""]
    parts = [heading(stack), f"**Failed**: {prose(first)}", *map(prose, more)]
    if seen:
        parts += [outcome(seen, done=True)] if done else []
        parts += filter(None, (_changes(seen.changes), _beside(seen), _refused(seen), _notes(seen)))
    return "\n\n".join(parts) + "\n"


def heading(stack: str) -> str:
    """The heading, with a mark by which a pipeline finds its former comment."""
    return f"<!-- truenorth {re.sub('[^A-Za-z0-9._-]', '-', stack)} -->\n## TrueNorth: stack {code(stack)}"


def outcome(seen: Convergence, *, done: bool) -> str:
    """How many changes of which kind, in a line."""
    parts = counted(seen, DONE if done else TO_DO)
    if not parts:
        return f"**Nothing to do**: {unchanged(seen)}."
    if seen.refusals and not seen.allowed_by and not seen.is_held_back:
        return f"**Refused**: {', '.join(parts)}. Nothing was changed."
    return f"**{'Done' if done else 'Would do'}**: {', '.join(parts)}."


def code(text: str) -> str:
    """A text as code, also within a table (CommonMark 6.1; GFM 4.10 for the bar)."""
    one_line = readable(" ".join(cut(text, LONGEST_TEXT).split())).replace("|", "\\|")
    if not one_line:
        return ""
    fence = "`" * (max((len(run) for run in re.findall("`+", one_line)), default=0) + 1)
    pad = " " if one_line.startswith("`") or one_line.endswith("`") else ""
    return f"{fence}{pad}{one_line}{pad}{fence}"


def prose(text: str) -> str:
    """A sentence with nothing of it taken for Markdown; what would become a link is code."""
    words = readable(" ".join(cut(text, LONGEST_TEXT).split())).split(" ")
    shown = [code(word) if _LINKED.search(word) else _SPECIAL.sub(r"\\\1", word) for word in words]
    if words and _FIRST.fullmatch(words[0]):
        shown[0] = code(words[0])
    return " ".join(shown)


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
    means = meaning(change)
    said = f"{content} ({means})" if means else content
    return f"| {change.action.value} | {code(record.name)} | {prose(record.type)} | {said} |"


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_CELL else f"{text[:LONGEST_CELL]}..."


def _beside(seen: Convergence) -> str:
    told = {"Load balancing": seen.geo_changes, "Address lists": seen.list_changes}
    return "\n\n".join(
        _section(title, [prose(str(one)) for one in changes]) for title, changes in told.items() if changes
    )


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
    listed: dict[str, list[str]] = {title: [] for title in _SECTIONS.values()}
    for one in shortened(grouped(findings(seen), {"source"}), MANY):
        if title := _SECTIONS.get((one.kind, one.severity)):
            listed[title].append(_finding(one))
    return "\n\n".join(filter(None, (_section(title, lines) for title, lines in listed.items())))


def _finding(one: Finding) -> str:
    """Return a finding as a sentence; the name of a record is code."""
    if one.kind not in {"conflict", "frozen"}:
        return prose(one.sentence)
    name, _, rest = one.sentence.partition(" ")
    return f"{code(name) if '.' in name else prose(name)} {prose(rest)}"


def _section(title: str, lines: Iterable[str]) -> str:
    listed = [f"- {line}" for line in lines]
    return "\n".join([f"### {title}", "", *listed]) if listed else ""
