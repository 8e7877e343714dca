"""Values of TXT records: the API answers them in quotation marks, strings of at most 255 bytes (RFC 1035, 3.3)."""

from __future__ import annotations

from lab.cloudflare.txt import quote, split, strings


def canonical(value: str) -> str:
    """Put a value, quoted or bare, into the form in which the API gives it back."""
    return " ".join(quote(piece) for part in strings(value) for piece in split(part))
