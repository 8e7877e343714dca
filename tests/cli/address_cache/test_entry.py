"""What stands in the ConfigMap, and what is believed of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.address_cache.entry import decode, encode, former
from stacks.model.values import WAN, Family, Known, Sighting, Unknown
from stacks.settings.detection.ranges import Ranges

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
V4, V6 = IPv4Address("203.0.113.7"), IPv6Address("2001:db8::7")
BOTH = (Sighting(WAN, Family.IPV4, Known((V4,))), Sighting(WAN, Family.IPV6, Known((V6,))))


NETWORKS = Ranges((ip_network("203.0.113.0/24"), ip_network("2001:db8::/32")))
ACCEPT = {WAN: NETWORKS, "fibre": NETWORKS, "lte-2": NETWORKS}


def seen(link: str, family: Family, *addresses: str) -> Sighting:
    return Sighting(link, family, Known(tuple(ip_address(one) for one in addresses)))


def reason(data: dict[str, str], now: datetime = NOW) -> str:
    found = decode(data, now, 120, ACCEPT)
    assert isinstance(found, Unknown)
    return found.reason


class TestWritten:
    def test_other_tools_find_their_keys(self) -> None:
        assert encode(BOTH, NOW, "pod_1") == {
            "current_ip": "203.0.113.7",
            "detected_at": "2026-01-02T03:04:05+00:00",
            "timestamp": "1767323045",
            "ipv4": "203.0.113.7",
            "ipv4_detected_at": "2026-01-02T03:04:05+00:00",
            "ipv6": "2001:db8::7",
            "ipv6_detected_at": "2026-01-02T03:04:05+00:00",
            "written_by": "pod_1",
        }

    def test_without_an_ipv4_address_the_current_one_is_of_ipv6(self) -> None:
        assert encode(BOTH[1:], NOW, "a")["current_ip"] == "2001:db8::7"
        assert encode((seen(WAN, Family.IPV4), BOTH[1]), NOW, "a")["current_ip"] == "2001:db8::7"

    def test_links_have_keys_of_their_own(self) -> None:
        data = encode([seen("fibre", Family.IPV4, "203.0.113.1", "203.0.113.2")], NOW, "a")
        assert data["link.fibre.ipv4"] == "203.0.113.1,203.0.113.2"
        assert "current_ip" not in data

    def test_what_is_unknown_now_stays_and_grows_old(self) -> None:
        before = former(encode(BOTH, NOW, "a"))
        later = NOW + timedelta(seconds=100)
        data = encode((Sighting(WAN, Family.IPV4, Unknown("x")), BOTH[1]), later, "a", before)
        assert decode(data, later, 120, ACCEPT) == BOTH
        assert decode(data, later + timedelta(seconds=21), 120, ACCEPT) == BOTH[1:]

    @given(
        st.lists(
            st.one_of(
                st.builds(
                    lambda link, found: Sighting(link, Family.IPV4, Known(tuple(found))),
                    st.sampled_from([WAN, "fibre", "lte-2"]),
                    st.lists(st.ip_addresses(v=4, network="203.0.113.0/24"), max_size=3),
                ),
                st.builds(
                    lambda link, found: Sighting(link, Family.IPV6, Known(tuple(found))),
                    st.sampled_from([WAN, "fibre", "lte-2"]),
                    st.lists(st.ip_addresses(v=6, network="2001:db8::/32"), max_size=3),
                ),
            ),
            min_size=1,
            unique_by=lambda one: (one.link, one.family),
        )
    )
    def test_what_is_written_is_read(self, sightings: list[Sighting]) -> None:
        found = decode(encode(sightings, NOW, "a"), NOW, 120, ACCEPT)
        assert isinstance(found, tuple)
        assert sorted(found, key=str) == sorted(sightings, key=str)


class TestBelieved:
    @pytest.mark.parametrize(("age", "is_fresh"), [(0, True), (120, True), (121, False), (-30, True), (-31, False)])
    def test_it_is_fresh_for_its_time(self, age: float, *, is_fresh: bool) -> None:
        assert isinstance(decode(encode(BOTH, NOW, "a"), NOW + timedelta(seconds=age), 120, ACCEPT), tuple) is is_fresh

    def test_each_reason_is_said(self) -> None:
        data = encode(BOTH, NOW, "a")
        assert reason(data, NOW + timedelta(hours=1)) == (
            "it is stale: its addresses are 3600 s old, and 120 s are allowed"
        )
        assert "set the nodes' clocks" in reason(data, NOW - timedelta(hours=1))
        assert reason({}) == "it holds no address"
        assert reason(data | {"ipv4": "x"}) == "its ipv4 is no IP address: 'x'"
        assert reason(data | {"ipv4": ""}) == "its ipv4 is no IP address: ''"
        assert reason(data | {"ipv4": "2001:db8::1"}) == "its ipv4 is an address of the other family: 2001:db8::1"
        assert reason(data | {"ipv6": "::1"}).startswith("its ipv6: ::1 is not a public address")
        assert reason(data | {"ipv6_detected_at": "soon"}) == "its ipv6_detected_at is no time: 'soon'"

    @pytest.mark.parametrize(
        ("data", "why"),
        [
            ({"ipv4": "192.168.1.7"}, "its ipv4: 192.168.1.7 is not a public address"),
            ({"ipv4": "100.64.3.4"}, "its ipv4: 100.64.3.4 is behind your provider's carrier NAT"),
            ({"ipv4": "104.16.0.9"}, "its ipv4: 104.16.0.9 belongs to Cloudflare"),
            ({"ipv6": "2606:4700::1"}, "its ipv6: 2606:4700::1 belongs to Cloudflare"),
            ({"link.fibre.ipv4": "10.0.0.1", "link.fibre.ipv4_detected_at": str(NOW)}, "its link.fibre.ipv4: 10.0.0.1"),
        ],
    )
    def test_an_address_is_refused_that_would_be_refused_of_a_source(self, data: dict[str, str], why: str) -> None:
        assert reason(encode(BOTH, NOW, "a") | data).startswith(why)

    def test_what_a_link_accepts_is_its_own(self) -> None:
        data = encode([seen("fibre", Family.IPV4, "192.168.1.7")], NOW, "a")
        network = Ranges((ip_network("192.168.0.0/16"),))
        assert isinstance(decode(data, NOW, 120, {"fibre": network}), tuple)
        assert isinstance(decode(data, NOW, 120, {WAN: network}), Unknown)

    def test_what_a_link_leaves_out_is_refused(self) -> None:
        ranges = {WAN: replace(ACCEPT[WAN], networks=(ip_network("192.0.2.0/24"),))}
        found = decode(encode(BOTH, NOW, "a"), NOW, 120, ranges)
        assert isinstance(found, Unknown)
        assert "is left out: it is in none of wan.networks" in found.reason

    def test_what_another_tool_wrote_is_read(self) -> None:
        data = {"current_ip": "203.0.113.7", "detected_at": "whenever", "timestamp": str(NOW.timestamp())}
        assert decode(data, NOW, 120, ACCEPT) == BOTH[:1]
        assert "stale" in reason(data, NOW + timedelta(seconds=300))
        assert "its timestamp is no time: 'inf'" in reason(data | {"timestamp": "inf"})
        assert "its timestamp is no time" in reason({"current_ip": "203.0.113.7"})

    def test_what_the_esddns_operator_wrote_is_read(self) -> None:
        at = "2026-01-02T03:04:05.123456"
        data = {"current_ip": "203.0.113.7", "detected_at": at, "timestamp": at}
        assert decode(data, NOW, 120, ACCEPT) == BOTH[:1]
        assert "stale" in reason(data, NOW + timedelta(seconds=300))

    @given(
        st.dictionaries(
            st.sampled_from([*encode(BOTH, NOW, "a"), "link.", "link.a", "link.a.ipv4", "link..ipv6", "link.a.b.ipv4"]),
            st.one_of(
                st.text(max_size=12), st.sampled_from(["none", "203.0.113.9", "::", "2026-01-02T03:04:05+00:00"])
            ),
        ),
        st.booleans(),
    )
    def test_garbage_in_any_key_raises_nothing_and_invents_nothing(self, garbage: dict[str, str], over: bool) -> None:  # noqa: FBT001 - drawn
        data = encode(BOTH, NOW, "a") | garbage if over else garbage
        found = decode(data, NOW, 120, ACCEPT)
        if isinstance(found, Unknown):
            assert found.reason
        else:
            assert found
            texts = {text.strip() for value in data.values() for text in value.split(",")}
            for one in found:
                assert isinstance(one.addresses, Known)
                assert all(address.version == one.family.version for address in one.addresses.value)
                assert all(any(_is(text, address) for text in texts) for address in one.addresses.value)


def _is(text: str, address: object) -> bool:
    try:
        return ip_address(text) == address
    except ValueError:
        return False
