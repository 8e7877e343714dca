"""Answers of Cloudflare's API to requests for zones and records, and the errors that they mean."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

import requests

from stacks.model.errors import ObservationError, ProviderRefused
from stacks.observe.zone import http
from stacks.settings.credentials import Credentials

REFUSED = frozenset({400, 401, 403})


def opened(credentials: Credentials) -> AbstractContextManager[requests.Session]:
    """Return a session with the credentials in its headers."""
    if credentials.token:
        return http.opened("cloudflare", {"Authorization": f"Bearer {credentials.token}"})
    return http.opened("cloudflare", {"X-Auth-Key": credentials.key, "X-Auth-Email": credentials.email})


def get(
    session: requests.Session, credentials: Credentials, path: str, query: Mapping[str, str], zone: str
) -> dict[str, Any]:
    """Return an answer with a list of results about a zone. Raises ProviderRefused, ObservationError."""
    url = f"{credentials.base_url}{path}"
    response, body = http.get(session, url, query, "Cloudflare", f"the zone {zone}")
    if response.ok and body.get("success"):
        if not isinstance(body.get("result"), list):
            raise ObservationError(f"Cloudflare's answer about the zone {zone} has no list of results")
        return dict(body)
    refusal = reason(response, body)
    if response.status_code == requests.codes.too_many_requests:
        wait = response.headers.get("Retry-After", "some")
        raise ObservationError(f"Cloudflare's rate limit is used up: asks to wait {wait} seconds")
    if response.status_code in REFUSED and body:  # a page of the edge, which is no JSON, judges no credentials
        raise ProviderRefused(
            f"Cloudflare refuses the credentials: {refusal}",
            f"GET {url} answered {response.status_code}",
            f"check {credentials.given_by}: it needs Zone:Read and DNS:Edit on this zone and must not have expired",
        )
    if response.status_code == requests.codes.not_found:
        raise ProviderRefused(
            f"there is no zone with the id {path.split('/')[2]}: {refusal}",
            f"GET {url} answered {response.status_code}",
            f"check truenorth:zone_id (or CF_ZONE_ID), or leave it out: it is found by the name {zone}",
        )
    raise ObservationError(f"Cloudflare answered {response.status_code} about the zone {zone}: {refusal}")


def reason(response: requests.Response, body: Mapping[str, Any]) -> str:
    """Return the API's own words on why it refused."""
    return "; ".join(_error_text(error) for error in body.get("errors", ())) or response.reason


def _error_text(error: Mapping[str, Any]) -> str:
    chain = "".join(f", {_error_text(inner)}" for inner in error.get("error_chain", ()))
    return f"{error.get('message', '')} ({error.get('code', '?')}){chain}"
