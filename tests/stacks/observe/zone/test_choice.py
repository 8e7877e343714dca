"""The choice among zones of one name, and for how long an id counts as looked up."""

from __future__ import annotations

import pytest

from stacks.model.errors import ProviderRefused
from stacks.observe.zone.choice import VALID_FOR, CheckedZones, chosen
from stacks.observe.zone.visible import VisibleZone


def zones(*states: str) -> list[VisibleZone]:
    """Zones of one name with ids from 0 on."""
    return [
        VisibleZone("cloudflare", "example.com", str(number), status=status, account=f"Account {number} (a{number})")
        for number, status in enumerate(states)
    ]


@pytest.mark.parametrize(
    ("states", "known", "expected"),
    [
        (("moved", "active"), "", "1"),
        (("moved", "active"), "0", "1"),
        (("pending", "active", "initializing"), "0", "1"),
        (("active", "active"), "1", "1"),
        (("pending",), "", "0"),
        (("initializing",), "", "0"),
        (("",), "", "0"),
    ],
)
def test_the_active_one_is_chosen_or_the_only_one_that_may_become_it(
    states: tuple[str, ...], known: str, expected: str
) -> None:
    assert chosen("example.com", zones(*states), known).id == expected


@pytest.mark.parametrize(
    ("states", "known", "what"),
    [
        (("active", "active"), "", "sees 2 zones example.com, and several of them are active"),
        (("active", "active", "moved"), "2", "sees 3 zones example.com, and several of them are active"),
        (("pending", "moved"), "0", "sees 2 zones example.com, and none of them is active"),
        (("moved",), "0", "the zone example.com is moved: it answers nobody"),
    ],
)
def test_where_nothing_decides_the_ids_and_accounts_are_told(states: tuple[str, ...], known: str, what: str) -> None:
    with pytest.raises(ProviderRefused) as refused:
        chosen("example.com", zones(*states), known)
    (problem,) = refused.value.problems
    assert what in problem.what
    assert all(
        f"{number}, {state}, in the account Account {number}" in problem.what for number, state in enumerate(states)
    )
    assert problem.do == "set truenorth:zone_id to the id of your example.com"


def test_an_id_in_state_is_trusted_for_a_look_and_looked_up_before_a_write() -> None:
    now = [0.0]
    checked = CheckedZones(lambda: now[0])
    assert (checked.trusts("example.com", "1"), checked.has("example.com", "1")) == (True, False)
    assert not checked.trusts("example.com", "")
    checked.note("example.com", "1")
    assert checked.has("example.com", "1")
    checked.doubt("example.com", "2")
    assert not checked.trusts("example.com", "2")
    now[0] = VALID_FOR
    assert (checked.trusts("example.com", "1"), checked.has("example.com", "1")) == (False, False)
