"""Expressions over names, as favonia's cloudflare-ddns takes them for `PROXIED`. Pure.

| in an expression                | takes the names                                              |
|---------------------------------|--------------------------------------------------------------|
| `is(a.example.com, b.org)`      | that stand there, in full; `*.example.com` is one, too       |
| `sub(example.com)`              | below those that stand there, not these themselves           |
| `true`, `false`                 | all, none                                                    |
| `!`, `&&`, `||`, `( )`          | not, and, or, groups; `!` binds most closely, `||` least      |

`1`, `t`, `T`, `0`, `f` and `F` are words for true and false, too.
https://github.com/favonia/cloudflare-ddns, README, PROXIED.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from components.plain_text import quoted
from components.records import canonical

LONGEST, DEEPEST = 16_384, 50
"""Characters of an expression; parentheses and negations within each other."""
_SIGN = re.compile(r"\|\||&&|[!(),]|[^\s!(),&|]{1,1024}")
_SPACE = re.compile(r"\s*")
TRUE, FALSE = ("1", "t", "T", "true", "True", "TRUE"), ("0", "f", "F", "false", "False", "FALSE")
_WORDS = {**dict.fromkeys(TRUE, True), **dict.fromkeys(FALSE, False)}
_END = ""
Takes = Callable[[str], bool]
"""Says whether an expression takes a full name, in lower case and Punycode."""


@lru_cache(maxsize=256)
def expression(text: str) -> Takes:
    """Return a parsed expression. Raises ValueError, with the place of the fault, for a text of another form."""
    if len(text) > LONGEST:
        raise ValueError(f"it has {len(text):,} characters, and may have {LONGEST:,}")
    reader = _Reader(text)
    takes = reader.either(0)
    if reader.sign is not _END:
        raise reader.fault("does not belong there: && or || is missing before it")
    return takes


class _Reader:
    """The reading of one expression, a sign at a time. sign: the present one; at: its place, from 0."""

    def __init__(self, text: str) -> None:
        self._signs = _signs(text)
        self.sign, self.at = next(self._signs)

    def fault(self, predicate: str) -> ValueError:
        """Return the error about the present sign. predicate: its fault."""
        subject = quoted(self.sign) if self.sign is not _END else "the end"
        return ValueError(f"at character {self.at + 1}: {subject} {predicate}")

    def either(self, depth: int) -> Takes:
        """Read alternatives with `||` between."""
        takes = [self._all(depth)]
        while self._skip("||"):
            takes.append(self._all(depth))
        return takes[0] if len(takes) == 1 else lambda name: any(one(name) for one in takes)

    def _all(self, depth: int) -> Takes:
        takes = [self._one(depth)]
        while self._skip("&&"):
            takes.append(self._one(depth))
        return takes[0] if len(takes) == 1 else lambda name: all(one(name) for one in takes)

    def _one(self, depth: int) -> Takes:
        if depth > DEEPEST:
            raise self.fault(f"is nested more than {DEEPEST} times")
        if self._skip("!"):
            inner = self._one(depth + 1)
            return lambda name: not inner(name)
        if self._skip("("):
            inner = self.either(depth + 1)
            self._expect(")")
            return inner
        for word, taken in (("is", _is), ("sub", _below)):
            if self._skip(word):
                return taken(frozenset(self._names()))
        if self.sign not in _WORDS:
            raise self.fault("is none of is(...), sub(...), true, false, ! and (")
        value = _WORDS[self.sign]
        self._next()
        return lambda _: value

    def _names(self) -> Iterator[str]:
        self._expect("(")
        while self.sign != ")":
            yield self._name()
            if not self._skip(","):
                break
        self._expect(")")

    def _name(self) -> str:
        try:
            name = canonical.ascii_name(self.sign).rstrip(".")
            canonical.check_name(name)
        except ValueError:
            raise self.fault("is no name of a domain") from None
        self._next()
        return name

    def _expect(self, sign: str) -> None:
        if not self._skip(sign):
            raise self.fault(f"stands where {sign!r} should")

    def _skip(self, sign: str) -> bool:
        """Go on to the next sign if the present one is this."""
        if self.sign != sign:
            return False
        self._next()
        return True

    def _next(self) -> None:
        self.sign, self.at = next(self._signs, (_END, self.at + len(self.sign)))


def _signs(text: str) -> Iterator[tuple[str, int]]:
    """Yield each sign with its place, then the end. Raises ValueError for one that is none."""
    at = 0
    while (at := _after_space(text, at)) < len(text):
        found = _SIGN.match(text, at)
        if found is None:
            raise ValueError(f"at character {at + 1}: {quoted(text[at])} is single: write && or ||")
        yield found[0], at
        at = found.end()
    yield _END, at


def _after_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _is(names: frozenset[str]) -> Takes:
    return names.__contains__


def _below(domains: frozenset[str]) -> Takes:
    def takes(name: str) -> bool:
        _, dot, parent = name.partition(".")
        while dot:
            if parent in domains:
                return True
            _, dot, parent = parent.partition(".")
        return False

    return takes
