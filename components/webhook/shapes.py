"""The shapes of the protocol, and bounds for what comes from the other side.

Source: external-dns, api/webhook.yaml, endpoint/endpoint.go and plan/plan.go `Changes`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

VERSION = "1"
_FORMAT = "application/external.dns.webhook+json;version="
MEDIA_TYPE = _FORMAT + VERSION
RECORDS, ADJUST = "/records", "/adjustendpoints"
PROPERTIES = "providerSpecific"
"""The field of an endpoint with what is the provider's own."""
LISTS = CREATE, UPDATE_OLD, UPDATE_NEW, DELETE = "create", "updateOld", "updateNew", "delete"
"""The lists of a request for changes."""
MOST_BYTES = 16 * 2**20
"""Bytes of a body; an endpoint has some 300."""
MOST_ENDPOINTS = 50_000
"""Endpoints of a body."""
MOST_VALUES = 1_000
"""Targets or properties of an endpoint."""
Endpoint = Mapping[str, Any]
"""An endpoint whose fields have the types of the protocol."""


class ShapeError(ValueError):
    """A body is not of the shape that the protocol says."""


def bare(media_type: str) -> str:
    """Return a media type as it is compared."""
    return media_type.replace(" ", "").lower()


def version_of(media_type: str) -> str:
    """Return the version of the protocol in a media type; "" where it is another one."""
    said = bare(media_type)
    return said.removeprefix(_FORMAT) if said.startswith(_FORMAT) else ""


def parse_json(body: bytes) -> object:
    """Return the value of a body of bounded length. Raises ShapeError."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise ShapeError("the body is no JSON") from None


def listed(document: object, name: str = "the body") -> Sequence[Endpoint]:
    """Return a list of endpoints, whose fields have the types of the protocol. Raises ShapeError."""
    if not isinstance(document, list):
        raise ShapeError(f"{name} is no list of endpoints")
    if len(document) > MOST_ENDPOINTS:
        raise ShapeError(f"more than {MOST_ENDPOINTS:,} endpoints")
    for at, one in enumerate(document):
        if not _is_endpoint(one):
            raise ShapeError(f"{name}[{at}] is no endpoint")
    return document


def _is_endpoint(one: object) -> bool:
    """Return whether a value has the fields of an endpoint, each of its type; others are not looked at."""
    if not isinstance(one, dict):
        return False
    texts = (one.get("dnsName"), one.get("recordType"), one.get("setIdentifier"))
    targets, properties, labels = one.get("targets"), one.get("providerSpecific"), one.get("labels")
    ttl = one.get("recordTTL")
    return (
        all(text is None or isinstance(text, str) for text in texts)
        and (ttl is None or (isinstance(ttl, int) and not isinstance(ttl, bool)))
        and are_texts(targets)
        and (labels is None or (isinstance(labels, dict) and are_texts(list(labels.values()))))
        and (properties is None or (isinstance(properties, list) and all(map(_is_property, properties))))
        and len(properties or ()) <= MOST_VALUES
    )


def are_texts(found: object) -> bool:
    """Return whether a value is a list of texts, not too many, or none."""
    if found is None:
        return True
    return isinstance(found, list) and len(found) <= MOST_VALUES and all(isinstance(one, str) for one in found)


def _is_property(one: object) -> bool:
    return isinstance(one, dict) and all(isinstance(one.get(key) or "", str) for key in ("name", "value"))
