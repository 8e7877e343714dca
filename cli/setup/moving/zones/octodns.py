"""Reads zones as octoDNS has them in YAML: a file a zone, named after it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from cli.setup.moving.draft import Draft
from cli.setup.moving.zones.records import WrittenSet, carry_zone
from stacks.model.errors import UserError

_ZONE = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)+", re.IGNORECASE)
_FORMS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "MX": lambda one: f"{_of(one, 'preference', 'priority')} {_of(one, 'exchange', 'value')}",
    "SRV": lambda one: " ".join(_of(one, key) for key in ("priority", "weight", "port", "target")),
    "CAA": lambda one: f'{_of(one, "flags", default=0)} {_of(one, "tag")} "{_of(one, "value")}"',
    "SSHFP": lambda one: " ".join(_of(one, key) for key in ("algorithm", "fingerprint_type", "fingerprint")),
    "TLSA": lambda one: " ".join(
        _of(one, key) for key in ("certificate_usage", "selector", "matching_type", "certificate_association_data")
    ),
    "DS": lambda one: " ".join(_of(one, key) for key in ("key_tag", "algorithm", "digest_type", "digest")),
    "NAPTR": lambda one: " ".join(
        (
            *(_of(one, key) for key in ("order", "preference")),
            *(f'"{_of(one, key)}"' for key in ("flags", "service", "regexp")),
            _of(one, "replacement"),
        )
    ),
    "URI": lambda one: f'{_of(one, "priority")} {_of(one, "weight")} "{_of(one, "target")}"',
    **dict.fromkeys(
        ("HTTPS", "SVCB"),
        lambda one: " ".join((_of(one, "svcpriority"), _of(one, "targetname"), *_parameters(one.get("svcparams")))),
    ),
}
_TYPES = {"ALIAS": "CNAME"}
_KNOWN = {"type", "ttl", "value", "values", "octodns"}
_GEO = "-no answer depends on where it is asked from, but by load balancing: docs/geo.md"
OTHERS: Mapping[str, str] = {
    "dynamic": _GEO,
    "geo": _GEO,
    "lenient": "~what cannot be a record is told here, one by one",
    "healthcheck": "-nothing is checked for a record alone: docs/geo.md",
}
"""Further keys of a record."""


def is_given(value: Mapping[str, Any]) -> bool:
    """Return whether a document is a zone of octoDNS: names with records, each with a type."""
    several = [one[0] if isinstance(one, list) and one else one for one in value.values()]
    return any(isinstance(one, Mapping) and "type" in one and ("value" in one or "values" in one) for one in several)


def is_configuration(value: Mapping[str, Any]) -> bool:
    """Return whether a document is octoDNS's own configuration, which names the files of zones."""
    return isinstance(value.get("providers"), Mapping) and isinstance(value.get("zones"), Mapping)


def read(draft: Draft, value: Mapping[str, Any], zone: str, stem: str) -> None:
    """Put the records of a zone into the settings. zone: named by a person; else the stem. Raises UserError."""
    named = zone or stem.rstrip(".")
    if not _ZONE.fullmatch(named):
        raise UserError("a zone of octoDNS is named after its file, and this one's is none", draft.where, "give --zone")
    carry_zone(draft, named, _sets(draft, value))


def _sets(draft: Draft, value: Mapping[str, Any]) -> Iterator[WrittenSet]:
    for name, several in value.items():
        for one in several if isinstance(several, list) else [several]:
            if not isinstance(one, Mapping) or "type" not in one:
                draft.lost(name or "@", "it is no record: it has no type")
                continue
            kind, what = str(one["type"]), f"{name or '@'} {one['type']}"
            for key in one.keys() - _KNOWN:
                draft.tell(f"{what}: {key}", OTHERS.get(key, "-no key of a record is called so"), "")
            values = one.get("values", one.get("value"))
            try:
                content = tuple(_content(kind, inner) for inner in (values if isinstance(values, list) else [values]))
            except (KeyError, TypeError) as error:
                draft.lost(what, f"its value lacks {error}")
                continue
            yield WrittenSet(name or "@", _TYPES.get(kind, kind), content, _more(draft, what, one))


def _more(draft: Draft, what: str, one: Mapping[str, Any]) -> dict[str, Any]:
    more: dict[str, Any] = {"ttl": one["ttl"]} if "ttl" in one else {}
    own = one.get("octodns")
    special = own.get("cloudflare") if isinstance(own, Mapping) else None
    for key, value in special.items() if isinstance(special, Mapping) else ():
        if key == "auto-ttl":
            more |= {"ttl": 1} if value else {}
        elif key in ("proxied", "comment"):
            more[key] = value
        else:
            draft.lost(f"{what}: {key}", "records that are written down have proxied and comment of Cloudflare's own")
    if more.get("proxied"):
        more.pop("ttl", None)
    for key in own.keys() - {"cloudflare"} if isinstance(own, Mapping) else ():
        draft.otherwise(f"{what}: octodns.{key}", "of another provider, or of octoDNS itself")
    return more


def _content(kind: str, value: object) -> str:
    if kind in _FORMS:
        if not isinstance(value, Mapping):
            raise TypeError(f"the keys of a record of type {kind}")
        return _FORMS[kind](value)
    text = str(value)
    return text.replace("\\;", ";") if kind in ("TXT", "SPF") else text


def _of(one: Mapping[str, Any], *keys: str, default: object = None) -> str:
    for key in keys:
        if key in one:
            return str(one[key])
    if default is None:
        raise KeyError(keys[0])
    return str(default)


def _parameters(value: object) -> list[str]:
    given = value if isinstance(value, Mapping) else {}
    return [
        f'{key}="{",".join(map(str, inner)) if isinstance(inner, list) else inner}"' if inner is not None else str(key)
        for key, inner in given.items()
    ]
