"""Checks what a wanted name says of its addresses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from components.records import canonical
from stacks.model.addresses import host_part
from stacks.model.scope import TargetScope, reach
from stacks.settings.problems import fault


class WrittenName(Protocol):
    """A wanted name as the settings have it."""

    @property
    def name(self) -> str:
        """Relative to the zone, or in full."""

    @property
    def types(self) -> Sequence[str]:
        """A and AAAA; none: those of its addresses."""

    @property
    def targets(self) -> Sequence[str]:
        """Addresses of its own."""

    @property
    def host6(self) -> Sequence[str]:
        """Hosts in the network of the detected address."""


def check_addresses(entry: WrittenName) -> None:
    """Raise a fault for targets out of reach or of other types, and for hosts without AAAA."""
    for target in entry.targets:
        _check_target(entry, target)
    if entry.host6 and entry.targets:
        what = f"{entry.name}: host6 takes its network from the detected address, and targets are addresses in full"
        raise fault(what, "keep one of the two", ("host6",))
    if entry.host6 and entry.types and "AAAA" not in entry.types:
        what = f"{entry.name}: host6 is a part of an IPv6 address, and the name has the type {', '.join(entry.types)}"
        raise fault(what, "add AAAA to types, or leave types out", ("host6",))


def _check_target(entry: WrittenName, target: str) -> None:
    record_type = "AAAA" if ":" in target else "A"
    try:
        address = canonical.address(target, record_type)
    except ValueError as error:
        do = _host6_for(target) or "write an IPv4 or IPv6 address, e.g. 203.0.113.7"
        raise fault(f"{entry.name}: {error}", do) from None
    if (found := reach(address)).scope is TargetScope.NEVER:
        otherwise = "write an address that others can reach, or leave targets out: then it is this machine's own"
        do = _host6_for(target) or otherwise
        raise fault(f"{entry.name}: {address} is {found.what}", do)
    if entry.types and record_type not in entry.types:
        raise fault(
            f"{entry.name}: the address {target} does not fit the type {', '.join(entry.types)}",
            "A takes IPv4 addresses, AAAA takes IPv6 addresses; or leave types out",
        )


def _host6_for(target: str) -> str:
    """Return what to write in place of a target that is the end of an IPv6 address; "" for any other."""
    try:
        host = host_part.parse(target)
    except ValueError:
        return ""
    return f'write host6: "{host}" in place of targets: its network is then that of the detected address'
