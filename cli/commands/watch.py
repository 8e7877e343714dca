"""`truenorth watch`: keep the names pointing here, for as long as it runs."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from queue import SimpleQueue

from cli.options import Json, Purge, SettingsFile, Stack


def watch(stack: Stack = "demo", settings: SettingsFile = None, as_json: Json = False, purge: Purge = None) -> None:
    """Look at the address every few seconds and run `up` when it has changed; do nothing otherwise.

    Ends at Ctrl-C or SIGTERM; a run of the engine that is under way then ends gracefully first.

    Example: `truenorth watch --stack home`
    """
    from rich.console import Console

    from cli.engine.view import listening
    from cli.loop.inbox import Inbox, Stop
    from cli.loop.news import News
    from cli.loop.report import report
    from cli.loop.watch import watch as loop
    from cli.workplace import open_workplace, purging

    console = Console(stderr=as_json)
    workplace = purging(open_workplace(stack, settings, os.environ), purge)
    inbox: Inbox = SimpleQueue()
    speaking = threading.Lock()
    notes: set[str] = set()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: inbox.put(Stop()))

    def told(news: News) -> None:
        with speaking:
            document = report(console, news, notes)
            if as_json:
                sys.stdout.write(json.dumps(document, sort_keys=True) + "\n")
                sys.stdout.flush()

    zones = ", ".join(zone.zone for zone in workplace.settings.each_zone())
    console.print(
        f"watching {zones}: a look every {workplace.settings.wan.interval:g} s; Ctrl-C ends",
        highlight=False,
    )
    with listening(console, json_lines=as_json, live=False) as listener:
        loop(workplace, listener, told, inbox)
    console.print("stopped")
