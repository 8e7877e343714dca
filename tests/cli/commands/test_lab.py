from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab import daemon, remote
from lab.world import FIRST_IPV4, Ports
from tests.cli.conftest import ROOT, TRUENORTH

ANY_PORTS = ("--cloudflare-port", "0", "--stun-port", "0", "--http-port", "0", "--dns-port", "0")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "lab"
    daemon.stop(tmp_path / "lab")


def lab(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [TRUENORTH, "lab", *arguments],
        cwd=ROOT,
        env={**os.environ, "TRUENORTH_LAB": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


def status(folder: Path) -> dict[str, object]:
    document: dict[str, object] = json.loads(lab(folder, "status", "--json").stdout)
    return document


def test_starts_shows_where_it_is_and_stops(folder: Path) -> None:
    assert status(folder) == {"running": False}
    assert "lab running" in lab(folder, "start", *ANY_PORTS).stdout
    found = status(folder)
    assert found["running"] is True
    assert str(found["cloudflare"]).endswith("/client/v4")
    assert lab(folder, "stop").stdout == "stopped\n"
    assert status(folder) == {"running": False}
    assert lab(folder, "stop").stdout == "no lab is running\n"


def test_a_second_start_is_the_same_lab(folder: Path) -> None:
    first = daemon.start(folder, Ports())
    assert daemon.start(folder, Ports()) == first


def test_a_lab_that_was_killed_is_not_taken_for_a_running_one(folder: Path) -> None:
    os.kill(daemon.start(folder, Ports()).pid, signal.SIGKILL)
    assert daemon.start(folder, Ports()).places.zone == "example.com"


def test_its_address_records_and_requests_can_be_seen_and_set(folder: Path) -> None:
    places = daemon.start(folder, Ports()).places
    assert remote.records(places) == []
    remote.edit_record(places, {"name": "x", "type": "A", "content": FIRST_IPV4, "ttl": 60, "proxied": False})
    (record,) = remote.records(places)
    remote.delete_record(places, record["id"])
    assert (remote.records(places), remote.api_requests(places)) == ([], [])


def test_env_of_no_lab_says_what_to_do(folder: Path) -> None:
    done = lab(folder, "env")
    assert done.returncode == 2
    assert "no lab is running" in done.stderr
    assert "truenorth lab start" in done.stderr


@pytest.mark.usefixtures("engine")
def test_env_points_everything_at_the_lab(folder: Path) -> None:
    places = daemon.start(folder, Ports()).places
    text = lab(folder, "env").stdout
    assert f"export CLOUDFLARE_BASE_URL={places.cloudflare}" in text
    assert f"export PULUMI_BACKEND_URL='file://{folder}/state?metadata=skip'" in text
