"""Names as people write them, through the real engine: in the settings, as a zone, and in the records' contents."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.engine.install.find import Engine
from lab import remote
from lab.world import FIRST_IPV4, Places, running
from tests.cli.conftest import Inside, fresh

MUNICH = "münchen.example"
IN_DNS = "xn--mnchen-3ya.example"
BOOKS = "bücher.example.com (xn--bcher-kva.example.com)"


@pytest.fixture(scope="module")
def places() -> Iterator[Places]:
    """A lab with an international zone."""
    with running() as places:
        remote.add_zone(places, MUNICH)
        yield places


@pytest.fixture
def inside(places: Places, engine: Engine, plugin_folder: Path, tmp_path: Path) -> Inside:
    return fresh(places, engine, plugin_folder, tmp_path, MUNICH)


def nothing_is_left_to_do(inside: Inside) -> None:
    result = inside.result("up")
    assert (result["changes"], result["engine_runs"]) == ([], 0)


def test_a_name_is_made_once_whichever_form_it_is_written_in(inside: Inside) -> None:
    inside.settings("BÜCHER", "🐱", "*.straße.example.com")
    first = inside.run("up")
    assert first.returncode == 0, first.stderr
    assert f"create {BOOKS} A" in " ".join(first.stdout.split())
    made = {f"{name}.example.com/A": FIRST_IPV4 for name in ("xn--bcher-kva", "xn--5o8h", "*.xn--strae-oqa")}
    assert inside.zone() == made
    nothing_is_left_to_do(inside)
    inside.settings("xn--bcher-kva.example.com", "xn--5o8h", "*.straße.example.com")
    assert {one["action"] for one in inside.result("up")["changes"]} <= {"update"}  # the marks name the settings
    assert inside.zone() == made


def test_two_forms_of_one_name_are_one_that_is_named_twice(inside: Inside) -> None:
    inside.settings("bücher", {"name": "xn--bcher-kva", "ttl": 300})
    done = inside.run("preview")
    assert done.returncode == 2
    assert f"{BOOKS} is named twice" in done.stderr
    assert "are one name" in done.stderr


def test_somebody_elses_record_is_found_and_taken_over_by_either_form(inside: Inside) -> None:
    record = {"type": "A", "name": "xn--bcher-kva.example.com", "content": "198.51.100.9", "ttl": 1}
    remote.edit_record(inside.places, record)
    inside.settings("bücher")
    seen = inside.run("preview")
    assert f"conflict {BOOKS} A is held by A 198.51.100.9" in seen.stdout
    done = inside.run("adopt", "--name", "Bücher", "--yes")
    assert done.returncode == 0, done.stderr
    assert inside.zone() == {"xn--bcher-kva.example.com/A": FIRST_IPV4}
    nothing_is_left_to_do(inside)


@pytest.mark.parametrize("zone", [MUNICH, IN_DNS, MUNICH.upper()])
def test_a_zone_is_found_whichever_form_it_is_written_in(inside: Inside, zone: str) -> None:
    inside.settings("www", "@", zone=zone)
    done = inside.run("up")
    assert done.returncode == 0, done.stderr
    found = {one["name"] for one in remote.records(inside.places, MUNICH) if one["type"] == "A"}
    assert found == {IN_DNS, f"www.{IN_DNS}"}
    nothing_is_left_to_do(inside)


def test_a_zone_that_is_not_there_is_named_in_both_forms(inside: Inside) -> None:
    inside.settings("www", zone="köln.example")
    done = inside.run("up")
    assert done.returncode != 0
    assert "köln.example (xn--kln-sna.example)" in done.stderr


def test_hosts_in_contents_are_completed_and_quiet(inside: Inside) -> None:
    inside.settings(
        records=[
            {"name": "@", "type": "MX", "content": ["10 mail", "20 mail.example.org", "30 bücher"]},
            {"name": "ftp", "type": "CNAME", "content": "www"},
            {"name": "w", "type": "CNAME", "content": "@"},
            {"name": "_sip._tcp", "type": "SRV", "content": "10 5 5060 sip"},
        ]
    )
    assert inside.run("up").returncode == 0
    found = remote.records(inside.places)
    assert {one["content"] for one in found if one["type"] == "MX"} == {
        "mail.example.com",
        "mail.example.org",
        "xn--bcher-kva.example.com",
    }
    assert {one["name"]: one["content"] for one in found if one["type"] == "CNAME"} == {
        "ftp.example.com": "www.example.com",
        "w.example.com": "example.com",
    }
    assert [one["data"]["target"] for one in found if one["type"] == "SRV"] == ["sip.example.com"]
    nothing_is_left_to_do(inside)
