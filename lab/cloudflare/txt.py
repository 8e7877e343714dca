"""The content of TXT records: character-strings in quotation marks (RFC 1035, 5.1), or a bare text.

Content is kept as it was sent, quotation marks and all; only a string over 255 bytes is split, as the API does.
"""

from __future__ import annotations

import re

_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_QUOTED = re.compile(r'\s*(?:"(?:[^"\\]|\\.)*"\s*)+', re.DOTALL)
_ESCAPE = re.compile(r"\\(\d{3}|.)", re.DOTALL)
_LONGEST = 255


def strings(content: str) -> list[str]:
    """Find the character-strings of the content; without quotation marks it is one string."""
    if not _QUOTED.fullmatch(content):
        return [content]
    return [_unescape(match.group(1)) for match in _STRING.finditer(content)]


def text(content: str) -> str:
    """Put the strings together, as a resolver does."""
    return "".join(strings(content))


def canonical(content: str) -> str:
    """Put the content into the form in which the API gives it back."""
    parts = strings(content)
    if all(len(part.encode()) <= _LONGEST for part in parts):
        return content
    return " ".join(_quote(piece) for part in parts for piece in _split(part))


def wire_length(content: str) -> int:
    """Measure the content in a DNS message, in bytes: each string with its length byte."""
    return sum(len(piece.encode()) + 1 for part in strings(content) for piece in _split(part))


def _split(part: str) -> list[str]:
    pieces = [""]
    size = 0
    for character in part:
        width = len(character.encode())
        if size + width > _LONGEST:
            pieces.append("")
            size = 0
        pieces[-1] += character
        size += width
    return pieces


def _quote(part: str) -> str:
    return '"' + part.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _unescape(part: str) -> str:
    def character(match: re.Match[str]) -> str:
        code = match.group(1)
        return chr(int(code)) if code.isdigit() and len(code) > 1 else code

    return _ESCAPE.sub(character, part)
