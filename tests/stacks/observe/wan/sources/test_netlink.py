from __future__ import annotations

import errno
import socket
from collections.abc import Callable
from contextlib import suppress
from ipaddress import ip_address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyroute2.iproute.linux import IPRoute  # type: ignore[import-untyped] # ships no types

from stacks.model.values import Known, Unknown
from stacks.observe.wan.sources import netlink
from stacks.observe.wan.sources.netlink import InterfaceAddress
from tests.profiles import examples

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


def test_an_address_is_read_as_pyroute2_reads_it(own_network: Addr) -> None:
    own_network("add", "203.0.113.1", local="203.0.113.2")
    own_network("add", "2001:db8::1", preferred=0, valid=900)
    own_network("add", "2001:db8::2")
    with IPRoute() as kernel:
        theirs = [(one["index"], dict(one["attrs"])) for one in kernel.get_addr()]
    assert [(one.index, str(one.address), one.flags, one.preferred) for one in netlink.dump_addresses()] == [
        (
            index,
            attributes.get("IFA_LOCAL", attributes["IFA_ADDRESS"]),
            attributes["IFA_FLAGS"],
            attributes["IFA_CACHEINFO"]["ifa_preferred"],
        )
        for index, attributes in theirs
    ]


def test_a_list_of_many_addresses_is_read_to_its_end(own_network: Addr) -> None:
    wished = {f"2001:db8::{number:x}" for number in range(1, 1000)}
    for address in wished:
        own_network("add", address)
    assert {str(one.address) for one in netlink.dump_addresses()} == wished


def attribute(kind: int, value: bytes) -> bytes:
    whole = netlink.RTATTR.pack(netlink.RTATTR.size + len(value), kind) + value
    return whole + bytes(-len(whole) % 4)


def body(*attributes: bytes, flags: int = 0) -> bytes:
    return netlink.IFADDRMSG.pack(10, 64, flags, 0, 7) + b"".join(attributes)


def message(kind: int, content: bytes, flags: int = 0) -> bytes:
    return netlink.NLMSGHDR.pack(netlink.NLMSGHDR.size + len(content), kind, flags, 1, 0) + content


ADDRESS = ip_address("2001:db8::1")
OURS = attribute(netlink.IFA_ADDRESS, ADDRESS.packed)
DONE = message(netlink.DONE, bytes(4))


def test_flags_of_an_old_kernel_are_those_of_the_header() -> None:
    assert netlink.parse(body(OURS, flags=0x20)) == InterfaceAddress(7, ADDRESS, 0x20, netlink.FOREVER)


def test_a_message_without_an_address_is_left_out() -> None:
    assert netlink.parse(body(attribute(3, b"lo\0"))) is None


@pytest.mark.parametrize("datagram", [message(netlink.ERROR, b"\xff" * 4), message(netlink.DONE, b"\xff" * 4)])
def test_a_refusal_of_the_kernel_is_an_os_error(datagram: bytes) -> None:
    with pytest.raises(OSError, match="the kernel refused to list the interface addresses") as caught:
        netlink.read(lambda: datagram)
    assert caught.value.errno == errno.EPERM


def test_a_list_that_changes_while_it_is_read_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    torn = iter([message(netlink.NEW_ADDRESS, body(OURS), netlink.TORN), DONE])
    assert isinstance(netlink.read(lambda: next(torn)), Unknown)
    found = (InterfaceAddress(7, ADDRESS, 0, netlink.FOREVER),)
    lists: list[Known[tuple[InterfaceAddress, ...]] | Unknown] = [Unknown(""), Unknown(""), Known(found)]
    monkeypatch.setattr(netlink, "read", lambda _: lists.pop(0))
    assert netlink.dump_addresses() == found
    lists[:] = [Unknown("")] * netlink.DUMPS
    with pytest.raises(OSError, match="again and again"):
        netlink.dump_addresses()


@settings(max_examples=examples(2000))
@given(st.one_of(st.binary(max_size=200), st.binary(max_size=100).map(lambda one: message(netlink.NEW_ADDRESS, one))))
def test_what_is_no_list_is_an_os_error(datagram: bytes) -> None:
    datagrams = iter([datagram, DONE])
    with suppress(OSError):
        assert isinstance(netlink.read(lambda: next(datagrams)), Known | Unknown)


def test_an_empty_datagram_is_no_list() -> None:
    with pytest.raises(OSError, match="cannot be read"):
        netlink.read(bytes)


def test_another_system_than_linux_has_no_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(socket, "AF_NETLINK")
    with pytest.raises(OSError, match="on Linux only"):
        netlink.dump_addresses()
