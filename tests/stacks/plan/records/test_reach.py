"""Sets that nobody can write, and contents that the provider does not proxy."""

from __future__ import annotations

from dataclasses import replace

from stacks.model.values import LiveRecord
from stacks.plan.planner import make_plan
from tests.stacks.plan.worlds import a_record, make_observation, make_settings


def servers(*names: str) -> list[LiveRecord]:
    """A delegation of dev.example.com."""
    return [LiveRecord(f"ns{number}", a_record("dev", name, "NS")) for number, name in enumerate(names)]


def test_of_several_cuts_the_one_nearest_to_the_apex_is_named() -> None:
    inner = LiveRecord("inner", a_record("x.dev", "ns9.example.org", "NS"))
    plan = make_plan(make_settings("y.x.dev.example.com"), make_observation(live=[*servers("ns1.example.org"), inner]))
    (told,) = plan.conflicts
    assert told.reason.startswith("dev.example.com is delegated to ns1.example.org: a record here is never answered")
    assert "name servers of dev.example.com" in told.way


def test_a_delegation_in_the_settings_is_made_and_marked_beside_it_with_its_key_and_glue() -> None:
    records = [
        {"name": "dev", "type": "NS", "content": ["ns1.dev.example.com", "ns.example.org"]},
        {"name": "dev", "type": "DS", "content": f"1 13 2 {'ab' * 32}"},
        {"name": "ns1.dev", "type": "A", "content": "203.0.113.5"},
    ]
    plan = make_plan(make_settings(records=records, marks="comment"), make_observation())
    assert {(one.name, one.type) for one in plan.record_sets} == {
        ("dev.example.com", "NS"),
        ("dev.example.com", "DS"),
        ("ns1.dev.example.com", "A"),
    }
    plan = make_plan(make_settings(records=records[:2]), make_observation())
    assert {one.mark_name for one in plan.record_sets} == {
        "_truenorth-ns-dev.example.com",
        "_truenorth-ds-dev.example.com",
    }
    assert plan.conflicts == ()


def test_what_is_ours_below_a_new_delegation_of_the_settings_stays_and_is_told() -> None:
    live = LiveRecord("r1", a_record("www.dev", "203.0.113.7"))
    records = [{"name": "dev", "type": "NS", "content": "ns.example.org"}]
    plan = make_plan(make_settings(records=records, adopt="all"), make_observation(live=[live]))
    assert [(one.name, one.type) for one in plan.record_sets] == [("dev.example.com", "NS")]


def test_of_many_name_servers_three_are_named() -> None:
    live = servers(*(f"ns{number}.example.org" for number in range(40)))
    (told,) = make_plan(make_settings("dev"), make_observation(live=live)).conflicts
    assert "ns0.example.org, ns1.example.org, ns10.example.org and 37 more" in told.reason


def test_an_address_that_the_provider_does_not_proxy_is_left_out_of_a_proxied_set() -> None:
    wish = {"name": "www", "targets": ["10.0.0.1", "203.0.113.7"], "proxied": True}
    private = replace(LiveRecord("r1", a_record("www", "10.0.0.1")), proxiable=False)
    plan = make_plan(make_settings(wish, adopt="all"), make_observation(live=[private]))
    (record_set,) = plan.record_sets
    assert (record_set.proxied, [slot.target for slot in record_set.slots]) == (True, ["203.0.113.7"])
    assert "Cloudflare does not proxy it; it is left out" in [one.reason for one in plan.conflicts]


def test_a_set_of_such_addresses_alone_goes_unproxied_and_is_told() -> None:
    wish = {"name": "www", "targets": ["10.0.0.1"], "proxied": True}
    private = replace(LiveRecord("r1", a_record("www", "10.0.0.1")), proxiable=False)
    plan = make_plan(make_settings(wish, adopt="same-content"), make_observation(live=[private]))
    (record_set,) = plan.record_sets
    assert (record_set.proxied, [slot.import_id for slot in record_set.slots]) == (False, ["r1"])
    assert [one.reason for one in plan.conflicts] == ["Cloudflare does not proxy it; it is not proxied"]
