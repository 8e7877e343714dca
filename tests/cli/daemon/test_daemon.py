from __future__ import annotations

import signal

from components.records.logical_name import LogicalName
from lab import remote
from lab.world import FIRST_IPV4
from tests.cli.conftest import Inside
from tests.cli.daemon.watching import ended, told, until, watching


def resources(document: dict[str, object]) -> set[str]:
    changes = document["changes"]
    assert isinstance(changes, list)
    return {change["resource"] for change in changes if LogicalName.parse(change["resource"]).is_record}


def test_settings_that_change_are_carried_out_and_bad_ones_are_told_and_change_nothing(inside: Inside) -> None:
    inside.settings("www")
    with watching(inside) as watcher:
        told(watcher, "result")
        inside.settings("www", "api")
        assert resources(told(watcher, "result")) == {"api.example.com/A"}
        inside.settings("www", "no name")
        problem = told(watcher, "reloaded")["problem"]
        assert "no name" in problem
        assert "do:" in problem
        inside.settings("api", delete_grace=0)
        assert told(watcher, "reloaded")["problem"] == ""
        assert resources(told(watcher, "result")) == {"www.example.com/A"}
        assert inside.zone() == {"api.example.com/A": FIRST_IPV4}
        assert ended(watcher) == 0


def test_a_hang_up_looks_at_everything_now(inside: Inside) -> None:
    inside.settings("www")
    with watching(inside) as watcher:
        told(watcher, "result")
        remote.edit_record(inside.places, inside.record("www") | {"content": "192.0.2.66"})
        watcher.send_signal(signal.SIGHUP)
        result = told(watcher, "result")
        assert [change["drift"] for change in result["changes"]] == [True]
        assert inside.zone() == {"www.example.com/A": FIRST_IPV4}
        assert ended(watcher) == 0


def test_each_convergence_has_an_id_that_all_that_is_told_of_it_has(inside: Inside) -> None:
    inside.settings("www")
    with watching(inside) as watcher:
        first = until(watcher, "result")
        begun = next(one for one in first if one["event"] == "begin")
        of_it = {one["convergence"] for one in first if one["event"] in {"begin", "step", "result"}}
        assert of_it == {begun["convergence"]}
        assert begun["triggers"] == ["start"]
        remote.set_address(inside.places, "203.0.113.8")
        second = told(watcher, "result")
        assert second["triggers"] == ["address"]
        assert second["convergence"] not in of_it
        assert ended(watcher) == 0


def test_cleanup_on_stop_deletes_all_that_is_ours_and_nothing_else(inside: Inside) -> None:
    inside.settings("www", "api")
    remote.edit_record(inside.places, {"type": "A", "name": "old.example.com", "content": "192.0.2.1", "ttl": 300})
    foreign = inside.record("old")
    with watching(inside, "--cleanup-on-stop") as watcher:
        told(watcher, "result")
        assert len(inside.zone()) == 3
        assert ended(watcher) == 0
    assert [one["id"] for one in remote.records(inside.places)] == [foreign["id"]]
