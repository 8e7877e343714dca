from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from cli.reconcile.look import ConvergenceOptions, considered
from cli.reconcile.memory import is_enough, remembered_of
from cli.reconcile.result import Convergence
from stacks.model.observation import Observation, Registry
from stacks.model.values import LiveRecord, UnreadZone
from stacks.observe.remembered import from_memory
from stacks.plan.safety.refusal import Refusal
from stacks.plan.simulate import carried_out
from tests.stacks.plan.worlds import ZONE, ZONE_ID, a_record, make_observation, make_settings

SETTINGS = make_settings("www", "api")
THEIRS = LiveRecord("theirs", a_record("mail", "192.0.2.25"))


def converged(live: Iterable[LiveRecord] = ()) -> Convergence:
    """Return a convergence after which the zone has all that is wished."""
    seen = considered(SETTINGS, make_observation(live=live))
    return considered(SETTINGS, carried_out(seen.plan, seen.observation))


def after(done: Convergence, **changes: object) -> Convergence:
    """Return the look on the remembered zone with another address, and these settings."""
    settings = make_settings("www", "api", **changes)
    memory = remembered_of(SETTINGS, done)
    zone = from_memory(ZONE, memory[ZONE], done.observation.registry)
    moved = make_observation(ipv4="203.0.113.8").addresses
    return considered(settings, replace(done.observation, addresses=moved, zones=(zone,)))


def test_a_remembered_zone_is_the_zone_as_it_was_listed() -> None:
    done = converged([THEIRS])
    (zone,) = done.observation.zones
    memory = remembered_of(SETTINGS, done)[ZONE]
    remembered = from_memory(ZONE, memory, done.observation.registry)
    assert not isinstance(zone, UnreadZone)
    assert memory.others == (THEIRS,)
    assert set(remembered.records) == set(zone.records)
    assert (remembered.zone, remembered.zone_id) == (ZONE, ZONE_ID)


def test_a_record_that_state_has_learnt_of_since_is_there_once() -> None:
    memory = remembered_of(SETTINGS, converged([THEIRS]))[ZONE]
    ours = replace(converged().observation.registry.records[0], id=THEIRS.id)
    assert from_memory(ZONE, memory, Registry((ours,))).records == (LiveRecord(THEIRS.id, ours.record),)


def test_another_address_needs_no_listing() -> None:
    seen = after(converged())
    assert seen.changes
    assert is_enough(seen)


def test_a_name_that_is_new_needs_a_listing() -> None:
    assert not is_enough(considered(make_settings("www", "api", "new"), converged().observation))


def test_a_name_that_goes_needs_a_listing() -> None:
    assert not is_enough(considered(make_settings("www"), converged().observation))


def test_fields_that_people_may_have_set_need_a_listing() -> None:
    assert not is_enough(after(converged(), keep=["ttl"]))


def test_what_the_guard_refuses_needs_a_listing() -> None:
    refusal = Refusal(ZONE, "deletes too much", ())
    assert not is_enough(replace(after(converged()), refusals=(refusal,)))


@pytest.mark.parametrize("changed", [{"interrupted": ("urn",)}, {"twice": converged().observation.registry.records}])
def test_state_that_is_not_settled_needs_a_listing(changed: dict[str, object]) -> None:
    seen = after(converged())
    registry = replace(seen.observation.registry, **changed)  # type: ignore[arg-type] # fields of many types
    assert not is_enough(replace(seen, observation=replace(seen.observation, registry=registry)))


def test_nothing_is_remembered_of_a_zone_that_was_not_read() -> None:
    done = converged()
    unread = replace(done.observation, zones=(UnreadZone(ZONE, "gone"),))
    assert not remembered_of(SETTINGS, considered(SETTINGS, unread))


def test_nothing_is_remembered_where_a_record_was_taken_over() -> None:
    there = LiveRecord("1", a_record("www", "203.0.113.7"))
    seen = considered(make_settings("www", adopt="same-content"), make_observation(live=[there]))
    assert [one.action.value for one in seen.changes if one.resource.is_record] == ["adopt"]
    assert not remembered_of(SETTINGS, seen)


def test_nothing_is_remembered_beside_a_conflict() -> None:
    seen = considered(SETTINGS, make_observation(live=[LiveRecord("1", a_record("www", "192.0.2.1"))]))
    assert seen.plan.conflicts
    assert not remembered_of(SETTINGS, seen)


def test_nothing_is_remembered_where_sets_are_written_whole() -> None:
    settings = make_settings("www", provider="gandi")
    observation: Observation = make_observation()
    assert not remembered_of(settings, considered(settings, observation, ConvergenceOptions()))


@pytest.mark.parametrize("special", [{"proxiable": False}, {"managed_by": "a Worker"}])
def test_nothing_is_remembered_where_the_provider_says_more_of_our_records_than_state_keeps(
    special: dict[str, object],
) -> None:
    done = converged()
    (zone,) = done.observation.zones
    assert not isinstance(zone, UnreadZone)
    told = tuple(replace(one, **special) for one in zone.records)  # type: ignore[arg-type] # likewise
    observation = replace(done.observation, zones=(replace(zone, records=told),))
    assert not remembered_of(SETTINGS, replace(done, observation=observation))
