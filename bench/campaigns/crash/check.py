"""Whether all is well after a crash and one run more: the zone, the state, and what lies about."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.campaigns.crash import balancing
from bench.campaigns.crash.balancing import Balanced
from bench.campaigns.crash.run import Ended, up
from bench.campaigns.crash.wish import Claim, seen
from bench.campaigns.crash.world import STACK, World
from bench.campaigns.wrong import WrongError
from components.records.providers import RECORD_TYPE_TOKENS
from stacks.model.shards import INFIX
from stacks.observe.project import OWN_NAME

_SHOWN = 6
_OF_A_ZONE = re.compile(r"GET /client/v4/zones/[0-9a-f]{32}")
_OF_BALANCING = re.compile(r"GET .*/load_balancers\b")
_LEFT = ("truenorth/*.unfinished.json", "truenorth/*.journal", "locks/**/*.json")
"""What a run that was cut off leaves in Pulumi's folder, and one that ended well must not."""


def all_is_well(
    world: World, wish: Claim, marks: str, last: Ended, taken: frozenset[str], balanced: Balanced | None = None
) -> None:
    """Raise WrongError where the last run failed, or anything is not as wished, or one more run finds work.

    taken: the wished names that somebody else has, where nothing is declared.
    """
    if last.exit_code != 0 or not last.result:
        raise WrongError(f"the run in peace ended with exit code {last.exit_code}: {last.words()}")
    _look(world, wish, marks, taken, balanced)
    world.cloudflare.requests.clear()
    again = up(world)
    calls = [f"{one.method} {one.path}" for one in world.cloudflare.requests]
    if world.balancing_of_others:
        calls = [one for one in calls if not _OF_BALANCING.match(one)]
    if again.exit_code != 0 or again.result.get("changes") or again.result.get("engine_runs"):
        found = [one["resource"] for one in again.result.get("changes", ())][:_SHOWN]
        raise WrongError(f"one more run ended with {again.exit_code} and had to do: {found}; {again.words()}")
    # One for the records, and one for the limits of the zone's plan where these may matter.
    lists = [one for one in calls if one.endswith("/dns_records")]
    plans = [one for one in calls if _OF_A_ZONE.fullmatch(one)]
    if len(lists) != 1 or len(plans) > 1 or len(calls) > len(lists) + len(plans):
        raise WrongError(f"one more run made {len(calls)} calls: {calls[:_SHOWN]}")
    _look(world, wish, marks, taken, balanced)


def _look(world: World, wish: Claim, marks: str, taken: frozenset[str], balanced: Balanced | None) -> None:
    faults = (
        others_touched(world),
        not_as_wished(world, wish, marks, taken),
        out_of_step(world),
        left_behind(world),
        balancing.not_as_wished(world.cloudflare, balanced),
    )
    if found := "; ".join(filter(None, faults)):
        raise WrongError(found)


def others_touched(world: World) -> str:
    """What of somebody else is not as they left it, records or load balancing; "" where all is."""
    now = {str(one["id"]): one for one in world.records()}
    wrong = [f"{was['name']} became {now.get(key)}" for key, was in world.foreign.items() if now.get(key) != was]
    found = [f"{len(wrong)} records of others were touched: {wrong[:_SHOWN]}"] if wrong else []
    if world.balancing_of_others and balancing.of_others(world.cloudflare) != world.balancing_of_others:
        found.append("the load balancing of others was touched")
    return "; ".join(found)


def not_as_wished(world: World, wish: Claim, marks: str, taken: frozenset[str]) -> str:
    """What of ours in the zone is missing, too much or there twice; "" where all is as wished."""
    there = Counter(seen(one, STACK) for one in world.records() if one["id"] not in world.foreign)
    wanted = wish.records(marks, taken)
    twice = sorted(key for key, count in there.items() if count > 1)
    missing, more = sorted((wanted - there).keys()), sorted((there - wanted).keys())
    told = {"there twice": twice, "missing in the zone": missing, "not wished, and in the zone": more}
    return "; ".join(f"{len(keys)} {what}: {keys[:_SHOWN]}" for what, keys in told.items() if keys)


def out_of_step(world: World) -> str:
    """What state holds that the zone does not have of ours, and the reverse; "" where they agree."""
    owned = {str(one["id"]): one for one in world.records() if one["id"] not in world.foreign}
    held: Counter[str] = Counter()
    pending: list[str] = []
    for file in _checkpoints(world.state):
        deployment = json.loads(file.read_bytes())["checkpoint"].get("latest") or {}
        held.update(str(one["id"]) for one in deployment.get("resources") or () if _is_record(one))
        pending += [one["resource"]["urn"] for one in deployment.get("pending_operations") or ()]
    told = {
        "records of ours are not in state": [owned[key]["name"] for key in sorted(owned.keys() - held.keys())],
        "records in state are not in the zone": sorted(held.keys() - owned.keys()),
        "records are in state twice": sorted(key for key, count in held.items() if count > 1),
        "operations are pending in state": pending,
    }
    return "; ".join(f"{len(found)} {what}: {found[:_SHOWN]}" for what, found in told.items() if found)


def _checkpoints(state: Path) -> list[Path]:
    """Those of the estate's own stack, and of its shards."""
    folder = state / "stacks" / OWN_NAME
    return [*folder.glob(f"{STACK}.json"), *folder.glob(f"{STACK}{INFIX}*.json")]


def _is_record(resource: Mapping[str, Any]) -> bool:
    return resource.get("type") in RECORD_TYPE_TOKENS and not resource.get("delete")


def left_behind(world: World) -> str:
    """What a run that was cut off wrote for the next one, or locked, and is still there; "" where nothing is."""
    found = sorted(str(file.relative_to(world.state)) for glob in _LEFT for file in world.state.glob(glob))
    return f"left behind: {found[:_SHOWN]}" if found else ""
