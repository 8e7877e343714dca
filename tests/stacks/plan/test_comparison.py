from __future__ import annotations

import base64
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from components.marks import external_dns
from components.marks.external_dns import Affix, Labels
from components.records.record import Record
from stacks.model.claims import Claim, Complaint, ObjectKey, SourceSighting
from stacks.model.observation import Observation
from stacks.model.values import Known, LiveRecord, RegisteredRecord, Sighting, Unknown, UnreadZone
from stacks.plan.comparison import Comparison, compare
from stacks.plan.planner import make_plan
from stacks.plan.records.adoption import Takeover
from stacks.plan.records.holders import held
from stacks.settings.stack import Settings
from tests.stacks.plan.any_worlds import Theirs, any_addresses, any_settings, theirs
from tests.stacks.plan.paper import Paper
from tests.stacks.plan.worlds import ZONE, a_record, make_observation, make_settings, owned_www

EXAMPLES = 100
WISH, OTHER = "203.0.113.7", "198.51.100.80"
THEIRS = Takeover("external-dns", "default")


def marked(*records: Record, owner: str = "default", resource: str = "ingress/web/shop") -> list[LiveRecord]:
    """Records of an external-dns with their marks."""
    names = {external_dns.mark_name(one.name, one.type, Affix()) for one in records}
    text = external_dns.encode(Labels(owner, resource))
    marks = [Record(name, "TXT", text, 1, proxied=False, comment="") for name in sorted(names)]
    return [LiveRecord(f"{owner} {number}", one) for number, one in enumerate((*records, *marks))]


def compared(
    wished: Settings,
    live: list[LiveRecord],
    *,
    owned: list[RegisteredRecord] | None = None,
    takeover: Takeover = THEIRS,
    ipv4: str | Unknown = WISH,
) -> Comparison:
    observation = make_observation(ipv4=ipv4, live=live, owned=owned or ())
    return compare(wished, observation, make_plan(wished, observation, takeover), takeover)


def fates(found: Comparison) -> dict[str, str]:
    return {f"{one.name.removesuffix(f'.{ZONE}')} {one.type}": one.fate for one in found.sets}


@pytest.mark.parametrize(
    ("there", "wished", "fate", "differences"),
    [
        ({}, {}, "same", ()),
        ({"content": OTHER}, {}, "differs", (f"{OTHER} -> {WISH}",)),
        ({"ttl": 300}, {}, "differs", ("ttl 300 -> 1",)),
        ({}, {"ttl": 300}, "differs", ("ttl 1 -> 300",)),
        ({"proxied": True}, {}, "differs", ("proxied True -> False",)),
        ({"proxied": True, "ttl": 1}, {"proxied": True, "ttl": 300}, "same", ()),
        ({"comment": "x"}, {}, "differs", ("comment 'x' -> ''",)),
        ({"content": OTHER, "ttl": 60}, {}, "differs", (f"{OTHER} -> {WISH}", "ttl 60 -> 1")),
    ],
)
def test_a_set_of_both_is_compared_field_by_field(
    there: dict[str, object], wished: dict[str, object], fate: str, differences: tuple[str, ...]
) -> None:
    record = replace(a_record("www", WISH), **there)  # type: ignore[arg-type] # test values
    found = compared(make_settings({"name": "www", **wished}), marked(record))
    assert [(one.fate, one.differences) for one in found.sets] == [(fate, differences)]
    assert found.is_safe == (fate == "same")


def test_our_marks_in_comments_are_no_difference() -> None:
    wished = make_settings({"name": "www", "comment": "the front door"}, marks="comment")
    found = compared(wished, marked(a_record("www", WISH, comment="the front door")))
    assert fates(found) == {"www A": "same"}


def test_a_set_of_several_records_is_the_same_in_any_order_and_differs_by_one() -> None:
    both = [a_record("www", OTHER), a_record("www", WISH)]
    wished = make_settings({"name": "www", "targets": [WISH, OTHER]})
    assert fates(compared(wished, marked(*both))) == {"www A": "same"}
    (one,) = compared(wished, marked(both[0])).sets
    assert (one.fate, one.differences) == ("differs", (f"{OTHER} -> {OTHER}, {WISH}",))


def test_what_either_side_has_alone_is_told_with_who_asks_for_it() -> None:
    found = compared(make_settings("new"), marked(a_record("www", WISH)))
    assert [(one.name, one.fate, one.asked_by) for one in found.sets] == [
        (f"new.{ZONE}", "only here", ()),
        (f"www.{ZONE}", "only there", ("ingress/web/shop",)),
    ]
    assert not found.is_safe


def test_what_is_ours_already_keeps_nobody_from_switching() -> None:
    live, owned = owned_www()
    found = compared(make_settings("www", "api"), [*live, *marked(a_record("api", WISH))], owned=owned)
    assert (fates(found), found.is_safe) == ({"api A": "same", "www A": "ours"}, True)


def test_nothing_of_the_tool_is_never_safe() -> None:
    live, owned = owned_www()
    assert not compared(make_settings("www"), live, owned=owned).is_safe


def test_another_owners_records_are_no_part_of_either_side() -> None:
    foreign = marked(a_record("www", WISH), owner="theirs")
    found = compared(make_settings("api"), [*foreign, *marked(a_record("api", WISH))])
    assert (fates(found), found.other_owners, found.is_safe) == ({"api A": "same"}, ("theirs",), True)
    found = compared(make_settings("www"), foreign)
    assert (fates(found), found.other_owners) == ({"www A": "conflict"}, ("theirs",))


def test_the_owner_and_the_names_that_no_object_asks_for_are_known_for_the_way_back() -> None:
    found = compared(make_settings("www"), marked(a_record("www", WISH)))
    assert (found.owners, found.by_settings) == (("default",), ("www.example.com",))


def test_a_record_of_another_type_in_its_place_is_a_conflict_beside_it() -> None:
    found = compared(make_settings("www"), marked(a_record("www", "a.example.net", "CNAME")))
    assert fates(found) == {"www A": "conflict", "www CNAME": "only there"}
    assert "CNAME a.example.net" in found.sets[0].why


def test_an_address_that_is_not_known_makes_its_name_unknown_and_no_other() -> None:
    wished = make_settings("www", {"name": "api", "targets": [WISH]})
    live = marked(a_record("www", WISH), a_record("api", WISH))
    found = compared(wished, live, ipv4=Unknown("no source answered"))
    assert (fates(found), found.is_safe) == ({"api A": "same", "www A": "unknown"}, False)


def test_a_zone_that_cannot_be_listed_is_a_gap_and_nothing_is_safe() -> None:
    observation = replace(make_observation(), zones=(UnreadZone(ZONE, "503"),))
    wished = make_settings("www")
    found = compare(wished, observation, make_plan(wished, observation, THEIRS), THEIRS)
    assert (found.gaps, found.is_safe) == ((f"{ZONE}: 503",), False)


def of_objects(*found: Claim | Complaint, unread: str = "") -> Observation:
    """The records of an external-dns at www, and what the routes of the cluster ask for."""
    seen = SourceSighting("", "gateway-httproute", "HTTPRoute", Unknown(unread) if unread else Known(found))
    return replace(make_observation(live=marked(a_record("www", WISH), resource=SHOP.resource)), sources=(seen,))


SHOP = ObjectKey("", "HTTPRoute", "web", "shop")
NO_ADDRESSES = "its Gateway has no addresses"


@pytest.mark.parametrize(
    ("observation", "fate", "why"),
    [
        (of_objects(), "only there", "no object or setting that is read here asks for it"),
        (of_objects(Complaint(SHOP, "ttl", "x", "", "its ttl is no number")), "only there", "its ttl is no number"),
        (of_objects(Claim(f"www.{ZONE}", None, Unknown(NO_ADDRESSES), SHOP, "")), "unknown", NO_ADDRESSES),
        (of_objects(unread="refused"), "unknown", "not all objects could be read: refused"),
    ],
)
def test_what_is_there_alone_is_told_with_the_reason_and_unknown_where_nobody_can_tell(
    observation: Observation, fate: str, why: str
) -> None:
    wished = make_settings(sources=["gateway-httproute"])
    found = compare(wished, observation, make_plan(wished, observation, THEIRS), THEIRS)
    (one,) = found.sets
    assert (one.fate, one.why[: len(why)], one.asked_by) == (fate, why, (SHOP.resource,))
    assert bool(found.gaps) == ("refused" in why)


def test_a_name_that_waits_and_that_nobody_has_yet_has_a_row_of_its_own() -> None:
    claim = Claim(f"new.{ZONE}", None, Unknown(NO_ADDRESSES), SHOP, "")
    observation, wished = of_objects(claim), make_settings(sources=["gateway-httproute"])
    found = compare(wished, observation, make_plan(wished, observation, THEIRS), THEIRS)
    assert fates(found) == {"new ": "unknown", "www A": "only there"}


def test_an_encrypted_mark_makes_its_records_unknown_and_names_the_key() -> None:
    sealed = base64.b64encode(bytes(range(100))).decode()
    mark = Record(f"a-www.{ZONE}", "TXT", f'"{sealed}"', 1, proxied=False, comment="")
    found = compared(make_settings("www"), [LiveRecord("x", a_record("www", WISH)), LiveRecord("m", mark)])
    assert [(one.fate, "EXTERNAL_DNS_TXT_ENCRYPT_AES_KEY" in one.why) for one in found.sets] == [("unknown", True)]


def test_of_a_tool_that_marks_nothing_all_counts_that_would_be_taken() -> None:
    live = [LiveRecord("x", a_record("www", OTHER)), LiveRecord("y", a_record("mail", OTHER))]
    found = compared(make_settings("www"), live, takeover=Takeover("routeflare"))
    assert fates(found) == {"www A": "differs"}


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    wished=any_settings(),
    addresses=any_addresses(),
    others=st.lists(theirs(), max_size=6),
    owner=st.sampled_from(["", "default", "nobody"]),
)
def test_each_set_of_either_side_has_exactly_one_row(
    wished: Settings, addresses: tuple[Sighting, ...], others: list[Theirs], owner: str
) -> None:
    takeover = Takeover("external-dns", owner)
    zones = tuple(zone.zone for zone in wished.each_zone())
    empty, paper = Paper().observation(addresses, zones), Paper()
    for one in others:
        one.put_into(paper)
    seen = paper.observation(addresses, zones)
    found = compare(wished, seen, make_plan(wished, seen, takeover), takeover)
    rows = {(one.name, one.type): one for one in found.sets}
    assert len(rows) == len(found.sets)
    alone = make_plan(wished, empty)
    assert {(wish.name, wish.type) for wish in alone.record_sets} <= rows.keys()
    assert {(frozen.name, frozen.type) for frozen in alone.frozen} <= rows.keys()
    for marked_one in held(wished, seen):
        record = marked_one.live.record
        if not marked_one.is_mark and takeover.takes_mark(marked_one.mark):
            assert record in rows[record.name, record.type].there
    for row in found.sets:
        assert (row.fate == "differs") == bool(row.differences)
        assert row.fate not in {"same", "differs"} or (row.there and row.here)
        assert row.fate not in {"only here", "ours"} or not row.there
        assert row.fate != "only there" or not row.here
