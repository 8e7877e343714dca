"""Aliases of names of their own zone that have no record are made, and told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stacks.model.advice import Advice
from stacks.model.claims import Claim, ObjectKey, SourceSighting
from stacks.model.plan import Plan
from stacks.model.values import Known, LiveRecord, Unknown, ZoneSnapshot
from stacks.plan.planner import make_plan
from stacks.settings.stack import parse
from tests.profiles import examples
from tests.stacks.plan.worlds import a_record, applied, make_observation, make_settings

LABELS = ("a", "b", "c", "lan", "x.lan")


def alias(name: str, target: str) -> dict[str, object]:
    return {"name": name, "type": "CNAME", "content": f"{target}.example.com" if target in LABELS else target}


def planned(records: Sequence[Mapping[str, object]], *live: LiveRecord, **changes: object) -> Plan:
    return make_plan(make_settings(records=list(records), **changes), make_observation(live=live))


def told(plan: Plan) -> tuple[Advice, ...]:
    return tuple(one for one in plan.advice if "has no record in the zone" in one.what)


def test_the_target_is_named_once_with_all_that_point_to_it_and_they_are_made() -> None:
    plan = planned([alias("grafana", "lan.example.com"), alias("s3", "lan"), alias("out", "lb.example.org")])
    (one,) = told(plan)
    assert one.subject == "lan.example.com"
    assert one.what == "has no record in the zone example.com, and grafana.example.com, s3.example.com point to it"
    assert "cluster.gateways" not in one.do
    assert {one.name for one in plan.record_sets} == {f"{label}.example.com" for label in ("grafana", "s3", "out")}


def test_of_those_that_objects_ask_for_it_says_what_chooses_the_objects() -> None:
    key = ObjectKey("", "HTTPRoute", "shop", "grafana")
    claim = Claim("grafana.example.com", "CNAME", Known(("lan.example.com",)), key, "2026-01-01T00:00:00Z")
    source = SourceSighting("", "gateway-httproute", "HTTPRoute", Known((claim,)))
    seen = replace(make_observation(), sources=(source,))
    (one,) = told(make_plan(make_settings(sources=["gateway-httproute"]), seen))
    assert one.what == "has no record in the zone example.com, and grafana.example.com points to it"
    assert "cluster.gateways" in one.do


@pytest.mark.parametrize(
    ("records", "live"),
    [
        ([{"name": "lan", "type": "A", "content": "192.0.2.1"}], []),
        ([alias("lan", "lb.example.org")], []),
        ([{"name": "*", "type": "A", "content": "192.0.2.1"}], []),
        ([], [a_record("lan", "192.0.2.1")]),
        ([], [a_record("lan", "text", "TXT")]),
        ([], [a_record("*", "lb.example.org", "CNAME")]),
        ([], [a_record("lan", "ns.example.org", "NS")]),
    ],
    ids=["planned", "an alias", "below a wildcard", "somebody else's", "of any type", "below theirs", "delegated"],
)
def test_a_target_that_is_there_is_not_told(records: list[Mapping[str, object]], live: list[object]) -> None:
    found = [LiveRecord(f"r{number}", one) for number, one in enumerate(live)]  # type: ignore[arg-type] # records
    assert told(planned([alias("grafana", "lan"), *records], *found)) == ()


def test_one_whose_address_is_not_known_yet_and_one_of_a_zone_below_are_not_told() -> None:
    zones = [{"zone": "example.com", "records": [alias("a", "x.dev"), alias("b", "wan")], "names": ["wan"]}]
    chosen = parse({"zones": [*zones, {"zone": "dev.example.com"}]}, {}, stack="home", where="test")
    seen = make_observation(ipv4=Unknown("no source answers"))
    below = ZoneSnapshot("dev.example.com", "z2", ())
    unknown = replace(seen, zones=(*seen.zones, below))
    plan = make_plan(chosen, unknown)
    assert {one.name for one in plan.record_sets} == {"a.example.com", "b.example.com"}
    assert told(plan) == ()


@given(
    pointing=st.dictionaries(st.sampled_from(LABELS), st.sampled_from([*LABELS, "lb.example.org", "@"]), max_size=5),
    there=st.sets(st.sampled_from(LABELS)),
)
@settings(max_examples=examples(200), deadline=None)
def test_it_is_told_of_exactly_those_aliases_whose_target_is_nowhere(pointing: dict[str, str], there: set[str]) -> None:
    aliases = {name: target for name, target in pointing.items() if target != name and name not in there}
    live = [LiveRecord(f"r{number}", a_record(label, "192.0.2.1")) for number, label in enumerate(sorted(there))]
    plan = planned([alias(*one) for one in aliases.items()], *live)
    missing = {one for one in aliases.values() if one in LABELS} - there - aliases.keys()
    assert {one.subject.removesuffix(".example.com") for one in told(plan)} == missing
    assert {one.name.removesuffix(".example.com") for one in plan.record_sets} == aliases.keys()
    after, owned = applied(plan, live)
    again = make_plan(
        make_settings(records=[alias(*one) for one in aliases.items()]), make_observation(live=after, owned=owned)
    )
    assert told(again) == told(plan)
