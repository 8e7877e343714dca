"""Text from outside as it is shown to people: as text, in one line, and of bounded length. Pure.

Names, comments and contents come from objects, zones and answers of servers. A control character in them could move a
terminal's cursor, a bidirectional override or a character without width could make one name look like another (Unicode
Technical Report 36, 3.5 and 3.7), and a lone surrogate cannot be written at all.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache

LONGEST_QUOTE = 80
"""Characters of a text from outside in a message about it."""
FEW = 3
"""Names in a message about several."""
_RANGES = (
    *((0x00, 0x1F), (0x7F, 0x9F), (0xAD, 0xAD), (0x034F, 0x034F), (0x061C, 0x061C), (0x115F, 0x1160), (0x17B4, 0x17B5)),
    *((0x180B, 0x180E), (0x200B, 0x200F), (0x2028, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFEFF, 0xFEFF)),
    *((0xFFA0, 0xFFA0), (0xFFF9, 0xFFFB), (0xD800, 0xDFFF), (0xE0000, 0xE0FFF)),
)
"""Controls (C0, C1), bidirectional controls, characters without width, line separators, surrogates and tags."""
_HIDDEN = re.compile("[" + "".join(f"{chr(first)}-{chr(last)}" for first, last in _RANGES) + "]")
_NAMES = {"\n": "a line break", "\r": "a carriage return", "\t": "a tab", "\0": "a NUL"}


def visible(text: str, keep: str = "") -> str:
    r"""Return the text with its hidden characters written out, as \n, \x1b or \u202e. keep: characters left as is."""
    return text.translate(_escapes(keep)) if _HIDDEN.search(text) else text


def quoted(text: str) -> str:
    """Return the text in quotes, hidden characters written out; of a long one the beginning and its length."""
    if len(text) <= LONGEST_QUOTE:
        return visible(repr(text))  # to which selectors of variants are printable
    return visible(f"{text[: LONGEST_QUOTE // 2]!r}... ({len(text):,} characters)")


def cut(text: str, longest: int) -> str:
    """Return the text, or its beginning where it is longer than that many characters."""
    return text if len(text) <= longest else f"{text[: longest - 4]} ..."


def listed(texts: Sequence[str], most: int = FEW) -> str:
    """Return the first texts in one line, and how many more there are."""
    more = f" and {len(texts) - most} more" if len(texts) > most else ""
    return ", ".join(texts[:most]) + more


def check_plain(text: str) -> None:
    """Raise ValueError, with the character, where a text has hidden characters."""
    if found := _HIDDEN.search(text):
        sign = found[0]
        what = _NAMES.get(sign) or unicodedata.name(sign, "a control character").lower()
        raise ValueError(f"{quoted(text)} has {what} in it (U+{ord(sign):04X}): remove it")


@cache
def _escapes(keep: str) -> dict[int, str]:
    every = (chr(code) for first, last in _RANGES for code in range(first, last + 1))
    return {ord(one): one.encode("unicode_escape").decode() for one in every if one not in keep}
