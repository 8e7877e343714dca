"""The guides have each thing that a tool can be told, and the page on moving in shows what `init --from` says."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pytest
import yaml

from cli.exit_codes import DONE
from cli.setup.moving.tools import favonia
from cli.setup.moving.tools.external_dns import FLAGS, TOGETHER
from cli.setup.moving.tools.ways import table
from tests.cli.setup.moving.test_shapes import init
from tests.docs.blocks import ROOT, blocks

PAGE = "docs/start/moving.md"
GUIDES: dict[str, Iterable[str]] = {
    "favonia": [*favonia.NAMES, *table("favonia"), "PROXIED", "TTL", "IP4_PROVIDER", "MANAGED_RECORDS_COMMENT_REGEX"],
    "timothymiller": [*table("timothymiller"), "zone_id", "subdomains", "proxied", "ttl", "ip4_provider", "DRY_RUN"],
    "ddns-updater": [
        *table("ddns-updater variables"),
        *table("ddns-updater entry"),
        "domain",
        "host",
        "ip_version",
        "token",
    ],
    "cloudflare-ddns": [*table("cloudflare-ddns"), "--subdomains", "--ipv4", "--ipv6"],
    "external-dns-cloudflare-geo": [one for one in table("geo") if one != "LOG_LEVEL"],
    "esddns": [one.partition(".")[2] for one in table("esddns")],
    "external-dns": [f"--{one}" for one in (*FLAGS, *TOGETHER)],
}
BORN_HERE = {"REJECT_CLOUDFLARE_IPS", "DRY_RUN"}
"""Variables of timothymiller's that favonia's has not."""


@pytest.mark.parametrize("guide", GUIDES)
def test_a_guide_has_each_thing_that_the_tool_can_be_told(guide: str) -> None:
    text = (ROOT / "docs" / "moving" / f"{guide}.md").read_text()
    words = {word for quoted in re.findall(r"`([^`]+)`", text) for word in re.split(r"[\s=:,.]+", quoted)}
    lacking = [one for one in GUIDES[guide] if one not in words and (guide != "favonia" or one not in BORN_HERE)]
    assert lacking == []


def test_the_page_on_moving_in_shows_what_init_says_and_writes(tmp_path: Path) -> None:
    values, settings = blocks(PAGE, "yaml")
    shown, last = blocks(PAGE, "text")
    (tmp_path / "values.yaml").write_text(values)
    done = init(tmp_path, "--from", str(tmp_path / "values.yaml"), "--accept-losses")
    assert done.returncode == DONE, done.stderr

    def lines(text: str) -> list[str]:
        return [" ".join(line.split()) for line in text.splitlines()]

    said = lines(done.stdout)
    assert said[: len(lines(shown))] == lines(shown)
    assert [line for line in lines(last) if line not in said] == []
    assert yaml.safe_load((tmp_path / "Pulumi.home.yaml").read_text()) == yaml.safe_load(settings)
