from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from lab import remote
from lab.world import FIRST_IPV4, TOKEN
from stacks.observe.pulumi_cli import start_engine
from tests.cli.conftest import Inside

LISTING = ("GET", "dns_records")
CHECK = ("GET", "zones")
"""The zone's id in state is looked up by its name before anything is written."""


def actions(result: dict[str, object]) -> dict[str, str]:
    return {change["resource"]: change["action"] for change in result["changes"]}  # type: ignore[attr-defined] # JSON


class TestARun:
    def test_makes_each_name_with_its_mark(self, inside: Inside) -> None:
        inside.settings("www", {"name": "api", "ttl": 300, "comment": "hello"}, {"name": "@", "proxied": True})
        result = inside.result("up")
        assert inside.zone() == {f"{name}example.com/A": FIRST_IPV4 for name in ("", "www.", "api.")}
        marks = [one for one in remote.records(inside.places) if one["type"] == "TXT"]
        assert {one["content"].split("=")[-1] for one in marks} == {f'settings/names/{n}"' for n in ("www", "api", "@")}
        api, apex = inside.record("api"), remote.records(inside.places)
        assert (api["ttl"], api["comment"], api["proxied"]) == (300, "hello", False)
        assert next(one["proxied"] for one in apex if (one["name"], one["type"]) == ("example.com", "A"))
        assert set(actions(result).values()) == {"create"}

    def test_starts_the_engine_once_also_where_the_stack_has_to_be_made(
        self, inside: Inside, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        started: list[str] = []

        def start(command: Sequence[str], *rest: Any) -> Any:  # noqa: ANN401 - as it is
            started.append(next(word for word in command if word in {"up", "refresh", "preview"}))
            return start_engine(command, *rest)

        monkeypatch.setattr("cli.engine.run.start_engine", start)
        inside.settings("www")
        inside.result("up")
        assert started == ["up"]

    def test_a_second_run_lists_the_zone_once_and_needs_no_engine(self, inside: Inside) -> None:
        inside.settings("www", "api")
        inside.result("up")
        inside.calls()
        result = inside.result("up")
        assert (result["changes"], result["engine_runs"]) == ([], 0)
        assert inside.calls() == [LISTING]

    def test_a_second_run_of_the_engine_changes_nothing_either(self, inside: Inside) -> None:
        inside.settings("www", {"name": "api", "proxied": True, "comment": "x"})
        inside.result("up")
        inside.calls()
        done = inside.run("up", "--always", "--json")
        events = [json.loads(line) for line in done.stdout.splitlines()]
        summary = next(event for event in events if event["event"] == "summary")
        assert summary["changes"].keys() == {"same"}
        assert inside.calls() == [LISTING]

    def test_a_new_address_is_one_call_for_all_records(self, inside: Inside) -> None:
        inside.settings("www", "api")
        inside.result("up")
        ids = {name: inside.record(name)["id"] for name in ("www", "api")}
        remote.set_address(inside.places, "203.0.113.8")
        inside.calls()
        inside.result("up")
        assert inside.zone() == {"www.example.com/A": "203.0.113.8", "api.example.com/A": "203.0.113.8"}
        assert {name: inside.record(name)["id"] for name in ids} == ids
        assert inside.calls() == [LISTING, CHECK, ("POST", "batch")]

    def test_a_name_that_is_not_wanted_any_more_goes_with_its_mark(self, inside: Inside) -> None:
        inside.settings("www", "api")
        inside.result("up")
        inside.settings("www")
        inside.result("up")
        assert sorted(one["name"] for one in remote.records(inside.places)) == [
            "_truenorth-a.www.example.com",
            "www.example.com",
        ]

    def test_another_type_replaces_a_record_and_leaves_no_trace(self, inside: Inside) -> None:
        inside.settings({"name": "www", "targets": ["203.0.113.9"]})
        inside.result("up")
        inside.settings({"name": "www", "targets": ["2001:db8::9"]})
        inside.result("up")
        assert inside.zone() == {"www.example.com/AAAA": "2001:db8::9"}
        assert len(remote.records(inside.places)) == 2

    def test_several_addresses_of_one_name_change_one_by_one(self, inside: Inside) -> None:
        inside.settings({"name": "www", "targets": ["203.0.113.1", "203.0.113.3"]})
        inside.result("up")
        inside.calls()
        inside.settings({"name": "www", "targets": ["203.0.113.1", "203.0.113.2", "203.0.113.3"]})
        result = inside.result("up")
        assert actions(result) == {"www.example.com/A/2": "create"}
        calls = inside.calls()
        assert calls[:2] == [LISTING, CHECK]
        assert [method for method, _ in calls[2:]] == ["POST"]


class TestForeignRecords:
    def foreign(self, inside: Inside, name: str, content: str = "198.51.100.80", kind: str = "A") -> None:
        record = {"name": f"{name}.example.com", "type": kind, "content": content, "ttl": 300, "proxied": False}
        remote.edit_record(inside.places, record)

    def test_are_left_alone_and_reported(self, inside: Inside) -> None:
        self.foreign(inside, "shop")
        self.foreign(inside, "blog", "elsewhere.example.net", "CNAME")
        inside.settings("www", "shop", "blog")
        done = inside.run("up")
        assert done.returncode == 0
        assert inside.zone() == {
            "www.example.com/A": FIRST_IPV4,
            "shop.example.com/A": "198.51.100.80",
            "blog.example.com/CNAME": "elsewhere.example.net",
        }
        assert "conflict shop.example.com A is held by A 198.51.100.80 (no owner's mark)" in done.stdout

    def test_survive_a_destroy(self, inside: Inside) -> None:
        self.foreign(inside, "shop")
        inside.settings("www", "shop")
        inside.result("up")
        inside.result("destroy", "--yes")
        assert inside.zone() == {"shop.example.com/A": "198.51.100.80"}
        assert len(remote.records(inside.places)) == 1

    def test_beside_ours_stay(self, inside: Inside) -> None:
        inside.settings("www")
        inside.result("up")
        self.foreign(inside, "www")
        remote.set_address(inside.places, "203.0.113.8")
        inside.result("up")
        contents = {one["content"] for one in remote.records(inside.places) if one["type"] == "A"}
        assert contents == {"203.0.113.8", "198.51.100.80"}


class TestDrift:
    def test_an_edit_is_put_right_and_only_what_drifted_is_written(self, inside: Inside) -> None:
        inside.settings("www", "api", "shop")
        inside.result("up")
        edited = inside.record("www")
        remote.edit_record(inside.places, {"id": edited["id"], "content": "198.51.100.66", "ttl": 120})
        inside.calls()
        result = inside.result("up")
        assert actions(result) == {"www.example.com/A": "correct"}
        # The second listing is what the engine reads, before or after the record is put right.
        looked, *others = inside.calls()
        assert (looked, sorted(others)) == (LISTING, sorted([CHECK, LISTING, ("PUT", edited["id"])]))
        assert (inside.record("www")["content"], inside.record("www")["ttl"]) == (FIRST_IPV4, 1)

    def test_a_deleted_record_comes_back(self, inside: Inside) -> None:
        inside.settings("www", "api")
        inside.result("up")
        remote.delete_record(inside.places, inside.record("www")["id"])
        assert actions(inside.result("up")) == {"www.example.com/A": "restore"}
        assert inside.zone()["www.example.com/A"] == FIRST_IPV4
        assert inside.result("up")["changes"] == []

    def test_a_deleted_mark_comes_back(self, inside: Inside) -> None:
        inside.settings("www")
        inside.result("up")
        mark = next(one for one in remote.records(inside.places) if one["type"] == "TXT")
        remote.delete_record(inside.places, mark["id"])
        assert actions(inside.result("up")) == {"www.example.com/A/mark": "restore"}
        assert len(remote.records(inside.places)) == 2
        assert inside.result("up")["changes"] == []

    def test_a_record_made_again_by_hand_is_taken_back(self, inside: Inside) -> None:
        inside.settings("www")
        inside.result("up")
        remote.delete_record(inside.places, inside.record("www")["id"])
        record = {"name": "www.example.com", "type": "A", "content": FIRST_IPV4, "ttl": 300, "proxied": False}
        remote.edit_record(inside.places, record)
        inside.result("up")
        assert len(remote.records(inside.places)) == 2
        assert inside.record("www")["ttl"] == 1
        assert inside.result("up")["changes"] == []

    def test_a_record_deleted_by_hand_and_then_not_wanted_any_more_fails_no_run(self, inside: Inside) -> None:
        inside.settings("www", "api")
        inside.result("up")
        for record in remote.records(inside.places):
            if "www" in record["name"]:
                remote.delete_record(inside.places, record["id"])
        inside.settings("api")
        assert set(actions(inside.result("up")).values()) == {"forget"}
        assert inside.result("up")["changes"] == []

    def test_a_destroy_after_a_deletion_by_hand_succeeds(self, inside: Inside) -> None:
        inside.settings("www")
        inside.result("up")
        remote.delete_record(inside.places, inside.record("www")["id"])
        inside.result("destroy", "--yes")
        assert remote.records(inside.places) == []


class TestLostAnswers:
    """A write can land while its answer is lost. The provider then sends it again, and fails on its own record."""

    def test_of_a_creation_leave_no_duplicate_and_the_next_run_adopts(self, inside: Inside) -> None:
        inside.settings("www", "api")
        remote.set_faults(inside.places, [{"effect": "lose_answer", "method": "POST", "times": 2}])
        runs = [inside.run("up")]
        remote.set_faults(inside.places, [])
        while runs[-1].returncode != 0 and len(runs) < 4:
            runs.append(inside.run("up"))
        assert runs[-1].returncode == 0, runs[-1].stderr
        assert sorted((one["name"], one["type"]) for one in remote.records(inside.places)) == [
            ("_truenorth-a.api.example.com", "TXT"),
            ("_truenorth-a.www.example.com", "TXT"),
            ("api.example.com", "A"),
            ("www.example.com", "A"),
        ]
        assert inside.result("up")["changes"] == []

    def test_lost_state_is_rebuilt_from_the_marks(self, inside: Inside) -> None:
        inside.settings("www", "api")
        inside.result("up")
        inside.lose_state()
        inside.calls()
        assert set(actions(inside.result("up")).values()) == {"adopt"}
        assert {method for method, _ in inside.calls()} == {"GET"}
        assert inside.result("up")["changes"] == []
        assert inside.result("up", "--always")["changes"] == []
        assert len(remote.records(inside.places)) == 4


class TestUnknownIsNotEmpty:
    def test_no_source_answers_and_the_records_stay(self, inside: Inside) -> None:
        inside.settings("www")
        inside.result("up")
        silent = json.dumps({"mode": "stun", "stun": ["127.0.0.1:9"], "agreement": 1, "timeout": 0.5})
        done = inside.run("up", TRUENORTH_WAN=silent)
        assert done.returncode == 0
        assert f"frozen www.example.com A stays at {FIRST_IPV4}" in done.stdout
        assert inside.zone() == {"www.example.com/A": FIRST_IPV4}

    def test_the_api_is_down_and_nothing_is_decided(self, inside: Inside) -> None:
        inside.settings("www")
        inside.result("up")
        inside.settings()
        remote.set_faults(inside.places, [{"effect": "server_error", "status": 503}])
        done = inside.run("up")
        remote.set_faults(inside.places, [])
        assert done.returncode == 1
        assert "Cloudflare answered 503" in done.stderr
        assert inside.zone() == {"www.example.com/A": FIRST_IPV4}

    def test_a_refused_write_names_the_record_and_the_next_run_mends_it(self, inside: Inside) -> None:
        inside.settings("www", "api")
        remote.set_faults(inside.places, [{"effect": "server_error", "status": 500, "method": "POST"}])
        failed = inside.run("up")
        remote.set_faults(inside.places, [])
        assert failed.returncode == 1
        assert "create api.example.com/A/mark and 1 more" in failed.stderr
        assert "500" in failed.stderr
        inside.result("up")
        assert inside.zone().keys() == {"www.example.com/A", "api.example.com/A"}
        assert inside.result("up")["changes"] == []


def test_no_secret_is_written_to_state_or_shown(inside: Inside) -> None:
    inside.settings("www")
    outputs = [
        inside.run(*command) for command in (("up",), ("up", "--always", "--json"), ("status",), ("preview",), ("env",))
    ]
    for done in outputs:
        assert TOKEN not in done.stdout + done.stderr
    files = [file for file in inside.state.rglob("*") if file.is_file()]
    assert files
    assert not [file for file in files if TOKEN.encode() in file.read_bytes()]


def test_status_and_preview_touch_nothing(inside: Inside) -> None:
    inside.settings("www")
    status, preview = inside.run("status"), inside.run("preview")
    assert "would do: 2 to create" in preview.stdout
    assert "2 to do: truenorth up" in status.stdout
    assert {method for method, _ in inside.calls()} == {"GET"}
    engine = inside.run("preview", "--engine", "--json")
    assert engine.returncode == 0
    assert remote.records(inside.places) == []
