from __future__ import annotations

import socket
from collections.abc import Callable
from ipaddress import ip_address

import pytest
from pyroute2.iproute.linux import IPRoute  # type: ignore[import-untyped] # ships no types
from pyroute2.netlink.exceptions import (  # type: ignore[import-untyped] # likewise
    NetlinkDumpInterrupted,
    NetlinkError,
)

from stacks.observe.wan.sources import netlink
from stacks.observe.wan.sources.netlink import InterfaceAddress

Addr = Callable[..., None]


def test_addresses_come_with_interface_and_lifetime(own_network: Addr) -> None:
    own_network("add", "203.0.113.9")
    assert netlink.dump_addresses()[-1] == InterfaceAddress(1, ip_address("203.0.113.9"), 0x80, netlink.FOREVER)
    own_network("add", "2001:db8::1", preferred=600, valid=900)
    (found,) = (one for one in netlink.dump_addresses() if one.address.version == 6)
    assert found.address == ip_address("2001:db8::1")
    assert 590 <= found.preferred <= 600


def test_an_address_whose_preferred_life_is_over_does_not_last(own_network: Addr) -> None:
    own_network("add", "2001:db8::1", preferred=0, valid=900)
    own_network("add", "2001:db8::2")
    assert {str(one.address): one.lasting for one in netlink.dump_addresses()} == {
        "2001:db8::1": False,
        "2001:db8::2": True,
    }


def test_on_a_point_to_point_link_ours_is_the_local_address(own_network: Addr) -> None:
    own_network("add", "203.0.113.1", local="203.0.113.2")
    assert [str(one.address) for one in netlink.dump_addresses()] == ["203.0.113.2"]


def test_flags_of_an_old_kernel_are_those_of_the_header() -> None:
    message = {"index": 7, "flags": 0x20, "attrs": [("IFA_ADDRESS", "2001:db8::1")]}
    assert netlink.parse([message]) == (InterfaceAddress(7, ip_address("2001:db8::1"), 0x20, netlink.FOREVER),)


def test_a_message_without_an_address_is_left_out() -> None:
    assert netlink.parse([{"index": 7, "flags": 0, "attrs": [("IFA_LABEL", "lo")]}]) == ()


def test_a_refusal_of_the_kernel_is_an_os_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: IPRoute) -> None:
        raise NetlinkError(1)

    monkeypatch.setattr(IPRoute, "get_addr", refuse, raising=False)
    with pytest.raises(OSError, match="the kernel refused to list the interface addresses") as caught:
        netlink.dump_addresses()
    assert caught.value.errno == 1


def test_a_list_that_changes_while_it_is_read_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    lists = [None, None, [{"index": 1, "flags": 0, "attrs": [("IFA_LOCAL", "203.0.113.9")]}]]

    def interrupted(_: IPRoute) -> object:
        if (found := lists.pop(0)) is None:
            raise NetlinkDumpInterrupted
        return found

    monkeypatch.setattr(IPRoute, "get_addr", interrupted, raising=False)
    assert [str(one.address) for one in netlink.dump_addresses()] == ["203.0.113.9"]
    lists[:] = [None] * netlink.DUMPS
    with pytest.raises(OSError, match="again and again"):
        netlink.dump_addresses()


def test_another_system_than_linux_has_no_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(socket, "AF_NETLINK")
    with pytest.raises(OSError, match="on Linux only"):
        netlink.dump_addresses()
