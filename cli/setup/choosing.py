"""Choices for a new stack: from the options of `truenorth init`, from what can be seen, and from the person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rich.console import Console

from cli.setup import asking, names
from cli.setup.file import Chosen
from cli.setup.zone import choose as choose_zone
from cli.setup.zone import found_credentials, typed_token, visible_zones
from cli.terminal import styled
from components.records.providers import PROVIDERS
from stacks.model.errors import UserError
from stacks.model.values import Family, Known
from stacks.observe.wan.detect import Detection, detect
from stacks.observe.zone.visible import ACTIVE, VisibleZone
from stacks.settings.cluster import ClusterSettings
from stacks.settings.stack import parse

_PUBLISH_IPV6 = "Publish the IPv6 address, too? It is that of this machine, not of the router"
_TITLES = {Family.IPV4: "IPv4", Family.IPV6: "IPv6"}


@dataclass(frozen=True, slots=True)
class Asked:
    """The options of the command, each "" or None where it was left out."""

    zone: str
    names: tuple[str, ...]
    provider: str
    sources: str
    context: str
    kubeconfig: str
    ipv6: bool | None


def choose(asked: Asked, console: Console, environment: dict[str, str], *, may_ask: bool) -> tuple[Chosen, str]:
    """Return the choices, and the name of the variable of a token that was typed; "" for none.

    environment: gets such a token. Raises UserError where there is nothing to choose, and nobody to ask.
    """
    typed = _token(asked.provider, environment, may_ask=may_ask)
    zone = _zone(console, asked.zone, asked.provider, environment, may_ask=may_ask)
    found = _found_addresses(zone.name, environment)
    _print_addresses(console, found)
    ipv6 = publishes_ipv6(found, asked, environment, may_ask=may_ask)
    cluster = ClusterSettings(kubeconfig=asked.kubeconfig, context=asked.context)
    objects = names.choose_objects(console, asked.sources, cluster, environment, may_ask=may_ask)
    chosen = Chosen(
        zone=zone.name,
        provider=zone.provider,
        names=names.choose_names(asked.names, zone.name, may_ask=may_ask, needed=not objects.sources),
        ipv6=ipv6,
        sources=objects.sources,
        context=objects.context,
        kubeconfig=asked.kubeconfig if objects.sources else "",
    )
    return chosen, typed


def _token(provider: str, environment: dict[str, str], *, may_ask: bool) -> str:
    """Return "" where there are credentials; else ask for a token, and return the name of its variable."""
    try:
        found_credentials(provider, environment)
    except UserError:
        if not may_ask:
            raise
        variable, token = typed_token(provider)
        environment[variable] = token
        return variable
    return ""


def _zone(
    console: Console, wanted: str, provider: str, environment: Mapping[str, str], *, may_ask: bool
) -> VisibleZone:
    """Return the zone, and print what its token may do. wanted: the option."""
    seen = visible_zones(found_credentials(provider, environment), wanted)
    zone = choose_zone(wanted, seen, may_ask=may_ask)
    plan = f", plan {zone.plan}" if zone.plan else ""
    rights = "may edit its records" if zone.permissions is not None else "sees it"
    title = PROVIDERS[zone.provider].title
    console.print(f"zone {zone.name} ({title}{plan}): the token {rights}", highlight=False)
    if zone.status != ACTIVE:
        servers = " and ".join(zone.name_servers) or "those of the provider"
        console.print(
            styled(
                (f"the zone is {zone.status}", "yellow"),
                f": nobody sees its records yet\n  have its registrar delegate it to {servers}",
            ),
            soft_wrap=True,
        )
    return zone


def publishes_ipv6(found: Detection, asked: Asked, environment: Mapping[str, str], *, may_ask: bool) -> bool:
    """Return whether a new stack publishes IPv6: as it is told, else where this machine has both families.

    A stack with objects of a cluster may run in a pod, whose own address need not lead to them: it does so if told.
    """
    is_there = isinstance(found.addresses.get(Family.IPV6), Known)
    if asked.ipv6 is not None or not is_there or environment.get("TRUENORTH_WAN"):
        return bool(asked.ipv6)
    return asking.yes(_PUBLISH_IPV6, default=not asked.sources) if may_ask else not asked.sources


def _found_addresses(zone: str, environment: Mapping[str, str]) -> Detection:
    """Ask the sources that a stack without settings of its own asks, once, for both families."""
    settings = parse({"zone": zone}, environment, stack="init", where="environment").wan
    return detect(settings.model_copy(update={"attempts": 1}), list(Family))


def _print_addresses(console: Console, found: Detection) -> None:
    """Print the addresses, and the reason for a missing IPv4 one; a missing IPv6 one is usual."""
    for family, outcome in found.addresses.items():
        if isinstance(outcome, Known):
            shown = ", ".join(map(str, outcome.value))
            console.print(f"your {_TITLES[family]} address: {shown}")
        elif family is Family.IPV4:
            console.print(
                styled(
                    ("your IPv4 address is not known now", "yellow"),
                    f": {outcome.reason}\n  records are made as soon as it is; `truenorth detect` shows who says what",
                ),
                soft_wrap=True,
            )
