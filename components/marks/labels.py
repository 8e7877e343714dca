"""The text of an ownership mark: `"heritage=<tool>,<tool>/<key>=<value>,..."`, as external-dns made it common.

Several tools write it, each under its own heritage. Grammar: external-dns' endpoint/labels.go.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

HERITAGE_KEY = "heritage"
SEAM = re.compile(r'"\s+"')
"""Between the character strings of one TXT record, each of at most 255 bytes (RFC 1035, 3.3.14)."""
STORABLE = re.compile(r"[ !#-+\--\[\]-~]*")
"""Printable ASCII without the separator `,`, and without `"` and `\\`, which a TXT content would have to escape."""


def unquoted(content: str) -> str:
    """Return the text of a TXT content, without quotes, its character strings joined."""
    return SEAM.sub("", content.strip()).strip('"')


def encode(heritage: str, labels: Mapping[str, str]) -> str:
    """Return the TXT content of these labels, quoted, their keys sorted.

    Raises ValueError where a key or a value holds what cannot be read back.
    """
    for key, value in labels.items():
        if not key or "=" in key or not STORABLE.fullmatch(key) or not STORABLE.fullmatch(value):
            raise ValueError(
                f"the label {key!r} = {value!r} cannot stand in an ownership mark: "
                'use printable ASCII without comma, quote and backslash, and no "=" in the key'
            )
    pairs = [f"{HERITAGE_KEY}={heritage}", *(f"{heritage}/{key}={labels[key]}" for key in sorted(labels))]
    return '"' + ",".join(pairs) + '"'


def parse(text: str, heritage: str) -> dict[str, str] | None:
    """Return the labels in an unquoted text, by key; None unless it is a mark of this heritage alone.

    Tokens without `=` and keys of other tools are ignored; of a key that is there twice the last counts.
    """
    found: set[str] = set()
    labels: dict[str, str] = {}
    for token in text.split(","):
        key, equals, value = token.partition("=")
        if not equals:
            continue
        if key == HERITAGE_KEY:
            found.add(value)
        elif key.startswith(f"{heritage}/"):
            labels[key.removeprefix(f"{heritage}/")] = value
    return labels if found == {heritage} else None
