"""How each provider's zones and resources are read. A further provider is registered here and in components."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from stacks.model.values import RegisteredRecord, ZoneSnapshot
from stacks.observe.zone import cloudflare, gandi
from stacks.settings.credentials import Credentials


@dataclass(frozen=True, slots=True)
class Reader:
    """snapshot: the zone now, by credentials, domain and id ("" where unknown). registered: what a resource holds."""

    snapshot: Callable[[Credentials, str, str], ZoneSnapshot]
    registered: Callable[[Mapping[str, Any]], RegisteredRecord]


READERS = {
    "cloudflare": Reader(cloudflare.snapshot, cloudflare.registered),
    "gandi": Reader(gandi.snapshot, gandi.registered),
}
