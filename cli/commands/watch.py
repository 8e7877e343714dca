"""`truenorth watch`: keep the names pointing here, for as long as it runs."""

from __future__ import annotations

import json
import os
import signal
import sys
from datetime import UTC, datetime
from queue import SimpleQueue

from cli.options import Json, SettingsFile, Stack


def watch(stack: Stack = "demo", settings: SettingsFile = None, as_json: Json = False) -> None:
    """Look at the address every few seconds and run `up` when it has changed; do nothing otherwise.

    Ends at Ctrl-C or SIGTERM; a run of the engine that is under way then ends gracefully first.

    Example: `truenorth watch --stack home`
    """
    from rich.console import Console

    from cli import tables
    from cli.converge import Convergence
    from cli.engine.view import listening
    from cli.loop.inbox import Inbox, Stop
    from cli.loop.watch import Failure
    from cli.loop.watch import watch as loop
    from cli.workplace import open_workplace
    from stacks.values import Sighting

    console = Console(stderr=as_json)
    workplace = open_workplace(stack, settings, os.environ)
    inbox: Inbox = SimpleQueue()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: inbox.put(Stop()))

    def told(news: Convergence | Failure | Sighting) -> None:
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        if isinstance(news, Failure):
            console.print(f"{now} [bold red]failed[/], again in {news.pause:.0f} s: ", end="", highlight=False)
            console.print(news.reason, markup=False, soft_wrap=True)
            document: dict[str, object] = {"event": "failure", "reason": news.reason, "pause": news.pause}
        elif isinstance(news, Sighting):
            console.print(f"{now} ", end="", highlight=False)
            tables.print_sighting(console, news)
            document = {"event": "address", **tables.sighting_document(news)}
        else:
            tables.print_plan_notes(console, news.plan)
            tables.print_changes(console, news.changes)
            console.print(f"{now} ", end="", highlight=False)
            tables.print_outcome(console, news)
            document = {"event": "result", **tables.convergence_document(news)}
        if as_json:
            sys.stdout.write(json.dumps({"time": now, **document}, sort_keys=True) + "\n")
            sys.stdout.flush()

    zones = ", ".join(zone.zone for zone in workplace.settings.each_zone())
    console.print(
        f"watching {zones}: a look every {workplace.settings.wan.interval:g} s; Ctrl-C ends",
        highlight=False,
    )
    with listening(console, json_lines=as_json, live=False) as listener:
        loop(workplace, listener, told, inbox)
    console.print("stopped")
