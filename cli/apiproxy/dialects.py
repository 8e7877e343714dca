"""The providers that the API proxy knows. A further provider is registered here and in `router.HANDLERS`.

The plugin of a provider that is not registered asks its API directly, and a run with such a zone has no journal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from cli.apiproxy.cloudflare.dialect import DIALECT as CLOUDFLARE
from cli.apiproxy.dialect import ProviderDialect
from cli.apiproxy.gandi.dialect import DIALECT as GANDI

DIALECTS: Final[Mapping[str, ProviderDialect]] = {one.provider: one for one in (CLOUDFLARE, GANDI)}
BY_VARIABLE: Final[Mapping[str, ProviderDialect]] = {one.variable: one for one in DIALECTS.values()}


def all_known(providers: Iterable[str]) -> bool:
    """Return whether the writes of all these providers pass through the proxy, and so into its journal."""
    return set(providers) <= DIALECTS.keys()
