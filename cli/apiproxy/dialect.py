"""The facts about a provider's API and its plugin that the API proxy goes by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cli.apiproxy.budget import Limit
from stacks.model.api_calls import Service
from stacks.settings.credentials import Credentials

Signature = tuple[tuple[str, str], ...]
"""The headers that sign a request, by their lower-case names in the order of the alphabet."""
Signer = tuple[str, Credentials]
"""A provider, and the credentials by which requests to its API are signed."""


@dataclass(frozen=True, slots=True)
class ProviderDialect:
    """A provider's API, as its plugin uses it.

    provider: the name, as in `components.records.providers`. variable: the plugin's variable for the API's base URL.
    url: the base URL of the public API. public_path: a path below it that answers anybody, if only with a refusal.
    limit: the rate limit until the API tells it. least_share: the part of the limit that is used whatever the
    setting says. burst: the part that may be used at once. patience: s that the plugin waits for the turn of its call.
    batches: whether one call takes many writes, so that the plan's writes go out together. sign: returns the headers
    by which requests with these credentials are signed.
    """

    provider: Service
    variable: str
    url: str
    public_path: str
    limit: Limit
    least_share: float
    burst: float
    patience: float
    batches: bool
    sign: Callable[[Credentials], Signature]
