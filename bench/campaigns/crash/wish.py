"""What a seed of the campaign `crash` wishes: the names of an estate before it, and after it."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from bench.campaigns.daemon.check import Record
from components.marks.ownership import mark_name, parse
from lab.world import FIRST_IPV4, ZONE

BEFORE, AFTER = "198.18", "198.19"
"""Where addresses begin (RFC 2544): those of the state that a seed begins with, and those that are wished then."""
OTHER_ADDRESS = "203.0.113.99"
FOLLOWING = 4
"""Each fourth name follows the WAN address, as far as a seed does not wish otherwise."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name with A records. targets: addresses of its own; none where it follows the WAN address. ttl: seconds."""

    targets: tuple[str, ...] = ()
    ttl: int = 1

    def contents(self, address: str) -> frozenset[str]:
        """Its addresses, while the WAN address is this."""
        return frozenset(self.targets or (address,))


@dataclass(frozen=True, slots=True)
class Claim:
    """Names by their first label, and the WAN address that some of them follow."""

    names: Mapping[str, Name]
    address: str = FIRST_IPV4

    def settings(self) -> list[dict[str, object]]:
        """The setting `names`."""
        return [
            {
                "name": label,
                "types": ["A"],
                "ttl": name.ttl,
                **({"targets": list(name.targets)} if name.targets else {}),
            }
            for label, name in self.names.items()
        ]

    def contents(self, label: str) -> frozenset[str]:
        """The addresses of a name; none where it is not wished."""
        return self.names[label].contents(self.address) if label in self.names else frozenset()

    def records(self, marks: str, without: frozenset[str] = frozenset()) -> Counter[tuple[str, ...]]:
        """What must be in the zone, as `seen` tells it. without: names that somebody else has."""
        found: Counter[tuple[str, ...]] = Counter()
        for label in self.names.keys() - without:
            name = f"{label}.{ZONE}"
            found.update((name, "A", content, str(self.names[label].ttl)) for content in self.contents(label))
            if marks == "txt":
                found[mark_name(name, "A"), "TXT", "mark"] += 1
        return found


def seen(record: Record, owner: str) -> tuple[str, ...]:
    """A record of the zone, as `Claim.records` tells it."""
    mark = parse(str(record["content"])) if record["type"] == "TXT" else None
    if mark and (mark.heritage, mark.owner) == ("truenorth", owner):
        return str(record["name"]), "TXT", "mark"
    return str(record["name"]), str(record["type"]), str(record["content"]), str(record["ttl"])


def writes(before: Claim | None, after: Claim, marks: str) -> int:
    """How many records are written on the way from one wish to the next, nearly."""
    labels = after.names.keys() | (before.names.keys() if before else set())
    return sum(_writes(before, after, label, marks) for label in labels)


def _writes(before: Claim | None, after: Claim, label: str, marks: str) -> int:
    was, wanted = before.contents(label) if before else frozenset(), after.contents(label)
    count = max(len(was - wanted), len(wanted - was))
    if before and was and wanted and before.names[label].ttl != after.names[label].ttl:
        count = max(len(was), len(wanted))
    return count + (marks == "txt" and bool(was) != bool(wanted))


def first_wish(count: int) -> Claim:
    """So many names, of which some follow the address, and some have several of their own."""
    names = {
        f"n{number:04}": Name((), 1) if number % FOLLOWING == 0 else Name(_addresses(BEFORE, number, 1 + number % 3))
        for number in range(count)
    }
    return Claim(names)


def next_wish(chance: random.Random, before: Claim) -> Claim:
    """A wish that creates, updates and deletes, in proportions of its own."""
    count = len(before.names)
    updates, deletions, creations = (chance.choice([0.0, 0.1, 0.5, 0.9]) for _ in range(3))
    names: dict[str, Name] = {}
    for number, (label, name) in enumerate(before.names.items()):
        if chance.random() < deletions:
            continue
        changed = name.targets and chance.random() < updates
        names[label] = _changed(chance, name, number) if changed else name
    for number in range(math.ceil(count * max(creations, 1 / count))):
        names[f"m{number:04}"] = Name(_addresses(AFTER, count + number, chance.choice([1, 1, 2, 3])))
    return Claim(names, chance.choice([before.address, OTHER_ADDRESS]))


def _changed(chance: random.Random, name: Name, number: int) -> Name:
    fresh = _addresses(AFTER, number, chance.randint(1, 3))
    return chance.choice(
        [
            Name(fresh, name.ttl),
            Name(fresh, name.ttl),
            Name((*name.targets, fresh[0]), name.ttl),
            Name(name.targets, 300),
            Name((*name.targets[1:], fresh[0]), 300),
        ]
    )


def _addresses(prefix: str, number: int, count: int) -> tuple[str, ...]:
    return tuple(f"{prefix}.{number // 80}.{number % 80 * 3 + 1 + each}" for each in range(count))
