"""Random zones: a plan on what is remembered of them is the plan on a listing, as long as nobody else writes."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import event, given, settings
from hypothesis import strategies as st

from cli.reconcile.look import considered
from cli.reconcile.memory import is_enough, remembered_of
from stacks.model.observation import Observation
from stacks.model.values import Sighting, UnreadZone, ZoneSnapshot
from stacks.observe.remembered import Remembered, from_memory
from stacks.settings.stack import Settings
from tests.profiles import examples
from tests.stacks.plan.any_worlds import Theirs, any_addresses, any_settings, theirs
from tests.stacks.plan.paper import Paper

RUNS_TO_SETTLE = 3


def without_listing(observation: Observation, memory: Remembered) -> Observation:
    """Return the observation as it is without a listing of the remembered zones."""
    zones: list[ZoneSnapshot | UnreadZone] = [
        from_memory(zone.zone, memory[zone.zone], observation.registry) if zone.zone in memory else zone
        for zone in observation.zones
    ]
    return replace(observation, zones=tuple(zones))


@settings(max_examples=examples(1500))
@given(any_settings(), any_addresses(known=True), any_addresses(), st.lists(theirs(), max_size=4))
def test_a_plan_on_remembered_zones_is_the_plan_on_listed_ones(
    wished: Settings, before: tuple[Sighting, ...], after: tuple[Sighting, ...], others: list[Theirs]
) -> None:
    paper = Paper()
    for one in others:
        one.put_into(paper)
    names = tuple(zone.zone for zone in wished.each_zone())
    for _ in range(RUNS_TO_SETTLE):
        done = considered(wished, paper.observation(before, names))
        paper.run(done.plan, done.observation)
    memory = remembered_of(wished, done)
    listed = paper.observation(after, names)
    remembered = without_listing(listed, memory)
    for zone, known in zip(listed.zones, remembered.zones, strict=True):
        assert isinstance(zone, ZoneSnapshot)
        assert isinstance(known, ZoneSnapshot)
        assert set(zone.records) == set(known.records)
    on_listing, on_memory = considered(wished, listed), considered(wished, remembered)
    assert set(on_listing.changes) == set(on_memory.changes)
    assert set(on_listing.plan.record_sets) == set(on_memory.plan.record_sets)
    event(f"remembered: {bool(memory)}, enough: {is_enough(on_memory)}, changes: {bool(on_memory.changes)}")
