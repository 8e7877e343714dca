"""The campaign `rfc2136`: histories of a zone at BIND 9 in which TrueNorth is one of two who write.

A round changes the wish, lets somebody else make, change and remove sets, or spoil ours, and then runs `up`: in peace,
killed on the way, or while the server refuses the transfer. Whatever comes, the sets of somebody else stay as they were
left; a run in peace ends well and leaves exactly the wish, each set with its mark; one more run finds nothing to do and
sends no update. What goes wrong keeps its folder, with the server's log.
"""

from __future__ import annotations

import os
import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from bench.campaigns.crash import kill
from bench.campaigns.rfc2136.server import Key, Set, serving
from bench.campaigns.rfc2136.wish import LABELS, TYPES, drawn, expected, marks
from bench.campaigns.rfc2136.world import Ended, House
from bench.campaigns.wrong import WrongError
from bench.stage import stage

ROUNDS = int(os.environ.get("BENCH_RFC2136_ROUNDS", "4"))
RUNS, KILLED, REFUSED = "runs", "killed", "transfers refused"
_SLOW = 5.0
"""About how many seconds a run takes on a busy machine."""
_LINGERING = 15.0
"""Seconds for which the engine of a killed `truenorth` is waited for."""
_SHOWN = 6

Outcome = tuple[int, Counter[str] | WrongError]


def play(seeds: Sequence[int], rounds: int = ROUNDS) -> Iterator[Outcome]:
    """Play seeds, each at a server and with a state of its own."""
    with stage() as place:
        for number in seeds:
            folder = Path(tempfile.mkdtemp(prefix=f"truenorth-rfc2136-{number}-"))
            try:
                met = _played(folder, place.environment, random.Random(number), rounds)  # noqa: S311 - a repeatable draw
            except WrongError as error:
                yield number, WrongError(f"{error} (kept: {folder})")
            else:
                shutil.rmtree(folder)
                yield number, met


def _played(folder: Path, environment: Mapping[str, str], chance: random.Random, rounds: int) -> Counter[str]:
    met = Counter[str]()
    with serving(folder / "bind") as server:
        house = House(folder, server)
        house.settle(environment)
        try:
            for turn in range(rounds):
                _turn(house, chance, met, f"round {turn + 1}")
        finally:
            kill.kill(house.token)
    return met


def _turn(house: House, chance: random.Random, met: Counter[str], where: str) -> None:
    for _ in range(chance.choice([1, 2, 4, 8])):
        met[house.wish.change(chance)] += 1
    for _ in range(chance.choice([0, 1, 2, 3])):
        met[_somebody(house, chance)] += 1
    ending = chance.choice(["peace", "peace", "killed", "killed", "refused"])
    if ending == "killed":
        where += f", {_struck(house, chance, met)}"
    elif ending == "refused":
        _refused(house, where)
        met[REFUSED] += 1
    _in_peace(house, where)
    met[RUNS] += 1


def _somebody(house: House, chance: random.Random) -> str:
    """Let somebody else change something, and return what in a word."""
    there = house.server.sets()
    ours = sorted(house.owned & there.keys())
    deed = chance.choice(["made", "made", "changed", "removed", "spoilt"])
    if deed == "spoilt" and ours:
        return _spoil(house, chance, chance.choice(ours), there)
    if deed in {"changed", "removed"} and house.foreign:
        key = chance.choice(sorted(house.foreign))
        house.put_foreign(key, drawn(chance, key[1]) if deed == "changed" else None)
        return f"sets of others {deed}"
    key = chance.choice([*LABELS, "other"]), chance.choice(TYPES)
    if _may_stand(key, there, house):
        house.put_foreign(key, drawn(chance, key[1]))
        return "sets of others made"
    return "nothing done by others"


def _spoil(house: House, chance: random.Random, key: Key, there: Mapping[Key, Set]) -> str:
    """Let somebody else change or remove a set of ours, or its mark."""
    (mark,) = marks([key])
    kind = chance.choice(["changed", "removed", "without its mark"])
    if kind == "without its mark":
        house.server.put(mark, None)
    else:
        house.server.put(key, Set(77, there[key].values) if kind == "changed" else None)
    return f"sets of ours {kind}"


def _may_stand(key: Key, there: Mapping[Key, Set], house: House) -> bool:
    """Return whether somebody else can make a set there that is no edit of ours."""
    label, kind = key
    at_name = {other for name, other in there if name == label}
    is_possible = "CNAME" not in at_name and not (kind == "CNAME" and (at_name or label in "@*"))
    return is_possible and key not in there and key not in house.owned


def _struck(house: House, chance: random.Random, met: Counter[str]) -> str:
    """Kill a run, and return when and what in words."""
    victim = chance.choice(kill.VICTIMS)
    before, many = house.server.updates(), chance.randint(1, 12)
    seconds = _SLOW * chance.random()
    by_updates = chance.random() < 2 / 3
    struck: list[kill.Victim] = []

    def strike(since: float) -> bool:
        due = house.server.updates() - before >= many if by_updates else since > seconds
        if due and not struck and kill.kill(house.token, victim):
            struck.append(victim)
        return bool(struck)

    house.up(strike)
    if victim != "all" and chance.random() < 1 / 2:
        kill.await_end(house.token, _LINGERING)
    kill.kill(house.token)
    point = f"at line {many} of updates" if by_updates else f"after {seconds:.1f} s"
    others_stay(house, f"{victim} killed {point}")
    met[f"{KILLED}: {victim}" if struck else "ended before it was struck"] += 1
    return f"{victim} killed {point}"


def _refused(house: House, where: str) -> None:
    """Let the server refuse the transfer: such a run changes nothing, and says so."""
    house.server.let_transfer(allowed=False)
    before = house.server.serial()
    ended = house.up()
    if ended.exit_code == 0 or house.server.serial() != before or "allow-transfer" not in ended.said:
        raise WrongError(f"{where}: without a transfer a run ended with {ended.exit_code}: {ended.said}")
    house.server.let_transfer(allowed=True)


def _in_peace(house: House, where: str) -> None:
    ended = house.up()
    if ended.exit_code != 0 or not ended.result:
        raise WrongError(f"{where}: the run in peace ended with {ended.exit_code}: {ended.said}")
    others_stay(house, where)
    wished = expected(house.wish.sets, house.foreign)
    house.owned = set(wished)
    as_wished(house, wished, where)
    before = house.server.serial(), house.server.updates()
    again = house.up()
    if again.exit_code != 0 or again.result.get("changes") or again.result.get("engine_runs"):
        raise WrongError(f"{where}: one more run ended with {again.exit_code} and had to do: {_found(again)}")
    if (house.server.serial(), house.server.updates()) != before:
        raise WrongError(f"{where}: one more run has sent updates")


def _found(ended: Ended) -> str:
    return f"{[one['resource'] for one in ended.result.get('changes', ())][:_SHOWN]}; {ended.said}"


def others_stay(house: House, where: str) -> None:
    """Raise WrongError where a set of somebody else is not as they left it."""
    there = house.server.sets()
    if wrong := [f"{key} became {there.get(key)}" for key, one in house.foreign.items() if there.get(key) != one]:
        raise WrongError(f"{where}: {len(wrong)} sets of others were touched: {wrong[:_SHOWN]}")


def as_wished(house: House, wished: Mapping[Key, Set], where: str) -> None:
    """Raise WrongError where ours are not exactly the wished sets, each with its mark."""
    there = {key: one for key, one in house.server.sets().items() if key not in house.foreign}
    marked = {key for key, one in there.items() if any("heritage=" in value for value in one.values)}
    wrong = [f"{key}: {there.get(key)} in place of {one}" for key, one in wished.items() if there.get(key) != one]
    wrong += [f"{key} is not wished: {there[key]}" for key in sorted(there.keys() - marked - wished.keys())]
    wrong += [f"a mark is missing: {key}" for key in sorted(marks(wished) - marked)]
    wrong += [f"a mark is too much: {key}" for key in sorted(marked - marks(wished))]
    if wrong:
        raise WrongError(f"{where}: {len(wrong)} things are not as wished: {wrong[:_SHOWN]}")
