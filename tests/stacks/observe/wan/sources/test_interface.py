from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address, ip_network

import pytest

from stacks.model.values import Family
from stacks.observe.wan.agreement.answer import NoAnswerError
from stacks.observe.wan.sources import interface, netlink
from stacks.observe.wan.sources.deadline import Deadline
from stacks.observe.wan.sources.netlink import InterfaceAddress
from stacks.settings.detection.ranges import ALL, Ranges

FOREVER = 2**32 - 1
ACCEPT = Ranges((ip_network("203.0.113.0/24"), ip_network("2001:db8::/32")))


def held(address: str, flags: int = 0, preferred: int = FOREVER) -> InterfaceAddress:
    return InterfaceAddress(2, ip_address(address), flags, preferred)


class TestTheChoice:
    def test_leaves_out_what_the_settings_do(self) -> None:
        held_here = [held("2001:db8:1::5"), held("2001:db8:2::5")]
        left = replace(ACCEPT, excluded=(ip_network("2001:db8:1::/48"),))
        assert interface.choose(held_here, "2001:db8:1::5", left, Family.IPV6) == ip_address("2001:db8:2::5")

    @pytest.mark.parametrize(
        ("addresses", "preferred", "chosen"),
        [
            ([held("203.0.113.5")], "", "203.0.113.5"),
            ([held("10.0.0.1"), held("203.0.113.5")], "10.0.0.1", "203.0.113.5"),
            ([held("203.0.113.9"), held("203.0.113.5")], "203.0.113.9", "203.0.113.9"),
            ([held("203.0.113.9"), held("203.0.113.5")], "", "203.0.113.5"),
            # On IPv4 the bit of "temporary" means "secondary".
            ([held("203.0.113.9", netlink.TEMPORARY)], "", "203.0.113.9"),
            ([held("10.0.0.1")], "", "10.0.0.1"),  # refused later, with the reason
        ],
    )
    def test_of_ipv4(self, addresses: list[InterfaceAddress], preferred: str, chosen: str) -> None:
        assert interface.choose(addresses, preferred, ACCEPT, Family.IPV4) == ip_address(chosen)

    @pytest.mark.parametrize(
        "flags", [netlink.TEMPORARY, netlink.DEPRECATED, netlink.TENTATIVE, netlink.OPTIMISTIC, netlink.FAILED]
    )
    def test_of_ipv6_leaves_out_what_does_not_last(self, flags: int) -> None:
        addresses = [held("2001:db8::1", flags), held("2001:db8::2"), held("fd00::1"), held("fe80::1")]
        chosen = interface.choose(addresses, "2001:db8::1", ACCEPT, Family.IPV6)
        assert chosen == ip_address("2001:db8::2")

    def test_of_ipv6_takes_the_longest_preferred(self) -> None:
        addresses = [held("2001:db8::1", preferred=600), held("2001:db8::2", preferred=86400)]
        assert interface.choose(addresses, "", ACCEPT, Family.IPV6) == ip_address("2001:db8::2")

    def test_where_nothing_lasts_is_no_answer(self) -> None:
        with pytest.raises(NoAnswerError, match="no lasting ipv6 address"):
            interface.choose([held("2001:db8::1", netlink.TEMPORARY), held("203.0.113.5")], "", ACCEPT, Family.IPV6)


class TestThisMachine:
    def test_the_loopback_interface_bears_127_0_0_1(self) -> None:
        assert interface.ask("lo", ALL, Family.IPV4, Deadline(5)) == ip_address("127.0.0.1")
        assert "127.0.0.1" in [str(one.address) for one in netlink.dump_addresses()]

    def test_an_interface_that_is_not_there_is_no_answer(self) -> None:
        with pytest.raises(NoAnswerError, match="the interface gone0 cannot be read"):
            interface.ask("gone0", ALL, Family.IPV4, Deadline(5))

    def test_the_default_route_leads_to_an_address_or_to_no_answer(self) -> None:
        try:
            outcome = str(interface.ask("", ALL, Family.IPV4, Deadline(5)))
        except NoAnswerError as error:
            outcome = str(error)
        assert outcome in [str(one.address) for one in netlink.dump_addresses()] or "default route" in outcome
