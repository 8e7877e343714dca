"""Reads zones of DNSControl: what `dnscontrol print-ir` prints, and the plain literal forms of dnsconfig.js.

No JavaScript is run. What is neither a literal nor a constant that stands in the file is told as lost, with its name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from cli.setup.moving.draft import Draft
from cli.setup.moving.zones.records import RecordSet, carry_zone
from stacks.model.errors import UserError

_TOKEN = re.compile(
    r"""\s+|//[^\n]*|/\*.*?\*/|(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?P<word>[\w$.]+)|(?P<sign>[-+(){}\[\],:;=])""",
    re.DOTALL,
)
_CONSTANT = re.compile(r"""^\s*(?:var|let|const)\s+(\w+)\s*=\s*("[^"\n]*"|'[^'\n]*'|\d+)\s*;?\s*$""", re.MULTILINE)
_START = re.compile(r"""^\s*(D|D_EXTEND)\s*\(""", re.MULTILINE)
_HOSTED, _NUMBERS = {"CNAME", "ALIAS", "NS", "PTR", "A", "AAAA", "TXT"}, {"MX": 1, "SRV": 3, "CAA": 0}
_PROXY = {"CF_PROXY_ON": {"proxied": True}, "CF_PROXY_FULL": {"proxied": True}, "CF_PROXY_OFF": {}}
_TYPES = {"ALIAS": "CNAME"}
_OF_ZONE = {"DnsProvider", "END", "NO_PURGE", "AUTOSPLIT", "IGNORE", "IGNORE_NAME", "NAMESERVER", "NAMESERVER_TTL"}
_IR = "run `dnscontrol print-ir --pretty --out zones.json`, and give that file"
Call = tuple[str, list[Any]]
"""A name and its arguments: texts, numbers, constants as a one-tuple, calls, and mappings as they are."""


def is_given(value: Mapping[str, Any]) -> bool:
    """Return whether a document is what `dnscontrol print-ir` prints."""
    domains = value.get("domains")
    return isinstance(domains, list) and any(isinstance(one, Mapping) and "records" in one for one in domains)


def read_ir(draft: Draft, value: Mapping[str, Any]) -> None:
    """Put the zones of an intermediate representation into the settings."""
    for domain in value["domains"]:
        records = [one for one in domain.get("records") or () if isinstance(one, Mapping)]
        carry_zone(draft, str(domain.get("name", "")).partition("!")[0], (_of_ir(one) for one in records))


def _of_ir(one: Mapping[str, Any]) -> RecordSet:
    kind, target = str(one.get("type")), str(one.get("target", ""))
    numbers = {
        "MX": [one.get("mxpreference", 0)],
        "SRV": [one.get("srvpriority", 0), one.get("srvweight", 0), one.get("srvport", 0)],
        "CAA": [one.get("caaflag", 0), one.get("caatag", "")],
    }
    content = " ".join(map(str, [*numbers.get(kind, ()), f'"{target}"' if kind == "CAA" else target]))
    meta = one.get("meta") if isinstance(one.get("meta"), Mapping) else {}
    proxied = str(dict(meta or {}).get("cloudflare_proxy", "off")) in ("on", "full")
    more: dict[str, Any] = {"proxied": True} if proxied else {"ttl": one["ttl"]} if one.get("ttl") else {}
    return RecordSet(str(one.get("name") or "@"), _TYPES.get(kind, kind), (content,), more)


def read(draft: Draft, text: str) -> None:
    """Put the zones of a dnsconfig.js into the settings, as far as they are literal. Raises UserError."""
    constants = {name: _literal(value) for name, value in _CONSTANT.findall(text)}
    zones: dict[str, list[RecordSet]] = {}
    ttls: dict[str, Any] = {}
    for start in _START.finditer(text):
        try:
            name, arguments = _call(_tokens(text, start.start(1)), start[1])
        except (ValueError, StopIteration, RecursionError):
            line = text.count("\n", 0, start.start(1)) + 1
            raise UserError("the file is no list of literal records", f"{draft.where}, line {line}", _IR) from None
        if not arguments or not isinstance(arguments[0], str):
            draft.lost(name, f"its domain is no literal; {_IR}")
            continue
        zone = arguments[0].partition("!")[0]
        flat = [inner for one in arguments[1:] for inner in (one if isinstance(one, list) else [one])]
        for one in flat:
            if isinstance(one, tuple) and one[0] == "DefaultTTL" and len(one) > 1:
                ttls[zone] = one[1][0]
        zones.setdefault(zone, []).extend(_records(draft, flat, constants, ttls.get(zone)))
    for zone, sets in zones.items():
        carry_zone(draft, zone, sets)


def _records(draft: Draft, arguments: list[Any], constants: Mapping[str, Any], ttl: object) -> Iterator[RecordSet]:
    for one in arguments:
        name = one[0] if isinstance(one, tuple) else str(one)
        if (
            name in _OF_ZONE
            or not isinstance(one, tuple)
            or name.startswith(("REG_", "NewRegistrar", "DefaultTTL", "CF_"))
        ):
            continue
        values = (
            [constants.get(inner[0], inner) if isinstance(inner, tuple) else inner for inner in one[1]]
            if len(one) > 1
            else []
        )
        made = _record(name, values, ttl)
        if made is None:
            shown = f"{name}({values[0]!r}, ...)" if values and isinstance(values[0], str) else name
            draft.lost(shown, f"it is no literal record; {_IR}")
        else:
            yield made


def _record(kind: str, values: list[Any], ttl: object) -> RecordSet | None:
    """Return the set of a call such as MX("@", 10, "mail."); None where it is another function, or not literal."""
    if kind not in _HOSTED | _NUMBERS.keys() or not values:
        return None
    name, *rest = values
    plain = [str(one) for one in rest if isinstance(one, str | int)]
    more: dict[str, Any] = {"ttl": _seconds(ttl)} if ttl is not None else {}
    for one in (one for one in rest if not isinstance(one, str | int)):
        if isinstance(one, tuple) and one[0] in _PROXY:
            more |= _PROXY[one[0]]
        elif isinstance(one, tuple) and one[0] == "TTL" and len(one) > 1:
            more["ttl"] = _seconds(one[1][0])
        elif not (isinstance(one, tuple) and one[0] in ("AUTOSPLIT", "CAA_CRITICAL")):
            return None
    if more.get("proxied"):
        more.pop("ttl", None)
    if kind == "CAA":
        flag = "128" if ("CAA_CRITICAL",) in rest else "0"
        plain = [flag, plain[0], f'"{plain[1]}"'] if len(plain) == 2 else []  # noqa: PLR2004 - tag and value
    elif len(plain) != _NUMBERS.get(kind, 0) + 1:
        return None
    return RecordSet(str(name), _TYPES.get(kind, kind), (" ".join(plain),), more) if plain else None


def _seconds(value: object) -> object:
    units = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
    found = re.fullmatch(r"(\d+)([smhdw])", str(value))
    return int(found[1]) * units[found[2]] if found else value


def _tokens(text: str, start: int) -> Iterator[str]:
    position = start
    while position < len(text):
        found = _TOKEN.match(text, position)
        if not found:
            raise ValueError(text[position])
        position = found.end()
        if token := found["text"] or found["word"] or found["sign"]:
            yield token


def _call(tokens: Iterator[str], name: str) -> tuple[str, list[Any]]:
    """Return a call whose name and opening parenthesis come next."""
    if next(tokens) != name or next(tokens) != "(":
        raise ValueError(name)
    return name, _arguments(tokens, ")", 0)


def _arguments(tokens: Iterator[str], end: str, depth: int) -> list[Any]:
    """Return the arguments up to an end. A word is a one-tuple; with an opening parenthesis after it, it is a call."""
    found: list[Any] = []
    if depth > 50:  # noqa: PLR2004 - nobody nests calls so deeply
        raise ValueError("depth")
    for sign in tokens:
        if sign == end:
            return found
        if sign == "(":
            found[-1] = (found[-1][0], _arguments(tokens, ")", depth + 1))
        elif sign in "[{":
            found.append(_arguments(tokens, {"[": "]", "{": "}"}[sign], depth + 1))
        elif sign in ",:":
            continue
        elif sign in "+=;)}]":
            raise ValueError(sign)
        else:
            found.append((sign,) if not sign[0].isdigit() and sign[0] not in "\"'" else _literal(sign))
    raise ValueError("end")


def _literal(sign: str) -> Any:  # noqa: ANN401 - a text or a number
    if sign[0] in "\"'":
        return re.sub(r"\\(.)", r"\1", sign[1:-1])
    return int(sign) if sign.isdigit() else sign
