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
    from lab.kube.programs import Programs

ROUTES = 200


def demo(
    keep: Annotated[bool, typer.Option("--keep", help="Leave the lab running, and say how to play with it.")] = False,
    house: Annotated[
        bool, typer.Option("--house", help="Play a house: one zone with a view outside and one inside, and a cut line.")
    ] = False,
    routes: Annotated[int, typer.Option("--routes", min=10, max=2000, help="HTTPRoutes of the house.")] = ROUTES,
) -> None:
    """See TrueNorth do its job on the lab: make, follow, correct, respect, remove. Takes well under a minute.

    With --house: 200 HTTPRoutes of a real API server, a public zone, and one at BIND that unbound asks.

    Example: `truenorth demo --house`
    """
    from cli.engine.install.install import install
    from cli.engine.install.progress import shown_on
    from cli.exit_codes import FAILED
    from cli.terminal import Terminal, styled
    from lab import daemon
    from lab.demo.house.play import play_house
    from lab.demo.play import DemoFailed, play

    programs = _programs_of_a_house(keep=keep) if house else None
    console = Terminal()
    with shown_on(sys.stderr) as progress:
        install(os.environ, progress)
    began = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="truenorth-demo-"))
    try:
        if programs:
            play_house(console, folder, os.environ, programs, routes)
        else:
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


def _programs_of_a_house(*, keep: bool) -> Programs:
    """Return the programs of Kubernetes. Raises UserError that names all that is not installed."""
    from lab.demo.house.play import PROGRAMS
    from lab.kube.programs import find
    from lab.name_servers.programs import PACKAGES, missing
    from stacks.model.errors import UserError

    if keep:
        raise UserError("a house cannot be kept", "truenorth demo --house --keep", "leave one of the options out")
    kubernetes, lacking = find(os.environ), missing(PROGRAMS)
    if kubernetes and not lacking:
        return kubernetes
    packages = " ".join(PACKAGES[one] for one in lacking)
    do = [f"sudo apt-get install {packages}"] if lacking else []
    do += [] if kubernetes else ["truenorth lab build (minutes, once)"]
    what = ", ".join([*lacking, *([] if kubernetes else ["kube-apiserver", "etcd"])])
    raise UserError(f"a house needs programs that are not installed: {what}", "truenorth demo --house", "; ".join(do))


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
