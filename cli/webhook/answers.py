"""The endpoints that external-dns is told of, spelled as it compares them.

What it wishes and what there is are spelled in one way, each with its ttl and with the properties that its zone keeps,
so that a comparison finds no difference that is none.

Source: external-dns, plan/plan.go `appendEndpointUpdates`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cli.webhook.desk import WebhookView
from components.records.types import PROXIED_TYPES
from stacks.model.claims import Claim
from stacks.model.values import Endpoint, Known
from stacks.observe.cluster.claims.annotations import EXTERNAL_DNS
from stacks.observe.cluster.claims.endpoint_fields import COMMENT, PROXIED, TAGS
from stacks.observe.webhook.endpoints import Key, UnreadEndpoint, claim_of
from stacks.plan.desired.cluster_endpoints import zone_of
from stacks.plan.webhook.resolved import resolved
from stacks.settings.stack import Settings

Document = dict[str, object]
MOST_ALIKE = 20
"""Endpoints of one set that are answered as their zone would keep them; further ones as they are."""
_PREFIX = EXTERNAL_DNS[1]
"""The prefix that external-dns itself writes before the names of properties."""


def domain_filter(zones: Sequence[str]) -> Document:
    """Return the names that external-dns shall ask for."""
    return {"include": list(zones)}


def records(world: WebhookView) -> list[Document]:
    """Return the endpoints that external-dns has asked for and got."""
    endpoints = world.endpoints()
    claims = sorted(world.claims.items(), key=lambda one: one[0])
    return [_document(claim, endpoints[key], world.settings) for key, claim in claims if key in endpoints]


def adjusted(world: WebhookView, asked: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return endpoints as their zones would keep them. One that cannot be made stays as it is: a request tells why.

    setIdentifier is left out, because a zone has one set of each name and type.
    """
    claims = [claim_of(one) for one in asked]
    endpoints: dict[int, Endpoint] = {}
    for several in _apart(claims):
        found = resolved(world.settings, several.values(), world.limits)
        endpoints |= {at: found[_key(claim)] for at, claim in several.items() if _key(claim) in found}
    return [
        {**_document(claim, endpoints[at], world.settings), "labels": one.get("labels") or {}}
        if at in endpoints and isinstance(claim, Claim)
        else {key: value for key, value in one.items() if key != "setIdentifier"}
        for at, (one, claim) in enumerate(zip(asked, claims, strict=True))
    ]


def _apart(claims: Sequence[Claim | UnreadEndpoint]) -> Iterator[Mapping[int, Claim]]:
    """Yield the claims by their place, several at a time of which no two are to one set: external-dns chooses later."""
    left = {at: one for at, one in enumerate(claims) if isinstance(one, Claim)}
    for _ in range(MOST_ALIKE):
        if not left:
            return
        first = {_key(one): at for at, one in reversed(left.items())}
        yield {at: left[at] for at in first.values()}
        for at in first.values():
            del left[at]


def _key(claim: Claim) -> Key:
    return claim.name, claim.type or ""


def _document(claim: Claim, endpoint: Endpoint, settings: Settings) -> Document:
    targets = endpoint.targets.value if isinstance(endpoint.targets, Known) else ()
    key = claim.object
    return {
        "dnsName": claim.name,
        "recordType": claim.type,
        "targets": list(targets),
        "recordTTL": endpoint.ttl,
        "labels": {"resource": "/".join(filter(None, (key.kind, key.namespace, key.name)))},
        "providerSpecific": [{"name": f"{_PREFIX}{name}", "value": value} for name, value in _kept(endpoint, settings)],
    }


def _kept(endpoint: Endpoint, settings: Settings) -> Iterator[tuple[str, str]]:
    """Yield the properties that the endpoint's zone keeps."""
    zone = settings.of_zone(zone_of(endpoint.name, frozenset(one.zone for one in settings.each_zone())))
    if zone.traits.proxies and endpoint.type in PROXIED_TYPES:
        yield PROXIED, "true" if endpoint.proxied else "false"
    if endpoint.comment:
        yield COMMENT, endpoint.comment
    if endpoint.tags:
        yield TAGS, ",".join(endpoint.tags)
