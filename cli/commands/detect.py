"""`truenorth detect`: who says what our address is, and what we make of it."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from cli.exit_codes import DISAGREED, UNKNOWN
from cli.options import Json, SettingsFile, Stack

if TYPE_CHECKING:
    from rich.console import Console

    from stacks.observe.wan.detect import Detection


def detect(stack: Stack = "demo", settings: SettingsFile = None, as_json: Json = False) -> None:
    """Ask every source for the WAN address and show what each says, then what they agree on.

    Exit code 0: agreed; 3: the sources disagree; 4: unknown, too few answered.

    Example: `truenorth detect --stack home`
    """
    from rich.console import Console

    from cli.workplace import find_project, settings_path
    from stacks.observe.wan.detect import detect as ask
    from stacks.settings import from_file

    file = settings or settings_path(find_project(Path.cwd()), stack)
    detection = ask(from_file(file, os.environ, stack).wan)
    if as_json:
        sys.stdout.write(json.dumps(_document(detection), sort_keys=True) + "\n")
    else:
        _print(Console(), detection)
    if code := _exit_code(detection):
        raise typer.Exit(code)


def _document(detection: Detection) -> dict[str, object]:
    from stacks.values import Known

    answers = [
        {
            "source": answer.source,
            "operator": answer.operator,
            "family": answer.family.value,
            "address": str(answer.result.value) if isinstance(answer.result, Known) else None,
            "reason": "" if isinstance(answer.result, Known) else answer.result.reason,
            "refused": answer.refused,
            "seconds": round(answer.seconds, 4),
        }
        for answer in detection.answers
    ]
    addresses = {
        family.value: {"known": [str(address) for address in found.value]}
        if isinstance(found, Known)
        else {"unknown": found.reason}
        for family, found in detection.addresses.items()
    }
    return {"answers": answers, "addresses": addresses}


def _print(console: Console, detection: Detection) -> None:
    from rich.table import Table

    from stacks.values import Known

    table = Table(box=None)
    for column in ("source", "family", "answer", "time", "verdict"):
        table.add_column(column)
    for answer in detection.answers:
        time = f"{answer.seconds * 1000:.0f} ms"
        if isinstance(answer.result, Known):
            table.add_row(answer.source, answer.family.value, str(answer.result.value), time, "[green]counts[/]")
        else:
            table.add_row(answer.source, answer.family.value, "-", time, answer.refused or answer.result.reason)
    console.print(table)
    for family, found in detection.addresses.items():
        if isinstance(found, Known):
            console.print(f"{family.value}: [bold green]{', '.join(map(str, found.value))}[/]", highlight=False)
        else:
            console.print(f"{family.value}: [bold red]unknown[/]: {found.reason}", highlight=False, soft_wrap=True)


def _exit_code(detection: Detection) -> int:
    """0 where every family is agreed on; else whether its sources disagree, or say too little."""
    from stacks.values import Known, Unknown

    open_families = {family for family, found in detection.addresses.items() if isinstance(found, Unknown)}
    for family in open_families:
        said = {
            answer.result.value
            for answer in detection.answers
            if answer.family is family and isinstance(answer.result, Known)
        }
        if len(said) > 1:
            return DISAGREED
    return UNKNOWN if open_families else 0
