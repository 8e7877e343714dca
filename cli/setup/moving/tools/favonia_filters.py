"""Reads favonia's filters of detected addresses, `addr-in(192.0.2.0/24) && !addr-in(192.0.2.9/32)`, as networks.

The grammar: https://github.com/favonia/cloudflare-ddns, README, IP4_DETECTION_FILTER.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_network

LONGEST, DEEPEST = 4096, 20
"""Characters of an expression; parentheses and negations within each other."""
_TOKEN = re.compile(r"\s*(\|\||&&|[!()]|[^\s!()&|]+)")


@dataclass(frozen=True, slots=True)
class Networks:
    """The addresses that a filter keeps: those in some networks, and in none of others."""

    within: tuple[str, ...] = ()
    """None: all."""
    outside: tuple[str, ...] = ()

    def __invert__(self) -> Networks:
        if self.within and self.outside:
            raise ValueError("what it leaves out takes two conditions")
        return Networks(self.outside, self.within)

    def __and__(self, other: Networks) -> Networks:
        if self.within and other.within:
            raise ValueError("it asks for an address in two networks at once")
        return Networks(self.within + other.within, self.outside + other.outside)

    def __or__(self, other: Networks) -> Networks:
        if self.outside or other.outside:
            raise ValueError("it keeps addresses in one network, or outside of another")
        return Networks(self.within + other.within)


def parsed(text: str) -> Networks:
    """Return the networks of a filter. Raises ValueError for one that is none, or that takes more than these."""
    if len(text) > LONGEST:
        raise ValueError(f"it is longer than {LONGEST} characters")
    tokens = _TOKEN.findall(text)
    if "".join(tokens) != re.sub(r"\s", "", text):
        raise ValueError("a sign in it is none of !, &&, || and parentheses")
    found = _either(tokens, 0)
    if tokens:
        raise ValueError(f"{tokens[0]!r} follows where it should end")
    return found


def _either(tokens: list[str], depth: int) -> Networks:
    found = _all(tokens, depth)
    while tokens[:1] == ["||"]:
        tokens.pop(0)
        found |= _all(tokens, depth)
    return found


def _all(tokens: list[str], depth: int) -> Networks:
    found = _one(tokens, depth)
    while tokens[:1] == ["&&"]:
        tokens.pop(0)
        found &= _one(tokens, depth)
    return found


def _one(tokens: list[str], depth: int) -> Networks:
    if not tokens or depth > DEEPEST:
        raise ValueError("it ends too early" if not tokens else "it is nested too deeply")
    sign = tokens.pop(0)
    if sign == "!":
        return ~_one(tokens, depth + 1)
    if sign not in {"(", "addr-in"}:
        raise ValueError(f"{sign!r} is not addr-in(...)")
    if sign == "addr-in":
        _expect(tokens, "(")
    found = _either(tokens, depth + 1) if sign == "(" else _network(tokens)
    _expect(tokens, ")")
    return found


def _network(tokens: list[str]) -> Networks:
    return Networks((str(ip_network(tokens.pop(0) if tokens else "", strict=False)),))


def _expect(tokens: list[str], sign: str) -> None:
    if tokens[:1] != [sign]:
        raise ValueError(f"{sign!r} is missing")
    tokens.pop(0)
