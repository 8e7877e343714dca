"""From what a client sends about a record to what the API stores, or to a refusal that lists all that is wrong."""

from __future__ import annotations

import re
from ipaddress import AddressValueError, IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import TYPE_CHECKING

from lab.cloudflare import txt
from lab.cloudflare.data import DATA_FIELDS, components, content_of
from lab.cloudflare.errors import ApiError, Problem, invalid_body
from lab.cloudflare.model import PROXIABLE_TYPES, RecordFields
from lab.cloudflare.names import fully_qualified, hostname

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lab.cloudflare.limits import Plan
    from lab.cloudflare.model import Zone

SIMPLE_TYPES = frozenset({"A", "AAAA", "CNAME", "MX", "NS", "OPENPGPKEY", "PTR", "TXT"})
RECORD_TYPES = SIMPLE_TYPES | DATA_FIELDS.keys()
_WITH_PRIORITY = frozenset({"MX", "URI"})
_LARGEST_CONTENT = 4096  # bytes on the wire
_TAG = re.compile(r"[A-Za-z0-9_-]{1,32}(?::.{0,100})?")

_MX_HELP = (
    "Change the content of your MX record to be a hostname (and not an IP address). For more details, refer to "
    "<https://developers.cloudflare.com/dns/manage-dns-records/how-to/email-records/#add-mx-records>."
)
# Targets that the proxy does not connect to: private networks, and Cloudflare's own resolver.
_UNREACHABLE_V4 = [
    IPv4Network(text)
    for text in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "224.0.0.0/3",
        "1.1.1.1/32",
        "1.0.0.1/32",
    )
]
_UNREACHABLE_V6 = [IPv6Network(text) for text in ("::/127", "fc00::/7", "fe80::/10", "ff00::/8")]


def validate(zone: Zone, body: Mapping[str, object]) -> RecordFields:
    """Find what is stored for `body`, a whole record. Raises ApiError (400) with every problem found."""
    problems: list[Problem] = []
    record_type = _text(body, "type")
    if record_type is None:
        raise ApiError(400, _required("type"))
    record_type = record_type.upper()
    if record_type not in RECORD_TYPES:
        raise ApiError(400, Problem(9002, "DNS record type is invalid."))
    name = _name(zone, record_type, body, problems)
    data: dict[str, object] | None = None
    if record_type in DATA_FIELDS:
        data, wrong = components(record_type, _mapping(body, "data"))
        problems.extend(wrong)
        content = "" if wrong else content_of(record_type, data)
    else:
        content = _content(zone, name, record_type, body, problems)
    priority = _priority(record_type, body, data, problems)
    proxied = _boolean(body, "proxied")
    proxiable = record_type in PROXIABLE_TYPES and _reachable(record_type, content)
    ttl = _ttl(zone.plan, body, problems)
    if proxied:
        _check_proxied(record_type, content, problems, proxiable=proxiable)
        ttl = 1
    fields = RecordFields(
        name=name,
        type=record_type,
        content=content,
        ttl=ttl,
        proxied=proxied,
        proxiable=proxiable,
        comment=_comment(zone.plan, body, problems),
        tags=_tags(zone.plan, body, problems),
        priority=priority,
        data=data,
        settings=_mapping(body, "settings"),
    )
    if problems:
        raise ApiError(400, *problems)
    return fields


def _required(name: str) -> Problem:
    return Problem(9100, f"{name} is a required field.")


def _name(zone: Zone, record_type: str, body: Mapping[str, object], problems: list[Problem]) -> str:
    given = _text(body, "name")
    if given is None and record_type == "SRV":
        # Deprecated, still taken: the name in parts within `data`.
        data = _mapping(body, "data")
        parts = [_text(data, part) for part in ("service", "proto", "name")]
        given = ".".join(part for part in parts if part) if all(parts) else None
    if given is None:
        problems.append(_required("name"))
        return ""
    name = fully_qualified(given, zone.name)
    if name is None:
        problems.append(Problem(9000, "DNS name is invalid."))
    return name or ""


def _content(zone: Zone, name: str, record_type: str, body: Mapping[str, object], problems: list[Problem]) -> str:
    given = _text(body, "content")
    if given is None or not given.strip():
        problems.append(_required("content"))
        return ""
    if record_type == "TXT":
        if txt.wire_length(given) > _LARGEST_CONTENT:
            message = f"Record content exceeds the allowed length of {_LARGEST_CONTENT} wire format bytes."
            problems.append(Problem(9015, message))
        return txt.canonical(given)
    given = given.strip()
    if record_type in ("A", "AAAA"):
        return _address(record_type, given, problems)
    if record_type == "OPENPGPKEY":
        return given
    return _host_content(zone, name, record_type, given, problems)


def _address(record_type: str, given: str, problems: list[Problem]) -> str:
    try:
        if record_type == "A":
            return str(IPv4Address(given))
        if "%" not in given:
            return str(IPv6Address(given))
    except AddressValueError:
        pass
    code, family = (9005, "IPv4") if record_type == "A" else (9006, "IPv6")
    problems.append(Problem(code, f"Content for {record_type} record must be a valid {family} address."))
    return ""


def _host_content(zone: Zone, name: str, record_type: str, given: str, problems: list[Problem]) -> str:
    if given == "." and record_type == "MX":  # no mail here (RFC 7505)
        return given
    host = zone.name if given == "@" else hostname(given)
    if host is None:
        # The codes of NS and PTR are not documented: match the status.
        code = {"CNAME": 9007, "MX": 9009}.get(record_type, 9010)
        problems.append(
            Problem(code, _MX_HELP if record_type == "MX" else f"Content for {record_type} record is invalid.")
        )
        return ""
    if record_type == "CNAME" and host == name:
        problems.append(Problem(9039, "CNAME content cannot reference itself."))
    return host


def _priority(
    record_type: str, body: Mapping[str, object], data: Mapping[str, object] | None, problems: list[Problem]
) -> int | None:
    if record_type == "SRV":
        inner = (data or {}).get("priority")
        return inner if isinstance(inner, int) else None
    if record_type not in _WITH_PRIORITY:
        return None
    priority = _number(body, "priority")
    if priority is None:
        problems.append(_required("priority"))
    elif not 0 <= priority <= 65535:  # noqa: PLR2004 - the range of an unsigned 16-bit number
        problems.append(Problem(9008, "Invalid priority, priority must be set and be between 0 and 65535"))
    return priority


def _ttl(plan: Plan, body: Mapping[str, object], problems: list[Problem]) -> int:
    ttl = _number(body, "ttl")
    if ttl is None:
        return 1
    if ttl != 1 and not plan.minimum_ttl <= ttl <= 86400:  # noqa: PLR2004 - a day
        message = f"TTL must be between {plan.minimum_ttl} and 86400 seconds, or 1 for Automatic."
        problems.append(Problem(9021, message))
    return ttl


def _check_proxied(record_type: str, content: str, problems: list[Problem], *, proxiable: bool) -> None:
    if record_type not in PROXIABLE_TYPES:
        problems.append(Problem(9004, "This record type cannot be proxied."))
    elif content and not proxiable:
        problems.append(Problem(9003, f"Target {content} is not allowed for a proxied record."))


def _reachable(record_type: str, content: str) -> bool:
    if not content:
        return False
    if record_type == "A":
        return not any(IPv4Address(content) in network for network in _UNREACHABLE_V4)
    if record_type == "AAAA":
        return not any(IPv6Address(content) in network for network in _UNREACHABLE_V6)
    return True


def _comment(plan: Plan, body: Mapping[str, object], problems: list[Problem]) -> str | None:
    comment = _text(body, "comment")
    if not comment:
        return None
    if len(comment) > plan.comment_length:
        message = f"DNS record comment exceeds the maximum length of {plan.comment_length} characters."
        problems.append(Problem(9313, message))
    if "\n" in comment or "\r" in comment:
        # The code is not documented: match the status.
        problems.append(Problem(9314, "DNS record comment must not contain newlines."))
    return comment


def _tags(plan: Plan, body: Mapping[str, object], problems: list[Problem]) -> tuple[str, ...]:
    given = body.get("tags")
    if given is None:
        return ()
    if not isinstance(given, list) or not all(isinstance(tag, str) for tag in given):
        raise invalid_body()
    tags = tuple(dict.fromkeys(given))
    if len(tags) > plan.tags:
        problems.append(Problem(9300, f"DNS record has {len(tags)} tags, exceeding the quota of {plan.tags}."))
    # The code is not documented: match the status.
    problems.extend(Problem(9301, f"DNS record tag {tag!r} is invalid.") for tag in tags if not _TAG.fullmatch(tag))
    return tags


def _text(body: Mapping[str, object], key: str) -> str | None:
    value = body.get(key)
    if value is not None and not isinstance(value, str):
        raise invalid_body()
    return value


def _number(body: Mapping[str, object], key: str) -> int | None:
    value = body.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
        raise invalid_body()
    return int(value)


def _boolean(body: Mapping[str, object], key: str) -> bool:
    value = body.get(key)
    if value is not None and not isinstance(value, bool):
        raise invalid_body()
    return bool(value)


def _mapping(body: Mapping[str, object], key: str) -> dict[str, object]:
    value = body.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise invalid_body()
    return value
