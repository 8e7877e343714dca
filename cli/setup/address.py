"""Shows the WAN addresses to the person who sets up a stack."""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import Console

from cli.terminal import styled
from stacks.model.values import Family, Known
from stacks.observe.wan.detect import Detection, detect
from stacks.settings.stack import parse


def found_addresses(zone: str, environment: Mapping[str, str]) -> Detection:
    """Ask the sources that a stack without settings of its own asks, once, for both families."""
    settings = parse({"zone": zone}, environment, stack="init", where="environment").wan
    return detect(settings.model_copy(update={"attempts": 1}), list(Family))


def print_addresses(console: Console, found: Detection) -> None:
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


def has_ipv6(found: Detection) -> bool:
    """Return whether there is an IPv6 address that could be published."""
    return isinstance(found.addresses.get(Family.IPV6), Known)


_TITLES = {Family.IPV4: "IPv4", Family.IPV6: "IPv6"}
