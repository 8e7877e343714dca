"""Record types whose content is given in components (`data`): what each needs, and the content made of it.

The fields are those of the published API description; `content` is read-only there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lab.cloudflare.errors import Problem, invalid_body
from lab.cloudflare.names import hostname

if TYPE_CHECKING:
    from collections.abc import Mapping

_REQUIRED = 9101
_INVALID = 9102  # not documented: match the status


@dataclass(frozen=True, slots=True)
class Field:
    """A component: a number up to `maximum`, a host name, or (neither) any text. Without a default it is required.

    Hexadecimal digits are stored in upper case: https://github.com/octodns/octodns-cloudflare/pull/39,
    https://github.com/kubernetes-sigs/external-dns/pull/6616
    """

    name: str
    maximum: float | None = None
    minimum: float = 0
    host: bool = False
    default: float | None = None
    options: tuple[str, ...] = ()
    digits: bool = False


_BYTE, _WORD = 255, 65535
_METRES = 90_000_000
_CERTIFICATE = (
    Field("usage", _BYTE),
    Field("selector", _BYTE),
    Field("matching_type", _BYTE),
    Field("certificate", digits=True),
)
_SERVICE_BINDING = (Field("priority", _WORD), Field("target", host=True), Field("value"))

DATA_FIELDS: dict[str, tuple[Field, ...]] = {
    "CAA": (Field("flags", _BYTE), Field("tag"), Field("value")),
    "CERT": (Field("type", _WORD), Field("key_tag", _WORD), Field("algorithm", _BYTE), Field("certificate")),
    "DNSKEY": (Field("flags", _WORD), Field("protocol", _BYTE), Field("algorithm", _BYTE), Field("public_key")),
    "DS": (
        Field("key_tag", _WORD),
        Field("algorithm", _BYTE),
        Field("digest_type", _BYTE),
        Field("digest", digits=True),
    ),
    "HTTPS": _SERVICE_BINDING,
    "LOC": (
        Field("lat_degrees", 90),
        Field("lat_minutes", 59, default=0),
        Field("lat_seconds", 59.999, default=0),
        Field("lat_direction", options=("N", "S")),
        Field("long_degrees", 180),
        Field("long_minutes", 59, default=0),
        Field("long_seconds", 59.999, default=0),
        Field("long_direction", options=("E", "W")),
        Field("altitude", 42849672.95, minimum=-100000, default=0),
        Field("size", _METRES, default=0),
        Field("precision_horz", _METRES, default=0),
        Field("precision_vert", _METRES, default=0),
    ),
    "NAPTR": (
        Field("order", _WORD),
        Field("preference", _WORD),
        Field("flags"),
        Field("service"),
        Field("regex"),
        Field("replacement"),
    ),
    "SMIMEA": _CERTIFICATE,
    "SRV": (Field("priority", _WORD), Field("weight", _WORD), Field("port", _WORD), Field("target", host=True)),
    "SSHFP": (Field("algorithm", _BYTE), Field("type", _BYTE), Field("fingerprint", digits=True)),
    "SVCB": _SERVICE_BINDING,
    "TLSA": _CERTIFICATE,
    "URI": (Field("weight", _WORD), Field("target")),
}

# Components that stand in quotation marks in the content.
_IN_MARKS = {"CAA": {"value"}, "NAPTR": {"flags", "service", "regex"}, "URI": {"target"}}


def components(record_type: str, data: Mapping[str, object]) -> tuple[dict[str, object], list[Problem]]:
    """Put the components of a record into canonical form, and say what is wrong. Unknown ones are left out."""
    found: dict[str, object] = {}
    problems: list[Problem] = []
    for field in DATA_FIELDS[record_type]:
        value = data.get(field.name, field.default)
        if value is None:
            problems.append(Problem(_REQUIRED, f"{field.name} is a required data field."))
        elif field.maximum is not None:
            found[field.name] = _number(field, value, problems)
        else:
            found[field.name] = _text(field, value, problems)
    return found, problems


def content_of(record_type: str, data: Mapping[str, object]) -> str:
    """Make the content of the components, as the API does."""
    if record_type == "LOC":
        angles = [str(data[field.name]) for field in DATA_FIELDS[record_type][:8]]
        metres = [f"{data[field.name]}m" for field in DATA_FIELDS[record_type][8:]]
        return " ".join(["IN LOC", *angles, *metres])
    marks = _IN_MARKS.get(record_type, set())
    parts = [
        f'"{data[field.name]}"' if field.name in marks else str(data[field.name]).strip()
        for field in DATA_FIELDS[record_type]
    ]
    return " ".join(part for part in parts if part)


def _number(field: Field, value: object, problems: list[Problem]) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise invalid_body()
    if field.maximum is not None and not field.minimum <= value <= field.maximum:
        message = f"{field.name} must be between {field.minimum} and {field.maximum}."
        problems.append(Problem(_INVALID, message))
    return int(value) if value == int(value) else value


def _text(field: Field, value: object, problems: list[Problem]) -> str:
    if not isinstance(value, str):
        raise invalid_body()
    if field.options and value not in field.options:
        problems.append(Problem(_INVALID, f"{field.name} must be one of {', '.join(field.options)}."))
    if field.host and value != ".":
        name = hostname(value)
        if name is None:
            problems.append(Problem(_INVALID, f"{field.name} must be a valid hostname."))
        return name or value
    return "".join(value.split()).upper() if field.digits else value.strip()
