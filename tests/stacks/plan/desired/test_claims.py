from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stacks.model.claims import Claim, Detected, ObjectKey, Targets
from stacks.model.values import Known, Unknown
from stacks.plan.desired.claims import settle
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
    """A wish of the object of that name; the greater its age, the older it is."""
    found: Targets = more.pop("targets", Known(addresses))
    return Claim(
        name=more.pop("host", WWW),
        type=record_type,
        targets=found,
        object=ObjectKey(more.pop("cluster", "home"), "HTTPRoute", "shop", name),
        created=f"2026-01-{20 - age:02}T00:00:00Z",
        **more,
    )


def kept(*wishes: Claim) -> dict[str, object]:
    return targets(settle(wishes)[0])


def told(*wishes: Claim) -> list[str]:
    return [complaint.object.name for complaint in settle(wishes)[1]]


class TestMerging:
    def test_targets_are_merged_where_type_and_settings_agree(self) -> None:
        both = (wish("192.0.2.2", "192.0.2.3"), wish("192.0.2.1", "192.0.2.2", name="other"))
        assert kept(*both) == {f"{WWW} A": ("192.0.2.1", "192.0.2.2", "192.0.2.3")}
        assert told(*both) == []

    def test_objects_of_several_clusters_are_merged_as_those_of_one(self) -> None:
        assert kept(wish("192.0.2.2"), wish("192.0.2.1", cluster="away")) == {f"{WWW} A": ("192.0.2.1", "192.0.2.2")}

    def test_the_merged_wish_is_the_older_objects(self) -> None:
        (one,), _ = settle((wish("192.0.2.2", age=1), wish("192.0.2.1", age=2, name="older")))
        assert one.object.name == "older"

    def test_a_and_aaaa_are_two_records_and_stand_beside_each_other(self) -> None:
        both = (wish("192.0.2.1", ttl=60), wish("2001:db8::1", record_type="AAAA", name="other"))
        assert kept(*both) == {f"{WWW} A": ("192.0.2.1",), f"{WWW} AAAA": ("2001:db8::1",)}
        assert told(*both) == []

    def test_detected_targets_are_those_of_all_links(self) -> None:
        (one,), _ = settle((wish(targets=Detected(("lte",))), wish(targets=Detected(("fibre",)), name="other")))
        assert one.targets == Detected(("fibre", "lte"))

    def test_one_target_that_is_unknown_makes_all_of_them_unknown(self) -> None:
        assert kept(wish("192.0.2.1"), wish(targets=LOST, name="other")) == {f"{WWW} A": Unknown}


class TestWhoWins:
    @pytest.mark.parametrize(
        "settings", [{"ttl": 60}, {"proxied": True}, {"comment": "mine"}, {"tags": ("a",)}, {"targets": Detected()}]
    )
    def test_the_older_does_where_settings_differ_and_the_other_is_told(self, settings: dict[str, Any]) -> None:
        both = (wish("192.0.2.1", age=2, name="older"), wish("192.0.2.2", age=1, name="younger", **settings))
        assert kept(*both) == {f"{WWW} A": ("192.0.2.1",)}
        assert told(*both) == ["younger"]

    def test_of_two_of_one_age_the_lesser_key_does(self) -> None:
        both = (wish("192.0.2.2", name="b", ttl=60), wish("192.0.2.1", name="a"))
        assert kept(*both) == {f"{WWW} A": ("192.0.2.1",)}
        assert told(*both) == ["b"]

    def test_the_message_says_who_has_the_name_and_why(self) -> None:
        both = (wish("192.0.2.1", age=2, name="older"), wish("192.0.2.2", name="younger", ttl=60))
        (complaint,) = settle(both)[1]
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
        (complaint,) = settle((wish("192.0.2.1"), wish("192.0.2.2", ttl=60)))[1]
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


class TestOneObjectsTargetsOfWhichSomeAreNotKnown:
    """As of a route on two Gateways of which one has no address."""

    UNSEEN = wish(targets=LOST, record_type=None)

    def test_its_addresses_are_parts_of_what_is_unknown(self) -> None:
        address = wish("192.0.2.1")
        found, complaints = settle((self.UNSEEN, address))
        assert [(one.type, one.targets) for one in found] == [("A", LOST), ("AAAA", LOST)]
        assert found[0].parts == ((address.object, address.targets), (address.object, LOST))
        assert complaints == ()

    def test_an_alias_waits_for_they_may_be_addresses(self) -> None:
        assert kept(self.UNSEEN, wish("lb.example.net", record_type="CNAME")) == {f"{WWW} None": Unknown}


class TestTypesThatAreNotKnown:
    UNSEEN = wish(targets=LOST, record_type=None, age=2, name="unseen")
    YOUNG = wish(targets=LOST, record_type=None, age=0, name="unseen")

    def test_alone_it_keeps_all_that_the_name_has(self) -> None:
        assert kept(self.UNSEEN) == {f"{WWW} None": Unknown}

    def test_an_older_one_keeps_it_from_younger_ones_that_are_not_told_anything(self) -> None:
        for younger in (wish("192.0.2.1"), wish("lb.example.net", record_type="CNAME"), wish("192.0.2.1", ttl=60)):
            assert kept(self.UNSEEN, younger) == {f"{WWW} None": Unknown}
            assert told(self.UNSEEN, younger) == []

    def test_a_younger_one_that_agrees_makes_addresses_unknown(self) -> None:
        assert kept(self.YOUNG, wish("192.0.2.1")) == {f"{WWW} A": Unknown, f"{WWW} AAAA": Unknown}

    def test_a_younger_one_that_does_not_agree_keeps_only_what_it_may_have_beside_the_older(self) -> None:
        assert kept(self.YOUNG, wish("192.0.2.1", ttl=60)) == {f"{WWW} A": ("192.0.2.1",), f"{WWW} AAAA": Unknown}

    def test_a_younger_one_changes_nothing_in_a_cname(self) -> None:
        alias = wish("lb.example.net", record_type="CNAME")
        assert kept(self.YOUNG, alias) == {f"{WWW} CNAME": ("lb.example.net",)}

    def test_detected_ones_are_addresses_of_both_types(self) -> None:
        detected = wish(targets=Detected(), record_type=None, age=2)
        assert kept(detected) == {f"{WWW} None": (Detected, "")}
        older = wish("192.0.2.1", age=3, name="older")
        assert kept(detected, older) == {f"{WWW} A": ("192.0.2.1",), f"{WWW} AAAA": (Detected, "")}
        assert told(detected, wish("lb.example.net", record_type="CNAME", name="alias")) == ["alias"]


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
        lambda typed, age, name, ttl, host: wish(
            record_type=typed[0], targets=typed[1], age=age, name=name, ttl=ttl, host=host
        ),
        TYPED | OPEN,
        st.integers(0, 3),
        st.sampled_from("abc"),
        st.sampled_from([None, 60]),
        st.sampled_from([WWW, "api.example.com"]),
    ),
    max_size=7,
)


@given(WISHES.flatmap(lambda wishes: st.tuples(st.just(wishes), st.permutations(wishes))))
def test_the_order_of_the_objects_plays_no_part(both: tuple[list[Claim], list[Claim]]) -> None:
    assert settle(both[0]) == settle(both[1])


@given(WISHES)
def test_a_name_has_one_wish_a_type_and_no_known_cname_beside_others(wishes: list[Claim]) -> None:
    found, _ = settle(wishes)
    assert len({(one.name, one.type) for one in found}) == len(found)
    for one in found:
        beside = [other for other in found if other.name == one.name and other is not one]
        if one.type == "CNAME" and isinstance(one.targets, Known):
            assert beside == []


@given(WISHES)
def test_no_name_is_lost_and_what_is_settled_stays_so(wishes: list[Claim]) -> None:
    found, _ = settle(wishes)
    assert {one.name for one in found} == {one.name for one in wishes}
    again, complaints = settle(found)
    assert (set(again), complaints) == (set(found), ())


@given(WISHES)
def test_what_the_oldest_object_wishes_is_never_given_to_another(wishes: list[Claim]) -> None:
    found, _ = settle(wishes)
    for name in {one.name for one in wishes}:
        oldest = min(
            (one for one in wishes if one.name == name),
            key=lambda one: (one.created, one.object, one.type or ("AB" if one.targets == LOST else ""), repr(one)),
        )
        types = {oldest.type} if oldest.type else {None, "A", "AAAA"}
        same = [one for one in found if one.name == name and one.type in types]
        assert same
        for one in same:
            assert (one.object, one.ttl) == (oldest.object, oldest.ttl)
            assert isinstance(one.targets, type(oldest.targets) | Unknown)
            if isinstance(one.targets, Known) and isinstance(oldest.targets, Known):
                assert set(oldest.targets.value) <= set(one.targets.value)
