"""A part of the campaign `daemon` at every run of the tests: the real API server, engine and daemon."""

from __future__ import annotations

import signal
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.campaigns.daemon.campaign import TAKEOVER, play_on, recover, storming
from bench.campaigns.daemon.estate import QUICK
from bench.campaigns.daemon.storm import Storm
from bench.campaigns.wrong import WrongError
from cli.engine.install.find import Engine
from lab.kube.cluster import Cluster
from stacks.settings.watch import ElectionSettings

SEEDS = range(4)
PARTS = 2
"""One for each kind of state, so that one estate serves all its seeds."""
DEADLINE = 1200
PATIENCE = 60.0
BUSY = 14.0
"""Seconds that processes of a busy machine may take to notice what has happened: less than a second lease lasts."""
LONG = {"lease_duration": 60, "renew_deadline": 45, "retry_period": 6}
"""An election in which the lease is given back though a busy machine pauses."""


pytestmark = pytest.mark.usefixtures("lone_pods")


@pytest.mark.timeout(DEADLINE)
@pytest.mark.parametrize("part", range(PARTS))
def test_whatever_strikes_the_zone_becomes_as_wished_and_one_at_a_time_writes(
    part: int, engine: Engine, kube_cluster: Cluster, tmp_path: Path
) -> None:
    assert engine.pulumi.exists()
    seeds = SEEDS[part::PARTS]
    outcomes = dict(play_on(kube_cluster, tmp_path, seeds))
    assert {seed: str(found) for seed, found in outcomes.items() if isinstance(found, WrongError)} == {}
    met = sum((found for found in outcomes.values() if isinstance(found, Counter)), Counter[str]())
    assert sorted(outcomes) == list(seeds)
    assert met


class TestAtTheDefaultPace:
    @pytest.fixture
    def storm(
        self, engine: Engine, kube_cluster: Cluster, tmp_path: Path, request: pytest.FixtureRequest
    ) -> Iterator[Storm]:
        assert engine.pulumi.exists()
        pace = {**QUICK, "election": {"enabled": "on", **getattr(request, "param", {})}}
        with storming(kube_cluster, tmp_path, "kubernetes", pace) as made:
            yield made

    def test_another_process_leads_within_15_s_of_the_leaders_end(self, storm: Storm) -> None:
        assert ElectionSettings().lease_duration == TAKEOVER
        holder, began = storm.witness.holder, time.monotonic()
        storm.leader.pod.kill()
        storm.estate.addresses.ipv4 = "203.0.113.99"
        assert storm.witness.await_true(lambda: storm.witness.holder not in {"", holder}, PATIENCE)
        assert storm.witness.holdings[-1].moment - began < TAKEOVER + BUSY
        recover(storm)

    @pytest.mark.parametrize("storm", [LONG], indirect=True, ids=["a longer lease"])
    def test_a_leader_that_is_told_to_end_gives_the_lease_away_at_once(self, storm: Storm) -> None:
        holder, began = storm.witness.holder, time.monotonic()
        storm.leader.pod.signal(signal.SIGTERM)
        assert storm.witness.await_true(lambda: storm.witness.holder not in {"", holder}, PATIENCE)
        assert storm.witness.holdings[-1].moment - began < LONG["renew_deadline"]
        recover(storm)
