"""The fields of an endpoint as external-dns spells it, in a DNSEndpoint and in a request of its webhook. Pure.

Source: external-dns, endpoint/endpoint.go `Endpoint`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from components.records import canonical_content
from stacks.observe.cluster.claims import annotation_values as values

PROXIED, COMMENT, TAGS = "cloudflare-proxied", "cloudflare-record-comment", "cloudflare-tags"
"""The names of the properties with a meaning here, without their prefix."""
_LONGEST_NAME = 63
"""Characters of the name of a property after its prefix."""


@dataclass(frozen=True, slots=True)
class EndpointProperties:
    """The properties of an endpoint that have a meaning here; None for one that is not given."""

    proxied: bool | None = None
    comment: str | None = None
    tags: tuple[str, ...] | None = None


class UnreadableFieldError(ValueError):
    """A field of an endpoint has a value that is not allowed."""

    def __init__(self, field: str, value: object, allowed: str, reason: str = "") -> None:
        super().__init__(reason)
        self.field, self.value, self.allowed = field, str(value), allowed


def properties_of(given: Mapping[str, str]) -> EndpointProperties:
    """Return the properties. given: by name, without prefixes. Raises UnreadableFieldError."""
    try:
        return EndpointProperties(
            values.boolean(given[PROXIED]) if given.get(PROXIED) else None,
            values.comment(given[COMMENT]) if given.get(COMMENT) else None,
            values.tags(given[TAGS]) if given.get(TAGS) else None,
        )
    except ValueError as error:
        allowed = f"{PROXIED}: {values.BOOLEAN}; {COMMENT}: {values.COMMENT}; {TAGS}: {values.TAGS}"
        shown = "; ".join(f"{key}: {text}" for key, text in given.items() if key in {PROXIED, COMMENT, TAGS})
        raise UnreadableFieldError("providerSpecific", shown, allowed, str(error)) from None


def bare(one: Mapping[str, Any], prefixes: tuple[str, ...]) -> str:
    """Return the name of a property without its prefix."""
    name = str(one.get("name") or "")[: _LONGEST_NAME + len(max(prefixes, key=len))]
    return next((name.removeprefix(prefix) for prefix in prefixes if name.startswith(prefix)), name)


def ttl_of(seconds: object) -> int | None:
    """Return the TTL in seconds; None for the zone's, as 0 is "not set". Raises UnreadableFieldError."""
    if not seconds:
        return None
    if not isinstance(seconds, int) or seconds < 0:
        raise UnreadableFieldError("recordTTL", seconds, "whole seconds")
    return min(seconds, values.LONGEST_TTL)


def content_of(record_type: str, target: object) -> str:
    """Return a target as the content of a record of the type. Raises UnreadableFieldError."""
    try:
        return canonical_content.content(record_type, str(target))
    except ValueError as error:
        allowed = f"contents of records of type {record_type}"
        raise UnreadableFieldError("targets", target, allowed, str(error)) from None
