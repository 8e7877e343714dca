from __future__ import annotations

from ipaddress import IPv6Address, IPv6Network, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stacks.model.addresses import host_part
from stacks.model.addresses.host_part import HostPart

SEEN = "2001:db8:1:2:aaaa:bbbb:cccc:dddd"


def at(text: str, seen: str = SEEN) -> str:
    return str(host_part.parse(text).at(IPv6Address(seen)))


class TestAHostPart:
    @pytest.mark.parametrize(
        ("text", "address"),
        [
            ("::1", "2001:db8:1:2::1"),
            ("::1:2:3:4", "2001:db8:1:2:1:2:3:4"),
            ("0:0:0:0:72ad:8fbb:a54e:bedd/64", "2001:db8:1:2:72ad:8fbb:a54e:bedd"),
            ("::5/56", "2001:db8:1::5"),
            ("::7:0:0:0:5/56", "2001:db8:1:7::5"),
            ("::5/48", "2001:db8:1::5"),
            ("::/128", SEEN),
            # RFC 4291, appendix A, and RFC 2464, section 4.
            ("34:56:78:9a:bc:de", "2001:db8:1:2:3656:78ff:fe9a:bcde"),
            ("00-11-22-33-44-55", "2001:db8:1:2:211:22ff:fe33:4455"),
            ("00:11:22:AA:bb:CC/64", "2001:db8:1:2:211:22ff:feaa:bbcc"),
            (" ::5 ", "2001:db8:1:2::5"),
        ],
    )
    def test_takes_the_place_of_the_last_bits_of_an_address(self, text: str, address: str) -> None:
        assert at(text) == address

    @pytest.mark.parametrize(
        ("text", "why"),
        [
            ("", "'' is no part of an IPv6 address, and no MAC"),
            ("nas", "'nas' is no part of an IPv6 address, and no MAC"),
            ("192.0.2.1", "'192.0.2.1' is no part of an IPv6 address, and no MAC"),
            ("::1%eth0", "'::1%eth0' is no part of an IPv6 address, and no MAC"),
            ("00:11-22:33-44:55", "'00:11-22:33-44:55' is no part of an IPv6 address, and no MAC"),
            ("2001:db8::5", "2001:db8::5 does not fit behind a network of 64 bits"),
            ("::1:0:0:0:5", "::1:0:0:0:5 does not fit behind a network of 64 bits"),
            ("::5/128", "::5 does not fit behind a network of 128 bits"),
            ("::", ":: is the address of all routers of a network (RFC 4291, section 2.6.1)"),
            ("::5/0", "/0 is no length of a network: 12 to 128 bits"),
            ("::5/129", "/129 is no length of a network: 12 to 128 bits"),
            ("::5/", "/ is no length of a network: 12 to 128 bits"),
            ("::5/٦٤", "/٦٤ is no length of a network: 12 to 128 bits"),
            ("00:11:22:33:44:55/56", "the host part of a MAC stands behind 64 bits, not 56"),
            ("01:00:5e:00:00:01", "01:00:5e:00:00:01 is the MAC of a group, not of one machine"),
            ("1" * 100, "it is longer than 64 characters"),
        ],
    )
    def test_that_is_none_is_refused_with_the_reason(self, text: str, why: str) -> None:
        with pytest.raises(ValueError) as refused:  # noqa: PT011 - the whole message is compared
            host_part.parse(text)
        assert str(refused.value) == why

    @given(st.integers(12, 128), st.integers(0, 2**128 - 1), st.ip_addresses(v=6))
    def test_leaves_the_network_as_it_is_and_is_read_again_as_it_is_written(
        self, network: int, bits: int, seen: IPv6Address
    ) -> None:
        one = HostPart(bits % (1 << (128 - network)), network)
        placed = one.at(seen)
        assert placed in IPv6Network((seen, network), strict=False)
        assert int(placed) % (1 << (128 - network)) == one.bits
        assert one.at(placed) == placed
        if one.bits:
            assert host_part.parse(str(one)) == one


class TestHosts:
    def test_have_an_address_each_in_each_network(self) -> None:
        seen = [ip_address("2001:db8::7"), ip_address("2001:db8:1::7")]
        assert host_part.placed(seen, host_part.each(["::2", "::1", "::2"])) == (
            "2001:db8:1::1",
            "2001:db8:1::2",
            "2001:db8::1",
            "2001:db8::2",
        )

    def test_leave_addresses_of_ipv4_as_they_are(self) -> None:
        assert host_part.placed([ip_address("192.0.2.1")], host_part.each(["::1"])) == ("192.0.2.1",)

    def test_are_the_addresses_themselves_where_there_are_none(self) -> None:
        assert host_part.placed([ip_address(SEEN), ip_address(SEEN)], ()) == (SEEN,)
