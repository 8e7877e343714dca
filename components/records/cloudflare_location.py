"""The components of a LOC record at Cloudflare (RFC 1876): degrees, and metres."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dns.rdata
from dns.rdtypes.ANY.LOC import LOC

TYPE = "LOC"
_ANGLES = {"lat": ("N", "S"), "long": ("E", "W")}
_METRES = ("altitude", "size", "precision_horz", "precision_vert")


def components(text: str) -> dict[str, Any]:
    """Return the components of a canonical content; all of them, as the API has other defaults than the RFC."""
    parsed = dns.rdata.from_text("IN", TYPE, text)
    if not isinstance(parsed, LOC):
        raise TypeError(text)
    found: dict[str, Any] = {}
    for name, angle in (("lat", parsed.latitude), ("long", parsed.longitude)):
        degrees, minutes, seconds, milliseconds, sign = angle
        found |= {f"{name}_degrees": degrees, f"{name}_minutes": minutes}
        found |= {f"{name}_seconds": _number(seconds + milliseconds / 1000)}
        found |= {f"{name}_direction": _ANGLES[name][sign < 0]}
    lengths = (parsed.altitude, parsed.size, parsed.horizontal_precision, parsed.vertical_precision)
    return found | {name: _number(length / 100) for name, length in zip(_METRES, lengths, strict=True)}


def content(data: Mapping[str, Any]) -> str:
    """Return the content in zone file form of the components."""
    angles = [
        f"{data.get(f'{name}_degrees') or 0:.0f} {data.get(f'{name}_minutes') or 0:.0f} "
        f"{data.get(f'{name}_seconds') or 0:.3f} {data.get(f'{name}_direction', '')}"
        for name in _ANGLES
    ]
    return " ".join([*angles, *(f"{data.get(name) or 0:.2f}m" for name in _METRES)])


def _number(value: float) -> int | float:
    return int(value) if value == int(value) else value
