from __future__ import annotations

from pathlib import Path

import dns.serial
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.coredns.zone_file import SetInFile, listing, render
from components.zone_set import ZoneSet
from tests.coredns import ZONE, running

NOW = 1_700_000_000.0
NAS = ZoneSet(ZONE, "nas", "A", 300, ("192.168.1.20",))
OWN = f"{ZONE}. 300 IN NS ns.dns.{ZONE}."


def serial(text: str) -> int:
    return int(text.split(" IN SOA ")[1].split()[2])


def with_serial(text: str, value: int) -> str:
    return text.replace(f" {serial(text)} 7200 ", f" {value} 7200 ")


class TestAFile:
    def test_is_read_as_it_was_written(self) -> None:
        sets = [
            NAS,
            ZoneSet(ZONE, "@", "TXT", 60, ('"v=spf1 -all"', '"say \\"hi\\"; \\\\ there" "second"')),
            ZoneSet(ZONE, "*", "CNAME", 300, ("nas",)),
            ZoneSet(ZONE, "@", "MX", 300, ("10 mx.example.net.", "20 mail")),
            ZoneSet(ZONE, "_sip._udp", "SRV", 300, ("10 5 5060 sip.example.net.",)),
            ZoneSet(ZONE, "www", "HTTPS", 300, ('1 . alpn="h2,h3"',)),
        ]
        found = {
            (one.name, one.type): (one.ttl, sorted(one.values)) for one in listing(render(ZONE, sets, "", NOW), ZONE)
        }
        assert found == {
            (f"nas.{ZONE}", "A"): (300, ["192.168.1.20"]),
            (ZONE, "TXT"): (60, ['"say \\"hi\\"; \\\\ there" "second"', '"v=spf1 -all"']),
            (f"*.{ZONE}", "CNAME"): (300, [f"nas.{ZONE}."]),
            (ZONE, "MX"): (300, ["10 mx.example.net.", f"20 mail.{ZONE}."]),
            (f"_sip._udp.{ZONE}", "SRV"): (300, ["10 5 5060 sip.example.net."]),
            (f"www.{ZONE}", "HTTPS"): (300, ['1 . alpn="h2,h3"']),
        }

    def test_has_the_name_server_of_the_settings_alone_where_they_name_one(self) -> None:
        own = ZoneSet(ZONE, "@", "NS", 300, ("ns1.example.net.",))
        text = render(ZONE, [own], "", NOW)
        assert OWN not in text
        assert listing(text, ZONE) == [SetInFile(ZONE, "NS", 300, ("ns1.example.net.",))]
        assert OWN in render(ZONE, [NAS], "", NOW)

    def test_holds_no_value_that_would_be_a_further_line(self) -> None:
        evil = ZoneSet(ZONE, "nas", "TXT", 300, ('"a"\nevil 300 IN A 192.0.2.1',))
        with pytest.raises(ValueError, match="or than a line"):
            render(ZONE, [evil], "", NOW)

    @pytest.mark.parametrize(
        "text",
        ["no zone at all", "; empty", "$INCLUDE /etc/passwd\n", "$GENERATE 1-9999999 h$ A 192.0.2.1\n", f"{OWN}\n"],
    )
    def test_that_is_none_of_the_zone_is_refused(self, text: str) -> None:
        with pytest.raises(ValueError, match=r"\S"):
            listing(text, ZONE)


class TestTheSerial:
    def test_is_the_time_at_first_and_stays_while_nothing_changes(self) -> None:
        text = render(ZONE, [NAS], "", NOW)
        assert serial(text) == NOW
        assert render(ZONE, [NAS], text, NOW + 60) == text

    def test_rises_by_one_with_each_change_and_where_somebody_has_written_beside_the_records(self) -> None:
        text = render(ZONE, [NAS], "", NOW)
        assert serial(render(ZONE, [], text, NOW + 60)) == NOW + 1
        assert serial(render(ZONE, [NAS], text + "; by hand\n", NOW + 60)) == NOW + 1

    def test_goes_on_behind_the_highest_and_is_never_0_which_coredns_would_not_load(self) -> None:
        text = with_serial(render(ZONE, [NAS], "", NOW), (1 << 32) - 1)
        assert serial(render(ZONE, [], text, NOW)) == 1

    @given(st.integers(0, (1 << 32) - 1))
    def test_is_always_a_later_one_in_the_arithmetic_of_rfc_1982(self, before: int) -> None:
        text = with_serial(render(ZONE, [NAS], "", NOW), before)
        assert dns.serial.Serial(serial(render(ZONE, [], text, NOW))) > dns.serial.Serial(before)


def test_coredns_serves_the_file_and_takes_the_next_one_by_its_serial(coredns: Path, tmp_path: Path) -> None:
    with running(coredns, tmp_path / "coredns") as server:
        assert server.ask("nas") == ["SERVFAIL"]
        first = render(ZONE, [NAS, ZoneSet(ZONE, "*.apps", "CNAME", 300, ("nas",))], "", NOW)
        server.put(first)
        server.awaits(["192.168.1.20"], "nas")
        assert server.ask("shop.apps") == ["192.168.1.20", f"nas.{ZONE}."]
        assert server.ask("gone") == ["NXDOMAIN"]
        server.put(render(ZONE, [ZoneSet(ZONE, "nas", "A", 300, ("192.168.1.21",))], first, NOW))
        server.awaits(["192.168.1.21"], "nas")
        server.awaits(["NXDOMAIN"], "shop.apps")
