"""Reads zones of DNSControl: what `dnscontrol print-ir` prints, and the plain literal forms of dnsconfig.js.

No JavaScript is run. What is neither a literal nor a constant that stands in the file is told as lost, with its name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from cli.setup.moving.draft import Draft
from cli.setup.moving.zones.records import RecordSet, carry_zone
from components.records.types import PROXIED_TYPES
from stacks.model.errors import UserError

_TOKEN = re.compile(
    r"""\s+|//[^\n]*|/\*.*?\*/|(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?P<word>[\w$.]+)|(?P<sign>[-+(){}\[\],:;=])""",
    re.DOTALL,
)
_CONSTANT = re.compile(r"""^\s*(?:var|let|const)\s+(\w+)\s*=\s*("[^"\n]*"|'[^'\n]*'|\d+)\s*;?\s*$""", re.MULTILINE)
_START = re.compile(r"""^\s*(D|D_EXTEND|DEFAULTS)\s*\(""", re.MULTILINE)
_HOSTED, _NUMBERS = {"CNAME", "ALIAS", "NS", "PTR", "A", "AAAA", "TXT"}, {"MX": 1, "SRV": 3, "CAA": 0}
_PROXY = {"CF_PROXY_ON": True, "CF_PROXY_FULL": True, "CF_PROXY_OFF": False}
_TYPES = {"ALIAS": "CNAME"}
_OF_ZONE_TEXT = """
DnsProvider END NO_PURGE AUTOSPLIT IGNORE IGNORE_NAME NAMESERVER NAMESERVER_TTL DefaultTTL CF_PROXY_DEFAULT_OFF
CF_PROXY_DEFAULT_ON CLOUDFLARE_DISCARD_RECORDS
"""
_OF_ZONE = frozenset(_OF_ZONE_TEXT.split())
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
    defaults: list[Any] = []
    for start in _START.finditer(text):
        try:
            name, arguments = _call(_tokens(text, start.start(1)), start[1])
        except (ValueError, StopIteration, RecursionError):
            line = text.count("\n", 0, start.start(1)) + 1
            what = f"the {start[1]} there is no list of literal records"
            raise UserError(what, f"{draft.where}, line {line}", _IR) from None
        if name == "DEFAULTS":
            defaults += arguments
        elif not arguments or not isinstance(arguments[0], str):
            draft.lost(name, f"its domain is no literal; {_IR}")
        else:
            said = [*defaults, *arguments[2 if name == "D" else 1 :]]  # a registrar stands between
            zones.setdefault(arguments[0].partition("!")[0], []).extend(_records(draft, said, constants))
    for zone, sets in zones.items():
        carry_zone(draft, zone, sets)


def _records(draft: Draft, said: list[Any], constants: Mapping[str, Any]) -> Iterator[RecordSet]:
    flat = [inner for one in said for inner in (one if isinstance(one, list) else [one])]
    usual: dict[str, Any] = {}
    for one in flat:
        name = one[0] if isinstance(one, tuple) else str(one)
        if name == "DefaultTTL" and len(one) > 1:
            usual["ttl"] = _seconds(one[1][0])
        elif name == "CF_PROXY_DEFAULT_ON":
            usual["proxied"] = True
    for one in flat:
        name = one[0] if isinstance(one, tuple) else str(one)
        if name in _OF_ZONE:
            continue
        values = [constants.get(part[0], part) if isinstance(part, tuple) else part for part in one[1:] and one[1]]
        made = _record(name, values, usual) if isinstance(one, tuple) else None
        if made is None:
            shown = f"{name}({values[0]!r}, ...)" if values and isinstance(values[0], str) else name
            draft.lost(shown, f"it is no literal record; {_IR}")
        else:
            yield made


def _record(kind: str, values: list[Any], usual: Mapping[str, Any]) -> RecordSet | None:
    """Return the set of a call such as MX("@", 10, "mail."); None where it is another function, or not literal."""
    if kind not in _HOSTED | _NUMBERS.keys() or not values:
        return None
    name, *rest = values
    plain = [str(one) for one in rest if isinstance(one, str | int)]
    more = dict(usual) if kind in PROXIED_TYPES else {key: value for key, value in usual.items() if key != "proxied"}
    for one in (one for one in rest if not isinstance(one, str | int)):
        if isinstance(one, tuple) and one[0] == "TTL" and len(one) > 1:
            more["ttl"] = _seconds(one[1][0])
        elif (is_proxied := _proxy(one)) is not None:
            more["proxied"] = is_proxied
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


def _proxy(said: Any) -> bool | None:  # noqa: ANN401 - an argument
    """Return whether an argument turns the proxy on or off; None for another one."""
    if isinstance(said, tuple):
        return _PROXY.get(said[0])
    words = [one[0] if isinstance(one, tuple) else one for one in said] if isinstance(said, list) else []
    return words[1] in ("on", "full") if len(words) == 2 and words[0] == "cloudflare_proxy" else None  # noqa: PLR2004 - a pair


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
