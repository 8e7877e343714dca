from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stacks.model.scope import TargetScope, reach, tunnel_of

NEVER = (
    *("0.0.0.0", "0.1.2.3", "127.0.0.1", "127.9.9.9", "169.254.169.254", "192.0.0.8", "192.88.99.1"),
    *("224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255"),
    *("::", "::1", "::aaa1", "::1234:abcd", "::192.0.2.1", "::ffff:192.0.2.1", "::ffff:10.0.0.1"),
    *(
        "fe80::1",
        "fe80::1%eth0",
        "ff02::1",
        "ff0e::1",
        "2001:10::1",
        "2001:20::1",
        "4000::1",
        "200::1",
        "2002:7f00:1::1",
    ),
    *("istio-istio.network.svc.cluster.local", "pg-rw.data.svc", "web.shop.svc.cluster.internal", "printer.local"),
    *("localhost", "a.localhost", "localhost.localdomain", "kubernetes", "a.invalid", "lb.test", "x.onion", "x.alt"),
    *("7.113.0.203.in-addr.arpa", "1.0.8.b.d.0.1.0.0.2.ip6.arpa"),
)
PRIVATE = (
    *("10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.1.5", "100.64.0.1", "100.127.0.1"),
    *("198.18.0.1", "fc00::1", "fd00::1", "fec0::1", "64:ff9b::a00:1", "64:ff9b:1::1", "2002:a00:1::1"),
    *("nas.home.arpa", "ip-10-0-0-1.ec2.internal", "nas.lan", "nas.home", "srv.corp", "srv.intranet", "srv.private"),
)
PUBLIC = (
    *("8.8.8.8", "172.15.0.1", "172.32.0.1", "100.63.0.1", "100.128.0.1", "192.169.0.1", "11.0.0.1", "223.255.255.1"),
    *("192.0.2.1", "198.51.100.1", "203.0.113.7", "2001:db8::7", "3fff::1", "100::", "2606:4700::1", "2a00:1450::1"),
    *("2002:cb00:7107::1", "lb.example.com", "a.svc.example.com", "local.example.com", "internal.example.com"),
    *("a.elb.amazonaws.com", "localhost.example.com", "1.2.3.4.example.com", "a.example", "x.cfargotunnel.com"),
)


@pytest.mark.parametrize(
    ("target", "scope"),
    [
        *((one, TargetScope.NEVER) for one in NEVER),
        *((one, TargetScope.PRIVATE) for one in PRIVATE),
        *((one, TargetScope.PUBLIC) for one in PUBLIC),
    ],
)
def test_a_target_has_one_scope_and_a_reason_where_it_is_not_public(target: str, scope: TargetScope) -> None:
    found = reach(target)
    assert found.scope is scope
    assert bool(found.what) is (scope is not TargetScope.PUBLIC)


@given(st.ip_addresses(v=4))
def test_every_ipv4_address_is_public_only_where_the_registry_says_so(address: IPv4Address) -> None:
    if reach(str(address)).scope is TargetScope.PUBLIC:
        is_documented = str(address).startswith(("192.0.2.", "198.51.100.", "203.0.113."))
        assert (address.is_global and not address.is_multicast) or is_documented
    else:
        assert not address.is_global or address.is_multicast or str(address).startswith("192.")


@given(st.ip_addresses(v=6))
def test_no_ipv6_address_of_a_link_a_machine_or_a_group_is_public(address: IPv6Address) -> None:
    if reach(str(address)).scope is TargetScope.PUBLIC:
        assert not (address.is_link_local)
        assert not (address.is_loopback)
        assert not (address.is_multicast)
        assert not (address.is_unspecified)
        assert address.ipv4_mapped is None
        assert str(address).startswith("100:") or 0x2000 <= int(address) >> 112 <= 0x3FFF


def test_only_the_names_of_tunnels_are_a_providers_own() -> None:
    assert tunnel_of("6ff42ae2-765d-4adf-8112-31c55c1551ef.cfargotunnel.com") == "cloudflare"
    assert tunnel_of("cfargotunnel.com.example.com") == ""
    assert tunnel_of("xcfargotunnel.com") == ""
