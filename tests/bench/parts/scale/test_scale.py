"""The part `scale` of the bench: it sees what is wrong, counts what was asked, cuts off what takes too long."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from bench.parts.scale import run as scale_run
from bench.parts.scale import scale
from bench.parts.scale.ours import CHANGES, up
from bench.parts.scale.paper import NAMES, Units, needs, paper, planned
from bench.parts.scale.run import CutOffError, Measured, Memory, Zone, await_right, run
from bench.parts.scale.steps import (
    CHANGED,
    CREATED,
    DELETED,
    STEPS,
    UNCHANGED,
    Reaction,
    changed_numbers,
    drifted_numbers,
    pages,
    rows,
)
from bench.parts.scale.table import table
from bench.parts.scale.world import World, host, world
from lab.addresses.settable import Addresses
from lab.cloudflare.state import Cloudflare
from lab.world import ZONE, Places

NOWHERE = Places("", "", "", "", "", ZONE, "", "", "", "")


@pytest.fixture
def place(tmp_path: Path) -> World:
    """A zone of three names with their marks, without any server."""
    cloudflare = Cloudflare()
    zone = cloudflare.add_zone(ZONE, "enterprise", record_quota=100)
    made = World(
        cloudflare, zone.id, 3, Addresses("203.0.113.7", None), Addresses("192.0.2.1", None), NOWHERE, tmp_path
    )
    for name, content in made.wished().items():
        cloudflare.add_record(zone.id, {"name": name, "type": "A", "content": content.content, "ttl": 1})
        mark = {"name": f"mark.{name}", "type": "TXT", "content": '"ours"', "ttl": 1}
        cloudflare.add_record(zone.id, mark)
    return made


def measured(**changes: object) -> Measured:
    values = {"calls": {"GET": 1}, "zone": 1.0, "seconds": 2.0, "own": 10.0, "whole": 20.0, "records": 6}
    return Measured(**{**values, **changes})  # type: ignore[arg-type] # one of each type


class TestTheZone:
    def test_is_right_as_it_is_wished(self, place: World) -> None:
        assert place.differing(place.wished()) == 0

    @pytest.mark.parametrize(
        "change",
        [
            pytest.param({"type": "A", "name": "n9", "content": "192.0.2.9"}, id="a record that is not wished"),
            pytest.param({"type": "A", "name": "n1", "content": "203.0.113.8"}, id="a second address"),
            pytest.param({"type": "TXT", "name": "n1", "content": '"ours"'}, id="a second mark"),
        ],
    )
    def test_is_wrong_with_one_more(self, place: World, change: dict[str, object]) -> None:
        place.cloudflare.add_record(place.zone_id, {**change, "ttl": 1})
        assert place.differing(place.wished()) == 1

    def test_is_wrong_in_each_that_is_missing(self, place: World) -> None:
        for record in place.cloudflare.records(place.zone_id)[:2]:
            place.cloudflare.remove_record(place.zone_id, record.id)
        assert place.differing(place.wished()) == 2

    def test_has_drifted_in_the_names_that_were_changed_by_hand(self, place: World) -> None:
        place.drift(range(1, 3), "198.51.100.99")
        assert place.differing(place.wished()) == 2

    @pytest.mark.parametrize("step", CHANGES)
    def test_is_not_right_once_a_step_has_begun(self, place: World, step: str) -> None:
        CHANGES[step](place)
        assert place.differing(place.wished()) >= 1

    def test_has_aliases_of_one_name_where_targets_are_cnames(self, place: World) -> None:
        place.targets = "cname"
        wish = place.wished()
        assert wish[host(2)].type == "CNAME"
        assert {wish[host(0)].type, wish[f"truenorth.{ZONE}"].type} == {"A"}

    def test_changes_other_names_than_have_drifted(self, place: World) -> None:
        place.names = 5_000
        assert len(changed_numbers(place)) == len(drifted_numbers(place)) == 50
        assert not {*changed_numbers(place)} & {0, *drifted_numbers(place)}


class TestWaiting:
    def test_ends_when_the_zone_is_right(self, place: World) -> None:
        wish = place.wished()
        doomed = place.cloudflare.add_record(place.zone_id, {"name": "n9", "type": "A", "content": "192.0.2.9"})
        zone = Zone(place, wish)
        assert not zone.look()
        mending = threading.Timer(0, place.cloudflare.remove_record, (place.zone_id, doomed.id))
        mending.start()
        mending.join()
        assert zone.conclude() == 0

    def test_gives_up_when_its_time_is_up(self, place: World, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(scale_run, "PATIENCE", 0.1)
        place.drift(range(1, 2), "198.51.100.99")
        with pytest.raises(CutOffError, match="a test: the zone is not as wished"):
            await_right(Zone(place, place.wished()), "a test")


class TestACommand:
    def test_is_measured_with_all_that_it_starts(
        self, place: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        seen, look = tmp_path / "seen", Memory.look

        def note(memory: Memory) -> None:
            look(memory)
            if memory.whole > memory.own > 0:
                seen.touch()

        monkeypatch.setattr(Memory, "look", note)
        waiting = f"import pathlib, time\nwhile not pathlib.Path({str(seen)!r}).exists(): time.sleep(0.05)"
        child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {waiting!r}])"
        found = run(place, [sys.executable, "-c", child], place.wished())
        assert (found.zone, found.said, found.records) == (0.0, "", 6)
        assert 0 < found.own < found.whole

    def test_that_fails_says_why(self, place: World) -> None:
        found = run(place, [sys.executable, "-c", "raise SystemExit('no such stack')"], place.wished())
        assert found.said == "ended with 1: no such stack\n"
        assert [row.value for row in rows("ours", 3, CREATED, found) if "FAILED" in row.measure] == [1]

    def test_is_cut_off_when_its_time_is_up(self, place: World, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(scale_run, "PATIENCE", 0.3)
        place.drift(range(1, 2), "198.51.100.99")
        found = run(place, [sys.executable, "-c", "import threading; threading.Event().wait()"], place.wished())
        assert found.zone is None
        assert "cut off after" in found.said
        told: dict[str, float] = {}
        with pytest.raises(CutOffError, match="the zone is not as wished"):
            told.update((row.measure, row.value) for row in rows("ours", 3, CREATED, found))
        assert told["ours, 3 names created: NOT DONE, records in the zone"] == 6

    def test_that_is_to_be_repeated_is_run_until_its_time_is_up(
        self, place: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        runs: list[str] = []
        once = scale_run._once  # noqa: SLF001 - so that the time is up with the second run

        def counted(*arguments: Any) -> Any:  # noqa: ANN401 - as it is
            runs.append("one")
            if len(runs) > 1:
                monkeypatch.setattr(scale_run, "PATIENCE", 0.0)
            return once(*arguments)

        monkeypatch.setattr(scale_run, "_once", counted)
        place.drift(range(1, 2), "198.51.100.99")
        found = run(place, [sys.executable, "-S", "-c", "pass"], place.wished(), again=True)
        assert (found.zone, found.runs) == (None, 2)

    def test_that_was_refused_something_has_done_it_where_the_zone_is_right(self, place: World) -> None:
        found = run(place, [sys.executable, "-S", "-c", "raise SystemExit('refused')"], place.wished(), again=True)
        assert (found.zone, found.runs, found.said) == (0.0, 1, "")

    def test_memory_of_one_that_has_ended_is_none(self) -> None:
        gone = Memory(2**22 + 1)
        gone.look()
        assert (gone.own, gone.whole) == (0.0, 0.0)


class TestTheRows:
    def test_have_the_goal_at_the_calls(self) -> None:
        told = list(rows("ours", 5_000, CREATED, measured(calls={"GET": 3, "POST": 118}), 120))
        assert (told[0].measure, told[0].value, told[0].met) == ("ours, 5,000 names created: API calls", 121, False)

    @pytest.mark.parametrize(("records", "calls"), [(0, 1), (5_000, 1), (5_001, 2), (10_000, 2)])
    def test_count_the_pages_of_a_listing(self, records: int, calls: int) -> None:
        assert pages(records) == calls

    def test_compare_with_external_dns_at_each_step_and_forgive_creation(self) -> None:
        ours = {step: measured(zone=3.0) for step in STEPS}
        theirs = {step: measured() for step in STEPS[:2]} | {STEPS[2]: measured(zone=None)}
        running = {"truenorth watch": Reaction(1.5, 2), "external-dns that runs on": Reaction(6.0, 8)}
        told = [row for row in scale.beside(scale.Results(ours, theirs, running=running)) if "time" in row.measure]
        assert [(row.value, row.met) for row in told] == [(3.0, None), (3.0, False), (0.25, True)]

    def test_make_a_table_of_steps(self) -> None:
        told = [
            *rows("truenorth up", 20, CREATED, measured()),
            *rows("external-dns", 20, UNCHANGED, measured(zone=0.0)),
        ]
        lines = list(table([{"part": row.part, "measure": row.measure, "value": row.value} for row in told]))
        assert lines == [
            "| | truenorth up, 20 names | external-dns, 20 names |",
            "|---|---|---|",
            "| created | 1 calls, 1.0 s, 20 MB |  |",
            "| unchanged |  | 1 calls, 2.0 s, 20 MB |",
        ]


class TestOnPaper:
    UNITS = Units(create=0.01, change=0.01, note=0.02, state=4_000, memory=0.004, plan=0.0001)

    def test_what_breaks_first_stands_first(self) -> None:
        first = next(row for row in paper(self.UNITS) if "BREAKS FIRST" in row.measure)
        assert "one token: listings in a drift interval, where there are 300" in first.measure
        assert first.value == 50_000

    def test_aliases_take_a_write_a_zone(self) -> None:
        found = {need.what: need.needed for need in needs(self.UNITS)}
        assert found["one process: new addresses of all within a TTL"] == NAMES * 0.01
        assert found["one process: new addresses within a TTL, targets: cname"] == 5

    def test_what_a_name_takes_is_measured(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("bench.parts.scale.paper.PLANNED", 200)
        memory, seconds = planned()
        assert memory >= 0
        assert seconds > 0


@pytest.mark.engine
@pytest.mark.usefixtures("engine")
def test_twenty_names_are_made_changed_and_deleted() -> None:
    found: dict[str, Measured] = {}
    with world(20) as place:
        told = {row.measure: row for row in up(place, found, (CREATED, UNCHANGED, CHANGED, DELETED))}
    assert tuple(found) == (CREATED, UNCHANGED, CHANGED, DELETED)
    assert all(one.zone is not None and not one.said for one in found.values())
    assert found[UNCHANGED].total == 1
    assert told["truenorth up, 20 names created: state a name"].value > 0
