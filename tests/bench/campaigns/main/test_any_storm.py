"""Any sequence of wishes, edits, faults and runs through the real engine ends with the wish; foreign records stay."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from bench.campaigns.main import storm as storms
from bench.campaigns.main.campaign import calm, foreign_untouched
from bench.campaigns.main.storm import Storm
from bench.stage import stage

CHANCE = st.randoms(use_true_random=False)


class AnyStorm(RuleBasedStateMachine):
    """One lab and stack; the rules are the storm's actions, hypothesis draws their order and what they choose."""

    def __init__(self) -> None:
        super().__init__()
        self.held = ExitStack()

    @initialize(chance=CHANCE, marks=st.sampled_from(["txt", "comment", "none"]))
    def begin(self, chance: Random, marks: str) -> None:
        self.storm = Storm(self.held.enter_context(stage()), chance)
        self.storm.marks = marks

    @rule()
    def run(self) -> None:
        self.storm.run()

    @rule(chance=CHANCE)
    def change_address(self, chance: Random) -> None:
        self.act(storms.change_address, chance)

    @rule(chance=CHANCE)
    def change_wish(self, chance: Random) -> None:
        self.act(storms.change_wish, chance)

    @rule(chance=CHANCE)
    def change_targets(self, chance: Random) -> None:
        self.act(storms.change_targets, chance)

    @rule(chance=CHANCE)
    def edit_ours(self, chance: Random) -> None:
        self.act(storms.edit_ours, chance)

    @rule(chance=CHANCE)
    def add_foreign(self, chance: Random) -> None:
        self.act(storms.add_foreign, chance)

    @rule(chance=CHANCE)
    def remove_foreign(self, chance: Random) -> None:
        self.act(storms.remove_foreign, chance)

    @rule(chance=CHANCE)
    def set_fault(self, chance: Random) -> None:
        if self.storm.marks != "none":  # without one, a creation whose answer was lost looks like a foreign record
            self.act(storms.set_fault, chance)

    def act(self, action: Callable[[Storm], None], chance: Random) -> None:
        self.storm.chance = chance
        action(self.storm)

    @invariant()
    def nothing_foreign_is_touched(self) -> None:
        if hasattr(self, "storm"):
            foreign_untouched(self.storm)

    def teardown(self) -> None:
        with self.held:
            if hasattr(self, "storm"):
                calm(self.storm)


@pytest.mark.usefixtures("engine")
def test_any_storm_ends_with_the_wish() -> None:
    run_state_machine_as_test(
        AnyStorm,
        settings=settings(
            max_examples=12,
            stateful_step_count=8,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
