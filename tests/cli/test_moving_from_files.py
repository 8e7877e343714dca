"""From a published shape of a tool's file to a second run that has nothing to do: what stood in the zone stays."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests

from cli.engine.install.find import Engine
from lab import remote
from lab.world import FIRST_IPV4, Places, running
from tests.cli.conftest import PATIENCE, Inside, fresh

ORG = "example.org"
SHAPES = Path(__file__).parent / "setup" / "moving" / "shapes"
ID = "0123456789abcdef0123456789abcdef"
"""The id of a zone in the shapes."""
COMMENT = "managed by ddns/cloudflare-ddns (home)"


@pytest.fixture(scope="module")
def places() -> Iterator[Places]:
    """A lab with a second zone."""
    with running() as places:
        remote.add_zone(places, ORG, "free")
        yield places


@pytest.fixture
def inside(places: Places, engine: Engine, plugin_folder: Path, tmp_path: Path) -> Inside:
    found = fresh(places, engine, plugin_folder, tmp_path, ORG)
    at = {"mode": "list", "sources": [f"static:{FIRST_IPV4}"], "accept": ["203.0.113.0/24"], "families": ["ipv4"]}
    return replace(found, environment={**found.environment, "TRUENORTH_WAN": json.dumps(at)})


def zone_id(inside: Inside) -> str:
    """The id of the lab's zone."""
    answer = requests.get(
        f"{inside.places.cloudflare}/zones",
        headers={"Authorization": f"Bearer {inside.environment['CLOUDFLARE_API_TOKEN']}"},
        params={"name": inside.places.zone},
        timeout=PATIENCE,
    )
    return str(answer.json()["result"][0]["id"])


def stands(inside: Inside, name: str, content: str = FIRST_IPV4, comment: str = "", **changes: object) -> None:
    record = {"name": name, "type": "A", "content": content, "ttl": 1, "comment": comment, **changes}
    remote.edit_record(inside.places, record, ORG if name.endswith(ORG) else "")


def there(inside: Inside) -> dict[str, tuple[str, str, bool]]:
    """The id, content and proxy of each address record."""
    every = [*remote.records(inside.places), *remote.records(inside.places, ORG)]
    return {one["name"]: (one["id"], one["content"], one["proxied"]) for one in every if one["type"] != "TXT"}


def made_from(inside: Inside, shape: str, *options: str) -> list[str]:
    """Write the settings from a shape, the lab's account and zone for its own; return its commands of adoption."""
    text = (SHAPES / shape).read_text().replace(f"{ID}/", f"{remote.account_id(inside.places)}/")
    text = text.replace(ID, zone_id(inside))
    file = inside.settings_file.with_name(shape)
    file.write_text(text)
    document = inside.result("init", "--from", str(file), "--accept-losses", *options)
    adopt: list[str] = document["adopt"]
    return adopt


def moves_in(inside: Inside, adopt: list[str]) -> dict[str, Any]:
    """Take over as it says, run, and run again; return what the last run says."""
    for command in adopt:
        inside.result(*shlex.split(command)[1:], "--yes")
    inside.result("up")
    return inside.result("up")


def test_from_favonias_variables(inside: Inside) -> None:
    stands(inside, "example.com", comment=COMMENT, proxied=True)
    stands(inside, "*.example.com", comment=COMMENT, proxied=True)
    stands(inside, "valheim.example.com", "198.51.100.44", COMMENT, ttl=300)
    stands(inside, "www.example.org", comment=COMMENT, ttl=300)
    stands(inside, "nas.example.com", "192.0.2.9", "by hand")
    before = there(inside)
    last = moves_in(inside, made_from(inside, "favonia-configmap.yaml"))
    after = there(inside)
    assert (last["changes"], last["engine_runs"], last["conflicts"]) == ([], 0, [])
    assert {name: after[name][0] for name in before} == {name: one[0] for name, one in before.items()}
    assert after["nas.example.com"] == before["nas.example.com"]
    assert after["valheim.example.com"][1:] == (FIRST_IPV4, False)
    assert after["*.example.com"][1:] == (FIRST_IPV4, True)
    assert set(after) - set(before) == {"xn--5o8h.example.org"}
    assert [*remote.address_lists(inside.places)["home_ips"]] == [FIRST_IPV4]


def test_from_timothymillers_file(inside: Inside) -> None:
    stands(inside, "example.com", ttl=300)
    stands(inside, "speed.example.com", ttl=300)
    before = there(inside)
    last = moves_in(inside, made_from(inside, "timothymiller-config.json"))
    assert (last["changes"], last["engine_runs"], last["conflicts"]) == ([], 0, [])
    assert there(inside) == before


def test_from_ddns_updaters_file(inside: Inside) -> None:
    stands(inside, "example.com", ttl=600)
    stands(inside, "*.example.com", proxied=True)
    before = there(inside)
    last = moves_in(inside, made_from(inside, "ddns-updater-cloudflare.json"))
    assert (last["changes"], last["engine_runs"], last["conflicts"]) == ([], 0, [])
    assert there(inside) == before


def test_from_cloudflares_export_of_a_zone(inside: Inside) -> None:
    stands(inside, "example.com", "198.51.100.10", proxied=True)
    stands(inside, "www.example.com", "198.51.100.10")
    for last_byte in (11, 12):
        stands(inside, "api.example.com", f"198.51.100.{last_byte}", "the API of the shop", ttl=300)
    for priority, host in ((10, "mail.example.net"), (20, "mail2.example.net")):
        stands(inside, "example.com", host, type="MX", priority=priority)
    before = sorted((one["id"], one["name"], one["content"]) for one in remote.records(inside.places))
    last = moves_in(inside, made_from(inside, "cloudflare-export.txt"))
    assert (last["changes"], last["engine_runs"], last["conflicts"]) == ([], 0, [])
    after = {one["id"]: one for one in remote.records(inside.places)}
    assert [(one, after[one]["name"], after[one]["content"]) for one, _, _ in before] == before


def test_from_esddnss_file(inside: Inside) -> None:
    remote.gandi_edit(inside.places, "@", "A", [FIRST_IPV4], 1800)
    text = (SHAPES / "esddns-filled.ini").read_text().replace("example.net", inside.places.gandi_zone)
    file = inside.settings_file.with_name("dns.ini")
    file.write_text(text)
    inside.result("init", "--from", str(file))
    last = moves_in(inside, [])
    assert (last["changes"], last["engine_runs"], last["conflicts"]) == ([], 0, [])
    assert remote.gandi_records(inside.places)["@", "A"]["rrset_values"] == [FIRST_IPV4]
