"""The registry of a stack, read by `pulumi stack export`: it works for every backend and takes no lock."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from components import urns
from components.geo.names import BALANCER_COMPONENT, POOL_COMPONENT
from components.records.providers import BY_TYPE_TOKEN
from stacks.model.errors import ObservationError
from stacks.model.observation import Registry
from stacks.model.shards import ONE_STACK, remembered
from stacks.model.values import Family, LinkAddresses, SharedSet
from stacks.observe.geo import registry as geo
from stacks.observe.pulumi_cli import ask_pulumi
from stacks.observe.zone.providers import READERS

STACK_TYPE_TOKEN = "pulumi:pulumi:Stack"  # noqa: S105 - a type token, no secret
RECORD_COMPONENT = "truenorth:dns:OwnedRecord"
_OWN = frozenset({RECORD_COMPONENT, POOL_COMPONENT, BALANCER_COMPONENT})
"""The types of components that the program declares; all else is in one of them, or Pulumi's own."""
_PULUMIS = "pulumi:"
MADE_BY = "truenorth"
"""The stack's output with the version of the TrueNorth that declared it."""


def read_registry(stack: str, environment: Mapping[str, str], *, pulumi: Path | str = "pulumi", cwd: Path) -> Registry:
    """Return the registry of a stack; empty where the stack does not exist yet.

    Raises ObservationError where the state cannot be read: without it our records cannot be told from others'.
    """
    failed = f"the state of stack {stack} could not be read"
    done = ask_pulumi(pulumi, ("stack", "export", "--stack", stack), environment, cwd=cwd, failed=failed)
    if done.lacks_stack:
        return Registry()
    if not done.succeeded:
        raise ObservationError(f"{failed}: {done.reason}")
    return parse_registry(json.loads(done.stdout))


def parse_registry(exported: Mapping[str, Any]) -> Registry:
    """Return the registry in an exported deployment (version 3)."""
    deployment = exported.get("deployment") or {}
    resources = deployment.get("resources") or []
    pending = deployment.get("pending_operations") or []
    records, zone_ids, stack_urn = [], {}, ""
    links: tuple[LinkAddresses, ...] = ()
    shared: tuple[SharedSet, ...] = ()
    wished: Mapping[str, Any] = {}
    layout, made_by = ONE_STACK, ""
    foreign: list[str] = []
    for resource in resources:
        outermost = urns.outermost_type(resource["urn"])
        if outermost not in _OWN and not outermost.startswith(_PULUMIS):
            foreign.append(resource["urn"])
            continue
        provider = BY_TYPE_TOKEN.get(resource["type"])
        if provider and not resource.get("delete"):
            records.append(READERS[provider.name].registered(resource))
        elif resource["type"] == STACK_TYPE_TOKEN:
            outputs, stack_urn = resource.get("outputs", {}), resource["urn"]
            zone_ids, links = outputs.get("zones", {}), _links(outputs.get("links", {}))
            shared, wished = _shared(outputs.get("shared", {})), outputs.get("geo", {})
            layout, made_by = remembered(outputs.get("shards")), str(outputs.get(MADE_BY, ""))
    return Registry(
        records=tuple(records),
        zone_ids=tuple(sorted(zone_ids.items())),
        stack_urn=stack_urn,
        interrupted=tuple(sorted(operation["resource"]["urn"] for operation in pending)),
        links=links,
        shared=shared,
        geo=geo.remembered(resources, wished),
        layout=layout,
        foreign=tuple(foreign),
        made_by=made_by,
    )


def _links(output: Mapping[str, Mapping[str, list[str]]]) -> tuple[LinkAddresses, ...]:
    return tuple(
        LinkAddresses(link, Family(family), tuple(addresses))
        for link, families in output.items()
        for family, addresses in families.items()
    )


def _shared(output: Mapping[str, Mapping[str, list[str]]]) -> tuple[SharedSet, ...]:
    found = []
    for key, parts in output.items():
        name, _, record_type = key.partition("/")
        found.append(SharedSet(name, record_type, tuple((resource, tuple(one)) for resource, one in parts.items())))
    return tuple(found)
