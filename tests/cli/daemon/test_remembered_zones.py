"""A turn about a new address does not list the zone: what it changes, state knows by its id."""

from __future__ import annotations

from typing import Any

from lab import remote
from tests.cli.conftest import Inside
from tests.cli.daemon.watching import ended, told, watching

LISTING = ("GET", "dns_records")
FURTHER, LATER = "203.0.113.8", "203.0.113.9"


def record(inside: Inside, name: str) -> dict[str, Any]:
    return next(one for one in remote.records(inside.places) if one["name"] == name and one["type"] == "A")


def test_a_new_address_is_written_without_a_listing_of_the_zone(inside: Inside) -> None:
    inside.settings("www", "api")
    with watching(inside) as watcher:
        told(watcher, "result")
        inside.calls()
        remote.set_address(inside.places, FURTHER)
        assert {one["action"] for one in told(watcher, "result")["changes"]} == {"update"}
        assert set(inside.zone().values()) == {FURTHER}
        calls = inside.calls()
        assert calls
        assert LISTING not in calls
        assert ended(watcher) == 0


def test_a_record_that_was_deleted_by_hand_since_the_listing_is_made_again_and_costs_no_other(inside: Inside) -> None:
    inside.settings("www", "api", "db")
    with watching(inside) as watcher:
        told(watcher, "result")
        remote.delete_record(inside.places, record(inside, "api.example.com")["id"])
        remote.set_address(inside.places, FURTHER)
        told(watcher, "result")
        assert inside.zone() == {f"{name}.example.com/A": FURTHER for name in ("www", "api", "db")}
        assert ended(watcher) == 0


def test_a_record_that_others_have_put_in_the_place_of_ours_is_left_alone(inside: Inside) -> None:
    inside.settings("www", "api")
    with watching(inside) as watcher:
        told(watcher, "result")
        remote.delete_record(inside.places, record(inside, "api.example.com")["id"])
        foreign = {"name": "api.example.com", "type": "A", "content": "192.0.2.1", "ttl": 300, "proxied": False}
        remote.edit_record(inside.places, foreign)
        remote.set_address(inside.places, FURTHER)
        told(watcher, "result")
        assert inside.zone() == {"www.example.com/A": FURTHER, "api.example.com/A": "192.0.2.1"}
        remote.set_address(inside.places, LATER)
        told(watcher, "result")
        assert inside.zone() == {"www.example.com/A": LATER, "api.example.com/A": "192.0.2.1"}
        assert ended(watcher) == 0
