"""The registry of zone readers, one for each DNS provider.

A further provider is a module here and a line in `READERS`; `components.records.providers` has the same keys.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from components.records.plan_limits import PlanLimits
from stacks.model.values import RegisteredRecord, ZoneSnapshot
from stacks.observe.zone import cloudflare, gandi, own_plugin, rfc2136, webhook
from stacks.observe.zone.in_cluster import coredns
from stacks.observe.zone.visible import TokenState, VisibleZone
from stacks.settings.credentials import Credentials


@dataclass(frozen=True, slots=True)
class ZoneReader:
    """The functions that read the zones of one provider.

    snapshot: all records of a zone, by credentials, domain and id. zone_id: the id of a zone, by credentials, domain
    and the id in state ("" for none). check_name: raises where an id is another zone's, by credentials, domain and id.
    registered: the record of a resource in state. visible: the zones that credentials can see, by credentials and the
    only wanted name ("" for all). token_state: the state of a token; None where the provider does not give it. limits:
    of the plan of a zone; None for a provider whose zones have no plans.
    """

    snapshot: Callable[[Credentials, str, str], ZoneSnapshot]
    zone_id: Callable[[Credentials, str, str], str]
    check_name: Callable[[Credentials, str, str], None]
    registered: Callable[[Mapping[str, Any]], RegisteredRecord]
    visible: Callable[[Credentials, str], Iterable[VisibleZone]]
    token_state: Callable[[Credentials], TokenState | None]
    limits: Callable[[Credentials, ZoneSnapshot], PlanLimits] | None


READERS = {
    "cloudflare": ZoneReader(
        cloudflare.snapshot,
        cloudflare.zone_id,
        cloudflare.check_name,
        cloudflare.registered,
        cloudflare.visible_zones,
        cloudflare.token_state,
        cloudflare.limits,
    ),
    "gandi": ZoneReader(
        gandi.snapshot, gandi.zone_id, gandi.check_name, gandi.registered, gandi.visible_zones, gandi.token_state, None
    ),
    "rfc2136": ZoneReader(
        rfc2136.snapshot,
        own_plugin.zone_id,
        own_plugin.check_name,
        rfc2136.registered,
        rfc2136.visible_zones,
        own_plugin.token_state,
        None,
    ),
    "webhook": ZoneReader(
        webhook.snapshot,
        own_plugin.zone_id,
        own_plugin.check_name,
        webhook.registered,
        webhook.visible_zones,
        own_plugin.token_state,
        None,
    ),
    "coredns": ZoneReader(
        coredns.snapshot,
        own_plugin.zone_id,
        own_plugin.check_name,
        coredns.registered,
        coredns.visible_zones,
        own_plugin.token_state,
        None,
    ),
}


def visible_zones(provider: str, credentials: Credentials, name: str = "") -> tuple[VisibleZone, ...]:
    """Return the zones that the credentials can see, in the order of their names.

    name: the only wanted zone; a token of Cloudflare for single zones may not be allowed to list all. Raises UserError
    where the credentials are refused, ObservationError where the API cannot be asked.
    """
    found = READERS[provider].visible(credentials, name)
    return tuple(sorted((zone for zone in found if name in {"", zone.name}), key=lambda zone: zone.name))
