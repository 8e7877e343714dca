"""`make campaign [ONLY=part] [SEEDS=n]`: random faults; each seed ends in a check, and a wrong one can be repeated."""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console

from bench.campaigns import wan
from bench.campaigns.crash import campaign as crash_campaign
from bench.campaigns.daemon import campaign as daemon_campaign
from bench.campaigns.geo import campaign as geo_campaign
from bench.campaigns.main import campaign as main_campaign
from bench.campaigns.policy import campaign as policy_campaign
from bench.campaigns.rfc2136 import campaign as rfc2136_campaign
from bench.campaigns.trust import campaign as trust_campaign
from bench.campaigns.trust import engine as trust_engine
from bench.campaigns.wrong import WrongError

Outcome = tuple[int, Counter[str] | WrongError]
"""A seed, and what was met on the way or what was wrong."""


@dataclass(frozen=True, slots=True)
class Part:
    """A campaign: how it plays seeds, and how many by default."""

    play: Callable[[Sequence[int]], Iterator[Outcome]]
    seeds: int


def _one_by_one(seeds: Sequence[int]) -> Iterator[Outcome]:
    for seed in seeds:
        try:
            yield seed, main_campaign.play(seed)
        except WrongError as error:
            yield seed, error


PARTS = {
    "main": Part(_one_by_one, 20),
    "wan": Part(wan.play, 300),
    "geo": Part(geo_campaign.play, 2000),
    "trust": Part(trust_campaign.play, 10_000),
    "trust-engine": Part(trust_engine.play, 200),
    "policy": Part(policy_campaign.play, 100),
    "crash": Part(crash_campaign.play, 200),
    "crash-geo": Part(crash_campaign.play_balanced, 40),
    "rfc2136": Part(rfc2136_campaign.play, 30),
    "daemon": Part(daemon_campaign.play, 30),
}


def campaign(arguments: Sequence[str] | None = None) -> int:
    """Play the seeds of the parts; exit code 1 where one went wrong."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", default="")
    parser.add_argument("--seeds", default="", help="how many seeds")
    parser.add_argument("--seed", type=int, help="this one seed only")
    parser.add_argument("--first", type=int, default=0, help="the first of these seeds")
    options = parser.parse_args(arguments)
    console = Console()
    counts = options.seeds == "" or (options.seeds.isascii() and options.seeds.isdigit() and int(options.seeds) > 0)
    if options.only not in {"", *PARTS} or not counts:
        console.print(f"use ONLY={' or ONLY='.join(PARTS)} (or leave it out) and SEEDS=n, a number of seeds")
        return 2
    wrong = 0
    for name in [options.only] if options.only else PARTS:
        seeds = _seeds(options.first, options.seeds, PARTS[name].seeds) if options.seed is None else [options.seed]
        wrong += _played(console, name, seeds)
    return 1 if wrong else 0


def _seeds(first: int, count: str, default: int) -> Sequence[int]:
    return range(first, first + int(count or default))


def _played(console: Console, name: str, seeds: Sequence[int]) -> int:
    """Play one part, tell each seed and the sum, and return how many were wrong."""
    began, wrong, met = time.monotonic(), list[int](), Counter[str]()
    for seed, outcome in PARTS[name].play(seeds):
        if isinstance(outcome, WrongError):
            wrong.append(seed)
            console.print(f"{name} seed {seed}: {outcome}", style="red", markup=False, highlight=False, soft_wrap=True)
        else:
            met += outcome
            console.print(f"{name} seed {seed}: right; {_words(outcome)}", highlight=False, soft_wrap=True)
    minutes = (time.monotonic() - began) / 60
    console.print(
        f"{name}: {len(seeds)} seeds in {minutes:.1f} min: {len(seeds) - len(wrong)} right; in these: {_words(met)}",
        soft_wrap=True,
    )
    console.print(f"wrong: {wrong or 'none'}; to repeat one: python -m bench.campaigns --only {name} --seed N")
    return len(wrong)


def _words(met: Counter[str]) -> str:
    return ", ".join(f"{what}: {count}" for what, count in sorted(met.items())) or "nothing"
