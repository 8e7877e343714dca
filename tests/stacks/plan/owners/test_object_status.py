from __future__ import annotations

import json

from stacks.model.claims import Complaint
from stacks.model.values import LiveRecord, Unknown
from stacks.plan.owners.object_status import RecordStatus, statuses
from tests.stacks.plan.owners.runs import API, WEB, WWW, World, wish
from tests.stacks.plan.worlds import a_record, make_settings

NO_ADDRESS = Unknown("the Gateway edge has no address")


def test_an_object_has_its_records_as_they_are() -> None:
    status = World().statuses(wish("192.0.2.2", "192.0.2.1"), wish("2001:db8::1", type="AAAA"))[WEB]
    assert json.loads(status.text()) == {
        "records": [
            {"name": WWW, "type": "A", "content": ["192.0.2.1", "192.0.2.2"], "state": "ready"},
            {"name": WWW, "type": "AAAA", "content": ["2001:db8::1"], "state": "ready"},
        ]
    }


def test_the_same_status_is_the_same_text() -> None:
    world = World()
    one = world.statuses(wish("192.0.2.2", "192.0.2.1"), wish(name="api.example.com"))[WEB]
    other = world.statuses(wish(name="api.example.com"), wish("192.0.2.1", "192.0.2.2"))[WEB]
    assert one.text() == other.text()


def test_an_object_that_asks_no_more_has_no_status() -> None:
    world = World()
    world.statuses(wish())
    assert world.statuses() == {}


def test_what_is_not_known_is_waiting_and_later_frozen_as_it_is() -> None:
    world = World()
    waiting = wish(targets=NO_ADDRESS, type=None)
    assert world.statuses(waiting)[WEB].records == (RecordStatus(WWW, "", (), "waiting"),)
    world.statuses(wish())
    assert world.statuses(waiting)[WEB].records == (RecordStatus(WWW, "A", ("192.0.2.1",), "frozen"),)


def test_a_conflict_is_one() -> None:
    world = World()
    world.stands(LiveRecord("r1", a_record("www", "198.51.100.9")))
    assert world.statuses(wish())[WEB].records == (RecordStatus(WWW, "A", (), "conflict"),)


def test_what_failed_has_what_it_had() -> None:
    world = World()
    world.statuses(wish())
    failed = world.statuses(wish("192.0.2.9"), failure="the disk is slow")[WEB]
    assert failed.records == (RecordStatus(WWW, "A", ("192.0.2.1",), "failed"),)


def test_what_the_provider_refuses_has_what_it_had() -> None:
    world = World()
    assert world.statuses(wish(), refused="no (1)")[WEB].records == (RecordStatus(WWW, "A", (), "refused"),)
    world.statuses(wish())
    changed = world.statuses(wish("192.0.2.9"), refused="no (1)")[WEB]
    assert changed.records == (RecordStatus(WWW, "A", ("192.0.2.1",), "refused"),)


def test_what_waits_for_a_person_says_so() -> None:
    world = World(make_settings(guard={"from_records": 1, "share": 0}))
    world.statuses(wish(ttl=300))
    held = world.statuses(wish(ttl=600), hold_back=True)[WEB]
    assert held.records == (RecordStatus(WWW, "A", ("192.0.2.1",), "held-back"),)


def test_what_comes_with_the_next_run_is_pending() -> None:
    world = World()
    world.statuses(wish())
    pending = world.statuses(wish("lb.example.net", type="CNAME"))[WEB]
    assert pending.records == (RecordStatus(WWW, "CNAME", (), "pending"),)


def test_an_object_that_lost_a_name_is_told_why() -> None:
    status = World().statuses(wish(ttl=300), wish(by=API, ttl=600))[WEB]
    assert status.records == ()
    assert json.loads(status.text())["message"].startswith(f"{API} has {WWW}")


def test_what_is_beside_changes_that_wait_for_a_person_is_pending_as_it_was() -> None:
    world = World(make_settings(guard={"from_records": 1, "share": 0}))
    world.statuses(wish(ttl=300))
    held = world.statuses(wish(ttl=600), wish(by=API, name="api.example.com"), hold_back=True)
    assert held[WEB].records == (RecordStatus(WWW, "A", ("192.0.2.1",), "held-back"),)
    assert held[API].records == (RecordStatus("api.example.com", "A", (), "pending"),)


def test_a_name_whose_address_was_never_known_waits() -> None:
    waiting = World().statuses(wish(targets=NO_ADDRESS))[WEB]
    assert waiting.records == (RecordStatus(WWW, "A", (), "waiting"),)


def test_all_that_an_object_is_told_stands_in_its_message() -> None:
    first, second = (Complaint(WEB, WWW, "", "", f"{WEB}: {text}") for text in ("no host", "no port"))
    assert World().statuses(first, second, first)[WEB].message == "no host; no port"


def test_the_text_is_as_short_as_json_can_be() -> None:
    assert " " not in World().statuses(wish())[WEB].text()


def test_objects_of_other_clusters_are_left_out() -> None:
    assert statuses(World().outcome(wish()), {"office"}) == ()
