"""`truenorth watch` tells people and watchdogs, in messages as they arrive."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from lab import remote
from lab.world import FIRST_IPV4
from tests.cli.conftest import Inside
from tests.cli.daemon.watching import ended, told, watching
from tests.cli.notify.conftest import Hook


def test_people_hear_of_changes_and_the_watchdog_of_success(inside: Inside, hook: Hook) -> None:
    inside.settings("www")
    place = f"127.0.0.1:{hook.port}"
    addresses = {
        "TRUENORTH_NOTIFY": f"json://{place}/people?rto=60",
        "TRUENORTH_PING_HEALTHCHECKS": f"http://{place}/watchdog",
    }
    with watching(replace(inside, environment={**inside.environment, **addresses})) as watcher:
        begin, result = told(watcher, "begin"), told(watcher, "result")
        assert begin["convergence"] == result["convergence"]
        assert result["triggers"] == ["start"]
        got = {one.path: one for one in (hook.next(), hook.next(), hook.next())}
        assert got.keys() == {"/watchdog/start", "/watchdog", "/people"}
        said = got["/people"].document
        assert (said["title"], said["message"]) == (
            "TrueNorth test: www.example.com A was created",
            FIRST_IPV4,
        )
        remote.set_address(inside.places, "203.0.113.8")
        told(watcher, "result")
        assert ended(watcher) == 0
    assert hook.next().document["message"] == f"{FIRST_IPV4} -> 203.0.113.8", "told at the end"


def test_addresses_in_a_file_are_taken_up_when_it_changes_and_kept_where_it_is_broken(
    inside: Inside, hook: Hook, tmp_path: Path
) -> None:
    inside.settings("www")
    file, place = tmp_path / "addresses", f"json://127.0.0.1:{hook.port}"

    def write(text: str) -> None:
        """As a whole: what is half written might be read."""
        (tmp_path / "new").write_text(text)
        (tmp_path / "new").replace(file)

    write(f"{place}/before\n")
    environment = {**inside.environment, "TRUENORTH_NOTIFY_FILE": str(file)}
    with watching(replace(inside, environment=environment)) as watcher:
        told(watcher, "result")
        write("nonsense://ossifrage\n")
        problem = told(watcher, "reloaded")["problem"]
        assert f"{file}, address 1" in problem
        assert "ossifrage" not in problem
        write(f"{place}/after\n")
        assert told(watcher, "reloaded")["problem"] == ""
        remote.set_address(inside.places, "203.0.113.8")
        told(watcher, "result")
        assert ended(watcher) == 0
    paths = [hook.next().path]
    while paths[-1] != "/after":
        paths.append(hook.next().path)
    assert paths[0] == "/before"
