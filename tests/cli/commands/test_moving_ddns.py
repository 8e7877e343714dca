"""From the four tools that are called cloudflare-ddns, three of which mark nothing: the guide's way, on the lab."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cli.engine.install.find import Engine
from lab import remote
from lab.world import FIRST_IPV4, FIRST_IPV6, Places, running
from tests.cli.conftest import Inside, fresh

ORG = "example.org"
COMMENT = "managed by ddns/cloudflare-ddns (home)"
BOTH_FAMILIES = (
    f"{{mode: list, families: [ipv4, ipv6], sources: ['static:{FIRST_IPV4},{FIRST_IPV6}'], "
    "accept: [203.0.113.0/24, '2001:db8::/32']}"
)
Entry = tuple[str, str, str]


@pytest.fixture(scope="module")
def places() -> Iterator[Places]:
    """A lab with a second zone, on the plan of the first."""
    with running() as places:
        remote.add_zone(places, ORG, "free")
        yield places


@pytest.fixture
def inside(places: Places, engine: Engine, plugin_folder: Path, tmp_path: Path) -> Inside:
    for record in remote.records(places, ORG):
        remote.delete_record(places, record["id"], ORG)
    return fresh(places, engine, plugin_folder, tmp_path)


def stands(inside: Inside, name: str, content: str, comment: str, **changes: object) -> None:
    """A record of the tool, or by hand."""
    kind = "AAAA" if ":" in content else "A"
    record = {"name": name, "type": kind, "content": content, "ttl": 1, "comment": comment, **changes}
    remote.edit_record(inside.places, record, ORG if name.endswith(ORG) else "")


def entries(inside: Inside) -> dict[Entry, tuple[str, str]]:
    """The id and comment of each record but marks."""
    found = [*remote.records(inside.places), *remote.records(inside.places, ORG)]
    return {
        (one["name"], one["type"], one["content"]): (one["id"], one["comment"]) for one in found if one["type"] != "TXT"
    }


class TestFavonia:
    """A published configuration: a comment pattern, a proxy expression, two zones, wildcards and an emoji."""

    SETTINGS = """\
config:
  truenorth:owner: home
  truenorth:ttl: 300
  truenorth:wan:
    families:
    - ipv4
    - ipv6
  truenorth:zones:
  - zone: example.com
    names:
    - name: '@'
      proxied: true
    - name: '*'
      proxied: true
    - name: valheim
      types:
      - A
      ttl: 300
  - zone: example.org
    names:
    - www
    - 🐱
"""

    def stands(self, inside: Inside) -> None:
        stands(inside, "example.com", FIRST_IPV4, COMMENT, proxied=True)
        stands(inside, "*.example.com", FIRST_IPV4, COMMENT, proxied=True)
        stands(inside, "valheim.example.com", "198.51.100.44", COMMENT, ttl=300)
        stands(inside, "valheim.example.com", "2001:db8:1::7", "by hand")
        stands(inside, "www.example.org", FIRST_IPV4, COMMENT, ttl=300)

    @pytest.mark.parametrize("detected", [("A",), ("A", "AAAA")], ids=["IPv4", "both families"])
    def test_what_it_made_is_taken_over_and_what_was_made_by_hand_is_left_alone(
        self, inside: Inside, detected: tuple[str, ...]
    ) -> None:
        if "AAAA" in detected:  # the lab's services are asked over IPv4 alone
            inside = replace(inside, environment={**inside.environment, "TRUENORTH_WAN": BOTH_FAMILIES})
        self.stands(inside)
        before = entries(inside)
        inside.settings_file.write_text(self.SETTINGS, encoding="utf-8")
        done = inside.run("adopt", "--from", "cloudflare-ddns", "--yes")
        assert done.returncode == 0, done.stderr
        taken = {("valheim.example.com", "A", FIRST_IPV4), *(one for one in before if one[0] != "valheim.example.com")}
        by_hand = ("valheim.example.com", "AAAA", "2001:db8:1::7")
        assert entries(inside).keys() == taken | {by_hand}
        assert {identity for identity, _ in entries(inside).values()} == {identity for identity, _ in before.values()}
        assert "truenorth up" in done.stdout
        up = inside.run("up")
        assert up.returncode == 0, up.stderr
        new = {(name, "AAAA", FIRST_IPV6) for name in ("example.com", "*.example.com", "www.example.org")}
        new |= {("xn--5o8h.example.org", "A", FIRST_IPV4), ("xn--5o8h.example.org", "AAAA", FIRST_IPV6)}
        assert entries(inside).keys() == taken | {by_hand} | {one for one in new if one[1] in detected}
        assert entries(inside)[by_hand] == before[by_hand]
        result = inside.result("up")
        assert (result["changes"], result["engine_runs"]) == ([], 0)

    def test_a_pattern_of_comments_says_which_of_two_instances_is_meant(self, inside: Inside) -> None:
        stands(inside, "a.example.com", "198.51.100.44", "managed by ddns-a")
        stands(inside, "b.example.com", "198.51.100.45", "managed by ddns-b")
        inside.settings("a", "b")
        done = inside.run("adopt", "--from", "cloudflare-ddns", "--from-comment", "^managed by ddns-a$", "--yes")
        assert done.returncode == 0, done.stderr
        assert "conflict b.example.com A is held by" in done.stdout
        assert entries(inside).keys() == {("a.example.com", "A", FIRST_IPV4), ("b.example.com", "A", "198.51.100.45")}

    @pytest.mark.parametrize("pattern", ["(", "(a+)+$"])
    def test_a_pattern_that_is_none_or_takes_too_long_is_refused(self, inside: Inside, pattern: str) -> None:
        inside.settings("a")
        done = inside.run("adopt", "--from-comment", pattern, "--yes")
        assert (done.returncode, "is no pattern of comments" in done.stderr) == (2, True)


class TestWithoutAComment:
    """What timothymiller's and oznu's tools leave: records at the address, with nothing that says whose they are."""

    def test_what_is_as_wished_is_taken_and_the_rest_is_named_with_its_way_out(self, inside: Inside) -> None:
        stands(inside, "www.example.com", FIRST_IPV4, "", ttl=300)
        stands(inside, "old.example.com", "198.51.100.44", "")
        stands(inside, "shop.example.com", FIRST_IPV4, "", proxied=True)
        inside.settings("www", "old", "shop")
        done = inside.run("adopt", "--from", "cloudflare-ddns", "--yes")
        assert done.returncode == 0, done.stderr
        assert inside.record("www")["ttl"] == 1
        assert inside.record("shop")["proxied"]
        for name in ("old", "shop"):
            assert f"`truenorth adopt --name {name}.example.com` takes it over" in done.stdout
        named = inside.run("adopt", "--name", "old.example.com", "--name", "shop", "--yes")
        assert named.returncode == 0, named.stderr
        assert (inside.record("old")["content"], inside.record("shop")["proxied"]) == (FIRST_IPV4, False)
        assert inside.result("up")["changes"] == []

    def test_where_nothing_is_found_it_says_what_would_take_it(self, inside: Inside) -> None:
        stands(inside, "www.example.com", "198.51.100.44", "")
        inside.settings("www")
        done = inside.run("adopt", "--from", "cloudflare-ddns", "--yes")
        assert done.returncode == 0
        said = " ".join(done.stdout.split())
        assert "nothing to adopt" in said
        assert "no record at a wanted name was found to be cloudflare-ddns's" in said
        for way in ("--name www.example.com", "--from-comment REGEX", "the setting adopt"):
            assert way in said

    def test_a_name_of_no_zone_is_refused(self, inside: Inside) -> None:
        inside.settings("www")
        done = inside.run("adopt", "--name", "www.example.net", "--yes")
        assert (done.returncode, "outside of the zone example.com" in done.stderr) == (2, True)


def test_what_is_new_waits_for_up_unless_it_is_told(inside: Inside) -> None:
    stands(inside, "www.example.com", FIRST_IPV4, COMMENT)
    inside.settings("www", "new")
    inside.run("adopt", "--from", "cloudflare-ddns", "--yes")
    assert inside.zone().keys() == {"www.example.com/A"}
    stands(inside, "shop.example.com", FIRST_IPV4, COMMENT)
    inside.settings("www", "new", "shop")
    inside.run("adopt", "--from", "cloudflare-ddns", "--new", "--yes")
    assert inside.zone().keys() == {"www.example.com/A", "new.example.com/A", "shop.example.com/A"}
