"""Cloudflare's fields of a record's content: MX has its priority apart, SRV and CAA come in components.

https://developers.cloudflare.com/api/resources/dns/subresources/records/methods/create/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from components.records import canonical_content


def content(item: Mapping[str, Any]) -> str:
    """Return the content in canonical form. item: a record of the API, or its inputs in state."""
    return canonical_content.lenient(item["type"], spelled(item))


def spelled(item: Mapping[str, Any]) -> str:
    """Return the content in zone file form as it is spelled. item: as for `content`."""
    record_type, text, data = item["type"], item.get("content") or "", item.get("data") or {}
    if record_type == "SRV" and data:
        text = " ".join(_word(data[key]) for key in ("priority", "weight", "port", "target"))
    elif record_type == "CAA" and data:
        text = f'{_word(data["flags"])} {data["tag"]} "{data["value"]}"'
    elif record_type == "MX":
        # What was taken over has no priority in state where it is zero.
        text = f"{_word(item.get('priority') or 0)} {text}"
    return str(text)


def fields(record_type: str, text: str) -> dict[str, Any]:
    """Return the fields of a content in zone file form, named as in the API; in the resource but for their case."""
    if record_type == "MX":
        priority, host = text.split()
        return {"content": host, "priority": int(priority)}
    if record_type == "SRV":
        priority, weight, port, target = text.split()
        # The API gives the priority back beside the data, too: undeclared, it would be a change at each refresh.
        data = {"priority": int(priority), "weight": int(weight), "port": int(port), "target": target}
        return {"data": data, "priority": int(priority)}
    if record_type == "CAA":
        flags, tag, value = text.split(" ", 2)
        return {"data": {"flags": int(flags), "tag": tag, "value": value.strip('"')}}
    return {"content": text}


def _word(value: object) -> str:
    """Return a value as text: 10.0, as JSON of state or plugin has it, is 10."""
    return str(int(value)) if isinstance(value, float) else str(value)
