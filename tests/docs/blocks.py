"""The fenced blocks of the documents, and the commands in them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES: Mapping[str, Path] = {
    str(file.relative_to(ROOT)): file
    for file in (
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        ROOT / "examples" / "README.md",
        ROOT / "deploy" / "helm" / "truenorth" / "README.md",
        *sorted((ROOT / "docs").rglob("*.md")),
    )
}
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_INNER = re.compile(r"\$\(([^()]*)\)")
_COMMENT = re.compile(r"(^|\s)#\s.*$")
_SEPARATORS = frozenset({"|", "||", "&&", ";", "&"})


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a shell block: what a person would type in one go."""

    page: str
    text: str

    def commands(self) -> Iterator[list[str]]:
        """The words of each command in it, those in $(...) too; variables before a command are left out."""
        for inner in _INNER.findall(self.text):
            yield from Line(self.page, inner).commands()
        lexer = shlex.shlex(_INNER.sub("_", self.text), posix=True, punctuation_chars="|&;<>")
        lexer.whitespace_split = True
        words: list[str] = []
        for word in (*lexer, ";"):
            if word not in _SEPARATORS:
                words.append(word)
            elif words:
                yield words
                words = []

    @property
    def first_words(self) -> set[str]:
        """The programs that it runs."""
        return {words[0] for words in self.commands()}


def blocks(page: str, language: str) -> list[str]:
    """The contents of the page's blocks in this language."""
    return [content for found, content in _FENCE.findall(PAGES[page].read_text()) if found == language]


def lines(page: str) -> list[Line]:
    """The lines of all shell blocks of a page, those that end in a backslash joined with the next."""
    text = "".join(blocks(page, "sh")).replace("\\\n", " ")
    bare = (_COMMENT.sub("", line).strip() for line in text.splitlines())
    return [Line(page, line) for line in bare if line]


def all_lines() -> list[Line]:
    """Those of all pages."""
    return [line for page in PAGES for line in lines(page)]
