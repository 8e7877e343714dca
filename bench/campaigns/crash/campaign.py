"""The campaign `crash`: kill -9 at a seeded point of a run; the next one has to find everything, and do the rest.

A seed draws a state to begin with, a wish that creates, updates and deletes, records of somebody else at some of the
names, and one to three points at which a run, and the ones that are to recover it, are killed. Then one run is left in
peace: it must end well, and leave exactly the wish, each record once and in state, nobody else's touched, and nothing
to do for one more run. BENCH_CRASH_NAMES says how many names there are, 500 by default.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.campaigns.crash import balancing, kill
from bench.campaigns.crash.balancing import Balanced, add_others, draw, of_others
from bench.campaigns.crash.check import all_is_well
from bench.campaigns.crash.kill import Point
from bench.campaigns.crash.run import up
from bench.campaigns.crash.wish import Claim, first_wish, next_wish, writes
from bench.campaigns.crash.world import Kept, World, world
from bench.campaigns.wrong import WrongError

NAMES = int(os.environ.get("BENCH_CRASH_NAMES", "500"))
FOREIGN = "198.51.100.80"
EDITED = "198.51.100.66"
SHARDS = (None, None, None, 1, 4)
"""The setting `shards`, most often left out, as before; where it differs, records move between stacks."""
SENDS = ("at-once", "at-once", "engine")
"""The setting `send`: at once, all lands while engines start, long before they note it."""
ORPHANED = 15.0
"""Seconds for which the engine of a killed `truenorth` is waited for; in half the seeds it is not."""
LINGERING = 5.0
"""Seconds that a plugin has to end once its engine is gone."""
STARTUP, EACH = 4.0, 0.02
"""About how many seconds a run takes, and each record of it more."""
RECOVERY, NOT_STRUCK = "seconds of recovery, in all", "ended before it was struck"
OUTLIVED = "processes that outlived their run"


@dataclass(frozen=True, slots=True)
class Before:
    """The estate that most seeds begin with."""

    wish: Claim
    balanced: Balanced | None


Outcome = tuple[int, Counter[str] | WrongError]


@dataclass
class Seed:
    """One seed, and what it met."""

    number: int
    chance: random.Random
    wish: Claim
    marks: str
    writes: int
    balanced: Balanced | None = None
    taken: set[str] = field(default_factory=set)
    """The wished names that somebody else has."""
    points: list[Point] = field(default_factory=list)
    told: Counter[str] = field(default_factory=Counter)


def play(seeds: Sequence[int], balanced: Balanced | None = None) -> Iterator[Outcome]:
    """Play seeds in a world of its own. What goes wrong keeps its folder. balanced: as in `play_in`."""
    folder = Path(tempfile.mkdtemp(prefix="truenorth-bench-"))
    wrong = False
    for seed, outcome in play_in(folder, seeds, NAMES, balanced):
        wrong |= isinstance(outcome, WrongError)
        yield seed, outcome
    if not wrong:
        shutil.rmtree(folder)


def play_balanced(seeds: Sequence[int]) -> Iterator[Outcome]:
    """Play seeds with load balancing, too."""
    return play(seeds, balancing.FIRST)


def play_in(folder: Path, seeds: Sequence[int], count: int, balanced: Balanced | None = None) -> Iterator[Outcome]:
    """Play seeds with so many names. Each begins anew, so that one alone can be repeated.

    balanced: the load balancing of the estate that seeds begin with; None where they have nothing to do with any.
    """
    with world(folder) as place:
        before = Before(first_wish(count), balanced)
        kept = _prepared(place, before)
        for number in seeds:
            try:
                yield number, _played(place, before, kept, number)
            except WrongError as error:
                yield number, error


def _prepared(place: World, before: Before) -> Kept:
    place.begin(None)
    place.settings(before.wish.settings(), **_geo(before.balanced))
    if before.balanced:
        place.balancing_of_others = add_others(place.cloudflare, place.zone_id)
    try:
        all_is_well(place, before.wish, "txt", up(place), frozenset(), before.balanced)
    except WrongError as error:
        raise WrongError(f"the estate could not be made, before anything was killed: {error}") from error
    return place.keep()


def _played(place: World, before: Before, kept: Kept, number: int) -> Counter[str]:
    shutil.rmtree(place.folder / "runs", ignore_errors=True)
    seed = _begun(place, before, kept, number)
    try:
        _killed(place, seed)
        last = up(place)
        seed.told[RECOVERY] += round(last.seconds)
        all_is_well(place, seed.wish, seed.marks, last, frozenset(seed.taken), seed.balanced)
        kill.await_end(place.token, LINGERING)
        seed.told[OUTLIVED] += len(kill.processes(place.token))
    except WrongError as error:
        told = "; then ".join(map(str, seed.points))
        raise WrongError(f"{told}: {error} (kept: {_kept(place, number)})") from error
    finally:
        kill.kill(place.token)
    return +seed.told


def _begun(place: World, before: Before, kept: Kept, number: int) -> Seed:
    """The state that a seed begins with, and its wish."""
    chance = random.Random(number)  # noqa: S311 - a repeatable draw
    start = chance.choice(["nothing", "all there", "all there", "a mix"])
    place.addresses.ipv4 = before.wish.address
    if start == "nothing":
        place.begin(None)
        seed = Seed(number, chance, before.wish, chance.choice(["txt", "txt", "comment"]), 0)
        seed.writes = writes(None, before.wish, seed.marks)
    else:
        place.begin(kept)
        wish = next_wish(chance, before.wish)
        seed = Seed(number, chance, wish, "txt", writes(before.wish, wish, "txt"))
    if start == "a mix":
        _drift(place, seed)
    _add_foreign(place, seed, before.wish if start != "nothing" else None)
    place.addresses.ipv4 = seed.wish.address
    shards = chance.choice(SHARDS)
    send = chance.choice(SENDS)
    if before.balanced:
        _balance(place, seed, None if start == "nothing" else before.balanced)
    others = _geo(seed.balanced) | ({"shards": shards} if shards else {})
    place.settings(seed.wish.settings(), marks=seed.marks, send=send, **others)
    seed.told[f"began with {start}"] += 1
    seed.told[f"sent by {send}"] += 1
    return seed


def _balance(place: World, seed: Seed, there: Balanced | None) -> None:
    """Draw the wish for load balancing; somebody else has some of their own."""
    seed.balanced = draw(seed.chance) if there or seed.chance.random() < 1 / 2 else balancing.FIRST
    seed.writes += balancing.writes(there, seed.balanced)
    place.balancing_of_others = of_others(place.cloudflare) or add_others(place.cloudflare, place.zone_id)


def _geo(balanced: Balanced | None) -> dict[str, object]:
    """The setting `geo`, in a document of settings; none where nothing is balanced."""
    return {"geo": balanced.settings()} if balanced else {}


def _drift(place: World, seed: Seed) -> None:
    """Somebody has deleted some of ours, and edited others."""
    records = [one for one in place.records() if one["type"] == "A"]
    edited: set[str] = set()
    for record in seed.chance.sample(records, max(len(records) // 20, 2)):
        if seed.chance.random() < 1 / 2 or record["name"] in edited:
            place.cloudflare.remove_record(place.zone_id, record["id"])
        else:
            place.cloudflare.change_record(place.zone_id, record["id"], {"content": EDITED})
            edited.add(record["name"])
        seed.writes += 1


def _add_foreign(place: World, seed: Seed, before: Claim | None) -> None:
    """Somebody has records beside ours, in the way of a new name, and of other types."""
    for label in seed.chance.sample(sorted(seed.wish.names), min(len(seed.wish.names), 6)):
        if seed.chance.random() < 1 / 2:
            place.add_foreign(label, "TXT", '"somebody else"')
        elif before and label in before.names:
            if any(one["name"].startswith(f"{label}.") and one["type"] == "A" for one in place.records()):
                place.add_foreign(label, "A", FOREIGN)
        else:
            place.add_foreign(label, "A", FOREIGN)
            seed.taken.add(label)


def _killed(place: World, seed: Seed) -> None:
    """Kill a run, and some of those that are to recover it."""
    times = seed.chance.choice([1, 1, 1, 2, 2, 3])
    for turn in range(times):
        # How much is left after the first is nobody's to know: all of it, or next to nothing.
        left = seed.writes if turn == 0 else seed.chance.choice([seed.writes, seed.writes // 3, 5])
        point = kill.draw(seed.chance, left, STARTUP + EACH * left)
        seed.points.append(point)
        ended = up(place, point, left)
        if not ended.struck:
            seed.told[f"{NOT_STRUCK} at: {point.kind}"] += 1
            if ended.exit_code != 0:
                raise WrongError(f"a run that was not struck ended with exit code {ended.exit_code}: {ended.words()}")
            return
        seed.told[f"killed: {point.victim}"] += 1
        seed.told[f"at: {point.kind}"] += 1
        if point.victim == "truenorth" and seed.chance.random() < 1 / 2:
            kill.await_end(place.token, ORPHANED)


def _kept(place: World, number: int) -> Path:
    """The state, the zone and what the runs said, to look at."""
    kept = place.folder / f"seed-{number}"
    shutil.rmtree(kept, ignore_errors=True)
    shutil.copytree(place.folder / "state", kept / "state")
    shutil.copytree(place.folder / "runs", kept / "runs")
    shutil.copy(place.settings_file, kept)
    (kept / "zone.json").write_text(json.dumps(place.records(), indent=1), encoding="utf-8")
    return kept
