"""The registry of a stack, read by `pulumi stack export`: it works for every backend and takes no lock."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from components import urns
from components.coredns.names import COMPONENT as FILE_COMPONENT
from components.geo.names import BALANCER_COMPONENT, POOL_COMPONENT
from components.lists.names import COMPONENT as LIST_COMPONENT
from components.marks import in_comments, ownership
from components.records.providers import PROVIDERS, of_resource
from stacks.model.errors import ObservationError
from stacks.model.memory import NO_MEMORY, refused_before
from stacks.model.memory import remembered as memory_of
from stacks.model.observation import Registry
from stacks.model.shards import ONE_STACK, remembered
from stacks.model.values import Family, LinkAddresses, NameQueue, RegisteredRecord, Rejected, SharedSet
from stacks.observe.geo import registry as geo
from stacks.observe.lists import registry as lists
from stacks.observe.pulumi_cli import ask_pulumi
from stacks.observe.views import registered
from stacks.settings.secrets.children import ENGINE, needed

STACK_TYPE_TOKEN = "pulumi:pulumi:Stack"  # noqa: S105 - a type token, no secret
_PROVIDER_TYPES = frozenset(f"pulumi:providers:{one.package}" for one in PROVIDERS.values() if one.token_variable)
_OUR_OWN = ("truenorth", "")
"""The default provider of our own plugin, which signs nothing: servers have each a provider of their own."""
RECORD_COMPONENT = "truenorth:dns:OwnedRecord"
_OWN = frozenset({RECORD_COMPONENT, POOL_COMPONENT, BALANCER_COMPONENT, LIST_COMPONENT, FILE_COMPONENT})
"""The types of components that the program declares; all else is in one of them, or Pulumi's own."""
_PULUMIS = "pulumi:"
MADE_BY = "truenorth"
"""The stack's output with the version of the TrueNorth that declared it."""
REFUSED = "refused"
"""The stack's output with what providers have refused."""


def read_registry(stack: str, environment: Mapping[str, str], *, pulumi: Path | str = "pulumi", cwd: Path) -> Registry:
    """Return the registry of a stack; empty where the stack does not exist yet.

    Raises ObservationError where the state cannot be read: without it our records cannot be told from others'.
    """
    failed = f"the state of stack {stack} could not be read"
    done = ask_pulumi(
        pulumi, ("stack", "export", "--stack", stack), needed(ENGINE, environment), cwd=cwd, failed=failed
    )
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
    queues: tuple[NameQueue, ...] = ()
    wished: Mapping[str, Any] = {}
    layout, memory, instance, made_by = ONE_STACK, NO_MEMORY, "", ""
    refused: tuple[Rejected, ...] = ()
    foreign: list[str] = []
    for resource in resources:
        outermost = urns.outermost_type(resource["urn"])
        if outermost not in _OWN and not outermost.startswith(_PULUMIS):
            foreign.append(resource["urn"])
            continue
        provider = of_resource(resource["type"], resource.get("provider", ""))
        if provider and not resource.get("delete"):
            records.append(registered(provider.name, resource))
        elif resource["type"] == STACK_TYPE_TOKEN:
            outputs, stack_urn = resource.get("outputs", {}), resource["urn"]
            zone_ids, links = outputs.get("zones", {}), _links(outputs.get("links", {}))
            queues = tuple(NameQueue(name, tuple(found)) for name, found in sorted(outputs.get("queues", {}).items()))
            shared, wished = _shared(outputs.get("shared", {}), outputs.get("ways", {})), outputs.get("geo", {})
            layout, made_by = remembered(outputs.get("shards")), str(outputs.get(MADE_BY, ""))
            memory, instance = memory_of(outputs.get("guard"), urns.stack(stack_urn)), outputs.get("instance", "")
            refused = refused_before(outputs.get(REFUSED))
    return Registry(
        records=tuple(records),
        zone_ids=tuple(sorted(zone_ids.items())),
        stack_urn=stack_urn,
        interrupted=tuple(sorted(operation["resource"]["urn"] for operation in pending)),
        links=links,
        shared=shared,
        queues=queues,
        geo=geo.remembered(resources, wished),
        lists=lists.remembered(resources),
        layout=layout,
        signers=_signers(resource["urn"] for resource in resources if resource["type"] in _PROVIDER_TYPES),
        instance=instance or _instance(records, pending),
        memory=memory,
        foreign=tuple(foreign),
        made_by=made_by,
        refused=refused,
        files=tuple(urns.logical_name(one["urn"]) for one in resources if one["type"] == FILE_COMPONENT),
    )


def _signers(urns_of_providers: Iterable[str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted({_signer(urn) for urn in urns_of_providers} - {_OUR_OWN}))


def _signer(urn: str) -> tuple[str, str]:
    """Return the name of a provider resource's provider, and the variable in its own name, as `declare` gives it."""
    package, _, name = urn.partition("pulumi:providers:")[2].partition("::")  # a name may have an IPv6 address in it
    provider, _, rest = name.partition("/")
    return (provider, rest.partition("/")[0]) if provider in PROVIDERS else (package, "")


def _instance(records: Sequence[RegisteredRecord], pending: Sequence[Mapping[str, Any]]) -> str:
    """Return the id in the marks of a state that a run was cut off before it wrote its outputs; "" for none."""
    begun = [operation["resource"].get("inputs", {}) for operation in pending]
    texts = [one.record.content for one in records if one.resource.is_mark]
    texts += [str(inputs.get("content", "")) for inputs in begun]
    marks = [ownership.parse(text) for text in texts]
    found = [mark.instance for mark in marks if mark and mark.heritage == ownership.HERITAGE]
    found += [in_comments.instance(one.record.comment) for one in records]
    found += [in_comments.instance(str(inputs.get("comment", ""))) for inputs in begun]
    return next(filter(None, found), "")


def _links(output: Mapping[str, Mapping[str, list[str]]]) -> tuple[LinkAddresses, ...]:
    return tuple(
        LinkAddresses(link, Family(family), tuple(addresses))
        for link, families in output.items()
        for family, addresses in families.items()
    )


def _shared(
    output: Mapping[str, Mapping[str, list[str]]], ways: Mapping[str, Mapping[str, Mapping[str, list[str]]]]
) -> tuple[SharedSet, ...]:
    found = []
    for key, parts in output.items():
        name, _, record_type = key.partition("/")
        through = tuple((resource, _targets(one)) for resource, one in ways.get(key, {}).items())
        found.append(SharedSet(name, record_type, _targets(parts), through))
    return tuple(found)


def _targets(output: Mapping[str, list[str]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((whose, tuple(one)) for whose, one in output.items())
