"""What is to be in an address list, by what is known of addresses, account and state."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stacks.model.lists.lists import (
    ListKey,
    ListMemory,
    ListSight,
    LiveItem,
    LiveList,
    RegisteredItem,
    RegisteredList,
)
from stacks.model.values import Known, Unknown
from stacks.plan.changes import Action
from stacks.plan.lists.changes import changes_of_lists
from stacks.plan.lists.emptied import of_lists, with_held_lists
from stacks.plan.planner import make_plan
from tests.profiles import examples
from tests.stacks.plan.worlds import make_observation, make_settings

KEY = ListKey("0" * 32, "home")
WISH = {"name": "home", "account_id": KEY.account_id}
OURS = "truenorth/home"
V4, V6 = "203.0.113.7", "2001:db8:1:2::/64"
AWAY = Unknown("nobody answers")


def registered(network: str, item_id: str = "i1", list_id: str = "l1", comment: str = OURS) -> RegisteredItem:
    return RegisteredItem(f"urn:item:{network}", KEY, list_id, item_id, network, comment)


def a_list(*items: tuple[str, str, str], list_id: str = "l1", is_used: bool = False) -> LiveList:
    """A list in the account. items: each with its id, network and comment."""
    return LiveList(list_id, "", tuple(LiveItem(*one) for one in items), is_used)


def told(
    wishes: list[dict[str, Any]],
    live: LiveList | Unknown | None,
    *ours: RegisteredItem,
    own: bool = False,
    retained: bool = False,
    ipv4: str | Unknown = V4,
    ipv6: str | Unknown | None = None,
) -> tuple[list[str], tuple[str, ...]]:
    """The changes of a run and the notes of its plan. own: whether the list is ours."""
    families = ["ipv4"] if ipv6 is None else ["ipv4", "ipv6"]
    wished = make_settings(address_lists=wishes, wan={"families": families})
    lists = (RegisteredList("urn:list", KEY, "l1", "", retained),) if own else ()
    seen = make_observation(ipv4=ipv4, ipv6=ipv6)
    registry = replace(seen.registry, lists=ListMemory(lists, ours))
    found = live if isinstance(live, Unknown) else Known(live)
    seen = replace(seen, registry=registry, lists=(ListSight(KEY, found),))
    plan = make_plan(wished, seen)
    assert plan.lists is not None
    return [str(one) for one in changes_of_lists(plan, seen)], plan.lists.notes


class TestAnUnknownAddress:
    def test_keeps_the_items_of_its_family_and_lets_the_other_follow(self) -> None:
        live = a_list(("i1", V4, OURS), ("i2", V6, OURS))
        ours = registered(V4), registered(V6, "i2")
        assert told([WISH], live, *ours, ipv4=AWAY, ipv6="2001:db8:1:3::1") == (
            ["create 2001:db8:1:3::/64 in the list home", f"delete {V6} in the list home"],
            (),
        )

    def test_makes_a_list_without_items(self) -> None:
        assert told([WISH], None, ipv4=AWAY) == (["create list home"], ())


def test_an_account_that_cannot_be_read_changes_nothing_wanted_or_not() -> None:
    assert told([WISH], AWAY, registered("192.0.2.1"), own=True) == ([], ())
    assert told([], AWAY, registered("192.0.2.1"), own=True) == ([], ())


def test_an_address_is_put_in_as_the_network_around_it() -> None:
    wish = WISH | {"prefix4": 24, "prefix6": 56}
    changes, _ = told([wish], a_list(), ipv4="203.0.113.7,203.0.113.9", ipv6="2001:db8:1:203::1")
    assert changes == ["create 2001:db8:1:200::/56 in the list home", "create 203.0.113.0/24 in the list home"]


def test_of_the_families_named_alone_there_are_items() -> None:
    assert told([WISH | {"families": ["ipv4"]}], a_list(), ipv6="2001:db8::1")[0] == [f"create {V4} in the list home"]


class TestAnItemOfOthers:
    def test_at_our_address_stays_theirs_whatever_comment_it_has(self) -> None:
        changes, notes = told([WISH], a_list(("x", V4, "")))
        assert changes == []
        assert notes == (f"{V4} is in the list home already, without a comment: it is not ours, and stays as it is",)

    def test_with_our_comment_at_another_address_stays_and_is_told(self) -> None:
        changes, notes = told([WISH], a_list(("x", "192.0.2.9", OURS), ("i1", V4, OURS)), registered(V4))
        assert changes == []
        assert "192.0.2.9 in the list home has our comment" in notes[0]

    def test_without_a_comment_is_ours_where_we_write_none(self) -> None:
        changes, notes = told([WISH | {"comment": ""}], a_list(("x", V4, ""), ("y", "192.0.2.9", "")))
        assert (changes, notes) == ([f"import {V4} in the list home"], ())


class TestAListThatIsNotWanted:
    def test_loses_our_items_alone_where_others_have_made_it(self) -> None:
        live = a_list(("i1", V4, OURS), ("x", "192.0.2.9", ""))
        assert told([], live, registered(V4))[0] == [f"delete {V4} in the list home"]

    @pytest.mark.parametrize("is_used", [False, True])
    def test_is_kept_when_it_leaves_state_where_others_use_it(self, *, is_used: bool) -> None:
        live = a_list(("i1", V4, OURS), *([] if is_used else [("x", "192.0.2.9", "")]), is_used=is_used)
        first, notes = told([], live, registered(V4), own=True)
        assert first == [
            "retain list home: it stays when it leaves state",
            f"delete {V4} in the list home",
        ]
        assert "stays" in notes[0]
        rest = replace(live, items=tuple(one for one in live.items if one.id != "i1"))
        assert told([], rest, own=True, retained=True)[0] == ["drop list home"]

    def test_is_deleted_where_nobody_uses_it_any_more(self) -> None:
        assert told([], a_list(), own=True, retained=True)[0] == [
            "retain list home: it is deleted when it leaves state"
        ]
        assert told([], a_list(), own=True)[0] == ["delete list home"]

    def test_that_is_gone_is_forgotten(self) -> None:
        assert told([], None, registered(V4), own=True)[0] == [f"forget {V4} in the list home", "forget list home"]


def test_a_list_that_others_have_made_anew_is_theirs() -> None:
    changes, _ = told([WISH], a_list(list_id="l2"), registered(V4), own=True)
    assert changes == [f"restore {V4} in the list home", "forget list home"]


def test_the_guard_refuses_to_take_all_of_ours_out_of_a_list_that_is_not_named_any_more() -> None:
    without = make_settings()
    seen = make_observation()
    memory = ListMemory((), (registered(V4),))
    sight = ListSight(KEY, Known(a_list(("i1", V4, OURS))))
    seen = replace(seen, registry=replace(seen.registry, lists=memory), lists=(sight,))
    plan = make_plan(without, seen)
    (refusal,) = of_lists(without, plan, seen)
    assert "the list home is not in the settings any more" in refusal.what
    assert [(one.action, one.record.content) for one in refusal.changes] == [(Action.DELETE, V4)]
    held = with_held_lists(plan, [refusal], seen)
    assert changes_of_lists(held, seen) == ()
    wanted = make_settings(address_lists=[WISH | {"families": ["ipv4"]}])
    assert [*of_lists(wanted, make_plan(wanted, seen), seen)] == []


NETWORKS = st.sampled_from(["192.0.2.1", "192.0.2.2", V4, V6])
ITEMS = st.dictionaries(NETWORKS, st.sampled_from(["", OURS, "theirs"]), max_size=4)


@given(
    others=ITEMS,
    ours=st.sets(NETWORKS, max_size=3),
    own=st.booleans(),
    retained=st.booleans(),
    is_wanted=st.booleans(),
    ipv4=st.sampled_from([V4, "192.0.2.1", AWAY]),
)
@settings(max_examples=examples(300))
def test_nothing_of_others_is_ever_deleted_or_changed(
    others: dict[str, str], ours: set[str], *, own: bool, retained: bool, is_wanted: bool, ipv4: str | Unknown
) -> None:
    items = [(f"o{network}", network, comment) for network, comment in others.items() if network not in ours]
    mine = [registered(network, f"m{network}") for network in sorted(ours)]
    live = a_list(*items, *((one.id, one.network, OURS) for one in mine))
    changes, _ = told([WISH] if is_wanted else [], live, *mine, own=own, retained=retained, ipv4=ipv4)
    touched = {one.split()[1] for one in changes if not one.startswith(("import", "create")) and " in the " in one}
    assert touched <= ours
    if own and items:
        assert "delete list home" not in changes
    if isinstance(ipv4, Unknown) and is_wanted:
        assert not any(one.startswith(("create", "delete")) and "." in one and " in the " in one for one in changes)
