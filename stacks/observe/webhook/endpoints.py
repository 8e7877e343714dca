"""Endpoints in requests of external-dns's webhook provider, as claims. Pure.

external-dns sends whole lists for adjustment, and then the difference to what it was told that there is. An endpoint
that cannot be read costs no other one anything: it is told by its name.

Source: external-dns, api/webhook.yaml and plan/plan.go `Changes`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from components.marks import ownership
from components.plain_text import LONGEST_QUOTE, cut, quoted
from components.records.aliases import CNAME
from components.records.types import PROXIED_TYPES, RECORD_TYPES
from components.webhook import shapes
from components.webhook.shapes import ShapeError, listed
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

HERITAGE = "external-dns"
PROPERTIES = "webhook/"
"""Before the names of the only properties that external-dns gives to a webhook, from annotations `webhook-...`."""
_PREFIXES = (PROPERTIES, *EXTERNAL_DNS)
REGISTRY = "give external-dns --registry=noop: whose a record is, is kept here"
Key = tuple[str, str]
"""The name and type of a record set."""


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


def changes_of(document: object) -> Changes:
    """Return the changes of a request. Raises ShapeError, also where its endpoints are too many, and MarkError."""
    if not isinstance(document, dict):
        raise ShapeError("the body is no mapping of lists of endpoints")
    given = {name: document.get(name) for name in shapes.LISTS}
    lists = {name: () if one is None else listed(one, name) for name, one in given.items()}
    if sum(map(len, lists.values())) > shapes.MOST_ENDPOINTS:
        raise ShapeError(f"more than {shapes.MOST_ENDPOINTS:,} endpoints")
    if any(map(_is_mark, lists["create"])):
        raise MarkError(f"marks of a registry are asked for: {REGISTRY}")
    unread: list[UnreadEndpoint] = []
    wanted = {_key(one): one for one in _read([*lists["updateNew"], *lists["create"]], unread)}
    unwanted = frozenset(filter(None, map(_named, lists["delete"])))
    return Changes(wanted, unwanted - wanted.keys(), tuple(unread))


def claim_of(endpoint: Mapping[str, Any]) -> Claim | UnreadEndpoint:
    """Return the claim of an endpoint of the protocol's types."""
    said, record_type = endpoint.get("dnsName") or "", endpoint.get("recordType") or ""
    try:
        name = hostname(said)
        targets = _targets(record_type, endpoint.get("targets") or ())
        given = {bare(one, _PREFIXES): one.get("value") or "" for one in endpoint.get("providerSpecific") or ()}
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


def filled(claim: Claim, kept: Mapping[Key, Claim]) -> Claim:
    """Return a claim with the settings that it does not have, as the kept claims have them.

    external-dns gives a webhook few of an object's annotations, and means by no ttl the one that there is. So what it
    does not say stays: no name loses its proxy, and shows where its origin is, because nothing was heard of it.
    """
    same = kept.get((claim.name, claim.type or ""))
    proxies = (kept.get((claim.name, kind)) for kind in PROXIED_TYPES) if claim.type in PROXIED_TYPES else ()
    proxied = next((one.proxied for one in (same, *proxies) if one), None)
    return replace(
        claim,
        ttl=same.ttl if claim.ttl is None and same else claim.ttl,
        proxied=proxied if claim.proxied is None else claim.proxied,
        comment=same.comment if claim.comment is None and same else claim.comment,
        tags=same.tags if claim.tags is None and same else claim.tags,
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


def _unread(name: str, record_type: str, reason: str) -> UnreadEndpoint:
    return UnreadEndpoint(cut(name, LONGEST_QUOTE), cut(record_type, LONGEST_QUOTE), reason)
