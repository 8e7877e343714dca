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

from lab.demo.house.server import PACKAGED, Server

if TYPE_CHECKING:
    from lab.daemon import Lab
    from lab.kube.programs import Programs

ROUTES = 200


def demo(
    keep: Annotated[bool, typer.Option("--keep", help="Leave the lab running, and say how to play with it.")] = False,
    house: Annotated[
        bool, typer.Option("--house", help="Play a house: one zone with a view outside and one inside, and a cut line.")
    ] = False,
    inside: Annotated[
        Server, typer.Option("--inside", help="What serves the view inside of the house.", show_default=True)
    ] = Server.BIND,
    routes: Annotated[int, typer.Option("--routes", min=10, max=2000, help="HTTPRoutes of the house.")] = ROUTES,
) -> None:
    """See TrueNorth do its job on the lab: make, follow, correct, respect, remove. Takes well under a minute.

    With --house: 200 HTTPRoutes of a real API server, a public zone, and one inside that unbound asks for.

    Example: `truenorth demo --house`
    """
    from cli.engine.install.install import install
    from cli.engine.install.progress import shown_on
    from cli.exit_codes import FAILED
    from cli.terminal import Terminal, styled
    from lab import daemon
    from lab.demo.house.play import Plan, play_house
    from lab.demo.play import DemoFailed, play
    from lab.kube.unavailable import KubeUnavailable
    from stacks.model.errors import UserError

    programs = _programs_of_a_house(inside, keep=keep) if house else None
    console = Terminal()
    with shown_on(sys.stderr) as progress:
        install(os.environ, progress)
    began = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="truenorth-demo-"))
    try:
        if programs:
            play_house(console, folder, os.environ, Plan(inside, routes, programs))
        else:
            lab = play(console, folder, os.environ)
        console.print(styled(("done", "bold green"), f" in {time.monotonic() - began:.0f} s"))
        if keep:
            console.print(_how_to_play(lab), soft_wrap=True)
    except KubeUnavailable as error:
        raise UserError(error.what, error.where, error.do) from error
    except DemoFailed as error:
        console.print(styled(("the demo failed:", "bold red"), f" {error}"), soft_wrap=True)
        raise typer.Exit(FAILED) from error
    finally:
        if not keep:
            daemon.stop(folder)
            shutil.rmtree(folder, ignore_errors=True)


def _programs_of_a_house(server: Server, *, keep: bool) -> Programs:
    """Return the programs of Kubernetes and of the server. Raises UserError that names all that is not installed."""
    from lab.demo.house.play import RESOLVER
    from lab.kube.programs import find
    from lab.name_servers.programs import PACKAGES, missing
    from stacks.model.errors import UserError

    if keep:
        raise UserError("a house cannot be kept", "truenorth demo --house --keep", "leave one of the options out")
    built = [] if server is Server.BIND else [server]
    found = find(os.environ, external_dns=server is Server.EXTERNAL_DNS, coredns=server is Server.COREDNS)
    lacking = missing([*filter(None, [PACKAGED.get(server)]), RESOLVER])
    if found and not lacking:
        return found
    packages = " ".join(PACKAGES[one] for one in lacking)
    do = [f"sudo apt-get install {packages}"] if lacking else []
    do += [] if found else [" ".join(["truenorth lab build", *(f"--{one}" for one in built), "(minutes, once)"])]
    what = ", ".join([*lacking, *([] if found else ["kube-apiserver", "etcd", *built])])
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
