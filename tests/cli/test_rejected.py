"""One record that the API refuses costs no other one anything, and is told with its object and the API's words."""

from __future__ import annotations

import itertools
import json
import os
import random
from collections.abc import Mapping
from pathlib import Path

import pytest

from lab import remote
from lab.world import FIRST_IPV4
from tests.cli.conftest import Inside

STORMS = int(os.environ.get("TRUENORTH_STORMS", "2"))
"""Seeds of the storm; `TRUENORTH_STORMS=40 pytest tests/cli/test_rejected.py` plays forty."""
NAMES = 60
NUMBERS = itertools.count(1)


def free_zone(inside: Inside) -> str:
    """A zone of its own on Free."""
    zone = f"free{next(NUMBERS)}.example"
    remote.add_zone(inside.places, zone, "free")
    return zone


def zone_of(inside: Inside, zone: str) -> dict[str, str]:
    """The A records of a zone by name, without the zone."""
    found = remote.records(inside.places, zone)
    return {one["name"].removesuffix(f".{zone}"): one["content"] for one in found if one["type"] == "A"}


def marks_of(inside: Inside, zone: str) -> set[str]:
    """The names that are marked."""
    found = remote.records(inside.places, zone)
    marks = [one["name"] for one in found if one["content"].startswith('"heritage=truenorth')]
    return {name.removeprefix("_truenorth-a.").removesuffix(f".{zone}") for name in marks}


BAD = {"name": "bad", "proxied": True, "targets": ["10.0.0.1"]}
REFUSALS: Mapping[str, tuple[dict[str, object], str]] = {
    "a target that cannot be proxied": (
        {"proxied": True, "targets": ["10.0.0.1"]},
        "Target 10.0.0.1 is not allowed for a proxied record. (9003)",
    ),
    "a target of a link that cannot be proxied": (
        {"proxied": True, "targets": ["fd00::1"], "type": "AAAA"},
        "Target fd00::1 is not allowed for a proxied record. (9003)",
    ),
}


@pytest.mark.parametrize(("fields", "words"), REFUSALS.values(), ids=REFUSALS.keys())
def test_a_refused_record_costs_nothing_but_itself(inside: Inside, fields: dict[str, object], words: str) -> None:
    zone = free_zone(inside)
    inside.settings("www", {"name": "bad", **fields}, "api", "shop", zone=zone)
    done = inside.run("up")
    assert done.returncode == 1, done.stderr + done.stdout
    assert zone_of(inside, zone) == dict.fromkeys(("www", "api", "shop"), FIRST_IPV4)
    assert marks_of(inside, zone) == {"www", "api", "shop"}
    assert done.stderr.count(words) == 1, done.stderr
    assert done.stderr.startswith(f"failed: bad.{zone} ")
    assert "asked for by settings/names/bad" in done.stderr
    assert "127.0.0.1" not in done.stderr

    inside.calls()
    again = inside.run("up")
    assert again.returncode == 1
    assert again.stderr == done.stderr
    assert [one for one in inside.calls() if one[0] != "GET"] == [("POST", "batch")]

    inside.settings("www", "bad", "api", "shop", zone=zone)
    inside.result("up")
    assert zone_of(inside, zone)["bad"] == FIRST_IPV4
    assert inside.result("up")["changes"] == []


def test_every_machine_knows_what_is_refused_until_it_is_mended(inside: Inside, tmp_path: Path) -> None:
    """As another machine has no file of this one, where state is in a bucket or in Secrets."""
    elsewhere = tmp_path / "elsewhere"
    inside.settings("www", BAD, "api")
    assert inside.run("up").returncode == 1

    def said() -> list[str]:
        for file in inside.state.rglob("*.refused.json"):
            file.unlink()
        findings = inside.result("status", XDG_STATE_HOME=str(elsewhere))["findings"]
        return [one["why"] for one in findings if one["kind"] == "rejected"]

    words = "Target 10.0.0.1 is not allowed for a proxied record. (9003)"
    assert said() == [words]
    told = inside.failing_pulumi("up", "--yes", "--skip-preview", "--config-file", str(inside.settings_file))
    # The stack's outputs, which have the code too, are not told where the engine has ended before they came.
    assert words.removesuffix(" (9003)") in told, told
    assert said() == [words]
    inside.settings("www", "bad", "api")
    inside.pulumi("up", "--yes", "--skip-preview", "--config-file", str(inside.settings_file))
    assert said() == []
    inside.settings("www", BAD, "api", "new")
    assert inside.run("up").returncode == 1
    assert said() == [words]
    inside.settings("www", "bad", "api", "new", "newer")
    inside.result("up")
    assert said() == []
    assert "refused" not in json.loads(inside.pulumi("stack", "output", "--json").stdout)


def test_a_full_zone_takes_what_it_can_and_nothing_else_is_tried(inside: Inside) -> None:
    zone = free_zone(inside)
    for number in range(195):
        body = {"type": "A", "name": f"old{number}.{zone}", "content": "192.0.2.1", "ttl": 300}
        remote.edit_record(inside.places, body, zone)
    inside.settings("n1", "n2", "n3", "n4", zone=zone)
    foretold = " ".join(inside.run("preview").stdout.split())
    assert "it has 195, so that it takes 5 more, and this run needs 8" in foretold
    assert f"not made: n3.{zone} A, n4.{zone} A; set marks: comment, which halves" in foretold
    done = inside.run("up")
    assert done.returncode == 1
    assert zone_of(inside, zone).keys() & {"n1", "n2", "n3", "n4"} == {"n1", "n2"} == marks_of(inside, zone)
    assert "it takes 5 more, and this run needs 8" in done.stderr
    inside.calls()
    assert inside.run("up").returncode == 1
    assert {method for method, _ in inside.calls()} == {"GET"}
    inside.settings("n1", "n2", "n3", "n4", zone=zone, marks="comment")
    assert inside.run("up").returncode == 0
    assert zone_of(inside, zone).keys() >= {"n1", "n2", "n3", "n4"}


def test_an_update_that_is_refused_leaves_the_record_as_it_was_and_changes_all_others(inside: Inside) -> None:
    inside.settings("www", "bad", "old", "api")
    inside.result("up")
    remote.set_address(inside.places, "203.0.113.8")
    inside.settings("www", BAD, "api", "new")
    done = inside.run("up")
    assert done.returncode == 1
    expected = dict.fromkeys(("www", "api", "new"), "203.0.113.8") | {"bad": FIRST_IPV4}
    assert zone_of(inside, "example.com") == expected
    assert "is refused by the provider" in done.stderr
    again = inside.run("up", "--json")
    assert '"drift": true' not in again.stdout


@pytest.mark.timeout(900)  # several runs over sixty names each, however busy the machine is
@pytest.mark.parametrize("seed", range(STORMS))
def test_in_a_storm_with_one_refused_record_nothing_else_is_late_refused_or_called_drift(
    inside: Inside, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - a storm, no secret
    names = [f"n{number}" for number in range(NAMES)]
    wanted: dict[str, str] = {}
    for turn in range(3):
        address = f"203.0.113.{chance.randrange(1, 250)}"
        remote.set_address(inside.places, address)
        here = chance.sample(names, chance.randrange(NAMES - 8, NAMES + 1))
        bad = chance.choice(here)
        wishes = [BAD | {"name": name} if name == bad else name for name in here]
        inside.settings(*wishes)
        done = inside.run("up", "--json", TRUENORTH_FORCE="1")
        assert done.returncode == 1, (turn, done.stderr)
        assert done.stderr.count("failed:") == 1, done.stderr
        assert '"drift": true' not in done.stdout
        kept = {bad: wanted[bad]} if bad in wanted else {}
        wanted = {name: address for name in here if name != bad} | kept
        assert zone_of(inside, "example.com") == wanted, turn
        assert marks_of(inside, "example.com") == wanted.keys(), turn
        look = inside.result("preview")
        assert {one["resource"] for one in look["changes"]} <= {f"{bad}.example.com/A", f"{bad}.example.com/A/mark"}
        assert not any(one["drift"] for one in look["changes"])
