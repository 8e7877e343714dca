"""When the campaign `crash` strikes, and what it ends."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from bench.campaigns.crash import kill as crash_kill
from bench.campaigns.crash.kill import Kind, Point, Strike, draw
from bench.campaigns.crash.world import MARKED_BY, Call, Gate, Moment
from lab.api.serving import listening
from lab.cloudflare.server import application
from lab.cloudflare.state import Cloudflare
from stacks.settings.secrets.children import ENGINE, PLUGINS

READING, WRITING = Call("GET", 0), Call("POST", 1)
FAMILY = "import subprocess, sys; subprocess.run([sys.executable, '-c', CHILD], start_new_session=True)".replace(
    "CHILD", repr("print('up', flush=True); import time; time.sleep(600)")
)


@pytest.fixture
def family(tmp_path: Path) -> Iterator[str]:
    """The token of a process, and of its child in a session of its own; both run."""
    token = str(tmp_path)
    with subprocess.Popen(
        [sys.executable, "-c", FAMILY], env={**os.environ, MARKED_BY: token}, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "up\n"
        yield token
        crash_kill.kill(token)
        assert parent.wait() == -signal.SIGKILL


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The kills, none of which happens."""
    found: list[str] = []

    def kill(token: str, victim: str) -> bool:
        found.append(f"{victim} of {token}")
        return True

    monkeypatch.setattr(crash_kill, "kill", kill)
    return found


def strike(kind: Kind, number: int, folder: Path, seconds: float = 0.0) -> Strike:
    return Strike(Point(kind, number, seconds, "all"), "run", 2, folder)


class TestAKill:
    def test_ends_all_whatever_sessions_they_have_made(self, family: str) -> None:
        assert len(crash_kill.processes(family)) == 2
        assert crash_kill.kill(family)
        crash_kill.await_end(family, 60)
        assert crash_kill.processes(family) == []

    def test_of_a_kind_that_does_not_run_ends_nothing(self, family: str) -> None:
        assert not crash_kill.kill(family, "engine")
        assert len(crash_kill.processes(family)) == 2

    @pytest.mark.parametrize("plugin", ["pulumi-resource-cloudflare", "pulumi-resource-truenorth"])
    def test_of_the_plugin_ends_that_of_the_provider_alone(self, plugin: str, family: str) -> None:
        environment = {**os.environ, MARKED_BY: family}
        with subprocess.Popen(
            [sys.executable, "-c", "input()", plugin], env=environment, stdin=subprocess.PIPE
        ) as child:
            assert crash_kill.kill(family, "plugin")
            assert child.wait(60) == -signal.SIGKILL
        assert len(crash_kill.processes(family)) == 2


def test_the_engine_and_its_plugins_get_what_they_are_known_by() -> None:
    assert ENGINE.gets(MARKED_BY)
    assert all(plugin.gets(MARKED_BY) for plugin in PLUGINS.values())


class TestAStrike:
    @pytest.mark.parametrize(
        ("kind", "struck_at"), [("asked", ("asked", 2)), ("done", ("done", 2)), ("answered", ("answered", 2))]
    )
    def test_comes_at_its_moment_of_its_write(
        self, kind: Kind, struck_at: tuple[Moment, int], tmp_path: Path, told: list[str]
    ) -> None:
        waiting = strike(kind, 2, tmp_path)
        moments: tuple[Moment, ...] = ("asked", "done", "answered")
        for write in (1, 2):
            for moment in moments:
                waiting.heard(moment, READING)
                waiting.heard(moment, WRITING)
                waiting.look()
                if (moment, write) == struck_at:
                    assert told == ["all of run"]
                    return
                assert told == []

    def test_comes_within_the_batch_that_has_its_write(self, tmp_path: Path, told: list[str]) -> None:
        waiting = strike("asked", 150, tmp_path)
        waiting.heard("asked", Call("POST", 100))
        waiting.heard("done", Call("POST", 100))
        assert told == []
        waiting.heard("asked", Call("POST", 100))
        assert told == ["all of run"]

    def test_comes_once(self, tmp_path: Path, told: list[str]) -> None:
        waiting = strike("step", 1, tmp_path)
        waiting.step()
        waiting.step()
        assert told == ["all of run"]

    def test_comes_no_more_once_the_run_has_ended(self, tmp_path: Path, told: list[str]) -> None:
        waiting = strike("asked", 1, tmp_path)
        assert not waiting.end()
        waiting.heard("asked", WRITING)
        assert told == []

    def test_comes_at_the_second_listing(self, tmp_path: Path, told: list[str]) -> None:
        waiting = strike("listing", 2, tmp_path)
        waiting.heard("asked", READING)
        waiting.heard("answered", READING)
        assert told == []
        waiting.heard("asked", READING)
        assert told == ["all of run"]

    def test_comes_when_so_much_is_in_the_journal(self, tmp_path: Path, told: list[str]) -> None:
        waiting = strike("journal", 2, tmp_path)
        waiting.look()
        (tmp_path / "crash.journal").write_text("1\n")
        waiting.look()
        assert told == []
        (tmp_path / "crash.journal").write_text("1\n2\n")
        waiting.look()
        assert told == ["all of run"]

    def test_comes_at_the_last_writes_of_the_state(self, tmp_path: Path, told: list[str]) -> None:
        waiting = strike("state", 1, tmp_path)
        (tmp_path / "crash.json").write_text("{}")
        waiting.look()
        (tmp_path / "lock.json").write_text("{}")
        waiting.look()
        assert told == []
        for _ in range(2):
            waiting.heard("done", WRITING)
        waiting.look()
        (tmp_path / "crash.json.bak").write_text("{}")
        waiting.look()
        assert told == ["all of run"]


def test_points_are_drawn_again_by_the_same_seed() -> None:
    first, second = ([draw(random.Random(seed), 100, 5.0) for seed in range(50)] for _ in range(2))  # noqa: S311 - a repeatable draw
    assert first == second
    assert len({point.kind for point in first}) > 5
    assert len({str(replace(point, number=1)) for point in first}) > 20


def test_each_request_for_records_is_heard_before_it_is_done_when_it_is_and_after() -> None:
    cloudflare = Cloudflare()
    zone = cloudflare.add_zone("example.com", "pro")
    cloudflare.add_token("a-token-of-the-lab-0123456789abcdefghijk")
    heard: list[tuple[str, int, int]] = []
    gate = Gate(
        application(cloudflare),
        lambda moment, call: heard.append((moment, call.writes, len(cloudflare.records(zone.id)))),
    )
    bodies = [{"name": f"{name}.example.com", "type": "A", "content": "198.18.0.1", "ttl": 1} for name in ("a", "b")]
    with listening(gate) as port:
        url = f"http://127.0.0.1:{port}/client/v4/zones/{zone.id}/dns_records/batch"
        headers = {"Authorization": "Bearer a-token-of-the-lab-0123456789abcdefghijk"}
        answer = httpx.post(url, json={"posts": bodies}, headers=headers, timeout=60)
    assert answer.status_code == 200
    assert heard == [("asked", 2, 0), ("done", 2, 2), ("answered", 2, 2)]
