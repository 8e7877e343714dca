"""Containers of a real daemon get records by their labels, keep them while it is away, and lose them when removed."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.world import FIRST_IPV4
from tests.cli.conftest import INHERITED, PATIENCE, ROOT, Inside
from tests.cli.daemon.watching import told, watching
from tests.cli.in_process import truenorth
from tests.podman import Podman, podman

WWW, API, OWN = ("www.example.com", "api.example.com", "own.example.com")
OWN_RECORD = {f"{OWN}/A": FIRST_IPV4}


def at(daemon: Podman) -> dict[str, object]:
    """The settings of a daemon that answers, however late."""
    return {"host": daemon.host, "timeout": PATIENCE}


@pytest.fixture
def daemon() -> Iterator[Podman]:
    with podman() as made:
        yield made


class TestARun:
    def test_makes_the_names_of_containers_at_the_detected_address_and_at_their_targets(
        self, inside: Inside, daemon: Podman
    ) -> None:
        inside.settings("own", docker=[at(daemon)])
        daemon.make("web", truenorth__hostname=WWW)
        daemon.make("api", truenorth__hostname=API, truenorth__target="192.0.2.7")
        inside.result("up")
        assert inside.zone() == OWN_RECORD | {f"{WWW}/A": FIRST_IPV4, f"{API}/A": "192.0.2.7"}
        assert inside.result("up")["changes"] == []

    def test_leaves_a_name_of_the_settings_to_the_settings(self, inside: Inside, daemon: Podman) -> None:
        inside.settings("own", docker=[at(daemon)])
        daemon.make("web", truenorth__hostname=OWN, truenorth__target="192.0.2.7")
        inside.result("up")
        assert inside.zone() == OWN_RECORD

    def test_keeps_all_where_the_daemon_does_not_answer(self, inside: Inside, daemon: Podman) -> None:
        inside.settings("own", docker=[at(daemon)])
        daemon.make("web", truenorth__hostname=WWW)
        inside.result("up")
        daemon.stop()
        inside.run("up")
        assert inside.zone() == OWN_RECORD | {f"{WWW}/A": FIRST_IPV4}

    def test_does_not_delete_all_that_containers_had_when_another_daemon_answers(
        self, inside: Inside, daemon: Podman
    ) -> None:
        inside.settings("own", docker=[at(daemon)], guard={})
        daemon.make("web", truenorth__hostname=WWW)
        inside.result("up")
        with podman() as other:
            inside.settings("own", docker=[at(other)], guard={})
            done = inside.run("up")
        assert done.returncode != 0
        said = " ".join((done.stdout + done.stderr).split())
        assert "all that the containers of docker have asked for would be deleted: 1 record" in said
        assert "none of the objects matches docker.host:" in said
        assert inside.zone() == OWN_RECORD | {f"{WWW}/A": FIRST_IPV4}


class TestWatching:
    def test_follows_containers_and_keeps_their_names_while_the_daemon_is_away(
        self, inside: Inside, daemon: Podman
    ) -> None:
        inside.settings("own", docker=[at(daemon)])
        with watching(inside) as watcher:
            told(watcher, "result")
            daemon.make("web", truenorth__hostname=WWW)
            while inside.zone() != OWN_RECORD | {f"{WWW}/A": FIRST_IPV4}:
                told(watcher, "result")
            daemon.stop()
            while not told(watcher, "source")["reason"]:
                pass  # it says that it can be read
            assert inside.zone() == OWN_RECORD | {f"{WWW}/A": FIRST_IPV4}
            daemon.start()
            while told(watcher, "source")["reason"]:
                pass  # it says why it cannot
            daemon.remove("web")
            while inside.zone() != OWN_RECORD:
                told(watcher, "result")


class TestSources:
    def test_shows_who_asks_and_what_is_wrong(self, daemon: Podman, tmp_path: Path) -> None:
        file = tmp_path / "Pulumi.home.yaml"
        file.write_text(f'config: {{"truenorth:zone": example.com, "truenorth:docker": [{json.dumps(at(daemon))}]}}')
        environment = {key: os.environ[key] for key in INHERITED if key in os.environ}
        environment |= {"TRUENORTH_SETTINGS": str(file), "NO_COLOR": "1", "COLUMNS": "200", "HOME": str(tmp_path)}
        daemon.make("web", truenorth__hostname=WWW, truenorth__tll="60")
        done = truenorth(ROOT, environment, "sources")
        assert done.returncode == 0
        said = " ".join(done.stdout.split())
        assert f"{WWW} A the WAN address ttl auto Container web in docker" in said
        assert "the Docker daemon docker asks for 1 name" in said
        assert "the label 'truenorth/tll' is not known, and is left out; is truenorth/ttl meant?" in said
        daemon.stop()
        done = truenorth(ROOT, environment, "sources")
        assert done.returncode == 1
        assert "the Docker API at unix://" in " ".join(done.stderr.split())
