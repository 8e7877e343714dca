"""Fields that a person sets at the provider and the setting `keep` lets be, with a real engine."""

from __future__ import annotations

from lab import remote
from lab.world import GANDI_ZONE
from tests.cli.conftest import Inside
from tests.cli.daemon.watching import ended, told, watching

HIDDEN = {"proxied": True, "ttl": 1, "comment": "the front door"}


def test_what_a_person_has_set_is_kept_without_a_write_and_state_learns_of_it(inside: Inside) -> None:
    inside.settings("www", keep=["proxied", "ttl", "comment"], ttl=300)
    inside.result("up")
    remote.edit_record(inside.places, {"id": inside.record("www")["id"], **HIDDEN})
    assert "www.example.com A stays as it was set at the provider" in inside.run("status").stdout
    remote.forget_requests(inside.places)
    (change,) = inside.result("up")["changes"]
    assert (change["action"], change["after"]["proxied"], change["after"]["comment"]) == (
        "keep",
        True,
        "the front door",
    )
    assert {method for method, _ in inside.calls()} == {"GET"}
    assert inside.result("up")["engine_runs"] == 0
    assert inside.result("up", "--always")["changes"] == []
    unchanged = inside.pulumi(
        "up", "--yes", "--skip-preview", "--expect-no-changes", "--config-file", str(inside.settings_file)
    )
    assert "unchanged" in unchanged.stdout


def test_a_plain_pulumi_up_writes_nothing_either(inside: Inside) -> None:
    inside.settings("www", keep=["proxied", "comment"], ttl=300)
    inside.result("up")
    remote.edit_record(inside.places, {"id": inside.record("www")["id"], **HIDDEN})
    remote.forget_requests(inside.places)
    for _ in range(2):
        inside.pulumi("up", "--yes", "--skip-preview", "--config-file", str(inside.settings_file))
    assert {method for method, _ in inside.calls()} == {"GET"}
    assert inside.record("www")["proxied"] is True
    assert inside.result("up")["engine_runs"] == 0


def test_a_new_address_is_written_beside_what_is_kept(inside: Inside) -> None:
    inside.settings({"name": "www", "targets": ["203.0.113.7"]}, keep=["proxied", "ttl", "comment"])
    inside.result("up")
    remote.edit_record(inside.places, {"id": inside.record("www")["id"], **HIDDEN})
    inside.settings({"name": "www", "targets": ["203.0.113.8"]}, keep=["proxied", "ttl", "comment"])
    inside.result("up")
    record = inside.record("www")
    assert record["content"] == "203.0.113.8"
    assert {key: record[key] for key in HIDDEN} == HIDDEN
    assert inside.result("up")["engine_runs"] == 0


def test_watch_takes_note_once_at_its_next_listing(inside: Inside) -> None:
    inside.settings("www", keep=["ttl"], watch={"drift": 5})
    with watching(inside) as watcher:
        told(watcher, "result")
        remote.edit_record(inside.places, {"id": inside.record("www")["id"], "ttl": 120})
        while not (changes := told(watcher, "result")["changes"]):
            pass  # of a listing before the edit
        assert [(one["action"], one["after"]["ttl"]) for one in changes] == [("keep", 120)]
        assert ended(watcher) == 0
    assert inside.record("www")["ttl"] == 120
    assert inside.result("up")["engine_runs"] == 0


def test_the_ttl_of_a_set_at_gandi_is_kept_too(inside: Inside) -> None:
    inside.settings("www", zone=GANDI_ZONE, provider="gandi", keep=["ttl"], ttl=600)
    inside.result("up")
    (value,) = remote.gandi_records(inside.places)["www", "A"]["rrset_values"]
    remote.gandi_edit(inside.places, "www", "A", [value], ttl=900)
    (change,) = inside.result("up")["changes"]
    assert (change["action"], change["after"]["ttl"]) == ("keep", 900)
    assert remote.gandi_records(inside.places)["www", "A"]["rrset_ttl"] == 900
    assert inside.result("up")["engine_runs"] == 0
