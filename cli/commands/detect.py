"""`truenorth detect`: who says what our address is, and what we make of it."""

from __future__ import annotations

import json
import os
import sys

import typer

from cli.exit_codes import DISAGREED, UNKNOWN
from cli.options import Json, SettingsFile, Stack


def detect(stack: Stack = "demo", settings: SettingsFile = None, as_json: Json = False) -> None:
    """Ask every source for the WAN address and show what each says, then what they agree on.

    Exit code 0: agreed; 3: the sources disagree; 4: unknown, too few answered.

    Example: `truenorth detect --stack home`
    """
    from rich.console import Console
    from rich.table import Table

    from cli.workplace import find_project, settings_path
    from stacks.observe.wan.detect import detect as detect_addresses
    from stacks.settings import from_file
    from stacks.values import Known

    file = settings or settings_path(find_project(_here()), stack)
    detection = detect_addresses(from_file(file, os.environ, stack).wan)
    if as_json:
        document = {
            "answers": [
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
            ],
            "addresses": {
                family.value: {"known": [str(a) for a in found.value]}
                if isinstance(found, Known)
                else {"unknown": found.reason}
                for family, found in detection.addresses.items()
            },
        }
        sys.stdout.write(json.dumps(document, sort_keys=True) + "\n")
    else:
        console = Console()
        table = Table(box=None)
        for column in ("source", "family", "answer", "time", "verdict"):
            table.add_column(column)
        for answer in detection.answers:
            known = isinstance(answer.result, Known)
            text = str(answer.result.value) if isinstance(answer.result, Known) else "-"
            verdict = answer.refused or ("[green]counts[/]" if known else "")
            if not isinstance(answer.result, Known) and not answer.refused:
                verdict = answer.result.reason
            table.add_row(answer.source, answer.family.value, text, f"{answer.seconds * 1000:.0f} ms", verdict)
        console.print(table)
        for family, found in detection.addresses.items():
            if isinstance(found, Known):
                console.print(f"{family.value}: [bold green]{', '.join(map(str, found.value))}[/]", highlight=False)
            else:
                console.print(f"{family.value}: [bold red]unknown[/]: {found.reason}", highlight=False, soft_wrap=True)
    if any(not isinstance(found, Known) for found in detection.addresses.values()):
        said = {answer.result.value for answer in detection.answers if isinstance(answer.result, Known)}
        raise typer.Exit(DISAGREED if len(said) > 1 else UNKNOWN)
