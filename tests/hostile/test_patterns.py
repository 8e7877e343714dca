"""Every regular expression of the program: whole matches end with \\Z, and none takes more than linear time.

Patterns of settings' fields are pydantic's: its engine is linear, and `$` is the very end there
(https://docs.rs/regex/latest/regex/).
"""

# ruff: noqa: ANN401 - the trees of re have no types

from __future__ import annotations

import ast
import importlib
import re
import re._constants as codes  # type: ignore[import-not-found] # the standard library's, without stubs
import re._parser as parser  # type: ignore[import-not-found] # likewise
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.hostile.texts import LONGEST, seconds
from tests.test_house import ROOT

PACKAGES = ("cli", "components", "stacks", "toolchain")
MADE_OF_ARGUMENTS = {
    "stacks/plan/geo/origins.py",
    "stacks/plan/records/unmarked.py",
    "stacks/settings/finding/expressions.py",
}
"""Modules with one pattern that is made of an escaped argument, of one with limits, or of one class of characters."""
FUNCTIONS = {"compile", "match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer"}
FROM_ANYWHERE = FUNCTIONS - {"compile", "match", "fullmatch"}
SHORT, LONG = 2048, 16_384
"""Characters. What takes quadratic time is noticed with the short ones already."""


@dataclass(frozen=True)
class Pattern:
    """A regular expression of a module. from_anywhere: whether it is searched for, and not only matched."""

    place: str
    text: str | bytes
    flags: int
    from_anywhere: bool


def patterns() -> Iterator[Pattern]:
    """All regular expressions of the program."""
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob("*.py")):
            source = file.read_text(encoding="utf-8")
            if re.search(r"\bre\.", source):
                yield from _of_module(file, source)


def _of_module(file: Path, source: str) -> Iterator[Pattern]:
    relative = file.relative_to(ROOT)
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="re"), attr=function)) if function in FUNCTIONS:
                module = vars(importlib.import_module(".".join(relative.with_suffix("").parts)))
                try:
                    text = eval(ast.unparse(node.args[0]), module)  # noqa: S307 - an expression of our own
                except NameError:
                    assert str(relative) in MADE_OF_ARGUMENTS, f"{relative}:{node.lineno}: the pattern is no constant"
                    continue
                flags = 0
                if function == "compile":
                    names = [
                        name
                        for name, value in module.items()
                        if isinstance(value, re.Pattern) and value.pattern == text
                    ]
                    flags = next((module[name].flags & ~re.UNICODE for name in names), 0)
                    used = re.findall(rf"\b(?:{'|'.join(names) or 'pattern'})\.(\w+)\(", source)
                    searched = bool(FROM_ANYWHERE.intersection(used)) or not used
                else:
                    searched = function in FROM_ANYWHERE
                yield Pattern(f"{relative}:{node.lineno}", text, flags, searched)


_CATEGORIES = {codes.CATEGORY_DIGIT: r"\d", codes.CATEGORY_SPACE: r"\s", codes.CATEGORY_WORD: r"\w"}
FOUND = tuple(patterns())


def test_all_patterns_are_found() -> None:
    assert len(FOUND) > 40
    assert {"cli/session/redactor.py", "components/records/canonical.py"} <= {
        one.place.partition(":")[0] for one in FOUND
    }


def test_no_pattern_takes_a_line_break_at_the_end_for_the_end() -> None:
    assert [one.place for one in FOUND if any(argument is codes.AT_END for argument in ends(tree(one)))] == []


def test_no_group_is_possessive_or_atomic() -> None:
    """Before Python 3.11.5, Debian 12's among them, such a group may fail where it matches (CPython, gh-106052)."""
    assert any(is_possessive_group(one) for one in nodes(parser.parse("(?:ab|c)*+")))
    assert [one.place for one in FOUND if any(map(is_possessive_group, nodes(tree(one))))] == []


def is_possessive_group(node: tuple[Any, Any]) -> bool:
    """Whether it is a group that gives nothing back; a single class of characters is none."""
    operation, argument = node
    if operation is codes.ATOMIC_GROUP:
        return True
    if operation is not codes.POSSESSIVE_REPEAT:
        return False
    body = list(argument[2])
    return len(body) != 1 or body[0][0] not in {codes.LITERAL, codes.NOT_LITERAL, codes.IN, codes.ANY, codes.CATEGORY}


def test_no_repetition_without_a_limit_stands_in_another_one_undivided() -> None:
    assert [one.place for one in FOUND if any(is_ambiguous(body) for body in repeated(tree(one)))] == []


@pytest.mark.parametrize("one", FOUND, ids=lambda one: one.place)
def test_no_pattern_takes_more_than_linear_time(one: Pattern) -> None:
    compiled: re.Pattern[Any] = re.compile(one.text, one.flags)

    def read(text: str) -> None:
        subject: Any = text.encode("utf-8", "replace") if isinstance(one.text, bytes) else text
        compiled.fullmatch(subject)
        compiled.match(subject)
        if one.from_anywhere:
            compiled.sub("" if isinstance(subject, str) else b"", subject)

    for length in (SHORT, LONG):
        slow = [text[:60] for text in pumped(one, length) if seconds(read, text) > LONGEST]
        assert slow == []


@pytest.mark.parametrize(
    ("pattern", "ambiguous"),
    [
        (r"(?:a+)+", True),
        (r"(?:[a-z]+\d*)*", True),
        (r"(?:\.[a-z]+)*", False),
        (r"(?:\.[a-z.]+)*", True),
        (r"(?:\.\d+)*", False),
        (r"(?:1\d+)*", True),
        (r"(?:a++)*", False),
        (r"(?:a{1,3})*", False),
    ],
)
def test_an_ambiguous_repetition_is_told_from_others(pattern: str, *, ambiguous: bool) -> None:
    assert any(is_ambiguous(body) for body in repeated(parser.parse(pattern))) is ambiguous


def test_quadratic_time_is_noticed() -> None:
    duration = re.compile(r"(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|ms|s|m|h))+")
    assert seconds(duration.fullmatch, "1" * 2 * SHORT + "x") > LONGEST


def tree(one: Pattern) -> Iterable[Any]:
    found: Iterable[Any] = parser.parse(one.text, one.flags)
    return found


def nodes(found: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
    """The operations of a pattern with their arguments, also those within groups."""
    for operation, argument in found:
        yield operation, argument
        for inner in _inner(argument):
            yield from nodes(inner)


def _inner(argument: Any) -> Iterator[Any]:
    if isinstance(argument, parser.SubPattern):
        yield argument
    elif isinstance(argument, list | tuple):
        for one in argument:
            yield from _inner(one)


def ends(found: Iterable[Any]) -> Iterator[Any]:
    return (argument for operation, argument in nodes(found) if operation is codes.AT)


def repeated(found: Iterable[Any]) -> Iterator[Any]:
    """The bodies of repetitions without a limit that may give back what they have taken."""
    for operation, argument in nodes(found):
        if operation in {codes.MAX_REPEAT, codes.MIN_REPEAT} and argument[1] is codes.MAXREPEAT:
            yield argument[2]


def is_ambiguous(body: Any) -> bool:
    """Whether a body has a repetition without a limit that can take the sign with which the body begins."""
    inner = list(repeated(body))
    if not inner:
        return False
    while len(body) == 1 and body[0][0] is codes.SUBPATTERN:
        body = body[0][1][-1]
    operation, first = body[0]
    return operation is not codes.LITERAL or any(re.fullmatch(_set(one), chr(first)) for one in inner)


def _set(body: Any) -> str:
    """A pattern of the signs that a body takes anywhere."""
    members = [_member(one) for operation, argument in nodes(body) for one in _members(operation, argument)]
    return "|".join(members) or r"[\s\S]"


def _members(operation: Any, argument: Any) -> Iterator[tuple[Any, Any]]:
    if operation is codes.IN:
        yield from argument
    elif operation in {codes.LITERAL, codes.NOT_LITERAL, codes.ANY}:
        yield operation, argument


def _member(one: tuple[Any, Any]) -> str:
    operation, argument = one
    if operation is codes.LITERAL:
        return re.escape(chr(argument))
    if operation is codes.RANGE:
        return f"[{re.escape(chr(argument[0]))}-{re.escape(chr(argument[1]))}]"
    return _CATEGORIES.get(argument, r"[\s\S]")


def pumped(one: Pattern, length: int) -> Iterator[str]:
    """Texts of the pattern's own signs, each repeated alone, after its literal parts, and in pairs."""
    signs = sorted({sign for operation, argument in nodes(tree(one)) for sign in _signs(operation, argument)})
    words = sorted({word for word in _words(tree(one)) if word})
    for sign in signs:
        yield sign * length + "!"
        yield from (word + sign * length + "!" for word in words)
        yield from ((word + sign) * (length // len(word + sign)) + "!" for word in words)
    for word in words:
        yield word * (length // len(word)) + "!"


def _signs(operation: Any, argument: Any) -> Iterator[str]:
    if operation is codes.LITERAL:
        yield chr(argument)
    elif operation is codes.RANGE:
        yield chr(argument[0])
    elif operation in {codes.ANY, codes.NOT_LITERAL}:
        yield "a"
    elif operation is codes.IN:
        yield "a"
        for inner_operation, inner in argument:
            yield from _signs(inner_operation, inner)


def _words(found: Iterable[Any]) -> Iterator[str]:
    """The literal parts of a pattern, each as long as it is."""
    word = ""
    for operation, argument in found:
        if operation is codes.LITERAL:
            word += chr(argument)
            continue
        yield word
        word = ""
        for inner in _inner(argument):
            yield from _words(inner)
    yield word
