"""The address of an interface of this machine: right where no NAT stands between it and the Internet."""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import TYPE_CHECKING

from stacks.model.values import Address, Family
from stacks.observe.wan.agreement.answer import NoAnswerError
from stacks.observe.wan.agreement.verdict import unfit
from stacks.observe.wan.sources.connect import open_socket
from stacks.observe.wan.sources.netlink import InterfaceAddress, dump_addresses

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stacks.observe.wan.sources.deadline import Deadline
    from stacks.settings.detection.ranges import Ranges

# Any global address serves to ask the kernel for its route: connecting a UDP socket sends nothing.
FAR_AWAY = {Family.IPV4: "1.1.1.1", Family.IPV6: "2606:4700:4700::1111"}
DISCARD = 9


def ask(name: str, ranges: Ranges, family: Family, deadline: Deadline) -> Address:
    """Return the lasting address of the interface; without a name, of the interface of the default route.

    Temporary, deprecated and tentative addresses are left out. An address that may be published is taken
    before one that may not.
    Raises `NoAnswerError`.
    """
    try:
        addresses = dump_addresses()
        preferred = _source_address(family, deadline)
        index = socket.if_nametoindex(name) if name else _owner(addresses, preferred, family)
    except OSError as error:
        place = f"the interface {name}" if name else f"the interface of the {family.value} default route"
        raise NoAnswerError(f"{place} cannot be read: {error.strerror or error}") from error
    return choose([one for one in addresses if one.index == index], preferred, ranges, family)


def choose(addresses: Sequence[InterfaceAddress], preferred: str, ranges: Ranges, family: Family) -> Address:
    """Return the best of one interface's addresses: usable, then the kernel's own choice, then the longest preferred.

    Raises `NoAnswerError` where none is lasting.
    """
    lasting = [one for one in addresses if one.lasting and one.address.version == family.version]
    if not lasting:
        raise NoAnswerError(f"the interface has no lasting {family.value} address")

    def rank(one: InterfaceAddress) -> tuple[bool, bool, int, int]:
        refused = bool(unfit(one.address, family, ranges))
        return refused, str(one.address) != preferred, -one.preferred, int(one.address)

    return min(lasting, key=rank).address


def _source_address(family: Family, deadline: Deadline) -> str:
    """Return the address with which the kernel would leave for the Internet; empty where it has no route."""
    with suppress(OSError), open_socket(FAR_AWAY[family], DISCARD, socket.SOCK_DGRAM, deadline) as sock:
        return str(sock.getsockname()[0])
    return ""


def _owner(addresses: Sequence[InterfaceAddress], address: str, family: Family) -> int:
    for one in addresses:
        if str(one.address) == address:
            return one.index
    raise OSError(f"there is no {family.value} default route")
