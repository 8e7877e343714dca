"""Endpoints in requests of external-dns's webhook provider, as claims. Pure.

external-dns sends whole lists for adjustment, and then the difference to what it was told that there is. An endpoint
that cannot be read costs no other one anything: it is told by its name.

Source: external-dns, api/webhook.yaml and plan/plan.go `Changes`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from components.marks import ownership
from components.plain_text import LONGEST_QUOTE, cut, quoted
from components.records.aliases import CNAME
from components.records.types import RECORD_TYPES
from stacks.model.claims import Claim, webhook_key
from stacks.model.values import Known
from stacks.observe.cluster.claims.annotations import EXTERNAL_DNS
from stacks.observe.cluster.claims.endpoint_fields import (
    UnreadableFieldError,
    bare,
    content_of,
    properties_of,
    ttl_of,
)
from stacks.observe.cluster.claims.hostnames import hostname

MOST_ENDPOINTS = 50_000
"""Endpoints of a request."""
MOST_VALUES = 1_000
"""Targets or properties of an endpoint."""
HERITAGE = "external-dns"
REGISTRY = "give external-dns --registry=noop: whose a record is, is kept here"
_LISTS = ("create", "updateOld", "updateNew", "delete")
Key = tuple[str, str]
"""The name and type of a record set."""


class ShapeError(ValueError):
    """A request is not of the shape that the protocol says."""


class MarkError(ValueError):
    """external-dns has a registry of its own, whose marks it asks for beside each name."""


@dataclass(frozen=True, slots=True)
class UnreadEndpoint:
    """An endpoint that cannot be read. name, type: as they are spelled, cut."""

    name: str
    type: str
    reason: str


@dataclass(frozen=True, slots=True)
class Changes:
    """The changes that external-dns asks for. Of a key in both, the wish counts: the set gets another content."""

    wanted: Mapping[Key, Claim]
    unwanted: frozenset[Key]
    unread: tuple[UnreadEndpoint, ...] = ()

    @property
    def keys(self) -> frozenset[Key]:
        """The record sets that may change."""
        return self.unwanted | self.wanted.keys()

    def applied_to(self, claims: Mapping[Key, Claim]) -> dict[Key, Claim]:
        """Return the claims after these changes."""
        return {key: claim for key, claim in claims.items() if key not in self.unwanted} | dict(self.wanted)


def parse_json(body: bytes) -> object:
    """Return the value of a body of bounded length. Raises ShapeError."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise ShapeError("the body is no JSON") from None


def changes_of(document: object) -> Changes:
    """Return the changes of a request. Raises ShapeError, also where its endpoints are too many, and MarkError."""
    if not isinstance(document, dict):
        raise ShapeError("the body is no mapping of lists of endpoints")
    given = {name: document.get(name) for name in _LISTS}
    lists = {name: () if one is None else listed(one, name) for name, one in given.items()}
    if sum(map(len, lists.values())) > MOST_ENDPOINTS:
        raise ShapeError(f"more than {MOST_ENDPOINTS:,} endpoints")
    if any(map(_is_mark, lists["create"])):
        raise MarkError(f"marks of a registry are asked for: {REGISTRY}")
    unread: list[UnreadEndpoint] = []
    wanted = {_key(one): one for one in _read([*lists["updateNew"], *lists["create"]], unread)}
    unwanted = frozenset(filter(None, map(_named, lists["delete"])))
    return Changes(wanted, unwanted - wanted.keys(), tuple(unread))


def listed(document: object, name: str = "the body") -> Sequence[Mapping[str, Any]]:
    """Return a list of endpoints, whose fields have the types of the protocol. Raises ShapeError."""
    if not isinstance(document, list):
        raise ShapeError(f"{name} is no list of endpoints")
    if len(document) > MOST_ENDPOINTS:
        raise ShapeError(f"more than {MOST_ENDPOINTS:,} endpoints")
    for at, one in enumerate(document):
        if not _is_endpoint(one):
            raise ShapeError(f"{name}[{at}] is no endpoint")
    return document


def claim_of(endpoint: Mapping[str, Any]) -> Claim | UnreadEndpoint:
    """Return the claim of an endpoint of the protocol's types."""
    said, record_type = endpoint.get("dnsName") or "", endpoint.get("recordType") or ""
    try:
        name = hostname(said)
        targets = _targets(record_type, endpoint.get("targets") or ())
        given = {bare(one, EXTERNAL_DNS): one.get("value") or "" for one in endpoint.get("providerSpecific") or ()}
        properties = properties_of(given)
        ttl = ttl_of(endpoint.get("recordTTL"))
    except UnreadableFieldError as error:
        why = f" ({error})" if str(error) else ""
        return _unread(said, record_type, f"{error.field} {quoted(error.value)}{why}; allowed: {error.allowed}")
    except ValueError as error:
        return _unread(said, record_type, str(error))
    return Claim(
        name,
        record_type,
        Known(targets),
        webhook_key((endpoint.get("labels") or {}).get("resource") or "", name),
        created="",
        ttl=ttl,
        proxied=properties.proxied,
        comment=properties.comment,
        tags=properties.tags,
    )


def _targets(record_type: str, given: Iterable[str]) -> tuple[str, ...]:
    """Return the contents of a record set. Raises UnreadableFieldError."""
    if record_type not in RECORD_TYPES:
        raise UnreadableFieldError("recordType", record_type, ", ".join(RECORD_TYPES))
    targets = tuple(sorted({content_of(record_type, one) for one in given}))
    if not targets or (record_type == CNAME and len(targets) > 1):
        allowed = "one name" if record_type == CNAME else "at least one"
        raise UnreadableFieldError("targets", ", ".join(targets), allowed)
    return targets


def _read(endpoints: Iterable[Mapping[str, Any]], unread: list[UnreadEndpoint]) -> Iterator[Claim]:
    """Yield the claims of endpoints, and add those that cannot be read to `unread`."""
    for one in endpoints:
        found = claim_of(one)
        if isinstance(found, UnreadEndpoint):
            unread.append(found)
        else:
            yield found


def _key(claim: Claim) -> Key:
    return claim.name, claim.type or ""


def _named(endpoint: Mapping[str, Any]) -> Key | None:
    """Return the set of an endpoint; None where its name is none."""
    try:
        return hostname(endpoint.get("dnsName") or ""), endpoint.get("recordType") or ""
    except ValueError:
        return None


def _is_mark(endpoint: Mapping[str, Any]) -> bool:
    if endpoint.get("recordType") != "TXT":
        return False
    marks = map(ownership.parse, endpoint.get("targets") or ())
    return any(mark is not None and mark.heritage == HERITAGE for mark in marks)


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
        and _are_texts(targets)
        and (labels is None or (isinstance(labels, dict) and _are_texts(list(labels.values()))))
        and (properties is None or (isinstance(properties, list) and all(map(_is_property, properties))))
        and len(properties or ()) <= MOST_VALUES
    )


def _are_texts(found: object) -> bool:
    if found is None:
        return True
    return isinstance(found, list) and len(found) <= MOST_VALUES and all(isinstance(one, str) for one in found)


def _is_property(one: object) -> bool:
    return isinstance(one, dict) and all(isinstance(one.get(key) or "", str) for key in ("name", "value"))


def _unread(name: str, record_type: str, reason: str) -> UnreadEndpoint:
    return UnreadEndpoint(cut(name, LONGEST_QUOTE), cut(record_type, LONGEST_QUOTE), reason)
