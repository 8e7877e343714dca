"""The tokens of a template: the texts outside of its actions, and the words inside. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from components.plain_text import quoted
from stacks.model.templates.values import TemplateError

# No group is possessive: before Python 3.11.5 such a group may fail where it matches (CPython, gh-106052).
_PIECE = re.compile(r'/\*(?s:.)*?\*/|"(?:[^"\\\n]|\\.)*"|`[^`]*+`|/(?!\*)|[^"`}/]++|\}(?!\})')
"""A piece of an action: a comment, a text, or what is neither and does not end the action."""
_COMMENT = re.compile(r"(?:-\s+)?/\*(?s:.)*\*/(?:\s+-)?")
_FIELD = r"\.[A-Za-z_][A-Za-z0-9_]*+"
_TOKEN = re.compile(
    rf"""(?P<string>"(?:[^"\\\n]|\\["\\nt])*"|`[^`]*+`)|(?P<number>-?[0-9]{{1,9}}+(?![\w.]))|(?P<sign>:=|[=|,()])
    |(?P<fields>\$[A-Za-z0-9_]*+(?:{_FIELD})*|(?:{_FIELD})+|\.)|(?P<word>[A-Za-z_][A-Za-z0-9_]*+)|(?P<space>\s++)""",
    re.VERBOSE,
)
_SPACES = " \t\r\n"
_ESCAPE = re.compile(r"\\(.)")
_ESCAPED = {"n": "\n", "t": "\t"}


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a template. kind: text, open, close, or a group of the tokens' pattern. end: where the next begins."""

    kind: str
    text: str
    at: int
    end: int


END = Token("", "the end", 0, 0)


def tokens(text: str) -> Iterator[Token]:
    """Yield the texts and the tokens of the actions of a template."""
    at, trim = 0, ""
    for begin, end in _actions(text):
        action, start = text[begin + 2 : end - 2], begin + 2
        between = text[at:begin].lstrip(trim) if trim else text[at:begin]
        inner = action
        if inner[:1] == "-" and inner[1:2].isspace():
            between, inner, start = between.rstrip(_SPACES), inner[1:], start + 1
        trim = _SPACES if inner[-1:] == "-" and inner[-2:-1].isspace() else ""
        yield from _text(between, at)
        if not _COMMENT.fullmatch(action):
            yield Token("open", "{{", begin, start)
            yield from _inner(inner.removesuffix("-") if trim else inner, start)
            yield Token("close", "}}", end - 2, end)
        at = end
    yield from _text(text[at:].lstrip(trim) if trim else text[at:], at)


def _actions(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each action begins and ends, up to the first one without an end."""
    at = 0
    while (begin := text.find("{{", at)) >= 0:
        at = begin + 2
        while piece := _PIECE.match(text, at):
            at = piece.end()
        if not text.startswith("}}", at):
            return
        at += 2
        yield begin, at


def _text(text: str, at: int) -> Iterator[Token]:
    if "{{" in text:
        raise TemplateError(f"the {{{{ at character {at + text.index('{{') + 1} has no end")
    if text:
        yield Token("text", text, at, at)


def _inner(inner: str, start: int) -> Iterator[Token]:
    at = 0
    while at < len(inner):
        found = _TOKEN.match(inner, at)
        if not found:
            raise TemplateError(f"{quoted(inner[at : at + 20])} at character {start + at + 1} cannot be used here")
        if found.lastgroup != "space":
            yield Token(found.lastgroup or "", found[0], start + at, start + found.end())
        at = found.end()


def unquoted(text: str) -> str:
    """Return the text of a string."""
    return text[1:-1] if text[0] == "`" else _ESCAPE.sub(lambda found: _ESCAPED.get(found[1], found[1]), text[1:-1])
