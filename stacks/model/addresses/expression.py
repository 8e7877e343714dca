r"""Regular expressions with one group, which is the address in an answer, found in bounded time. Pure.

All places at which the expression may stand are followed at once (R. Cox, "Regular Expression Matching: the Virtual
Machine Approach"), so that no search goes back, and each character of the text costs as much as the expression is long.

| in an expression              | stands for                                                         |
|-------------------------------|--------------------------------------------------------------------|
| `a` `\.` `\"` `.`             | itself, the character behind the backslash, any but a line's end   |
| `[0-9a-f:]` `[^"]`            | one of a class, one that is not                                    |
| `\d` `\w` `\s` `\D` `\W` `\S` | a digit, a letter, digit or `_`, white space; what is none of them |
| `*` `+` `?` `{2}` `{2,}` `{2,5}`, each with `?` | repetitions of what is before, as many or as few as can be |
| `(...)`                       | the group: there is one, and it is the address                     |
| `(?:a|b)` `a|b`               | one of several                                                     |
| `^` `$`                       | the beginning and the end of the text                              |

All else is refused, such as references, looks ahead or behind, flags and further groups.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from string import ascii_letters, digits, whitespace

from components.plain_text import quoted

LONGEST = 200
"""Characters of an expression."""
LONGEST_PROGRAM = 400
"""Steps: repetitions with numbers write what they repeat so often."""
DEEPEST = 5
"""Groups within each other."""
MOST_REPEATED = 99
MOST_WORK = 1_000_000
"""Steps that a search may take: an answer of 16 KiB at the usual expressions takes a tenth."""
_ASCII = frozenset(map(chr, range(128)))
_KINDS = {"d": frozenset(digits), "w": frozenset(f"{ascii_letters}{digits}_"), "s": frozenset(whitespace)}
_SPECIAL = frozenset("()[]{}|*+?^$\\")


class _Do(Enum):
    ONE = "one"
    """Take one character."""
    EITHER = "either"
    """Go on at two places, the first of which counts more."""
    GO = "go"
    BEGIN, END = "begin", "end"
    """Of the group."""
    FIRST, LAST = "first", "last"
    """Be at the beginning, or the end, of the text."""
    FOUND = "found"


_ENDS = {"^": _Do.FIRST, "$": _Do.LAST}


@dataclass(frozen=True, slots=True)
class _Step:
    """A step of a program. to, other: the next steps, counted from this one. of: the characters, or those that not."""

    do: _Do
    to: int = 1
    other: int = 0
    of: frozenset[str] = frozenset()
    without: bool = False

    def takes(self, character: str) -> bool:
        return (character in self.of) != self.without


_Program = tuple[_Step, ...]
_Thread = tuple[int, int, int]
"""The step, and the beginning and the end of the group; -1 for none."""


@cache
def compiled(expression: str) -> _Program:
    """Return the program of an expression. Raises ValueError with the reason of a refusal."""
    if len(expression) > LONGEST:
        raise ValueError(f"it has {len(expression):,} characters, and may have {LONGEST}")
    reader = _Reader(expression)
    program = reader.alternatives(0)
    if reader.at < len(expression):
        raise ValueError(f"{quoted(expression[reader.at :][:20])} cannot stand there")
    if reader.groups != 1:
        raise ValueError(f"it has {reader.groups or 'no'} groups in parentheses, and the address is the one group")
    return (*program, _Step(_Do.FOUND))


def find(expression: str, text: str) -> str | None:
    """Return the group of an expression where it is found first; None where it is not.

    Raises ValueError for a text in which the search would take too long.
    """
    program, work = compiled(expression), 0
    first = _first(program)
    found: _Thread | None = None
    threads: list[_Thread] = []
    for at in range(len(text) + 1):
        if not threads and found:
            break
        if not threads and first and text[at : at + 1] not in first:
            continue
        if found is None:
            threads += _reached(program, (0, -1, -1), at, len(text), {step for step, _, _ in threads})
        following: list[_Thread] = []
        met: set[int] = set()
        for step, begin, end in threads:
            if program[step].do is _Do.FOUND:
                found = (step, begin, end)
                break
            if at < len(text) and program[step].takes(text[at]):
                following += _reached(program, (step + 1, begin, end), at + 1, len(text), met)
        threads = following
        work += len(threads) + len(met)
        if work > MOST_WORK:
            raise ValueError("the search takes too long")
    return text[found[1] : found[2]] if found else None


@cache
def _first(program: _Program) -> frozenset[str]:
    """Return the characters at the beginnings of places; none for any."""
    ends = ((0, 0), (0, 1), (1, 1))  # where ^ and $ both are, and each of them
    begins = [program[step] for place in ends for step, _, _ in _reached(program, (0, -1, -1), *place, set())]
    if any(one.do is _Do.FOUND or one.without for one in begins):
        return frozenset()
    return frozenset[str]().union(*(one.of for one in begins))


def _reached(program: _Program, thread: _Thread, at: int, length: int, met: set[int]) -> Iterator[_Thread]:
    """Yield the threads that wait for a character, from a step on, in order. met: the steps so far."""
    waiting = [thread]
    while waiting:
        step, begin, end = waiting.pop()
        if step in met:
            continue
        met.add(step)
        one = program[step]
        if one.do in {_Do.ONE, _Do.FOUND}:
            yield step, begin, end
        elif one.do is _Do.EITHER:
            waiting += [(step + one.other, begin, end), (step + one.to, begin, end)]
        elif one.do is _Do.BEGIN:
            waiting.append((step + 1, at, end))
        elif one.do is _Do.END:
            waiting.append((step + 1, begin, at))
        elif one.do is _Do.GO or at == (0 if one.do is _Do.FIRST else length):
            waiting.append((step + one.to, begin, end))


@dataclass(slots=True)
class _Reader:
    """Reads an expression from its beginning to its end. groups: those in parentheses so far."""

    text: str
    at: int = 0
    groups: int = field(default=0)

    def alternatives(self, depth: int) -> _Program:
        """Return the program of what stands up to the end, or to the end of the group."""
        program = self._sequence(depth)
        while self._takes("|"):
            other = self.alternatives(depth)
            both = (_Step(_Do.EITHER, 1, len(program) + 2), *program, _Step(_Do.GO, len(other) + 1), *other)
            program = _bounded(both)
        return program

    def _sequence(self, depth: int) -> _Program:
        program: _Program = ()
        while self.at < len(self.text) and self.text[self.at] not in "|)":
            program = _bounded((*program, *self._repeated(self._atom(depth))))
        return program

    def _atom(self, depth: int) -> _Program:
        sign = self.text[self.at]
        self.at += 1
        if sign == "(":
            return self._group(depth)
        if sign in _ENDS:
            return (_Step(_ENDS[sign]),)
        if sign == "[":
            return (self._class(),)
        if sign == "\\":
            of, without = self._escaped()
        elif sign == ".":
            of, without = frozenset("\n"), True
        elif sign in _SPECIAL:
            raise ValueError(f"{quoted(self.text[self.at - 1 :][:20])} cannot stand there")
        else:
            of, without = frozenset(sign), False
        return (_Step(_Do.ONE, of=of, without=without),)

    def _group(self, depth: int) -> _Program:
        if depth == DEEPEST:
            raise ValueError(f"it has more than {DEEPEST} groups within each other")
        is_group = not self._takes("?:")
        self.groups += is_group
        inner = self.alternatives(depth + 1)
        if not self._takes(")"):
            raise ValueError("a group is not closed")
        return (_Step(_Do.BEGIN), *inner, _Step(_Do.END)) if is_group else inner

    def _escaped(self) -> tuple[frozenset[str], bool]:
        """Return the characters that stand behind a backslash, and whether all others are meant."""
        character = self.text[self.at : self.at + 1]
        self.at += 1
        if character.lower() in _KINDS:
            return _KINDS[character.lower()], character.isupper()
        if not character or character.isalnum():
            raise ValueError(f"\\{character} has no meaning")
        return frozenset(character), False

    def _class(self) -> _Step:
        without, of = self._takes("^"), set[str]()
        while not self._takes("]"):
            if self.at >= len(self.text):
                raise ValueError("a class is not closed")
            of |= self._range()
        if not of:
            raise ValueError("a class is empty")
        return _Step(_Do.ONE, of=frozenset(of), without=without)

    def _range(self) -> frozenset[str]:
        """Return the characters of one entry of a class: a character, a kind of them, or a range."""
        if self._takes("\\"):
            of, without = self._escaped()
            return _ASCII - of if without else of
        first = self.text[self.at]
        self.at += 1
        if self.text[self.at : self.at + 1] != "-" or self.text[self.at + 1 : self.at + 2] in {"", "]", "\\"}:
            return frozenset(first)
        last = self.text[self.at + 1]
        self.at += 2
        if not (first.isascii() and last.isascii() and first <= last):
            raise ValueError(f"{quoted(f'{first}-{last}')} is no range")
        return frozenset(map(chr, range(ord(first), ord(last) + 1)))

    def _repeated(self, atom: _Program) -> _Program:
        """Return a program with the repetitions that stand behind it."""
        if self._takes("*"):
            return _bounded(_any_times(atom, few=self._takes("?")))
        if self._takes("+"):
            return _bounded((*atom, *_any_times(atom, few=self._takes("?"))))
        if self._takes("?"):
            return _bounded(_once_or_not(atom, few=self._takes("?")))
        if not self._takes("{"):
            return atom
        least, most = self._numbers()
        few = self._takes("?")
        program = _bounded(atom * least)
        if most is None:
            return _bounded((*program, *_any_times(atom, few=few)))
        rest: _Program = ()
        for _ in range(most - least):
            rest = _bounded(_once_or_not((*atom, *rest), few=few))
        return _bounded((*program, *rest))

    def _numbers(self) -> tuple[int, int | None]:
        end = self.text.find("}", self.at)
        least, comma, most = self.text[self.at : max(end, self.at)].partition(",")
        self.at = end + 1
        if end < 0 or not _is_number(least) or (most and not _is_number(most)):
            raise ValueError(f"braces have one or two numbers up to {MOST_REPEATED}, such as {{1,3}}")
        bounds = int(least), (int(most) if most else None if comma else int(least))
        if bounds[1] is not None and bounds[1] < bounds[0]:
            raise ValueError(f"{least},{most} has its bounds exchanged")
        return bounds

    def _takes(self, sign: str) -> bool:
        if not self.text.startswith(sign, self.at):
            return False
        self.at += len(sign)
        return True


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and int(text[:3]) <= MOST_REPEATED and len(text) <= len(str(MOST_REPEATED))


def _any_times(atom: _Program, *, few: bool) -> _Program:
    past = len(atom) + 2
    return (_Step(_Do.EITHER, *((past, 1) if few else (1, past))), *atom, _Step(_Do.GO, -len(atom) - 1))


def _once_or_not(atom: _Program, *, few: bool) -> _Program:
    past = len(atom) + 1
    return (_Step(_Do.EITHER, *((past, 1) if few else (1, past))), *atom)


def _bounded(program: _Program) -> _Program:
    if len(program) > LONGEST_PROGRAM:
        raise ValueError("its repetitions are too many")
    return program
