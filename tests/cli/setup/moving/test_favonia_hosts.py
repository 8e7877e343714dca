from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cli.setup.moving.tools import favonia_hosts
from tests.cli.setup.moving.test_shapes import init


class TestAList:
    def test_is_split_at_commas_outside_of_braces(self) -> None:
        text = "a.org, b.org{hostid6=[::1,::2],hostid6=::3},, c.org{"
        assert [*favonia_hosts.entries(text)] == ["a.org", "b.org{hostid6=[::1,::2],hostid6=::3}", "c.org{"]

    def test_has_domains_with_fields_behind_them(self) -> None:
        assert favonia_hosts.taken_apart("b.org{hostid6=::3}") == ("b.org", "hostid6=::3")
        assert favonia_hosts.taken_apart("${DOMAIN}") == ("${DOMAIN}", "")


class TestHostid6:
    @pytest.mark.parametrize(
        ("fields", "hosts"),
        [
            ("hostid6=::5", ("::5",)),
            ("hostid6=preserve", ()),
            ("hostid6=[::2,preserve,::1,::2,]", ("::/128", "::1", "::2")),
            ("hostid6=mac(00-11-22-33-44-55)", ("::211:22ff:fe33:4455",)),
            ("hostid6=::3,hostid6=::3", ("::3",)),
            ("", ()),
        ],
    )
    def test_is_one_host_or_several(self, fields: str, hosts: tuple[str, ...]) -> None:
        assert favonia_hosts.host6(fields) == hosts

    def test_has_the_length_of_the_network(self) -> None:
        assert favonia_hosts.host6("hostid6=::5", 56) == ("::5/56",)

    @pytest.mark.parametrize("fields", ["ttl=300", "hostid6=nas", "hostid6=[::1", "hostid6=mac(1)", "hostid6", "]"])
    def test_that_is_none_is_refused(self, fields: str) -> None:
        with pytest.raises(ValueError):  # noqa: PT011 - the messages are those of host parts
            favonia_hosts.host6(fields)


def moved(folder: Path, name: str, text: str) -> dict[str, Any]:
    (folder / name).write_text(text)
    done = init(folder, "--from", str(folder / name), "--accept-losses", "--json")
    document: dict[str, Any] = json.loads(done.stdout)
    return document


class TestMoving:
    def test_with_a_mac_behind_a_shorter_network_is_a_loss_that_is_told(self, tmp_path: Path) -> None:
        text = "DOMAINS=nas.example.com{hostid6=[mac(00-11-22-33-44-55),::5]},www.example.com{hostid6=x}"
        found = moved(tmp_path, "ddns.env", f"IP6_DEFAULT_PREFIX_LEN=56\n{text}\n")
        assert found["settings"]["names"] == [
            {"name": "nas.example.com", "host6": ["::211:22ff:fe33:4455", "::5/56"]},
            "www.example.com",
        ]
        (lost,) = (row for row in found["rows"] if row["fate"] == "lost")
        assert lost["what"] == "DOMAINS: www.example.com{hostid6=x}"

    def test_with_other_hosts_at_two_places_is_a_loss_that_is_told(self, tmp_path: Path) -> None:
        text = "DOMAINS=a.example.com{hostid6=::1}\nIP6_DOMAINS=a.example.com{hostid6=::2}\n"
        found = moved(tmp_path, "ddns.env", text)
        assert found["settings"]["names"] == [{"name": "a.example.com", "host6": "::1"}]
        assert [row["what"] for row in found["rows"] if row["fate"] == "lost"] == [
            "IP6_DOMAINS: a.example.com{hostid6=::2}"
        ]

    def test_from_ddns_updater_joins_the_entries_of_both_families(self, tmp_path: Path) -> None:
        entry = {"provider": "cloudflare", "domain": "nas.example.com", "token": "not-a-real-token"}
        settings = [entry | {"ip_version": "ipv4"}, entry | {"ip_version": "ipv6", "ipv6_suffix": "1:2:3:4::5/64"}]
        found = moved(tmp_path, "config.json", json.dumps({"settings": settings}))
        assert found["settings"]["names"] == [{"name": "nas.example.com", "host6": "::5"}]
        assert [row for row in found["rows"] if row["fate"] == "lost"] == []

    def test_from_a_url_over_the_other_family_keeps_that(self, tmp_path: Path) -> None:
        providers = ("IP4_PROVIDER=url.via4:https://four.example.net", "IP6_PROVIDER=url.via4:https://six.example.net")
        text = "\n".join(("DOMAINS=a.example.com", *providers))
        found = moved(tmp_path, "ddns.env", text)
        assert found["settings"]["wan"]["sources"] == [
            "https://four.example.net",
            {"url": "https://six.example.net", "over": "ipv4"},
        ]
