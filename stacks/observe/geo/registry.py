"""The load balancing in Pulumi's state: our resources, and the load balancers that were wanted last. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from typing import Any

from components import urns
from components.geo import names
from components.geo.values import LoadBalancer, Monitor, Pool
from stacks.model.geo import GeoMemory, RegisteredGeo
from stacks.observe.geo import values

_READERS: Mapping[str, Callable[[values.Json], LoadBalancer | Monitor | Pool]] = {
    "monitor": values.monitor,
    "pool": values.pool,
    "balancer": values.balancer,
}
_WHOLE = frozenset({"ttl", "session_affinity_ttl"})


def remembered(resources: Iterable[Mapping[str, Any]], output: Mapping[str, Any]) -> GeoMemory:
    """Return the load balancing in a state. output: the stack's output `geo`, as `output` makes it."""
    found = [(one, resource["inputs"]) for resource in resources if (one := _registered(resource))]
    accounts = [inputs.get("accountId", "") for one, inputs in found if one.kind == "pool"]
    return GeoMemory(
        tuple(one for one, _ in found),
        tuple(_wished(name, settings) for name, settings in output.items()),
        accounts[0] if accounts else "",
    )


def output(wished: Iterable[LoadBalancer]) -> dict[str, dict[str, Any]]:
    """Return the stack's output for the wanted load balancers: by host name, all settings other than the defaults."""
    default = LoadBalancer("", (), "")
    return {one.name: dict(_differing(one, default)) for one in wished}


def _differing(one: LoadBalancer, default: LoadBalancer) -> Iterable[tuple[str, Any]]:
    for field in fields(LoadBalancer):
        value = getattr(one, field.name)
        if field.name != "name" and value != getattr(default, field.name):
            yield field.name, list(value) if isinstance(value, tuple) else value


def _wished(name: str, settings: Mapping[str, Any]) -> LoadBalancer:
    """Return a wanted load balancer from the output; settings that this version does not know are left out."""
    known = {field.name for field in fields(LoadBalancer)}
    given = {key: _value(key, value) for key, value in settings.items() if key in known}
    return LoadBalancer(**{"default_pools": (), "fallback_pool": "", **given, "name": name})


def _value(key: str, value: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, list):
        return tuple(_value(key, one) for one in value)
    return int(value) if key in _WHOLE else value


def _registered(resource: Mapping[str, Any]) -> RegisteredGeo | None:
    """Return the pool, monitor or load balancer of a resource; None for others, and for one about to be deleted."""
    logical_name = urns.logical_name(resource["urn"])
    found = names.parse(resource["type"], logical_name)
    if found is None or resource.get("delete"):
        return None
    kind, _ = found
    inputs = values.of_state(resource["inputs"])
    return RegisteredGeo(
        urn=resource["urn"],
        logical_name=logical_name,
        id=resource["id"].rpartition("/")[2],
        kind=kind,
        value=_READERS[kind](inputs),
        retained=bool(resource.get("retainOnDelete")),
        zone_id=inputs.get("zone_id", "") if kind == "balancer" else "",
        account_id=inputs.get("account_id", "") if kind != "balancer" else "",
    )
