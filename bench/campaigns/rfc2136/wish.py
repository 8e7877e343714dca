"""The wish of the campaign `rfc2136`, as settings have it, and what the zone has to hold by it."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bench.campaigns.rfc2136.server import ZONE, Key, Set
from components.marks import ownership

LABELS = ("@", "*", "www", "vpn", "a.b", "deep.a.b", "nas", "mail")
TTLS = (300, 600, 3600)
ADDRESSES = {
    "A": [f"198.51.100.{number}" for number in range(1, 7)],
    "AAAA": [f"2001:db8::{number}" for number in range(1, 7)],
}
HOSTS = ["host1.example.net.", "host2.example.net."]
OTHERS = {
    "TXT": ['"one"', '"two words"', '"v=spf1 -all"'],
    "MX": ["10 mx1.example.net.", "20 mx2.example.net."],
    "SRV": ["0 5 5060 sip.example.net.", "1 5 5061 sip.example.net."],
    "CAA": ['0 issue "ca.example.net"', '0 iodef "mailto:a@example.net"'],
}
TYPES = (*ADDRESSES, "CNAME", *OTHERS)


@dataclass
class Wish:
    """The record sets that are wished for, by label and type; the addresses of a name share a TTL."""

    sets: dict[Key, Set] = field(default_factory=dict)

    def change(self, chance: random.Random) -> str:
        """Wish something else of one name, and return what in a word."""
        label = chance.choice(LABELS)
        there = [key for key in self.sets if key[0] == label]
        if there and chance.random() < 1 / 3:
            del self.sets[chance.choice(there)]
            return "names taken out"
        kind = chance.choice(TYPES if label not in {"@", "*"} else [one for one in TYPES if one != "CNAME"])
        alone = kind == "CNAME"
        for key in there:
            if alone or key[1] == "CNAME":
                del self.sets[key]
        self.sets[label, kind] = drawn(chance, kind)
        for key in ((label, one) for one in ADDRESSES):
            if kind in ADDRESSES and key in self.sets:
                self.sets[key] = Set(self.sets[label, kind].ttl, self.sets[key].values)
        return "names changed" if (label, kind) in there else "names added"

    def settings(self) -> dict[str, list[dict[str, object]]]:
        """Return `names` and `records` of the settings."""
        names: dict[str, dict[str, object]] = {}
        records: list[dict[str, object]] = []
        for (label, kind), one in self.sets.items():
            name, values = full(label), sorted(one.values)
            if kind in ADDRESSES:
                entry = names.setdefault(name, {"name": name, "targets": [], "ttl": one.ttl})
                entry["targets"] = [*_listed(entry["targets"]), *values]
            else:
                plain = [value.strip('"') if kind == "TXT" else value.removesuffix(".") for value in values]
                records.append({"name": name, "type": kind, "content": plain, "ttl": one.ttl})
        return {"names": list(names.values()), "records": records}


def full(label: str) -> str:
    """Return the whole name of a label."""
    return ZONE if label == "@" else f"{label}.{ZONE}"


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def drawn(chance: random.Random, kind: str) -> Set:
    """Return a record set of a type, drawn by chance."""
    values = HOSTS if kind == "CNAME" else {**ADDRESSES, **OTHERS}[kind]
    count = 1 if kind == "CNAME" else chance.choice([1, 1, 2, len(values)])
    return Set(chance.choice(TTLS), frozenset(chance.sample(values, min(count, len(values)))))


def expected(wish: Mapping[Key, Set], foreign: Iterable[Key]) -> dict[Key, Set]:
    """Return what is to be there of ours: what nobody else has, or keeps from standing there."""
    foreign = set(foreign)
    names = {label for label, _ in foreign}
    aliases = {label for label, kind in foreign if kind == "CNAME"}
    return {
        (label, kind): one
        for (label, kind), one in wish.items()
        if (label, kind) not in foreign and label not in aliases and not (kind == "CNAME" and label in names)
    }


def marks(ours: Iterable[Key]) -> set[Key]:
    """Return where the marks of our sets have to stand."""
    return {(_mark(label, kind), "TXT") for label, kind in ours}


def _mark(label: str, kind: str) -> str:
    return ownership.mark_name(full(label), kind).removesuffix(f".{ZONE}")
