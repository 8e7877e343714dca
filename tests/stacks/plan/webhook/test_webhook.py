"""What external-dns asks for, from its claims through a plan into state, and out of state again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.records.logical_name import LogicalName
from components.records.record import Record
from stacks.model.claims import Claim, webhook_key
from stacks.model.observation import Observation, Registry
from stacks.model.plan import Plan
from stacks.model.values import Conflict, Known, LiveRecord, Rejected, ZoneSnapshot
from stacks.observe.webhook.kept import kept, kept_source, sighting
from stacks.plan.changes import changes
from stacks.plan.planner import make_plan
from stacks.plan.records.adoption import Takeover
from stacks.plan.records.record_sets import Key
from stacks.plan.safety.guard import refusals
from stacks.plan.safety.held_back import held_back
from stacks.plan.safety.refusal import Refusal
from stacks.plan.simulate import carried_out
from stacks.plan.webhook.moving import with_moving
from stacks.plan.webhook.resolved import resolved
from stacks.plan.webhook.undone import CarriedOut, undone
from stacks.settings.stack import Settings
from tests.profiles import examples
from tests.stacks.plan.shared_world import asks, source
from tests.stacks.plan.worlds import ZONE, ZONE_ID, make_observation, make_settings

Claims = dict[Key, Claim]
WWW = f"www.{ZONE}"
TARGETS = {
    "A": ["8.8.4.4", "8.8.8.8", "1.1.1.1"],
    "AAAA": ["2001:4860:4860::8888"],
    "TXT": ['"v=spf1 -all"', '"b"'],
    "MX": ["10 mx.example.net", "20 mx.example.net"],
}


def claim(
    name: str, record_type: str = "A", *targets: str, resource: str = "service/shop/web", **said: object
) -> Claim:
    found = Claim(
        f"{name}.{ZONE}",
        record_type,
        Known(tuple(sorted(targets or ("8.8.4.4",)))),
        webhook_key(resource, f"{name}.{ZONE}"),
        created="",
    )
    return replace(found, **said)  # type: ignore[arg-type] # settings of a claim


def by_key(claims: Iterable[Claim]) -> Claims:
    return {(one.name, one.type or ""): one for one in claims}


@st.composite
def any_claims(draw: st.DrawFn) -> Claims:
    found: list[Claim] = []
    for name in draw(st.sets(st.sampled_from(["a", "b", "*.c", "d.e"]), max_size=4)):
        alias = draw(st.booleans())
        for kind in ["CNAME"] if alias else draw(st.sets(st.sampled_from(sorted(TARGETS)), min_size=1)):
            targets = ["there.example.net"] if alias else draw(st.sets(st.sampled_from(TARGETS[kind]), min_size=1))
            found.append(
                claim(
                    *(name, kind, *targets),
                    resource=draw(st.sampled_from(["ingress/shop/web", "crd/mail/x", "node/n1", ""])),
                    ttl=draw(st.sampled_from([None, 1, 60, 300, 5])),
                    proxied=draw(st.sampled_from([None, True, False])),
                    comment=draw(st.sampled_from([None, "", "the front door"])),
                )
            )
    return by_key(found)


def after(chosen: Settings, observation: Observation, claims: Claims) -> tuple[Observation, Plan]:
    seen = replace(observation, sources=(sighting(claims.values()),))
    plan = make_plan(chosen, seen)
    done = carried_out(plan, seen)
    records = tuple(replace(one, urn=one.logical_name) for one in done.registry.records)
    return replace(done, registry=replace(done.registry, records=records)), plan


class TestWhatWasAskedFor:
    @given(any_claims(), any_claims(), st.sampled_from(["txt", "comment"]), st.sampled_from([{}, {"proxied": True}]))
    @settings(max_examples=examples(600))
    def test_is_known_from_state_and_asked_for_again_changes_nothing(
        self, first: Claims, then: Claims, marks: str, by_default: dict[str, bool]
    ) -> None:
        chosen = make_settings("own", marks=marks, **by_default)
        world = make_observation()
        for claims in (first, then):
            world, plan = after(chosen, world, claims)
            if plan.deferred:
                world, plan = after(chosen, world, claims)
            endpoints = resolved(chosen, claims.values(), {})
            assert endpoints.keys() == claims.keys()
            assert (
                list(undone(claims, (first.keys() | then.keys()) - claims.keys(), endpoints, CarriedOut(chosen, plan)))
                == []
            )
            remembered = kept(world.registry)
            assert resolved(chosen, remembered.values(), {}) == endpoints
            for known in (claims, remembered):
                seen = replace(world, sources=(sighting(known.values()),))
                assert changes(make_plan(chosen, seen), seen) == ()

    def test_is_no_source_where_nobody_ever_asked(self) -> None:
        assert kept_source(make_settings("own"), Registry()) == ()
        listening = make_settings("own", watch={"webhook": {"listen": "127.0.0.1:8888"}})
        assert kept_source(listening, Registry()) == (sighting(()),)

    def test_stays_without_a_listener_until_the_settings_say_that_it_asks_no_more(self) -> None:
        world, _ = after(make_settings("own"), make_observation(), by_key([claim("www")]))
        (source,) = kept_source(make_settings("own"), world.registry)
        assert isinstance(source.found, Known)
        assert [one.name for one in source.found.value if isinstance(one, Claim)] == [WWW]
        retired = make_settings("own", watch={"webhook": {"retired": True}})
        assert kept_source(retired, world.registry) == (sighting(()),)

    def test_by_several_objects_at_one_name_is_had_by_all(self) -> None:
        claims = by_key([claim("www", resource="ingress/a/web"), claim("www", "TXT", '"b"', resource="crd/b/text")])
        world, plan = after(make_settings(), make_observation(), claims)
        assert {(one.name, one.type) for one in plan.record_sets} == claims.keys()
        assert {str(one.object) for one in kept(world.registry).values()} == {
            "ingress a/web in external-dns",
            "crd b/text in external-dns",
        }


class TestASourceThatMoves:
    def test_changes_no_record_while_both_ask_and_none_when_external_dns_asks_no_more(self) -> None:
        chosen = make_settings("own", clusters=[{"name": "home"}])
        world, _ = after(chosen, make_observation(), by_key([claim("www")]))
        ours = source("home", replace(asks("web", "8.8.4.4"), name=WWW))
        for theirs in ([claim("www")], []):
            seen = replace(world, sources=(ours, sighting(theirs)))
            plan = make_plan(chosen, seen)
            assert [one for one in changes(plan, seen) if one.resource.is_record] == []
            assert refusals(chosen, plan, changes(plan, seen), seen) == ()
            assert list(undone(by_key(theirs), set(), resolved(chosen, theirs, {}), CarriedOut(chosen, plan))) == []
            world = carried_out(plan, seen)
        assert list(undone({}, {(WWW, "A")}, {}, CarriedOut(chosen, plan))) == []
        assert kept(world.registry) == {}


class TestWhatIsUndone:
    def reasons(self, claims: Claims, unwanted: set[Key], outcome: CarriedOut) -> Mapping[Key, str]:
        endpoints = resolved(outcome.settings, claims.values(), {})
        return {(one.name, one.type): one.reason for one in undone(claims, unwanted, endpoints, outcome)}

    def test_has_the_words_of_the_guard(self) -> None:
        chosen = make_settings()
        claims = by_key(claim(f"n{number}") for number in range(6))
        world, _ = after(chosen, make_observation(), claims)
        seen = replace(world, sources=(sighting(()),))
        plan = make_plan(chosen, seen)
        refused = refusals(chosen, plan, changes(plan, seen), seen)
        plan = held_back(plan, refused, seen)
        assert changes(plan, seen) == ()
        found = self.reasons({}, set(claims), CarriedOut(chosen, plan, refused))
        assert found.keys() == claims.keys()
        (said,) = set(found.values())
        assert said == (
            "the guard refuses it: all that the objects of external-dns's webhook have asked for would be deleted: "
            "6 records; external-dns asks for none of it any more"
        )

    def test_has_the_reason_of_each_other_kind(self) -> None:
        chosen = make_settings("own", policy="upsert-only")
        claims = by_key(
            [claim("www"), claim("own"), replace(claim("www"), name="www.example.net"), claim("in", "A", "10.0.0.1")]
        )
        world, plan = after(chosen, make_observation(), claims)
        theirs = Conflict(WWW, "A", "somebody", "it stands there")
        plan = replace(plan, record_sets=(), conflicts=(theirs,))
        found = self.reasons(claims, set(), CarriedOut(chosen, plan))
        assert found[WWW, "A"] == "somebody: it stands there"
        assert "the settings have it too" in found[f"own.{ZONE}", "A"]
        assert found["www.example.net", "A"] == "it lies in none of the zones"
        assert "truenorth:private_addresses" in found[f"in.{ZONE}", "A"]
        name = str(LogicalName(WWW, "A"))
        refused = Rejected(
            ZONE,
            name,
            Record(WWW, "A", "8.8.4.4", 1, proxied=False, comment=""),
            is_deletion=False,
            words="no",
            asked_by=(),
        )
        plan = replace(plan, conflicts=(), rejected=(refused,))
        assert (
            self.reasons(by_key([claim("www")]), set(), CarriedOut(chosen, plan))[WWW, "A"]
            == "the provider refuses it: no"
        )
        world, plan = after(chosen, world, {})
        found = self.reasons({}, {(WWW, "A")}, CarriedOut(chosen, plan))
        assert found == {
            (WWW, "A"): "policy: upsert-only keeps what is there; give external-dns --policy=upsert-only too"
        }

    @pytest.mark.parametrize(
        "other", [{"ttl": 600}, {"proxied": True}, {"comment": "x"}, {"targets": Known(("8.8.8.8",))}]
    )
    def test_is_each_field_that_is_not_as_it_is_asked_for(self, other: dict[str, Any]) -> None:
        chosen = make_settings()
        _, plan = after(chosen, make_observation(), by_key([claim("www")]))
        wanted = by_key([replace(claim("www"), **other)])
        assert self.reasons(wanted, set(), CarriedOut(chosen, plan)).keys() == {(WWW, "A")}

    def test_is_told_where_nothing_else_is_known_of_it(self) -> None:
        empty = CarriedOut(make_settings(), Plan((), (), ()), (Refusal(ZONE, "another", ()),))
        assert self.reasons(by_key([claim("www")]), set(), empty) == {(WWW, "A"): "it has not been carried out"}


class TestRecordsThatMoveIn:
    MARK = '"heritage=external-dns,external-dns/owner=default,external-dns/resource=ingress/shop/web"'

    def zone(self, *records: Record) -> Observation:
        live = tuple(LiveRecord(f"r{number}", one) for number, one in enumerate(records))
        world = replace(make_observation(), zones=(ZoneSnapshot(ZONE, ZONE_ID, live),))
        return replace(world, sources=(sighting(()),))

    def test_are_asked_for_as_they_are_by_an_adoption_where_external_dns_will_ask_here(self) -> None:
        theirs = Record(WWW, "A", "8.8.4.4", 600, proxied=False, comment="x")
        mark = Record(f"a-{WWW}", "TXT", self.MARK, 1, proxied=False, comment="")
        other = Record(f"api.{ZONE}", "A", "8.8.4.4", 600, proxied=False, comment="")
        own = Record(f"own.{ZONE}", "A", "8.8.4.4", 600, proxied=False, comment="")
        own_mark = Record(f"a-own.{ZONE}", "TXT", self.MARK, 1, proxied=False, comment="")
        world = self.zone(theirs, mark, other, own, own_mark)
        listening = make_settings("own", watch={"webhook": {"listen": "127.0.0.1:8888"}})
        (found,) = with_moving(listening, world, Takeover("external-dns", "default")).sources
        assert isinstance(found.found, Known)
        (moving,) = found.found.value
        assert isinstance(moving, Claim)
        assert (moving.name, moving.targets, moving.ttl, moving.comment) == (WWW, Known(("8.8.4.4",)), 600, "x")
        assert moving.object.resource == "external-dns/ingress/shop/web"
        for chosen, takeover in (
            (make_settings("own"), Takeover("external-dns")),
            (listening, Takeover("external-dns", "another")),
            (listening, Takeover("truenorth")),
            (listening, None),
        ):
            (found,) = with_moving(chosen, world, takeover).sources
            assert found.found == Known(())
