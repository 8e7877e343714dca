"""`truenorth detect`: the answers of the sources of addresses, and their agreement."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from cli.commands.shared.command import print_json
from cli.commands.shared.options import Json, ProjectFolder, SettingsFile, Stack
from cli.exit_codes import DISAGREED, DONE, UNKNOWN

if TYPE_CHECKING:
    from stacks.model.values import Address, Known, Unknown
    from stacks.observe.wan.agreement.answer import Answer
    from stacks.observe.wan.detect import Detection
    from stacks.observe.wan.nat import Nat
    from stacks.settings.stack import Settings
    from stacks.settings.wan import WanSettings

    Hosts = Mapping[str, Known[tuple[str, ...]] | Unknown]
    """The IPv6 addresses of hosts, by the name as the settings have it."""

NAT_SECONDS = 6.0
"""How long the classification of the NAT may take; it goes on while the sources are asked."""

WithNat = Annotated[
    bool, typer.Option("--nat", help="Also find out which kind of NAT stands before this machine (IPv4).")
]
NatServer = Annotated[
    str,
    typer.Option(
        "--nat-server",
        metavar="HOST:PORT",
        help="The STUN server for --nat; one with two addresses can tell the kind. Default: the settings' first.",
    ),
]


def detect(
    stack: Stack = "",
    settings: SettingsFile = None,
    project: ProjectFolder = None,
    as_json: Json = False,
    nat: WithNat = False,
    nat_server: NatServer = "",
) -> None:
    """Ask every source of every link for the WAN address, and show the answers and their agreement.

    Exit code 0: agreed; 3: the sources disagree; 4: unknown, too few answered.

    Example: `truenorth detect --stack home --nat`
    """
    from concurrent.futures import ThreadPoolExecutor

    from cli.session.project import find_project, settings_path
    from stacks.model.values import WAN
    from stacks.observe.wan.detect import detect as ask
    from stacks.settings.files import from_file

    whole = from_file(settings or settings_path(find_project(project), stack), os.environ, stack)
    wan = whole.wan
    links = (WAN, *wan.links)
    server = _nat_server(wan, nat_server) if nat or nat_server else None
    interrupted = threading.Event()
    with ThreadPoolExecutor(max_workers=len(links) + 1, thread_name_prefix="detect") as pool:
        try:
            classified = pool.submit(_classify, server, wan.via) if server is not None else None
            asked = pool.map(lambda link: ask(wan.of_link(link), pause=interrupted.wait), links)
            detections = dict(zip(links, asked, strict=True))
            found = classified.result() if classified else None
        finally:
            interrupted.set()  # no further attempts are waited for after Ctrl-C
    _show(wan, detections, found, _of_hosts(whole, detections), as_json=as_json)
    if code := _exit_code(detections):
        raise typer.Exit(code)


def _nat_server(wan: WanSettings, given: str) -> tuple[str, int] | Unknown:
    """Return host and port of the server that is asked about the NAT: the given one, else the settings' first."""
    from components.host_port import parse_host
    from stacks.model.values import Unknown
    from stacks.settings.wan_source import STUN_PORT

    if given:
        try:
            return parse_host(given, STUN_PORT)
        except ValueError as error:
            raise typer.BadParameter(str(error), param_hint="--nat-server") from None
    servers = [(spec.host, spec.port) for spec in wan.specs() if spec.kind == "stun"]
    if not servers:
        return Unknown(f"mode `{wan.mode}` asks no STUN server over UDP; name one with --nat-server")
    return servers[0]


def _classify(server: tuple[str, int] | Unknown, via: str) -> Nat | Unknown:
    from stacks.observe.wan.nat import classify

    return classify(server, NAT_SECONDS, via, os.environ) if isinstance(server, tuple) else server


def _of_hosts(settings: Settings, detections: Mapping[str, Detection]) -> Hosts:
    """Return the addresses of the names that the settings give to hosts in the networks of the detected addresses."""
    from stacks.model.addresses import host_part
    from stacks.model.values import WAN
    from stacks.plan.desired.endpoints import addresses_of

    addresses = {(link, family): found for link, one in detections.items() for family, found in one.addresses.items()}
    return {
        entry.name: addresses_of("AAAA", entry.links or (WAN,), addresses, host_part.each(entry.host6))
        for _, entry in settings.each_name()
        if entry.host6
    }


def _show(
    wan: WanSettings, detections: Mapping[str, Detection], nat: Nat | Unknown | None, hosts: Hosts, *, as_json: bool
) -> None:

    from cli.output.detection_table import print_detections, print_hosts, print_nat
    from cli.terminal import Terminal
    from stacks.model.values import WAN, Family, Unknown
    from stacks.observe.wan.nat import Nat, meaning

    agreed = detections[WAN].addresses.get(Family.IPV4, Unknown("not asked for"))
    lines = meaning(nat, agreed, wan.accept) if isinstance(nat, Nat) else ()
    if as_json:
        document = _document(detections, hosts) | ({} if nat is None else {"nat": _nat_document(nat, lines)})
        print_json(document)
        return
    console = Terminal()
    print_detections(console, detections)
    print_hosts(console, hosts)
    if nat is not None:
        print_nat(console, nat, lines)


def _document(detections: Mapping[str, Detection], hosts: Hosts) -> dict[str, object]:
    from stacks.model.values import WAN

    addresses = {
        link: {family.value: _outcome(found) for family, found in detection.addresses.items()}
        for link, detection in detections.items()
    }
    return {
        "answers": [_answer(answer, link) for link, detection in detections.items() for answer in detection.answers],
        "addresses": addresses.pop(WAN),
        "links": addresses,
        "hosts": {name: _outcome(found) for name, found in hosts.items()},
    }


def _answer(answer: Answer, link: str) -> dict[str, object]:
    from stacks.model.values import Known

    return {
        "link": link,
        "source": answer.source,
        "operator": answer.operator,
        "family": answer.family.value,
        "address": str(answer.result.value) if isinstance(answer.result, Known) else None,
        "given": [str(address) for address in answer.given],
        "reason": "" if isinstance(answer.result, Known) else answer.result.reason,
        "refused": answer.refused,
        "seconds": round(answer.seconds, 4),
    }


def _outcome(found: Known[tuple[Address, ...]] | Known[tuple[str, ...]] | Unknown) -> dict[str, object]:
    from stacks.model.values import Known

    if isinstance(found, Known):
        return {"known": [str(address) for address in found.value]}
    return {"unknown": found.reason}


def _nat_document(nat: Nat | Unknown, lines: tuple[str, ...]) -> dict[str, object]:
    from stacks.model.values import Unknown

    if isinstance(nat, Unknown):
        return {"unknown": nat.reason}
    return {
        "kind": nat.kind.value,
        "external": str(nat.external) if nat.external else None,
        "source": str(nat.source) if nat.source else None,
        "meaning": list(lines),
    }


def _exit_code(detections: Mapping[str, Detection]) -> int:
    """`DONE` where every family of every link is agreed on; else whether sources disagree, or say too little."""
    from stacks.model.values import Unknown
    from stacks.observe.wan.agreement.consensus import disagree

    unknown = [
        (detection.answers, family)
        for detection in detections.values()
        for family, found in detection.addresses.items()
        if isinstance(found, Unknown)
    ]
    if any(disagree(answers, family) for answers, family in unknown):
        return DISAGREED
    return UNKNOWN if unknown else DONE
