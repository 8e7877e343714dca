"""`truenorth lab`: a world on loopback to try TrueNorth in: the APIs of Cloudflare and Gandi, address services, DNS."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.commands.shared.command import print_json
from cli.commands.shared.options import Json

if TYPE_CHECKING:
    from lab.daemon import Lab

app = typer.Typer(help="A world on loopback to try TrueNorth in.", no_args_is_help=True)

Folder = Annotated[
    Path | None,
    typer.Option(
        "--folder", envvar="TRUENORTH_LAB", help="Where the lab keeps its files; a folder of yours by default."
    ),
]
CLOUDFLARE_PORT, STUN_PORT, HTTP_PORT, DNS_PORT = 18_053, 13_478, 18_080, 15_353


@app.command()
def start(
    folder: Folder = None,
    cloudflare_port: Annotated[
        int, typer.Option(help="Port of the Cloudflare and Gandi APIs; 0: any free one.")
    ] = CLOUDFLARE_PORT,
    stun_port: Annotated[int, typer.Option(help="Port of the STUN service, UDP and TCP; 0: any.")] = STUN_PORT,
    http_port: Annotated[int, typer.Option(help="Port of the HTTP address service; 0: any.")] = HTTP_PORT,
    dns_port: Annotated[int, typer.Option(help="Port of the name server, UDP and TCP; 0: any.")] = DNS_PORT,
    kube: Annotated[
        bool, typer.Option("--kube", help="With a Kubernetes cluster; its programs are built the first time.")
    ] = False,
) -> None:
    """Start the lab in the background.

    Example: `truenorth lab start; eval "$(truenorth lab env)"; truenorth up --stack demo`
    """
    from lab import daemon
    from lab.world import Ports
    from stacks.model.errors import UserError
    from stacks.settings.secrets.children import LAB, needed

    if kube:
        _refuse_without_kubernetes(_folder(folder))
        _build_kubernetes()
    ports = Ports(cloudflare_port, stun_port, http_port, dns_port)
    try:
        lab = daemon.start(_folder(folder), ports, kubernetes=kube, environment=needed(LAB, os.environ))
    except daemon.LabError as error:
        raise UserError(
            f"the lab could not be started: {error}",
            "truenorth lab start",
            "stop what listens there, or choose another port, 0 for any "
            "(--cloudflare-port, --stun-port, --http-port, --dns-port)",
        ) from error
    _show(lab)
    typer.echo('Next: eval "$(truenorth lab env)"; truenorth init; in a checkout: truenorth up --stack demo')


@app.command()
def stop(folder: Folder = None) -> None:
    """Stop the lab. Its zones, records and cluster are gone; Pulumi's state in the lab's folder stays.

    Example: `truenorth lab stop`
    """
    from lab import daemon

    typer.echo("stopped" if daemon.stop(_folder(folder)) else "no lab is running")


@app.command()
def status(folder: Folder = None, as_json: Json = False) -> None:
    """Show whether the lab runs, and where its services are. Exit code 1 where none runs.

    Example: `truenorth lab status --json`
    """
    from lab import daemon
    from lab.world import document

    lab = daemon.find(_folder(folder))
    if as_json:
        known = {"running": lab is not None, **({"pid": lab.pid, **document(lab.places)} if lab else {})}
        print_json(known)
    elif lab:
        _show(lab)
    else:
        typer.echo("no lab is running: truenorth lab start")
    if lab is None:
        raise typer.Exit(1)


@app.command()
def build(
    external_dns: Annotated[bool, typer.Option("--external-dns", help="The real external-dns too.")] = False,
    coredns: Annotated[bool, typer.Option("--coredns", help="CoreDNS too, as it serves a zone from a file.")] = False,
    deploy_tools: Annotated[
        bool,
        typer.Option("--deploy-tools", help="What renders and checks manifests too: helm, kustomize, kubeconform."),
    ] = False,
    opentofu: Annotated[bool, typer.Option("--opentofu", help="OpenTofu too, with a stand-in of a provider.")] = False,
) -> None:
    """Build the programs of `lab start --kube` where they are missing: minutes, once. Prints their folder.

    Example: `truenorth lab build`
    """
    built = _build_kubernetes(external_dns=external_dns, coredns=coredns, deploy_tools=deploy_tools, opentofu=opentofu)
    typer.echo(str(built))


@app.command()
def env(folder: Folder = None) -> None:
    """Print `export` lines that point TrueNorth, and a plain `pulumi up`, at the lab.

    Example: `eval "$(truenorth lab env)"; pulumi up --stack demo`
    """
    from cli.engine.install.progress import shown_on
    from lab import daemon
    from lab.demo.environment import lab_environment
    from stacks.model.errors import UserError

    lab = daemon.find(_folder(folder))
    if lab is None:
        raise UserError("no lab is running", str(_folder(folder)), "truenorth lab start")
    with shown_on(sys.stderr) as progress:  # the engine takes minutes, the first time
        found = lab_environment(lab, os.environ, progress)
    for name, value in sorted(found.items()):
        typer.echo(f"export {name}={shlex.quote(value)}")


def _refuse_without_kubernetes(folder: Path) -> None:
    from lab import daemon
    from stacks.model.errors import UserError

    if (found := daemon.find(folder)) and not found.places.kubernetes:
        raise UserError(
            "the lab that runs has no Kubernetes", str(folder), "truenorth lab stop; truenorth lab start --kube"
        )


def _build_kubernetes(
    *, external_dns: bool = False, coredns: bool = False, deploy_tools: bool = False, opentofu: bool = False
) -> Path:
    from cli.engine.install.progress import shown_on
    from lab.kube.build import install
    from lab.kube.unavailable import KubeUnavailable
    from stacks.model.errors import UserError

    try:
        with shown_on(sys.stderr, "kubernetes") as progress:
            built = install(
                os.environ,
                progress,
                controllers=True,
                external_dns=external_dns,
                coredns=coredns,
                deploy_tools=deploy_tools,
                opentofu=opentofu,
            )
            return built.gateway_api.parent
    except KubeUnavailable as error:
        raise UserError(error.what, error.where, error.do) from error


def _folder(folder: Path | None) -> Path:
    from stacks.settings.environment import state_home

    return folder or state_home(os.environ) / "lab"


def _show(lab: Lab) -> None:
    places = lab.places
    typer.echo(f"lab running (process {lab.pid}), zones {places.zone} (Cloudflare) and {places.gandi_zone} (Gandi)")
    typer.echo(f"  Cloudflare API  {places.cloudflare}")
    typer.echo(f"  Gandi API       {places.gandi}")
    typer.echo(f"  STUN            {places.stun} (UDP and TCP)")
    typer.echo(f"  HTTP address    {places.http}")
    typer.echo(f"  DNS             {places.dns} (UDP and TCP)")
    if places.kubernetes:
        typer.echo(f"  Kubernetes API  {places.kubernetes} (KUBECONFIG={places.kubeconfig})")
    routes = "/_lab/addresses, /_lab/dns, /_lab/{cloudflare,gandi}/{records,faults,requests}"
    typer.echo(f"  control         {places.control}{routes}")
