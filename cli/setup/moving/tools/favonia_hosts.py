"""Reads the fields of domains in favonia's cloudflare-ddns: `nas.example.com{hostid6=[::5,mac(00-11-22-33-44-55)]}`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stacks.model.addresses import host_part
from stacks.model.addresses.host_part import USUAL_NETWORK

_FIELDS = re.compile(r"\{([^{}]*)\}\Z")
_FIELD = re.compile(r"\s*hostid6\s*=\s*(\[[^\[\]]*\]|[^,\[\]]*)(?:,|\Z)")
_MAC = re.compile(r"mac\(([^()]*)\)\Z")
_PRESERVE, _WHOLE = "preserve", "::/128"


def entries(text: str) -> Iterator[str]:
    """Yield the entries of a list with commas between them, but not within their braces."""
    if "{" not in text:
        yield from (part.strip() for part in text.split(",") if part)
        return
    opened: list[str] = []
    for part in filter(None, text.split(",")):
        if not opened and "{" not in part:
            yield part.strip()
            continue
        opened.append(part)
        if "}" in part:
            yield ",".join(opened).strip()
            opened = []
    if opened:
        yield ",".join(opened).strip()


def taken_apart(entry: str) -> tuple[str, str]:
    """Return the domain of an entry, and the text in the braces behind it; "" for none."""
    found = _FIELDS.search(entry) if entry.endswith("}") and "$" not in entry else None
    return (entry[: found.start()].strip(), found[1]) if found else (entry, "")


def host6(fields: str, network: int = USUAL_NETWORK) -> tuple[str, ...]:
    """Return the host parts in the fields of a domain; () where the detected address stays.

    network: the bits before a host that is no MAC. Raises ValueError for fields that are none of these.
    """
    if not fields:
        return ()
    found: set[str] = set()
    at = 0
    while at < len(fields):
        field = _FIELD.match(fields, at)
        if field is None:
            raise ValueError(f"{fields[at : at + 20]!r} is no hostid6")
        at = field.end()
        found |= {_host(one.strip(), network) for one in field[1].strip("[] ").split(",") if one.strip()}
    return () if found <= {_WHOLE} else tuple(sorted(found))


def _host(text: str, network: int) -> str:
    if text == _PRESERVE:
        return _WHOLE
    mac = _MAC.match(text)
    return str(host_part.parse(mac[1] if mac else f"{text}/{network}"))
