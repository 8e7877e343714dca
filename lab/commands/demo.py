"""`truenorth demo`: TrueNorth does its job on a world of its own, in one screen."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from lab.daemon import Lab


def demo(
    keep: Annotated[bool, typer.Option("--keep", help="Leave the lab running, and say how to play with it.")] = False,
) -> None:
    """See TrueNorth do its job on the lab: make, follow, correct, respect, remove. Takes well under a minute.

    Example: `truenorth demo --keep`
    """
    from cli.engine.install.install import install
    from cli.engine.install.progress import shown_on
    from cli.exit_codes import FAILED
    from cli.terminal import Terminal, styled
    from lab import daemon
    from lab.demo.play import DemoFailed, play

    console = Terminal()
    with shown_on(sys.stderr) as progress:
        install(os.environ, progress)
    began = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="truenorth-demo-"))
    try:
        lab = play(console, folder, os.environ)
        console.print(styled(("done", "bold green"), f" in {time.monotonic() - began:.0f} s"))
        if keep:
            console.print(_how_to_play(lab), soft_wrap=True)
    except DemoFailed as error:
        console.print(styled(("the demo failed:", "bold red"), f" {error}"), soft_wrap=True)
        raise typer.Exit(FAILED) from error
    finally:
        if not keep:
            daemon.stop(folder)
            shutil.rmtree(folder, ignore_errors=True)


def _how_to_play(lab: Lab) -> str:
    return f"""
The lab goes on. To play with it:
  export TRUENORTH_LAB={lab.folder} TRUENORTH_PROJECT={lab.folder}
  eval "$({Path(sys.prefix) / "bin" / "truenorth"} lab env)"
                                                  the lab's addresses, state, plugin and PATH, for this shell
  truenorth status; truenorth watch               see, and keep following
  curl -X PUT -d '{{"ipv4":"203.0.113.99"}}' {lab.places.control}/_lab/addresses
  pulumi up --stack demo --cwd $TRUENORTH_PROJECT
  truenorth lab stop                              end it"""
