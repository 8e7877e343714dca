"""Values of TXT records: the API answers them in quotation marks, strings of at most 255 bytes (RFC 1035, 3.3)."""

from __future__ import annotations

from lab.cloudflare.txt import strings

_LONGEST = 255  # bytes


def canonical(value: str) -> str:
    """Put a value, quoted or bare, into the form in which the API gives it back."""
    return " ".join(_quote(piece) for part in strings(value) for piece in _split(part))


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
