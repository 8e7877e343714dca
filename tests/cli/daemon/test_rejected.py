from __future__ import annotations

from lab import remote
from lab.world import FIRST_IPV4
from tests.cli.conftest import Inside
from tests.cli.daemon.watching import ended, told, until, watching


def test_a_refused_record_fails_no_turn_is_told_once_and_holds_up_no_other(inside: Inside) -> None:
    inside.settings("www", {"name": "bad", "proxied": True, "targets": ["10.0.0.1"]}, "api")
    with watching(inside) as watcher:
        first = told(watcher, "result")
        (finding,) = [one for one in first["findings"] if one["kind"] == "rejected"]
        assert finding["subject"] == "bad.example.com A 10.0.0.1"
        assert finding["why"] == "Target 10.0.0.1 is not allowed for a proxied record. (9003)"
        assert inside.zone() == {f"{name}.example.com/A": FIRST_IPV4 for name in ("www", "api")}
        inside.calls()

        remote.edit_record(inside.places, inside.record("www") | {"content": "192.0.2.66"})
        watcher.send_signal(1)
        events = until(watcher, "result")
        assert "failure" not in {one["event"] for one in events}
        assert [one["kind"] for one in events[-1]["findings"]] == ["rejected", "settings"]
        assert inside.zone() == {f"{name}.example.com/A": FIRST_IPV4 for name in ("www", "api")}
        assert "POST" not in {method for method, _ in inside.calls()}

        inside.settings("www", "bad", "api")
        assert told(watcher, "result")["findings"] == []
        assert inside.zone()["bad.example.com/A"] == FIRST_IPV4
        assert ended(watcher) == 0
