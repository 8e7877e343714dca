"""The campaign `main`: random wishes, edits and faults on the real engine; each seed ends in a check.

After a seed's storm the faults are cleared, and TrueNorth has at most three runs to bring the zone to the wish. No
foreign record may have changed, none of ours may be there twice, and one more run must find nothing to do.
"""

from __future__ import annotations

import random
from collections import Counter

from bench.campaigns.main.storm import ACTIONS, Storm
from bench.campaigns.wrong import WrongError
from bench.stage import stage
from cli.reconcile.result import Convergence
from components.records import canonical_content
from lab import remote
from stacks.model.values import Known
from stacks.observe.zone.cloudflare import read_record
from stacks.plan.desired.endpoints import addresses_by_link, endpoints
from stacks.plan.records.record_sets import declared_records

STEPS = 6
RECOVERIES = 3
LEFT_MARKS = "marks left at a name that somebody took"
"""Known and counted: the answer of the mark's creation was lost, and somebody took the name before the next run."""
NOTHING = "nothing was declared"


def play(seed: int) -> Counter[str]:
    """One seed. Raises WrongError; returns what was met on the way."""
    with stage() as place:
        storm = Storm(place, random.Random(seed))  # noqa: S311 - a repeatable draw
        storm.marks = storm.chance.choice(["txt", "txt", "comment"])
        for _ in range(STEPS):
            storm.chance.choice(ACTIONS)(storm)
            storm.run()
            foreign_untouched(storm)
        calm(storm)
        return storm.told


def calm(storm: Storm) -> None:
    """Clear the faults and let TrueNorth recover. Raises WrongError where the zone is not as wished then."""
    remote.set_faults(storm.place.places, [])
    for _ in range(RECOVERIES):
        if storm.run():
            break
    else:
        raise WrongError(f"{RECOVERIES} runs without faults did not succeed: {storm.failure}")
    as_wished(storm)


def foreign_untouched(storm: Storm) -> None:
    """Raise WrongError where a record of somebody else is not as they left it."""
    now = {one["id"]: one for one in remote.records(storm.place.places)}
    for identity, record in storm.foreign.items():
        if now.get(identity) != record:
            raise WrongError(f"the foreign record {record['name']} became {now.get(identity)}")


def as_wished(storm: Storm) -> None:
    """Raise WrongError where the zone is not as wished, or one more run finds something to do."""
    again = storm.run()
    if again is None or again.changes or again.runs:
        raise WrongError(f"one more run found something to do: {again and again.changes}")
    foreign_untouched(storm)
    theirs = {str(one["name"]) for one in storm.foreign.values()}
    blocked = {(one.name, one.type) for one in again.plan.conflicts if one.reason.endswith(NOTHING)}
    for name, record_type in blocked:
        if name not in theirs:
            raise WrongError(f"{name} {record_type} was not declared, and nobody else is there")
    _contents_as_wished(storm, again, blocked)
    _nothing_else(storm, again, theirs)


def _contents_as_wished(storm: Storm, again: Convergence, blocked: set[tuple[str, str]]) -> None:
    """Every endpoint that nobody blocks has exactly its targets."""
    found: dict[tuple[str, str], list[str]] = {}
    for one in _ours(storm):
        record = read_record(one)
        found.setdefault((record.name, record.type), []).append(record.content)
    for zone in storm.place.session().settings.each_zone():
        for endpoint in endpoints(zone, addresses_by_link(again.observation.addresses)):
            key = (endpoint.name, endpoint.type)
            if not isinstance(endpoint.targets, Known):
                raise WrongError(f"the address is unknown in a world without faults: {endpoint.targets.reason}")
            wanted = sorted(canonical_content.lenient(endpoint.type, one) for one in endpoint.targets.value)
            there = sorted(content for content in found.get(key, ()) if "heritage=truenorth" not in content)
            if key not in blocked and there != wanted:
                raise WrongError(f"{key} has {there}, wished was {wanted}")


def _nothing_else(storm: Storm, again: Convergence, theirs: set[str]) -> None:
    """What is ours in the zone is what is declared, each once; but for marks that are known to be left."""
    declared = Counter(
        (record.name, record.type, record.content)
        for record_set in again.plan.record_sets
        for record in declared_records(record_set).values()
    )
    there = Counter((record.name, record.type, record.content) for record in map(read_record, _ours(storm)))
    if declared - there:
        raise WrongError(f"missing: {list(declared - there)}")
    for (name, record_type, content), count in (there - declared).items():
        at_theirs = any(name.endswith(f".{host}") for host in theirs)
        if record_type != "TXT" or "heritage=truenorth" not in content or not at_theirs or count > 1:
            raise WrongError(f"left over or there twice: {name} {record_type} {content}")
        storm.told[LEFT_MARKS] += 1


def _ours(storm: Storm) -> list[dict[str, object]]:
    return [one for one in remote.records(storm.place.places) if one["id"] not in storm.foreign]
