"""Puts the process of `truenorth watch` together: who listens to its news, what it mends with, what it shows."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from rich.console import Console

from cli.engine.run import Listener
from cli.engine.view import listening
from cli.loop.bulletin import Bulletin
from cli.loop.daemon import Daemon
from cli.loop.news import Begun, Dispatch, Told, Turn
from cli.loop.report import report
from cli.loop.tools import Tools
from cli.workplace import Workplace


async def run(workplace: Workplace, reopen: Callable[[], Workplace], environment: Mapping[str, str]) -> None:
    """Watch until a signal ends it. Raises UserError where no further try would help."""
    as_json = workplace.settings.watch.log == "json"
    console = Console(stderr=as_json)
    notes: set[str] = set()

    def hear(dispatch: Dispatch) -> None:
        if isinstance(dispatch.news, Begun):
            return
        document = report(console, dispatch.news, notes)
        if as_json:
            sys.stdout.write(json.dumps(document, sort_keys=True) + "\n")
            sys.stdout.flush()

    @contextmanager
    def heard(_: Turn) -> Iterator[Listener]:
        with listening(console, json_lines=as_json, live=False) as listener:
            yield listener

    def mend(_: Workplace, __: Told) -> None:
        return

    zones = ", ".join(zone.zone for zone in workplace.settings.each_zone())
    console.print(f"watching {zones}: a look every {workplace.settings.wan.interval:g} s; Ctrl-C ends", highlight=False)
    tools = Tools(Bulletin([hear]), heard, mend, lambda _: None)
    await Daemon(workplace, reopen, tools, environment).run()
    console.print("stopped")
