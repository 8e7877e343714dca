from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest

from stacks.settings.detection.ranges import Ranges

HOME, MOBILE, SIX = ip_network("198.51.100.0/24"), ip_network("198.51.100.128/25"), ip_network("2001:db8::/32")


@pytest.mark.parametrize(
    ("ranges", "address", "reason"),
    [
        (Ranges(), "203.0.113.7", ""),
        (Ranges(networks=(HOME,)), "198.51.100.7", ""),
        (Ranges(networks=(HOME,)), "203.0.113.7", "203.0.113.7 is left out: it is in none of wan.networks"),
        (Ranges(networks=(HOME,)), "2001:db8::7", ""),
        (Ranges(networks=(HOME, SIX)), "2001:db9::7", "2001:db9::7 is left out: it is in none of wan.networks"),
        (Ranges(networks=(HOME,), excluded=(MOBILE,)), "198.51.100.7", ""),
        (
            Ranges(networks=(HOME,), excluded=(MOBILE,)),
            "198.51.100.200",
            "198.51.100.200 is left out: wan.excluded_networks has 198.51.100.128/25",
        ),
        (Ranges(excluded=(SIX,)), "198.51.100.7", ""),
    ],
)
def test_an_address_is_left_out_for_a_reason(ranges: Ranges, address: str, reason: str) -> None:
    assert ranges.left_out(ip_address(address)) == reason
