from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.records.record import Record
from components.records.types import RECORD_TYPES
from stacks.model.claims import Claim, Complaint, Detected, ObjectKey, Targets
from stacks.model.observation import Registry
from stacks.model.values import WAN, Known, NameQueue, RegisteredRecord, SharedSet, Unknown
from stacks.plan.desired.claims import SharingRules, settle
from stacks.plan.desired.tenure import Tenure
from tests.stacks.observe.cluster.worlds import targets

WWW = "www.example.com"
LOST = Unknown("Gateway shop/edge has no addresses")


def wish(
    *addresses: str,
    age: int = 1,
    name: str = "web",
    record_type: str | None = "A",
    **more: Any,  # noqa: ANN401 - a wish's fields
) -> Claim:
    """A wish of the object of that name; the greater its age, the longer it has asked for its name."""
    found: Targets = more.pop("targets", Known(addresses))
    return Claim(
        name=more.pop("host", WWW),
        type=record_type,
        targets=found,
        object=ObjectKey(more.pop("cluster", "home"), "HTTPRoute", "shop", name),
        created=f"2026-01-{20 - age:02}T00:00:00Z",
        **more,
    )


LINKS = SharingRules(detected=frozenset({WAN, "lte", "fibre"}))


def came(*wishes: Claim) -> Tenure:
    """What state remembers of when their objects came."""
    ordered = sorted(wishes, key=lambda one: (one.created, one.object))
    return Tenure(Registry(queues=(NameQueue(WWW, tuple(dict.fromkeys(one.object.resource for one in ordered))),)))


def having(*wishes: Claim, record_type: str = "A") -> Tenure:
    """State says that these objects have a part in the records of the name."""
    some = Record(WWW, record_type, "192.0.2.1", 1, proxied=False, comment="")
    state = RegisteredRecord("urn", f"{WWW}/{record_type}", "r1", "z", some)
    parts = tuple((one.object.resource, ("192.0.2.1",)) for one in wishes)
    return Tenure(Registry((state,), shared=(SharedSet(WWW, record_type, parts),)))


def settled(*wishes: Claim) -> tuple[tuple[Claim, ...], tuple[Complaint, ...]]:
    found = settle(wishes, came(*wishes), LINKS)
    return found.claims, found.complaints


def kept(*wishes: Claim) -> dict[str, object]:
    return targets(settled(*wishes)[0])


def told(*wishes: Claim) -> list[str]:
    return [complaint.object.name for complaint in settled(*wishes)[1]]


class TestMerging:
    def test_targets_are_merged_where_type_and_settings_agree(self) -> None:
        both = (wish("192.0.2.2", "192.0.2.3"), wish("192.0.2.1", "192.0.2.2", name="other"))
        assert kept(*both) == {f"{WWW} A": ("192.0.2.1", "192.0.2.2", "192.0.2.3")}
        assert told(*both) == []

    def test_objects_of_several_clusters_are_merged_as_those_of_one(self) -> None:
        assert kept(wish("192.0.2.2"), wish("192.0.2.1", cluster="away")) == {f"{WWW} A": ("192.0.2.1", "192.0.2.2")}

    def test_the_merged_wish_is_the_older_objects(self) -> None:
        (one,), _ = settled(wish("192.0.2.2", age=1), wish("192.0.2.1", age=2, name="older"))
        assert one.object.name == "older"

    def test_a_and_aaaa_are_two_records_and_stand_beside_each_other(self) -> None:
        both = (wish("192.0.2.1", ttl=60), wish("2001:db8::1", record_type="AAAA", name="other"))
        assert kept(*both) == {f"{WWW} A": ("192.0.2.1",), f"{WWW} AAAA": ("2001:db8::1",)}
        assert told(*both) == []

    def test_detected_targets_are_those_of_all_links(self) -> None:
        (one,), _ = settled(wish(targets=Detected(("lte",))), wish(targets=Detected(("fibre",)), name="other"))
        assert one.targets == Detected(("fibre", "lte"))

    def test_one_target_of_an_object_with_a_part_that_is_unknown_makes_all_of_them_unknown(self) -> None:
        both = (wish("192.0.2.1"), wish(targets=LOST, name="other"))
        found = settle(both, having(*both)).claims
        assert targets(found) == {f"{WWW} A": Unknown}
        assert found[0].parts == tuple((one.object, one.targets) for one in both)

    def test_what_is_unknown_of_an_object_without_a_part_plays_none(self) -> None:
        assert kept(wish("192.0.2.1"), wish(targets=LOST, name="other", age=9)) == {f"{WWW} A": ("192.0.2.1",)}


class TestWhoWins:
    @pytest.mark.parametrize(
        "settings", [{"ttl": 60}, {"proxied": True}, {"comment": "mine"}, {"tags": ("a",)}, {"targets": Detected()}]
    )
    def test_the_older_does_where_settings_differ_and_the_other_is_told(self, settings: dict[str, Any]) -> None:
        both = (wish("192.0.2.1", age=2, name="older"), wish("192.0.2.2", age=1, name="younger", **settings))
        assert kept(*both) == {f"{WWW} A": ("192.0.2.1",)}
        assert told(*both) == ["younger"]

    @pytest.mark.parametrize("record_type", RECORD_TYPES)
    def test_the_one_that_has_it_does_whatever_the_type_and_the_key(self, record_type: str) -> None:
        mine, theirs = (
            wish("x", name="z", record_type=record_type),
            wish("y", name="a", record_type=record_type, ttl=60),
        )
        found = settle([mine, theirs], having(mine, record_type=record_type), LINKS)
        assert [one.object for one in found.claims] == [mine.object]
        assert [one.object for one in found.complaints] == [theirs.object]

    def test_of_two_of_one_age_the_lesser_key_does(self) -> None:
        both = (wish("192.0.2.2", name="b", ttl=60), wish("192.0.2.1", name="a"))
        assert kept(*both) == {f"{WWW} A": ("192.0.2.1",)}
        assert told(*both) == ["b"]

    def test_the_message_says_who_has_the_name_and_why(self) -> None:
        both = (wish("192.0.2.1", age=2, name="older"), wish("192.0.2.2", name="younger", ttl=60))
        (complaint,) = settled(*both)[1]
        assert complaint.text.startswith("HTTPRoute shop/younger in home: HTTPRoute shop/older in home has www.exam")
        assert complaint.text.endswith("its ttl is not set, not 60")

    def test_one_that_loses_both_types_is_told_once(self) -> None:
        older = [wish("192.0.2.1", age=2), wish("2001:db8::1", record_type="AAAA", age=2)]
        younger = [
            wish("192.0.2.2", name="younger", ttl=60),
            wish("2001:db8::2", record_type="AAAA", name="younger", ttl=60),
        ]
        assert told(*older, *younger) == ["younger"]

    def test_an_object_whose_parents_disagree_is_told_so(self) -> None:
        (complaint,) = settled(wish("192.0.2.1"), wish("192.0.2.2", ttl=60))[1]
        assert "does not agree: its ttl is" in complaint.text


class TestAliases:
    def test_a_cname_stands_alone(self) -> None:
        older = wish("lb.example.net", record_type="CNAME", age=2)
        both = (older, wish("192.0.2.1", name="younger"))
        assert kept(*both) == {f"{WWW} CNAME": ("lb.example.net",)}
        assert told(*both) == ["younger"]

    def test_it_gives_way_to_older_addresses_of_any_type(self) -> None:
        alias = wish("lb.example.net", record_type="CNAME", name="younger")
        both = (alias, wish("2001:db8::1", record_type="AAAA", age=2))
        assert kept(*both) == {f"{WWW} AAAA": ("2001:db8::1",)}
        assert told(*both) == ["younger"]

    def test_two_with_one_target_agree_and_two_with_two_do_not(self) -> None:
        older = wish("lb.example.net", record_type="CNAME", age=2)
        same, other = (wish(one, record_type="CNAME", name="younger") for one in ("lb.example.net", "b.example.net"))
        assert told(older, same) == []
        assert told(older, other) == ["younger"]
        assert kept(older, other) == {f"{WWW} CNAME": ("lb.example.net",)}


class TestTheParentsOfOneRoute:
    """Each claim has the place of its parent in the route's parentRefs."""

    @staticmethod
    def of_parents(*parents: Claim) -> tuple[Claim, ...]:
        return tuple(replace(one, rank=rank) for rank, one in enumerate(parents))

    @pytest.mark.parametrize(("first", "second"), [("public", "lan"), ("lan", "public")])
    def test_of_two_aliases_the_one_of_the_first_parent_counts_however_they_are_spelled(
        self, first: str, second: str
    ) -> None:
        both = self.of_parents(*(wish(f"{one}.example.com", record_type="CNAME") for one in (first, second)))
        assert kept(*both) == kept(*reversed(both)) == {f"{WWW} CNAME": (f"{first}.example.com",)}

    def test_the_owner_is_told_what_counts_and_that_the_name_is_made(self) -> None:
        both = self.of_parents(*(wish(f"{one}.example.com", record_type="CNAME") for one in ("public", "lan")))
        (complaint,) = settled(*both)[1]
        assert complaint.is_choice
        assert "a name has one CNAME" in complaint.text
        assert complaint.text.endswith("What it names first counts: public.example.com, and not lan.example.com")

    def test_of_an_alias_and_addresses_those_of_the_first_parent_count(self) -> None:
        alias, address = wish("lb.example.net", record_type="CNAME"), wish("192.0.2.1")
        assert kept(*self.of_parents(alias, address)) == {f"{WWW} CNAME": ("lb.example.net",)}
        assert kept(*self.of_parents(address, alias)) == {f"{WWW} A": ("192.0.2.1",)}

    def test_of_several_settings_those_of_the_first_parent_count(self) -> None:
        some, other = wish("192.0.2.9", ttl=60), wish("192.0.2.1", ttl=300)
        assert kept(*self.of_parents(some, other)) == {f"{WWW} A": ("192.0.2.9",)}
        (complaint,) = settled(*self.of_parents(some, other))[1]
        assert complaint.text.endswith(
            "its ttl is 60, not 300. What it names first counts: 192.0.2.9, and not 192.0.2.1"
        )

    def test_addresses_are_merged_whatever_their_order(self) -> None:
        one, other = wish("192.0.2.9"), wish("192.0.2.1")
        expected = {f"{WWW} A": ("192.0.2.1", "192.0.2.9")}
        assert kept(*self.of_parents(one, other)) == kept(*self.of_parents(other, one)) == expected

    def test_an_alias_waits_for_an_earlier_parent_that_is_not_known_and_for_no_later_one(self) -> None:
        unseen, alias = wish(targets=LOST, record_type=None), wish("lb.example.net", record_type="CNAME")
        assert kept(*self.of_parents(unseen, alias)) == {f"{WWW} None": Unknown}
        assert kept(*self.of_parents(alias, unseen)) == {f"{WWW} CNAME": ("lb.example.net",)}

    def test_addresses_are_followed_beside_a_parent_that_is_not_known_wherever_it_stands(self) -> None:
        unseen, address = wish(targets=LOST, record_type=None), wish("192.0.2.1")
        before = settled(*self.of_parents(unseen, address))[0]
        assert [(one.type, one.parts) for one in before if one.type == "A"] == [
            ("A", ((address.object, Known(("192.0.2.1",))), (address.object, LOST)))
        ]
        assert targets(before) == kept(*self.of_parents(address, unseen))

    def test_many_targets_are_cut_in_the_message(self) -> None:
        some = wish(*(f"192.0.2.{number}" for number in range(1, 6)), ttl=60)
        (complaint,) = settled(*self.of_parents(some, wish("192.0.2.9")))[1]
        assert "counts: 192.0.2.1, 192.0.2.2, 192.0.2.3 and 2 more, and not 192.0.2.9" in complaint.text


class TestOneObjectsTargetsOfWhichSomeAreNotKnown:
    """As of a route on two Gateways of which one has no address."""

    UNSEEN = wish(targets=LOST, record_type=None)

    def test_its_addresses_are_parts_of_what_is_unknown(self) -> None:
        address = wish("192.0.2.1")
        found, complaints = settled(self.UNSEEN, address)
        assert [(one.type, one.targets) for one in found] == [("A", LOST), ("AAAA", LOST)]
        assert found[0].parts == ((address.object, address.targets), (address.object, LOST))
        assert complaints == ()

    def test_an_alias_waits_for_they_may_be_addresses(self) -> None:
        assert kept(self.UNSEEN, wish("lb.example.net", record_type="CNAME")) == {f"{WWW} None": Unknown}


class TestTypesThatAreNotKnown:
    UNSEEN = wish(targets=LOST, record_type=None, age=9, name="unseen")
    OTHERS = (wish("192.0.2.1"), wish("lb.example.net", record_type="CNAME"), wish("192.0.2.1", ttl=60))

    def test_alone_it_keeps_all_that_the_name_has(self) -> None:
        assert kept(self.UNSEEN) == {f"{WWW} None": Unknown}

    @pytest.mark.parametrize("other", OTHERS)
    def test_an_object_without_records_keeps_nobody_from_a_name_however_long_it_waits(self, other: Claim) -> None:
        assert kept(self.UNSEEN, other) == kept(other)
        assert told(self.UNSEEN, other) == []

    @pytest.mark.parametrize("other", OTHERS)
    def test_one_of_another_namespace_does_not_either(self, other: Claim) -> None:
        strange = replace(self.UNSEEN, object=replace(self.UNSEEN.object, namespace="strange"))
        assert kept(strange, other) == kept(other)
        assert told(strange, other) == []

    def test_what_has_an_address_is_unknown_in_this_type_alone(self) -> None:
        both = (wish("192.0.2.1", ttl=60), wish("2001:db8::1", record_type="AAAA", ttl=60))
        found = settle((self.UNSEEN, *both), having(self.UNSEEN)).claims
        assert targets(found) == {f"{WWW} A": Unknown, f"{WWW} AAAA": ("2001:db8::1",)}
        assert {one.ttl for one in found} == {60}

    def test_whose_claim_is_about_one_type_keeps_nobody_from_another_that_it_has(self) -> None:
        one_type = replace(self.UNSEEN, type="A")
        other = wish("2001:db8::1", record_type="AAAA")
        found = settle((one_type, other), having(self.UNSEEN, record_type="AAAA"))
        assert targets(found.claims) == {f"{WWW} AAAA": ("2001:db8::1",)}

    def test_what_has_an_address_keeps_an_alias_from_its_name(self) -> None:
        both = (self.UNSEEN, wish("lb.example.net", record_type="CNAME"))
        assert targets(settle(both, having(self.UNSEEN)).claims) == {f"{WWW} None": Unknown}

    def test_what_has_an_alias_keeps_addresses_from_its_name(self) -> None:
        both = (self.UNSEEN, wish("192.0.2.1"))
        assert targets(settle(both, having(self.UNSEEN, record_type="CNAME")).claims) == {f"{WWW} None": Unknown}

    def test_detected_ones_are_addresses_of_both_types(self) -> None:
        detected = wish(targets=Detected(), record_type=None, age=2)
        assert kept(detected) == {f"{WWW} None": (Detected, "")}
        older = wish("192.0.2.1", age=3, name="older")
        assert kept(detected, older) == {f"{WWW} A": ("192.0.2.1",), f"{WWW} AAAA": (Detected, "")}
        assert told(detected, wish("lb.example.net", record_type="CNAME", name="alias")) == ["alias"]


OTHER = "evil"


def of(namespace: str, claim: Claim) -> Claim:
    return replace(claim, object=replace(claim.object, namespace=namespace))


class TestTwoNamespaces:
    MINE = wish("192.0.2.1", name="mine")
    THEIRS = of(OTHER, wish("192.0.2.66", name="theirs", age=19))

    def test_who_has_a_name_keeps_it_whoever_is_older(self) -> None:
        found = settle((self.MINE, self.THEIRS), having(self.MINE))
        assert targets(found.claims) == {f"{WWW} A": ("192.0.2.1",)}
        (complaint,) = found.complaints
        text = (
            f"{self.THEIRS.object}: HTTPRoute shop/mine in home has www.example.com because it asked for it first (of "
            "two at once the first by name), and objects of different namespaces share no name (cluster.merge)"
        )
        assert complaint == Complaint(self.THEIRS.object, "", "", "", text)

    def test_nobody_adds_another_type_to_it(self) -> None:
        theirs = of(OTHER, wish("2001:db8::66", record_type="AAAA"))
        found = settle((self.MINE, theirs), having(self.MINE))
        assert (targets(found.claims), len(found.complaints)) == ({f"{WWW} A": ("192.0.2.1",)}, 1)

    def test_who_asks_for_the_same_has_no_part_in_it_and_nothing_to_complain_of(self) -> None:
        same = of(OTHER, self.MINE)
        found = settle((self.MINE, same), having(self.MINE))
        (one,) = found.claims
        assert (one.object, one.parts, one.agreeing) == (self.MINE.object, (), (same.object,))
        assert found.complaints == ()

    def test_they_share_it_where_the_settings_say_so(self) -> None:
        found = settle((self.MINE, self.THEIRS), having(self.MINE), SharingRules(merging_all=frozenset({"home"})))
        assert (targets(found.claims), found.complaints) == ({f"{WWW} A": ("192.0.2.1", "192.0.2.66")}, ())

    def test_nobody_has_it_yet_so_the_first_by_key_does_and_state_remembers_both(self) -> None:
        found = settle((self.MINE, self.THEIRS))
        assert targets(found.claims) == {f"{WWW} A": ("192.0.2.66",)}
        assert found.queues == (NameQueue(WWW, (self.THEIRS.object.resource, self.MINE.object.resource)),)

    def test_who_came_first_gets_it_when_it_is_free(self) -> None:
        first = Tenure(Registry(queues=(NameQueue(WWW, (self.MINE.object.resource, self.THEIRS.object.resource)),)))
        assert targets(settle((self.MINE, self.THEIRS), first).claims) == {f"{WWW} A": ("192.0.2.1",)}

    def test_one_that_cannot_be_seen_has_what_it_has(self) -> None:
        dark = replace(having(self.MINE), all_seen=False, hidden=lambda _: "silence", namespace=lambda _: "shop")
        found = settle((self.THEIRS,), dark)
        assert found.claims == ()
        (complaint,) = found.complaints
        assert "home/httproute/shop/mine (not to be seen now: silence) has www.example.com" in complaint.text

    def test_the_settings_bound_the_targets_of_a_name(self) -> None:
        wishes = [wish(f"192.0.2.{number}", name=f"n{number}") for number in range(1, 9)]
        found = settle(wishes, having(wishes[7]), SharingRules(most_targets={"home": 3}))
        assert targets(found.claims) == {f"{WWW} A": ("192.0.2.1", "192.0.2.2", "192.0.2.8")}
        assert [one.object.name for one in found.complaints] == ["n3", "n4", "n5", "n6", "n7"]


ADDRESSES = st.lists(st.sampled_from(["192.0.2.1", "192.0.2.2", "192.0.2.3"]), min_size=1, unique=True)
TYPED = st.sampled_from(["A", "AAAA", "CNAME"]).flatmap(
    lambda one: st.tuples(
        st.just(one),
        st.just(LOST)
        | (
            st.sampled_from(["a.example.net", "b.example.net"]).map(lambda name: Known((name,)))
            if one == "CNAME"
            else ADDRESSES.map(lambda found: Known(tuple(sorted(found))))
        ),
    )
)
OPEN = st.tuples(st.none(), st.just(LOST) | st.just(Detected()) | st.just(Detected(("lte",))))
WISHES = st.lists(
    st.builds(
        lambda typed, age, name, ttl, host, rank: wish(
            record_type=typed[0], targets=typed[1], age=age, name=name, ttl=ttl, host=host, rank=rank
        ),
        TYPED | OPEN,
        st.integers(0, 3),
        st.sampled_from("abc"),
        st.sampled_from([None, 60]),
        st.sampled_from([WWW, "api.example.com"]),
        st.integers(0, 2),
    ),
    max_size=7,
)


@given(WISHES.flatmap(lambda wishes: st.tuples(st.just(wishes), st.permutations(wishes))))
def test_the_order_of_the_objects_plays_no_part(both: tuple[list[Claim], list[Claim]]) -> None:
    assert settle(both[0], came(*both[0])) == settle(both[1], came(*both[0]))


@given(WISHES)
def test_a_name_has_one_wish_a_type_and_no_known_cname_beside_others(wishes: list[Claim]) -> None:
    found, _ = settled(*wishes)
    assert len({(one.name, one.type) for one in found}) == len(found)
    for one in found:
        beside = [other for other in found if other.name == one.name and other is not one]
        if one.type == "CNAME" and isinstance(one.targets, Known):
            assert beside == []


@given(WISHES)
def test_no_name_is_lost_and_what_is_settled_stays_so(wishes: list[Claim]) -> None:
    found, _ = settled(*wishes)
    assert {one.name for one in found} == {one.name for one in wishes}
    again, complaints = settled(*found)
    assert (set(again), complaints) == (set(found), ())


@given(WISHES)
def test_what_the_first_object_that_can_be_read_wishes_is_never_given_to_another(wishes: list[Claim]) -> None:
    tenure = came(*wishes)
    found = settle(wishes, tenure, LINKS).claims
    for name in {one.name for one in wishes if not isinstance(one.targets, Unknown)}:
        there = [one for one in wishes if one.name == name]
        readable = {one.object for one in there if not isinstance(one.targets, Unknown)}
        first = tenure.order(name, readable, ())[0]
        of_first = [one for one in there if one.object == first]
        assert any(one.object == first for one in found if one.name == name)
        if len(of_first) == 1 and isinstance(of_first[0].targets, Known):
            (same,) = (one for one in found if one.name == name and one.type == of_first[0].type)
            assert (same.object, same.ttl) == (first, of_first[0].ttl)
            assert isinstance(same.targets, Known)
            assert set(of_first[0].targets.value) <= set(same.targets.value)


@given(WISHES)
def test_the_first_of_what_an_object_names_decides_where_all_is_known(wishes: list[Claim]) -> None:
    own = [one for one in wishes if one.object.name == "a" and one.name == WWW and isinstance(one.targets, Known)]
    if len({one.rank for one in own}) < len(own) or not own:
        return
    first = min(own, key=lambda one: one.rank)
    found = settled(*own)[0]
    (same,) = (one for one in found if one.type == first.type)
    assert same.ttl == first.ttl
    assert isinstance(first.targets, Known)
    assert isinstance(same.targets, Known)
    assert set(first.targets.value) <= set(same.targets.value)
    assert first.type == "CNAME" or not any(one.type == "CNAME" for one in found)
