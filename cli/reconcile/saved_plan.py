"""Saves plans in files: `preview --save` writes one for review, `up --plan` carries out exactly that or nothing."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from cli.reconcile.result import Convergence
from cli.session.files import write_whole
from components.records.logical_name import LogicalName
from stacks.model.errors import Problem, Refused, UserError

VERSION = 1
_ID = re.compile(r",truenorth/instance=[0-9a-f]{8}(?=,truenorth/)| id=[0-9a-f]{8}(?=\])")
"""The id of a state within a mark, in its TXT and in a comment."""


@dataclass(frozen=True, slots=True)
class SavedPlan:
    """A reviewed plan. purge: the option of its `preview`. content: its changes and record sets, as JSON."""

    file: Path
    purge: bool | None
    content: Mapping[str, Any]


def save(file: Path, stack: str, seen: Convergence, *, purge: bool | None) -> None:
    """Write a plan, readable by its owner only; it holds no credentials. Raises UserError where that is impossible."""
    content = _content(seen)
    document = {"version": VERSION, "stack": stack, "purge": purge, "digest": _digest(content), **content}
    try:
        write_whole(file, f"{json.dumps(document, indent=2, sort_keys=True)}\n".encode(), mode=0o600)
    except OSError as error:
        raise UserError(f"the plan cannot be saved: {error.strerror}", str(file), "name another file") from None


def load(file: Path, stack: str) -> SavedPlan:
    """Read a plan. Raises UserError where it is none of this version and stack, or was changed since."""
    do = f"make it anew: truenorth preview --stack {stack} --save {file}"
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"the plan cannot be read: {error.strerror}", str(file), do) from None
    except ValueError:
        raise UserError("the file is no saved plan: it is no JSON", str(file), do) from None
    if not isinstance(document, dict) or "version" not in document:
        raise UserError("the file is no saved plan", str(file), do)
    if document["version"] != VERSION:
        raise UserError(f"the plan has version {document['version']}, this is {VERSION}", str(file), do)
    if document.get("stack") != stack:
        made_for = f"the plan is one of stack {document.get('stack')}, not of {stack}"
        raise UserError(made_for, str(file), f"name its stack with --stack, or {do}")
    content = {key: document.get(key) for key in ("changes", "record_sets")}
    if document.get("digest") != _digest(content) or document.get("purge") not in {None, True, False}:
        raise UserError("the plan was changed after it was saved", str(file), do)
    return SavedPlan(file, document.get("purge"), content)


def check(saved: SavedPlan, seen: Convergence) -> None:
    """Raise Refused, with every difference, unless a plan equals the reviewed one."""
    now = _content(seen)
    to_do = _differences("to do", _by_name(saved.content["changes"]), _by_name(now["changes"]))
    wanted = _differences("wanted", _by_name(saved.content["record_sets"]), _by_name(now["record_sets"]))
    sets = {_set_of(name) for name in to_do}
    lines = [*to_do.values(), *(line for name, line in wanted.items() if name not in sets)]
    if lines:
        what = "\n  ".join(["what would be done is not what was reviewed:", *lines])
        do = f"review it anew: truenorth preview --save {saved.file}, then truenorth up --plan {saved.file}"
        raise Refused((Problem(what, str(saved.file), do),))


def _content(seen: Convergence) -> dict[str, Any]:
    changes = [
        {
            "name": f"{change.zone} {change.logical_name}",
            "action": change.action.value,
            "before": change.before.said() if change.before else None,
            "after": change.after.said() if change.after else None,
        }
        for change in seen.changes
    ]
    sets = [{**asdict(one), "name": f"{one.zone} {one.name}/{one.type}"} for one in seen.plan.record_sets]
    # A state that has no id yet gets one by chance at its first run, which is nothing to be reviewed.
    text = _ID.sub("", json.dumps({"changes": changes, "record_sets": sets}))
    content: dict[str, Any] = json.loads(text)
    return content


def _digest(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _by_name(entries: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {entry["name"]: entry for entry in entries}


def _set_of(name: str) -> str:
    """Return the name of the record set that a change is in."""
    zone, _, logical_name = name.partition(" ")
    return f"{zone} {LogicalName.parse(logical_name).component}"


def _differences(
    kind: str, reviewed: Mapping[str, dict[str, Any]], now: Mapping[str, dict[str, Any]]
) -> dict[str, str]:
    """Return a line for each entry that differs, by its name."""
    lines = {}
    for name in sorted(now.keys() | reviewed.keys()):
        if name not in reviewed:
            lines[name] = f"new: {kind}: {name}: {_told(now[name])}"
        elif name not in now:
            lines[name] = f"gone: {kind}: {name}: {_told(reviewed[name])}"
        elif now[name] != reviewed[name]:
            before, after = _told(reviewed[name], now[name]), _told(now[name], reviewed[name])
            lines[name] = f"different: {kind}: {name}: {before} -> {after}"
    return lines


def _told(entry: dict[str, Any], other: dict[str, Any] | None = None) -> str:
    """Return an entry in one line; only its differences where there is another to compare."""
    if other is not None:
        return json.dumps(_without(entry, other), sort_keys=True)
    if "action" in entry:
        record = entry["after"] or entry["before"]
        return f"{entry['action']} {record['type']} {record['content']}"
    return ", ".join(slot["target"] for slot in entry["slots"])


def _without(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of one entry that differ from the other, down to the fields of records."""
    differing = {key: value for key, value in one.items() if value != other.get(key)}
    return {
        key: _without(value, other[key]) if isinstance(value, dict) and isinstance(other.get(key), dict) else value
        for key, value in differing.items()
    }
