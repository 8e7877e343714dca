"""Zones in a file of a ConfigMap, which the cluster's CoreDNS serves: one `get` lists a zone."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from components.coredns import zone_file
from components.coredns.names import ZONE, ZoneFilePlace, owner_of
from components.plain_text import quoted
from stacks.model.errors import ObservationError, ProviderRefused
from stacks.model.values import RegisteredRecord, ZoneSnapshot
from stacks.observe.zone import own_plugin
from stacks.observe.zone.own_plugin import live_record
from stacks.observe.zone.visible import VisibleZone
from stacks.settings.cluster import ClusterSettings
from stacks.settings.credentials import Credentials

if TYPE_CHECKING:
    from stacks.kube.access import Access

_PATIENCE = 10.0
"""Seconds for which an answer is awaited."""


def snapshot(credentials: Credentials, zone: str, _zone_id: str) -> ZoneSnapshot:
    """Return all record sets of the file, and the file; none where there is no ConfigMap yet. Its id is its name.

    Raises ProviderRefused where the API server refuses, or the ConfigMap or the file is not ours, ObservationError
    where it cannot be asked.
    """
    text = _file(credentials)
    try:
        found = zone_file.listing(text, zone) if text else []
    except ValueError as error:
        raise ProviderRefused(
            f"the file of the zone cannot be read: {error}",
            f"{_place(credentials).said}, key {_place(credentials).file}",
            "put right what was written there by hand, or delete the key: it is made anew",
        ) from None
    records = tuple(live_record(zone, one.name, one.type, one.ttl, one.values) for one in found)
    return ZoneSnapshot(zone, zone, records, file=text)


def registered(resource: Mapping[str, Any]) -> RegisteredRecord:
    """Return the record set that a component in state notes."""
    found = own_plugin.registered({"id": "", **resource}, "coredns")
    record = found.record
    return replace(found, id=live_record(found.zone_id, record.name, record.type, 0, ()).id)


def visible_zones(credentials: Credentials, name: str) -> list[VisibleZone]:
    """Return the zone of this name where its ConfigMap can be read, or made; none without a name.

    Raises as `snapshot`.
    """
    if not name:
        return []
    _file(credentials)
    return [VisibleZone("coredns", name, name)]


def _place(credentials: Credentials) -> ZoneFilePlace:
    return ZoneFilePlace(*credentials.place[2:5])


def _file(credentials: Credentials) -> str:
    """Return the file as it is; "" where there is none. Raises as `snapshot`."""
    from stacks.kube.access import access  # noqa: PLC0415 - a client that few stacks need for their zones
    from stacks.kube.api import ApiError, NotFound, RequestRejected  # noqa: PLC0415 - likewise

    kubeconfig, context, *_, owner = credentials.place
    place = _place(credentials)
    way = access(ClusterSettings(kubeconfig=kubeconfig, context=context, name="coredns"), credentials.variables)
    try:
        manifest = asyncio.run(_get(way, place))
    except NotFound:
        return ""
    except RequestRejected as error:
        raise ProviderRefused(
            str(error),
            place.said,
            "let the user get and patch this ConfigMap, and create ConfigMaps in its namespace",
        ) from None
    except (ApiError, TimeoutError) as error:
        why = str(error) or "no answer in time"
        raise ObservationError(f"{place.said} could not be read from {way.server}: {why}") from None
    held = owner_of(manifest)
    if held != owner:
        said = f"that of the zone {quoted(held)}" if held else "somebody else's"
        raise ProviderRefused(
            f"{place.said} is {said}: it is left as it is",
            f"zone {owner}, setting coredns",
            f"name another one in config_map; or hand it over with all that is in it: kubectl annotate configmap -n "
            f"{place.namespace} {place.config_map} {ZONE}={owner} --overwrite",
        )
    text = (manifest.get("data") or {}).get(place.file, "")
    return text if isinstance(text, str) else ""


async def _get(way: Access, place: ZoneFilePlace) -> Mapping[str, Any]:
    from stacks.kube.object_api import CONFIG_MAPS, ObjectApi  # noqa: PLC0415 - see above
    from stacks.kube.timing import ApiTiming  # noqa: PLC0415 - likewise

    api = ObjectApi(way, ApiTiming(timeout=_PATIENCE))
    try:
        async with asyncio.timeout(_PATIENCE):
            return await api.get(CONFIG_MAPS, place.namespace, place.config_map)
    finally:
        await api.close()
