"""Cloudflare's fields of a record's content: most types come in components, some have their priority apart.

https://developers.cloudflare.com/api/resources/dns/subresources/records/methods/create/
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import dns.exception
import dns.rdata
from dns.rdtypes.ANY.LOC import LOC

from components.records import canonical_content


class _Form(NamedTuple):
    """A kind of component: how it is made of a word of the content, and how it is written there."""

    made: Callable[[str], object]
    written: Callable[[object], str]


def _word(value: object) -> str:
    """Return a value as text: 10.0, as JSON of state or plugin has it, is 10."""
    return str(int(value)) if isinstance(value, float) else str(value)


_NUMBER = _Form(int, _word)
_WORD = _Form(str, _word)
_QUOTED = _Form(lambda word: word[1:-1], lambda value: f'"{value}"')
_DIGITS = _Form(str.upper, _word)  # as it is stored: https://github.com/octodns/octodns-cloudflare/pull/39
_ABSOLUTE = _Form(lambda host: f"{host.rstrip('.')}.", _word)  # as DNSControl and octoDNS write it
_BINDING = {"priority": _NUMBER, "target": _WORD, "value": _Form(str, lambda value: str(value).strip())}
_COMPONENTS = {
    "SRV": {"priority": _NUMBER, "weight": _NUMBER, "port": _NUMBER, "target": _WORD},
    "CAA": {"flags": _NUMBER, "tag": _WORD, "value": _QUOTED},
    "HTTPS": _BINDING,
    "SVCB": _BINDING,
    "TLSA": {"usage": _NUMBER, "selector": _NUMBER, "matching_type": _NUMBER, "certificate": _DIGITS},
    "SSHFP": {"algorithm": _NUMBER, "type": _NUMBER, "fingerprint": _DIGITS},
    "DS": {"key_tag": _NUMBER, "algorithm": _NUMBER, "digest_type": _NUMBER, "digest": _DIGITS},
    "NAPTR": {
        "order": _NUMBER,
        "preference": _NUMBER,
        "flags": _QUOTED,
        "service": _QUOTED,
        "regex": _QUOTED,
        "replacement": _ABSOLUTE,
    },
    "URI": {"weight": _NUMBER, "target": _QUOTED},
}
"""The components of each type, in the order of its content."""
_APART = frozenset({"MX", "URI"})
"""The types whose content begins with a number that is no part of the rest."""
_LOCATION = "LOC"
_ANGLES = {"lat": ("N", "S"), "long": ("E", "W")}
_METRES = ("altitude", "size", "precision_horz", "precision_vert")
_WORDS = re.compile(r'"(?:[^"\\]|\\.)*"|\S+')


def in_components(record_type: str) -> bool:
    """Return whether the content of a type is given in several fields."""
    return record_type in _COMPONENTS or record_type in _APART or record_type == _LOCATION


def content(item: Mapping[str, Any]) -> str:
    """Return the content in canonical form. item: a record of the API, or its inputs in state."""
    return canonical_content.lenient(item["type"], spelled(item))


def spelled(item: Mapping[str, Any]) -> str:
    """Return the content in zone file form as it is spelled. item: as for `content`."""
    record_type, text = item["type"], str(item.get("content") or "")
    data = {_in_the_api(name): value for name, value in (item.get("data") or {}).items()}
    if data and record_type == _LOCATION:
        text = _location(data)
    elif data and record_type in _COMPONENTS:
        components = (form.written(data.get(name, "")) for name, form in _COMPONENTS[record_type].items())
        text = " ".join(component for component in components if component)
    if record_type in _APART:
        # What was taken over has no priority in state where it is zero.
        text = f"{_word(item.get('priority') or 0)} {text}"
    return text


def fields(record_type: str, text: str) -> dict[str, Any]:
    """Return the fields of a content in zone file form, named as in the API.

    What somebody else has stored and does not fit its type is one text.
    """
    try:
        return _fields(record_type, text)
    except (ValueError, dns.exception.DNSException):
        return {"content": text}


def _fields(record_type: str, text: str) -> dict[str, Any]:
    priority: dict[str, Any] = {}
    if record_type in _APART:
        first, text = text.split(maxsplit=1)
        priority["priority"] = int(first)
    if record_type == _LOCATION:
        return {"data": _location_components(text)}
    if record_type not in _COMPONENTS:
        return {"content": text, **priority}
    forms = _COMPONENTS[record_type]
    words = _WORDS.findall(text) if record_type == "NAPTR" else text.split(maxsplit=len(forms) - 1)
    words += [""] * (len(forms) - len(words))  # a service binding may have no parameters
    data = {name: form.made(word) for (name, form), word in zip(forms.items(), words, strict=True)}
    if record_type == "SRV":
        # The API gives the priority back beside the data, too: undeclared, it would be a change at each refresh.
        priority["priority"] = data["priority"]
    return {"data": data, **priority}


def inputs(record_type: str, text: str) -> dict[str, Any]:
    """Return the same fields, named as in the Pulumi package."""
    given = fields(record_type, text)
    if "data" in given:
        given["data"] = {_in_pulumi(name): value for name, value in given["data"].items()}
    return given


def _in_pulumi(name: str) -> str:
    first, *others = name.split("_")
    return "".join([first, *(one.capitalize() for one in others)])


def _in_the_api(name: str) -> str:
    return re.sub("[A-Z]", lambda found: f"_{found[0].lower()}", name)


def _location_components(text: str) -> dict[str, Any]:
    """Return degrees and metres of a location (RFC 1876); all of them, as the API has other defaults."""
    parsed = dns.rdata.from_text("IN", _LOCATION, text)
    if not isinstance(parsed, LOC):
        raise TypeError(text)
    found: dict[str, Any] = {}
    for name, angle in (("lat", parsed.latitude), ("long", parsed.longitude)):
        degrees, minutes, seconds, milliseconds, sign = angle
        found |= {f"{name}_degrees": degrees, f"{name}_minutes": minutes}
        found |= {f"{name}_seconds": _whole(seconds + milliseconds / 1000)}
        found |= {f"{name}_direction": _ANGLES[name][sign < 0]}
    lengths = (parsed.altitude, parsed.size, parsed.horizontal_precision, parsed.vertical_precision)
    return found | {name: _whole(length / 100) for name, length in zip(_METRES, lengths, strict=True)}


def _location(data: Mapping[str, Any]) -> str:
    """Return a location in zone file form."""
    angles = [
        f"{data.get(f'{name}_degrees') or 0:.0f} {data.get(f'{name}_minutes') or 0:.0f} "
        f"{data.get(f'{name}_seconds') or 0:.3f} {data.get(f'{name}_direction', '')}"
        for name in _ANGLES
    ]
    return " ".join([*angles, *(f"{data.get(name) or 0:.2f}m" for name in _METRES)])


def _whole(value: float) -> int | float:
    return int(value) if value == int(value) else value
