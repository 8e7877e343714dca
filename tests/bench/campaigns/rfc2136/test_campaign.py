"""A part of the campaign `rfc2136` at every run of the tests, and that what it finds wrong is told."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import cast

import pytest

from bench.campaigns.rfc2136.campaign import KILLED, REFUSED, RUNS, as_wished, others_stay, play
from bench.campaigns.rfc2136.server import Key, Server, Set
from bench.campaigns.rfc2136.wish import Wish, expected, marks
from bench.campaigns.rfc2136.world import House
from bench.campaigns.wrong import WrongError
from cli.engine.install.find import Engine
from tests.bind import program

SEEDS = (4, 60)
"""In the first the transfer is refused, in the second all is killed with the first update; others write in both."""
ONE, OTHER = Set(300, frozenset({"198.51.100.1"})), Set(300, frozenset({"198.51.100.2"}))
MARK = Set(300, frozenset({'"heritage=truenorth,truenorth/owner=house"'}))
WWW: Key = ("www", "A")
(MARK_OF_WWW,) = marks([WWW])


@pytest.mark.timeout(900)
def test_whatever_somebody_else_does_their_sets_stay_and_the_zone_is_as_wished(engine: Engine) -> None:
    program()
    assert engine.pulumi.exists()
    outcomes = dict(play(SEEDS, rounds=1))
    assert {seed: str(found) for seed, found in outcomes.items() if isinstance(found, WrongError)} == {}
    met = sum((found for found in outcomes.values() if isinstance(found, Counter)), Counter[str]())
    assert met[RUNS] == len(SEEDS)
    assert met[REFUSED]
    assert [what for what in met if what.startswith(KILLED)]


class Zone:
    """A server that has these sets."""

    def __init__(self, sets: Mapping[Key, Set]) -> None:
        self._sets = dict(sets)

    def sets(self) -> dict[Key, Set]:
        return self._sets


def house(there: Mapping[Key, Set], foreign: Mapping[Key, Set] | None = None) -> House:
    return House(Path(), cast("Server", Zone(there)), foreign=dict(foreign or {}))


class TestWhatIsWrong:
    def test_a_set_of_others_that_was_changed_or_is_gone_is_told(self) -> None:
        others_stay(house({WWW: ONE}, {WWW: ONE}), "here")
        for there in ({}, {WWW: OTHER}, {WWW: Set(600, ONE.values)}):
            with pytest.raises(WrongError, match="1 sets of others were touched"):
                others_stay(house(there, {WWW: ONE}), "here")

    def test_a_set_that_is_missing_too_much_otherwise_or_without_its_mark_is_told(self) -> None:
        as_wished(house({WWW: ONE, MARK_OF_WWW: MARK}), {WWW: ONE}, "here")
        as_wished(house({WWW: ONE}, {WWW: ONE}), {}, "here")
        for there, wished in (
            ({MARK_OF_WWW: MARK}, {WWW: ONE}),
            ({WWW: OTHER, MARK_OF_WWW: MARK}, {WWW: ONE}),
            ({WWW: ONE}, {WWW: ONE}),
            ({WWW: ONE, MARK_OF_WWW: MARK}, {}),
        ):
            with pytest.raises(WrongError, match="not as wished"):
                as_wished(house(there), wished, "here")


class TestTheWish:
    def test_leaves_out_what_somebody_else_has_or_keeps_from_standing_there(self) -> None:
        wish = {WWW: ONE, ("vpn", "CNAME"): OTHER, ("nas", "A"): ONE, ("mail", "A"): ONE}
        foreign = [WWW, ("vpn", "TXT"), ("nas", "CNAME"), ("mail", "TXT")]
        assert set(expected(wish, foreign)) == {("mail", "A")}

    def test_never_has_an_alias_beside_others_and_one_ttl_for_the_addresses_of_a_name(self) -> None:
        wish, chance = Wish(), random.Random(1)  # noqa: S311 - a repeatable draw
        for _ in range(300):
            wish.change(chance)
            types: dict[str, set[str]] = {}
            for label, kind in wish.sets:
                types.setdefault(label, set()).add(kind)
            assert all(kinds == {"CNAME"} for kinds in types.values() if "CNAME" in kinds)
            for label, kinds in types.items():
                assert len({wish.sets[label, kind].ttl for kind in kinds & {"A", "AAAA"}}) <= 1
