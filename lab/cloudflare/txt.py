"""The content of TXT records: character-strings in quotation marks (RFC 1035, 5.1), or a bare text.

Content is kept as it was sent, quotation marks and all; only a string over 255 bytes is split, as the API does.
"""

from __future__ import annotations

import re

_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_QUOTED = re.compile(r'\s*(?:"(?:[^"\\]|\\.)*"\s*)+', re.DOTALL)
_ESCAPE = re.compile(rb"\\(\d{3}|.)", re.DOTALL)
_LONGEST = 255
_LARGEST_BYTE = 255
_SURROGATES = range(0xDC00, 0xDD00)


def strings(content: str) -> list[str]:
    """Find the character-strings of the content; without quotation marks it is one string.

    A backslash and three digits are a byte; what is no UTF-8 are surrogates, as Python's `surrogateescape` makes them.
    """
    if not _QUOTED.fullmatch(content):
        return [content]
    return [_unescape(match.group(1)) for match in _STRING.finditer(content)]


def text(content: str) -> str:
    """Put the strings together, as a resolver does."""
    return "".join(strings(content))


def canonical(content: str) -> str:
    """Put the content into the form in which the API gives it back."""
    parts = strings(content)
    if all(_size(part) <= _LONGEST for part in parts):
        return content
    return " ".join(quote(piece) for part in parts for piece in split(part))


def wire_length(content: str) -> int:
    """Measure the content in a DNS message, in bytes: each string with its length byte."""
    return sum(_size(piece) + 1 for part in strings(content) for piece in split(part))


def split(part: str) -> list[str]:
    """Cut a string into strings of at most 255 bytes, characters left whole."""
    pieces = [""]
    size = 0
    for character in part:
        width = _size(character)
        if size + width > _LONGEST:
            pieces.append("")
            size = 0
        pieces[-1] += character
        size += width
    return pieces


def quote(part: str) -> str:
    """Write a string in quotation marks."""
    escaped = part.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(f"\\{byte:03}" if (byte := _stray(character)) else character for character in escaped) + '"'


def _size(part: str) -> int:
    return len(part.encode("utf-8", "surrogateescape"))


def _stray(character: str) -> int:
    """The byte, at least 128, that is no UTF-8 and that this character stands for; 0 for a true character."""
    code = ord(character)
    return code - _SURROGATES.start if code in _SURROGATES else 0


def _unescape(part: str) -> str:
    return _ESCAPE.sub(_unescaped, part.encode()).decode("utf-8", "surrogateescape")


def _unescaped(match: re.Match[bytes]) -> bytes:
    code = match.group(1)
    return bytes([int(code)]) if len(code) > 1 and int(code) <= _LARGEST_BYTE else code
