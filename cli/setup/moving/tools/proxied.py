"""Reads favonia's expressions over names, `is(www.example.com) || !sub(example.org)`, and says which names they take.

The grammar: https://github.com/favonia/cloudflare-ddns, README, PROXIED.
"""

from __future__ import annotations

import re
from collections.abc import Callable

LONGEST, DEEPEST = 4096, 50
"""Characters of an expression; parentheses and negations within each other."""
_TOKEN = re.compile(r"\s*(\|\||&&|[!(),]|[^\s!(),&|]+)")
_WORDS = {**dict.fromkeys(("1", "t", "T", "true", "True", "TRUE"), True)}
_WORDS |= dict.fromkeys(("0", "f", "F", "false", "False", "FALSE"), False)
Takes = Callable[[str], bool]


def parsed(text: str) -> Takes:
    """Return whether a name is taken, as a function of the name. Raises ValueError for a text that is no expression."""
    if len(text) > LONGEST:
        raise ValueError(f"it is longer than {LONGEST} characters")
    tokens = _TOKEN.findall(text)
    if "".join(tokens) != re.sub(r"\s", "", text):
        raise ValueError("a sign in it is none of !, &&, ||, parentheses and commas")
    takes = _either(tokens, 0)
    if tokens:
        raise ValueError(f"{tokens[0]!r} follows where it should end")
    return takes


def _either(tokens: list[str], depth: int) -> Takes:
    takes = [_all(tokens, depth)]
    while tokens[:1] == ["||"]:
        tokens.pop(0)
        takes.append(_all(tokens, depth))
    return lambda name: any(one(name) for one in takes)


def _all(tokens: list[str], depth: int) -> Takes:
    takes = [_one(tokens, depth)]
    while tokens[:1] == ["&&"]:
        tokens.pop(0)
        takes.append(_one(tokens, depth))
    return lambda name: all(one(name) for one in takes)


def _one(tokens: list[str], depth: int) -> Takes:
    if not tokens or depth > DEEPEST:
        raise ValueError("it ends too early" if not tokens else "it is nested too deeply")
    sign = tokens.pop(0)
    if sign == "!":
        inner = _one(tokens, depth + 1)
        return lambda name: not inner(name)
    if sign == "(":
        inner = _either(tokens, depth + 1)
        _expect(tokens, ")")
        return inner
    if sign in _WORDS:
        is_true = _WORDS[sign]
        return lambda _: is_true
    if sign in ("is", "sub"):
        names = _names(tokens)
        if sign == "is":
            return lambda name: name in names
        return lambda name: any(name.endswith(f".{one}") for one in names)
    raise ValueError(f"{sign!r} is none of is(...), sub(...), true and false")


def _names(tokens: list[str]) -> frozenset[str]:
    names = []
    _expect(tokens, "(")
    while tokens and tokens[0] != ")":
        names.append(tokens.pop(0).lower().rstrip("."))
        if tokens[:1] == [","]:
            tokens.pop(0)
    _expect(tokens, ")")
    return frozenset(names)


def _expect(tokens: list[str], sign: str) -> None:
    if tokens[:1] != [sign]:
        raise ValueError(f"{sign!r} is missing")
    tokens.pop(0)
