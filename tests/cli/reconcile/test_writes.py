from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address

from bench.campaigns.paper import carried_out
from cli.reconcile.result import Convergence
from cli.reconcile.writes import intent, removal
from cli.shards.parts import StackPart, parts
from stacks.model.observation import Observation, Registry
from stacks.model.shards import root_of
from stacks.model.values import WAN, Family, Known, Sighting, ZoneSnapshot
from stacks.plan.changes import changes
from stacks.plan.planner import make_plan
from stacks.settings.stack import GuardSettings, Settings, parse


def settings(*names: object, **others: object) -> Settings:
    return parse({"zone": "example.com", "names": list(names), **others}, {}, stack="home", where="test")


def seen(wish: Settings, before: Settings | None = None, address: str = "203.0.113.7") -> Convergence:
    """What a convergence sees that finds the zone as the settings of before have made it, and empty without."""
    sightings = (Sighting(WAN, Family.IPV4, Known((IPv4Address("203.0.113.7"),))),)
    zone, registry = ZoneSnapshot("example.com", "z", ()), Registry()
    if before:
        zone, registry = carried_out(make_plan(before, Observation(sightings, (zone,), registry)))
        urn = "urn:pulumi:home::truenorth::cloudflare:index/dnsRecord:DnsRecord::"
        records = tuple(replace(one, urn=f"{urn}{one.logical_name}") for one in registry.records)
        registry = replace(registry, records=records)
    now = (Sighting(WAN, Family.IPV4, Known((IPv4Address(address),))),)
    observation = Observation(now, (zone,), registry)
    plan = make_plan(wish, observation)
    return Convergence(observation, plan, changes(plan, observation), (), 0.0)


def writes(convergence: Convergence) -> list[tuple[str, str]]:
    """Each write, and the name of its record, or the id of what is deleted."""
    found = intent(convergence).foreseen
    return [(one.method, one.record.name if one.record else one.record_id) for one in found]


class TestWhatIsForeseen:
    def test_is_set_by_set_and_each_after_its_mark(self) -> None:
        assert writes(seen(settings("www", "api"))) == [
            ("POST", "_truenorth-a.www.example.com"),
            ("POST", "www.example.com"),
            ("POST", "_truenorth-a.api.example.com"),
            ("POST", "api.example.com"),
        ]

    def test_of_a_new_address_is_one_change_a_name(self) -> None:
        found = seen(settings("www", "api"), settings("www", "api"), "203.0.113.8")
        assert writes(found) == [("PUT", "www.example.com"), ("PUT", "api.example.com")]

    def test_deletes_records_before_their_marks_and_before_all_else(self) -> None:
        found = seen(settings("www"), settings("api", "shop"))
        ids = {one.logical_name: one.id for one in found.observation.registry.records}
        gone = [ids[f"{name}.example.com/A{mark}"] for mark in ("", "/mark") for name in ("api", "shop")]
        assert [place for method, place in writes(found) if method == "DELETE"] == gone
        assert [method for method, _ in writes(found)] == ["DELETE"] * 4 + ["POST"] * 2

    def test_is_nothing_where_nothing_is_to_be_done(self) -> None:
        assert writes(seen(settings("www"), settings("www"))) == []

    def test_is_nothing_at_a_provider_that_takes_one_write_a_call(self) -> None:
        assert writes(seen(settings("www", provider="gandi"))) == []


class TestWhatIsOwned:
    def test_is_what_state_has(self) -> None:
        found = seen(settings("www"), settings("www"))
        assert intent(found).owned == {"z": {one.id for one in found.observation.registry.records}}


class TestARemoval:
    def test_foresees_what_is_there_records_first(self) -> None:
        registry = seen(settings("www"), settings("www", "api")).observation.registry
        ids = {one.logical_name: one.id for one in registry.records}
        gone = ids.pop("api.example.com/A")
        found = removal(registry, set(ids.values()))
        assert [one.record_id for one in found.foreseen] == [
            ids[name] for name in ("www.example.com/A", "www.example.com/A/mark", "api.example.com/A/mark")
        ]
        assert gone in found.owned["z"]


class TestTheParts:
    def parts(self, found: Convergence, *, every: bool = False) -> dict[str, StackPart]:
        all_of_it = parts(GuardSettings(), found.plan, found.observation, found.changes, (), "home", every=every)
        return {one.stack: one for one in all_of_it}

    def test_of_a_settled_estate_are_none(self) -> None:
        assert self.parts(seen(settings("www"), settings("www"))) == {}

    def test_are_all_where_all_are_asked_for(self) -> None:
        found = self.parts(seen(settings("www"), settings("www")), every=True)
        assert {stack: part.is_urgent for stack, part in found.items()} == {"home": False}

    def test_of_a_new_estate_are_its_shards_and_then_its_own_stack_which_remembers_how_many(self) -> None:
        found = self.parts(seen(settings("www", "api", "shop", shards=2)))
        assert list(found)[-1] == "home"
        assert [part.is_urgent for part in found.values()] == [True] * (len(found) - 1) + [False]
        assert sum(len(part.changes) for part in found.values()) == 6
        assert not any(part.is_made for part in found.values())

    def test_of_a_run_that_was_cut_off_is_that_stack(self) -> None:
        found = seen(settings("www"), settings("www"))
        registry = replace(found.observation.registry, interrupted=(root_of("home-shard-3", "truenorth"),))
        found = replace(found, observation=replace(found.observation, registry=registry))
        (part,) = self.parts(found).values()
        assert (part.stack, part.interrupted, part.is_made, part.plan.record_sets) == ("home-shard-3", True, False, ())
