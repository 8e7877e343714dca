"""What `truenorth sources` shows is what a plan has."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from components.records import canonical_content
from stacks.model.claims import Complaint, Detected, ObjectKey
from stacks.model.observation import Observation, Registry
from stacks.model.values import Unknown, ZoneSnapshot
from stacks.plan.asked import AskedName, asked_names
from stacks.plan.planner import make_plan
from stacks.plan.records.record_sets import declared_records
from tests.profiles import examples
from tests.stacks.plan.any_clusters import OBJECTS, Asks, Clusters, any_marks, asking, settings_of, sighting
from tests.stacks.plan.shared_world import asks, source
from tests.stacks.plan.worlds import make_settings

HERE = "203.0.113.7"
WEB = ObjectKey("home", "HTTPRoute", "shop", "web")


@settings(max_examples=examples(800), deadline=None, suppress_health_check=list(HealthCheck))
@given(
    any_marks(),
    st.dictionaries(st.sampled_from(OBJECTS), asking, max_size=6),
    st.sampled_from([(), ("www",), ("api",)]),
)
def test_names_types_targets_and_settings_are_those_of_a_plan(
    marks: tuple[str, str], objects: dict[ObjectKey, Asks], names: tuple[str, ...]
) -> None:
    chosen = settings_of(marks, names)
    sources = Clusters(objects).sources()
    zones = tuple(ZoneSnapshot(zone.zone, f"z-{zone.zone}", ()) for zone in chosen.each_zone())
    plan = make_plan(chosen, Observation(sighting(HERE), zones, Registry(), sources))
    asked = dict(plan.asked_by)
    planned = {
        (one.zone, record.name, record.type, value, record.ttl, record.proxied)
        for one in plan.record_sets
        if (one.name, one.type) in asked
        for name, record in declared_records(one).items()
        if not name.endswith("/mark")
        for value in canonical_content.split(record.content)
    }
    found = asked_names(chosen, sources)
    made = [one for one in found.names if one.state == "made"]
    shown = {
        (one.zone, one.name, one.type, target, one.ttl, one.proxied)
        for one in made
        for target in (*one.targets, *([HERE] if one.links else []))
    }
    assert shown == planned
    assert found.complaints == plan.complaints
    assert {one.name for one in found.names if one.state == "conflict"} == {one.name for one in plan.conflicts}
    assert {(key, one.name) for one in found.names for key in one.objects} == {
        (key, one.name) for key, one in objects.items()
    }, "each object stands beside each of its names"


def only(*claims: object) -> AskedName:
    found = asked_names(make_settings(), (source("home", *claims),))  # type: ignore[arg-type] # test values
    (one,) = found.names
    return one


def test_a_name_without_a_target_of_use_waits_with_the_reason() -> None:
    one = only(asks("10.0.0.1"))
    assert (one.state, one.targets) == ("waiting", ())
    assert "10.0.0.1 is an address of a private network" in one.why


def test_a_detected_address_is_a_link_and_no_target() -> None:
    one = only(asks(targets=Detected()))
    assert (one.targets, one.links, one.type, one.state) == ((), ("",), "A", "made")


def test_an_object_with_the_address_that_stands_in_has_it_as_its_target() -> None:
    found = asked_names(
        make_settings(),
        (source("home", asks("1.2.3.1", host="a.example.com"), asks(host="b.example.com", targets=Detected())),),
    )
    assert [(one.targets, one.links) for one in found.names] == [(("1.2.3.1",), ()), ((), ("",))]


def test_a_name_without_an_address_waits() -> None:
    one = only(asks(record_type=None, targets=Unknown("no address")))
    assert (one.state, one.why, one.type) == ("waiting", "no address", "")


def test_a_name_that_the_settings_have_is_skipped() -> None:
    found = asked_names(make_settings("www"), (source("home", asks("192.0.2.1")),))
    assert [(one.state, one.objects) for one in found.names] == [("skipped", (WEB,))]
    assert [isinstance(one, Complaint) for one in found.complaints] == [True]


def test_a_name_elsewhere_is_shown_as_it_is_asked_for() -> None:
    one = only(asks("192.0.2.1", host="www.example.org"))
    assert (one.state, one.zone, one.targets) == ("outside", "", ("192.0.2.1",))


def test_a_comment_is_shown_without_the_mark_in_it() -> None:
    claim = asks("192.0.2.1", comment="the door")
    found = asked_names(make_settings(marks="comment"), (source("home", claim),))
    assert [one.comment for one in found.names] == ["the door"]


def test_a_name_may_have_several_targets() -> None:
    assert only(asks("192.0.2.1", "192.0.2.2")).targets == ("192.0.2.1", "192.0.2.2")
