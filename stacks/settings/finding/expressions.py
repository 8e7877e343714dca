r"""Regular expressions that are found in names of zones, in bounded time: no search goes back. Pure.

The library's own search may take years for `(a|a)*b`. Here all places that a part of the expression leads to are
followed at once, so that the time is bounded by the lengths of the two, and the depth of the groups.

| in an expression          | stands for                                                    |
|---------------------------|---------------------------------------------------------------|
| `a` `\.` `.` `[a-z]` `\d` | itself, a dot, any character, one of a class, a digit         |
| `(com|org)` `(?:...)`     | one of several                                                |
| `*` `+` `?` `{2}` `{2,5}` | repetitions of what is before: braces of single characters    |
| `^` `$`                   | the beginning and the end of the name                         |

All else is refused, such as references, looks ahead or behind, flags and letters in upper case.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from string import ascii_lowercase, digits

LONGEST = 200
"""Characters of an expression."""
DEEPEST = 3
"""Groups within each other."""
_CHARACTERS = f"{ascii_lowercase}{digits}-._"
"""The characters of names."""
_TOKEN = re.compile(
    r"(?P<one>\\[.dw-]|\[\^?(?:[a-z0-9._]|-(?!-))+\]|[a-z0-9._-])|(?P<begin>\((?:\?:)?)|(?P<end>\))|(?P<or>\|)|(?P<at>[$^])"
)
_REPEAT = re.compile(r"[*+?]")
_BRACES = re.compile(r"\{(\d{1,2})(?:(,)(\d{1,2})?)?\}")
_SIGNS = {"*": (0, None), "+": (1, None), "?": (0, 1)}


@dataclass(frozen=True, slots=True)
class _Part:
    """A part with the number of its repetitions. of: characters, the sign of an end of the name, or alternatives."""

    of: frozenset[str] | str | _Alternatives
    least: int = 1
    most: int | None = 1


_Alternatives = tuple[tuple[_Part, ...], ...]


@cache
def parsed(expression: str) -> _Alternatives:
    """Return an expression taken apart. Raises ValueError, with what is wrong, for one that is refused."""
    if len(expression) > LONGEST:
        raise ValueError(f"it has {len(expression):,} characters, and may have {LONGEST}")
    open_groups: list[list[list[_Part]]] = [[[]]]
    at = 0
    while at < len(expression):
        token = _TOKEN.match(expression, at)
        if token is None or (token["end"] and len(open_groups) == 1):
            raise ValueError(f"{expression[at : at + 20]!r} cannot stand there")
        at = token.end()
        if token["begin"]:
            if len(open_groups) > DEEPEST:
                raise ValueError(f"it has more than {DEEPEST} groups within each other")
            open_groups.append([[]])
        elif token["or"]:
            open_groups[-1].append([])
        elif token["at"]:
            open_groups[-1][-1].append(_Part(token["at"]))
        else:
            of = _characters(token["one"]) if token["one"] else tuple(map(tuple, open_groups.pop()))
            part, at = _repeated(expression, at, of)
            open_groups[-1][-1].append(part)
    if len(open_groups) > 1:
        raise ValueError("a group is not closed")
    return tuple(map(tuple, open_groups[0]))


def is_found(expression: str, name: str) -> bool:
    """Return whether an expression that `parsed` takes is found in a name."""
    return bool(_ends(parsed(expression), name, set(range(len(name) + 1))))


def _characters(token: str) -> frozenset[str]:
    try:
        one = re.compile(token)
    except re.error as error:
        raise ValueError(f"{token!r}: {error}") from None
    return frozenset(filter(one.fullmatch, _CHARACTERS))


def _repeated(expression: str, at: int, of: frozenset[str] | _Alternatives) -> tuple[_Part, int]:
    """Return a part with the repetitions that stand at a place, and the place behind them."""
    if sign := _REPEAT.match(expression, at):
        return _Part(of, *_SIGNS[sign[0]]), sign.end()
    braces = _BRACES.match(expression, at) if isinstance(of, frozenset) else None
    if braces is None:
        return _Part(of), at
    least = int(braces[1])
    most = least if not braces[2] else int(braces[3]) if braces[3] else None
    if most is not None and most < least:
        raise ValueError(f"{braces[0]!r} has its bounds exchanged")
    return _Part(of, least, most), braces.end()


def _ends(alternatives: _Alternatives, name: str, places: set[int]) -> set[int]:
    """Return the places at which an expression may end that begins at one of these."""
    found: set[int] = set()
    for parts in alternatives:
        here = places
        for part in parts:
            here = set(_after(part, name, here))
        found |= here
    return found


def _after(part: _Part, name: str, places: set[int]) -> Iterator[int]:
    """Yield the places behind a part and its repetitions."""
    if not part.least:
        yield from places
    seen = set() if part.least else set(places)
    times = 0
    while places and times != part.most:
        places = _once(part.of, name, places)
        times += 1
        if times >= part.least:
            places = places - seen if part.most is None else places
            seen |= places
            yield from places


def _once(of: frozenset[str] | str | _Alternatives, name: str, places: set[int]) -> set[int]:
    if isinstance(of, str):
        return places & {0 if of == "^" else len(name)}
    if isinstance(of, frozenset):
        return {place + 1 for place in places if place < len(name) and name[place] in of}
    return _ends(of, name, places)
