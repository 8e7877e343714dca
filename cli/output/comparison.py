"""Prints the comparison with another tool, and says whether it is safe to switch, and by which commands."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from cli.findings.changes import content
from cli.output import documents
from cli.terminal import plain, styled
from components.marks import cloudflare_ddns, external_dns
from components.records import canonical
from components.records.record import Record
from stacks.plan.comparison import ComparedSet, Comparison, Fate

COLOURS: Mapping[Fate, str] = {
    "same": "green",
    "ours": "green",
    "differs": "yellow",
    "only there": "yellow",
    "only here": "yellow",
    "conflict": "bold yellow",
    "unknown": "magenta",
}
_TO_SETTLE: Mapping[Fate, str] = {
    "differs": "adopt makes them as they are here: change what asks for them, or the settings, if that is not meant",
    "only there": "they stay, and nobody follows them any more: have what asks for them read, or let them go first",
    "only here": "the next up makes them: have what asks for them left out, if that is not meant",
    "conflict": "each stays as it is until what is said above is done",
    "unknown": "nobody can tell yet: mend what is said above, and compare again",
}


@dataclass(frozen=True, slots=True)
class Switch:
    """A switch from another tool. options: those of `truenorth adopt` that name its records."""

    tool: str
    owner: str
    stack: str
    options: str

    @property
    def commands(self) -> tuple[str, ...]:
        """The commands of the switch, once the other tool is stopped."""
        stack = shlex.quote(self.stack)
        return f"truenorth adopt --stack {stack} {self.options}", f"truenorth up --stack {stack}"

    def way_back(self, found: Comparison) -> str:
        """Return the command of the way back after `adopt`, between the stop of TrueNorth and the other's start."""
        command = f"truenorth release --stack {shlex.quote(self.stack)}"
        is_of_marks = self.tool == external_dns.HERITAGE or (self.tool == cloudflare_ddns.HERITAGE and found.owners)
        if not is_of_marks:
            return f"{command} --to nobody"
        owner = found.owners[0] if len(found.owners) == 1 else self.owner or "OWNER"
        by_settings = found.by_settings if self.tool == external_dns.HERITAGE else ()
        names = (f" --name {shlex.quote(name)}" for name in by_settings)
        return f"{command} --to {self.tool} --to-owner {shlex.quote(owner)}{''.join(names)}"


def print_comparison(console: Console, found: Comparison) -> None:
    """Print a line for each record set."""
    table = Table(box=None)
    for column in ("", "name", "type", "there", "here", "asked for by"):
        table.add_column(column, overflow="fold")
    for one in found.sets:
        there, here = _sides(one)
        row = (one.name, one.type, there, here, ", ".join(one.asked_by))
        table.add_row(plain(one.fate, style=COLOURS[one.fate]), *map(plain, row))
    if found.sets:
        console.print(table)
    for one in found.sets:
        if said := "; ".join(filter(None, (*one.differences, one.why))):
            console.print(styled((one.fate, COLOURS[one.fate]), f" {one.name} {one.type}: {said}"), soft_wrap=True)


def print_verdict(console: Console, found: Comparison, switch: Switch) -> None:
    """Print whether it is safe to switch, what is to be settled first, and the commands."""
    counts = Counter(one.fate for one in found.sets)
    if not any(one.there for one in found.sets):
        console.print(styled(("nothing to compare", "bold yellow"), f": {_none(found, switch)}"), soft_wrap=True)
    elif found.is_safe:
        console.print(styled(("safe to switch", "bold green"), f": {_counted(counts)}"), soft_wrap=True)
    else:
        console.print(styled(("not yet", "bold yellow"), f": {_counted(counts)}"), soft_wrap=True)
    for fate, text in _TO_SETTLE.items():
        if counts[fate]:
            console.print(styled(f"  {counts[fate]} ", (fate, COLOURS[fate]), f": {text}"), soft_wrap=True)
    for gap in found.gaps:
        console.print(styled("  ", ("unknown", COLOURS["unknown"]), f": {gap}"), soft_wrap=True)
    if any(one.there for one in found.sets):
        console.print("to switch:" if found.is_safe else "to switch, once that is settled or as meant:")
        console.print(plain(f"  stop {switch.tool}, and keep its settings"), soft_wrap=True)
        for command in switch.commands:
            console.print(plain(f"  {command}"), soft_wrap=True)
        console.print(plain(f"back, before adopt: let {switch.tool} go on, nothing has been changed"), soft_wrap=True)
        after = (
            f"back, after adopt: stop TrueNorth, release what it owns, start {switch.tool}; all names go on resolving"
        )
        console.print(plain(after), soft_wrap=True)
        console.print(plain(f"  {switch.way_back(found)}"), soft_wrap=True)


def comparison_document(found: Comparison, switch: Switch) -> dict[str, object]:
    """The JSON of a comparison."""
    return {
        "sets": [_document(one) for one in found.sets],
        "counts": Counter(one.fate for one in found.sets),
        "gaps": list(found.gaps),
        "other_owners": list(found.other_owners),
        "safe": found.is_safe,
        "commands": list(switch.commands),
        "way_back": switch.way_back(found),
    }


def _document(one: ComparedSet) -> dict[str, object]:
    return {
        "name": one.name,
        "type": one.type,
        "fate": one.fate,
        "there": [documents.record_document(record) for record in one.there],
        "here": [documents.record_document(record) for record in one.here],
        "asked_by": list(one.asked_by),
        "differences": list(one.differences),
        "why": one.why,
    }


def _sides(one: ComparedSet) -> tuple[str, str]:
    """Return what each side has in a cell; the second says only that it is the same where it is."""
    there, here = _cell(one.there), _cell(one.here)
    return there, "the same" if one.fate == "same" else here


def _cell(records: Iterable[Record]) -> str:
    """Return the contents of a set, then its ttl and proxy where they are not automatic and off."""
    several = tuple(records)
    settings = dict.fromkeys(_settings(one) for one in several)
    return " ".join(filter(None, (", ".join(map(content, several)), *settings)))


def _settings(record: Record) -> str:
    ttl = "" if record.ttl == canonical.AUTOMATIC_TTL else f"ttl {record.ttl}"
    return " ".join(filter(None, (ttl, "proxied" if record.proxied else "")))


def _counted(counts: Mapping[Fate, int]) -> str:
    order: tuple[Fate, ...] = ("same", "ours", *_TO_SETTLE)
    return ", ".join(f"{counts[fate]} {fate}" for fate in order if counts.get(fate))


def _none(found: Comparison, switch: Switch) -> str:
    owner = f" of the owner {switch.owner}" if switch.owner else ""
    others = f"; its owners here are {', '.join(found.other_owners)}" if found.other_owners else ""
    return f"no record in the zones is known to be {switch.tool}'s{owner}{others}"
