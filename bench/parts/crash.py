"""The campaign `crash` with a few seeds, as rows: how many ended right, and how long the run after a crash took."""

from __future__ import annotations

from collections.abc import Iterator

from bench.campaigns.crash.campaign import RECOVERY, play
from bench.campaigns.wrong import WrongError
from bench.row import Row

SEEDS = range(20)


def measure() -> Iterator[Row]:
    """All rows of this part. Raises WrongError, after them, where a seed went wrong."""
    outcomes = dict(play(SEEDS))
    wrong = {seed: outcome for seed, outcome in outcomes.items() if isinstance(outcome, WrongError)}
    seconds = [outcome[RECOVERY] for outcome in outcomes.values() if not isinstance(outcome, WrongError)]
    yield Row("crash", "kill -9 at a seeded point: seeds that went wrong", len(wrong), "seeds", len(outcomes), 0)
    yield Row("crash", "the run after it, worst", max(seconds, default=0), "s", len(seconds))
    for seed, outcome in wrong.items():
        raise WrongError(f"seed {seed}: {outcome}")
