"""A part of the campaign `geo` at every run of the tests, and that it notices what must not be."""

from __future__ import annotations

from collections import Counter

import pytest

from bench.campaigns.geo import campaign
from bench.campaigns.geo.scenario import CUT, LOST, STARTED
from bench.campaigns.wrong import WrongError
from stacks.plan.geo import leave, pool, view
from stacks.plan.geo.origins import Handover

SEEDS = range(50)
FEW = range(60)


def test_the_load_balancers_end_with_the_live_clusters_and_nothing_foreign_is_lost() -> None:
    outcomes = dict(campaign.play(SEEDS))
    assert {seed: str(found) for seed, found in outcomes.items() if isinstance(found, WrongError)} == {}
    met = sum((found for found in outcomes.values() if isinstance(found, Counter)), Counter[str]())
    assert list(outcomes) == list(SEEDS)
    assert min(met[STARTED], met[CUT], met[LOST]) > len(SEEDS)


def wrong() -> str:
    return " ".join(str(found) for _, found in campaign.play(FEW) if isinstance(found, WrongError))


def test_it_notices_that_a_lost_update_is_not_made_up_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(view.AccountView, "stays", lambda *_: False)
    assert "had the foreign pools" in wrong()


def test_it_notices_that_an_old_origin_goes_too_early(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "handover", lambda wanted, *_, **__: Handover(tuple(wanted)))
    assert "has taken the last healthy origin out" in wrong()


def test_it_notices_that_foreign_origins_are_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "foreign_origins", lambda *_: ())
    assert "the foreign origin" in wrong()


def test_it_notices_that_a_leaving_pool_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(view.AccountView, "stays", lambda self, pool_id, _: pool_id in self.pools)
    assert "which are leaving" in wrong()


def test_it_notices_that_foreign_pools_are_deleted_with_a_load_balancer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leave, "merged_pools", lambda *_, **__: None)
    assert "had the foreign pools" in wrong()
