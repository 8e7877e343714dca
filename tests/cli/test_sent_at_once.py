"""`send: at-once`: the zone is as wished while the engine starts, and what it does not come to note is not lost."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from lab import remote
from lab.plugin.executable import CLOUDFLARE
from lab.world import FIRST_IPV4
from tests.cli.conftest import COMMAND_DEADLINE, Inside
from tests.cli.killing import kill_all, up_at

SECOND_IPV4 = "203.0.113.99"
BOTH = {"www.example.com/A": FIRST_IPV4, "api.example.com/A": FIRST_IPV4}


def up_without_plugin(inside: Inside, expected: dict[str, str]) -> None:
    """Run an `up` whose engine gets no plugin, so that it can ask for nothing: it ends once the zone is as expected."""
    first, *others = inside.environment["PATH"].split(os.pathsep)
    assert "plugin" in first
    folder = inside.settings_file.with_name("no plugin")
    folder.mkdir(exist_ok=True)
    over = folder / "over"
    over.unlink(missing_ok=True)
    program = folder / CLOUDFLARE.name
    program.write_text(f"#!/bin/sh\nwhile [ ! -e '{over}' ]; do sleep 0.1; done\nexit 1\n")
    program.chmod(0o755)
    with ThreadPoolExecutor(1) as threads:
        run = threads.submit(inside.run, "up", PATH=os.pathsep.join([str(folder), *others]))
        try:
            until = time.monotonic() + COMMAND_DEADLINE / 2
            while inside.zone() != expected:
                assert time.monotonic() < until, inside.zone()
                time.sleep(0.05)
        finally:
            over.touch()
        assert run.result().returncode != 0


def writes(inside: Inside) -> list[tuple[str, str]]:
    return [(method, path) for method, path in inside.calls() if method != "GET"]


def test_each_change_lands_once_and_the_engine_notes_it(inside: Inside) -> None:
    inside.settings("www", "api", send="at-once", confirm=0)
    assert {one["action"] for one in inside.result("up")["changes"]} == {"create"}
    assert inside.zone() == BOTH
    remote.set_address(inside.places, SECOND_IPV4)
    inside.settings("www", send="at-once", confirm=0)
    inside.result("up")
    assert inside.zone() == {"www.example.com/A": SECOND_IPV4}
    assert writes(inside) == [("POST", "batch")] * 2
    assert inside.result("up")["engine_runs"] == 0


@pytest.mark.parametrize("send", ["at-once", "engine"])
def test_an_engine_without_its_plugin_holds_up_the_zone_only_where_it_is_asked_first(inside: Inside, send: str) -> None:
    inside.settings("www", "api", send=send, confirm=0)
    up_without_plugin(inside, BOTH if send == "at-once" else {})
    assert inside.zone() == (BOTH if send == "at-once" else {})
    before = {one["id"] for one in remote.records(inside.places)}
    inside.calls()
    again = inside.result("up")
    assert {one["action"] for one in again["changes"]} == {"adopt" if send == "at-once" else "create"}
    assert inside.zone() == BOTH
    if send == "at-once":
        assert {one["id"] for one in remote.records(inside.places)} == before
        assert writes(inside) == []
    assert inside.result("up")["changes"] == []


def test_a_run_that_is_not_settled_has_the_next_one_wait_for_its_engine(inside: Inside) -> None:
    """What was taken from the guard's limits of the hour is not in state yet."""
    inside.settings("www", "api", send="at-once", confirm=0)
    up_without_plugin(inside, BOTH)
    inside.settings("www", "api", "late", send="at-once", confirm=0)
    up_without_plugin(inside, BOTH)
    assert inside.zone() == BOTH


def test_a_preview_sends_nothing(inside: Inside) -> None:
    inside.settings("www", send="at-once", confirm=0)
    inside.run("preview")
    assert writes(inside) == []


def test_a_change_and_a_deletion_that_landed_unnoted_are_settled(inside: Inside) -> None:
    inside.settings("www", "api", send="at-once", confirm=0)
    inside.result("up")
    remote.set_address(inside.places, SECOND_IPV4)
    inside.settings("www", send="at-once", confirm=0)
    with up_at(inside, "www.example.com/A", "done") as command:
        kill_all(command)
    assert inside.zone() == {"www.example.com/A": SECOND_IPV4}
    inside.calls()
    inside.result("up")
    assert inside.zone() == {"www.example.com/A": SECOND_IPV4}
    assert writes(inside) == []
    assert inside.result("up")["changes"] == []
