from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stacks.model.cloudflare_ranges import RANGES
from stacks.model.values import Family
from stacks.observe.wan.agreement.verdict import refusal, unmapped

EVERYTHING = (ip_network("0.0.0.0/0"), ip_network("::/0"))


def family_of(text: str) -> Family:
    return Family.IPV6 if ":" in text else Family.IPV4


@pytest.mark.parametrize(
    "text", ["8.8.8.8", "100.63.255.255", "100.128.0.0", "192.0.1.1", "2a00:1450:4001::1", "2600::1"]
)
def test_a_public_address_passes(text: str) -> None:
    assert refusal(ip_address(text), family_of(text)) == ""


@pytest.mark.parametrize(
    "text",
    [
        *("0.0.0.0", "10.1.2.3", "127.0.0.1", "169.254.1.1", "172.16.0.1", "192.168.1.1", "192.0.0.9", "192.0.2.1"),
        *("192.88.99.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"),
        *("::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00::2", "fec0::1", "ff0e::1", "2001:db8::1", "2001::1"),
        *("2002:808:808::1", "3fff::1", "64:ff9b::808:808", "4000::1", "100::1", "2600::1%eth0"),
    ],
)
def test_an_address_that_is_not_public_is_refused(text: str) -> None:
    assert "is not a public address" in refusal(ip_address(text), family_of(text))


@pytest.mark.parametrize("text", ["100.64.0.0", "100.100.100.100", "100.127.255.255"])
def test_a_carriers_address_is_refused_and_the_user_told_what_that_means(text: str) -> None:
    assert "carrier NAT" in refusal(ip_address(text), Family.IPV4)


@pytest.mark.parametrize("network", RANGES, ids=str)
def test_cloudflares_own_ranges_are_refused_whatever_is_accepted(network: object) -> None:
    for address in (ip_network(str(network))[0], ip_network(str(network))[-1]):
        assert "belongs to Cloudflare" in refusal(address, family_of(str(address)), EVERYTHING)


def test_an_address_of_the_other_family_is_refused_whatever_is_accepted() -> None:
    assert refusal(IPv4Address("8.8.8.8"), Family.IPV6, EVERYTHING) == "8.8.8.8 is not an IPv6 address"
    assert refusal(IPv6Address("2600::1"), Family.IPV4, EVERYTHING) == "2600::1 is not an IPv4 address"


@pytest.mark.parametrize(("text", "accepted"), [("192.168.1.5", True), ("192.168.2.5", False), ("100.64.9.9", True)])
def test_accepted_ranges_count_and_only_they(text: str, *, accepted: bool) -> None:
    ranges = (ip_network("192.168.1.0/24"), ip_network("100.64.0.0/10"))
    assert (refusal(ip_address(text), Family.IPV4, ranges) == "") is accepted


def test_an_ipv4_mapped_address_is_the_ipv4_address_in_it() -> None:
    assert unmapped(IPv6Address("::ffff:8.8.8.8")) == IPv4Address("8.8.8.8")


@given(st.ip_addresses())
def test_nothing_that_python_calls_private_passes(address: IPv4Address | IPv6Address) -> None:
    plain = unmapped(address)
    refused = refusal(plain, family_of(str(plain)))
    assert refused or plain.is_global
