from __future__ import annotations

from dataclasses import replace

import pytest

from components.coredns import zone_file
from components.coredns.names import ZoneFilePlace
from components.records.record import Record
from stacks.model.errors import UserError
from stacks.model.observation import Observation, Registry
from stacks.model.plan import Plan
from stacks.model.values import LiveRecord, RecordSet, RegisteredRecord, Slot, ZoneSnapshot
from stacks.plan.zone_files import file_of

ZONE = "house.example@inside"
PLACE = ZoneFilePlace("kube-system", "house", "zone.db")


def record_set(name: str, address: str, *, untouched: bool = False) -> RecordSet:
    return RecordSet(
        zone=ZONE,
        zone_id=ZONE,
        name=f"{name}.{ZONE}",
        type="A",
        slots=(Slot(0, address),),
        ttl=300,
        proxied=False,
        comment="",
        mark_name="",
        mark_content="",
        provider="coredns",
        untouched=untouched,
    )


def live(name: str, address: str) -> LiveRecord:
    record = Record(f"{name}.{ZONE}", "A", address, 300, proxied=False, comment="")
    return LiveRecord(f"house.example/{name}/A@inside", record)


def ours(name: str, address: str) -> RegisteredRecord:
    found = live(name, address)
    return RegisteredRecord("urn", f"{name}.{ZONE}/A", found.id, ZONE, found.record, "coredns")


def addresses(sets: list[RecordSet], there: list[LiveRecord], registered: list[RegisteredRecord]) -> dict[str, str]:
    """What the file has after a run, by the first label."""
    snapshot = ZoneSnapshot(ZONE, ZONE, tuple(there))
    observation = Observation((), (snapshot,), Registry(tuple(registered)), now=1.0)
    text = file_of(snapshot, Plan(tuple(sets), (), ()), observation, PLACE)
    return {one.name.partition(".")[0]: one.values[0] for one in zone_file.listing(text, "house.example")}


def test_a_file_has_what_is_planned_and_what_others_have_put_there() -> None:
    there = [live("nas", "192.0.2.1"), live("gone", "192.0.2.2"), live("printer", "192.0.2.3")]
    registered = [ours("nas", "192.0.2.1"), ours("gone", "192.0.2.2")]
    assert addresses([record_set("nas", "192.0.2.9")], there, registered) == {
        "nas": "192.0.2.9",
        "printer": "192.0.2.3",
    }


def test_a_set_that_stays_as_it_is_stays_as_the_file_has_it() -> None:
    stays = record_set("nas", "192.0.2.1", untouched=True)
    registered = [ours("nas", "192.0.2.1")]
    assert addresses([stays], [live("nas", "192.0.2.66")], registered) == {"nas": "192.0.2.66"}
    assert addresses([stays], [], registered) == {}


def test_a_set_that_is_taken_over_is_as_it_is_planned() -> None:
    assert addresses([record_set("nas", "192.0.2.9")], [live("nas", "192.0.2.1")], []) == {"nas": "192.0.2.9"}


def test_a_file_that_a_config_map_does_not_hold_is_refused_before_anything_is_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    snapshot = ZoneSnapshot(ZONE, ZONE, ())
    plan = Plan(tuple(record_set(f"h{number}", "192.0.2.1") for number in range(5)), (), ())
    size = len(file_of(snapshot, plan, Observation((), (snapshot,), Registry(), now=1.0), PLACE).encode())
    monkeypatch.setattr(zone_file, "LONGEST", size - 1)
    with pytest.raises(UserError, match=rf"{size} bytes, and a ConfigMap holds {size - 1}") as raised:
        file_of(snapshot, plan, Observation((), (snapshot,), Registry(), now=1.0), PLACE)
    assert PLACE.said in str(raised.value)


def test_a_record_that_no_file_can_hold_is_told_with_its_place() -> None:
    wrong = replace(record_set("nas", "no address"), slots=(Slot(0, "no address"),))
    with pytest.raises(UserError, match="no value of type A"):
        addresses([wrong], [], [])
