"""Rewrite resources of one stack's state for the state of another. Pure.

A deployment is that of `pulumi stack export` (apitype.DeploymentV3). A record set is moved whole: its component with
all its records and marks. What a resource refers to by URN is rewritten with it; its provider is the target's of that
name, or comes along.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from components import urns
from stacks.model.shards import root_of
from stacks.observe.registry import STACK_TYPE_TOKEN

Deployment = Mapping[str, Any]
Resource = Mapping[str, Any]
_PULUMIS = "pulumi:"
_PROVIDER_TYPE = "pulumi:providers:"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - what the engine marks an encrypted value by
_ONE = ("urn", "parent", "deletedWith", "viewOf", "provider")
_SEVERAL = ("dependencies", "replaceWith", "aliases")
_REFERENCES = ("dependencies", "replaceWith")
"""Those of `_SEVERAL` that name resources that have to be there."""


def whole(deployment: Deployment, urns: Collection[str]) -> tuple[Resource, ...]:
    """Return all resources of the components of these URNs, in the order of the state."""
    by_urn = {one["urn"]: one for one in _resources(deployment)}
    tops = {_top(urn, by_urn) for urn in urns if urn in by_urn}
    return tuple(one for one in _resources(deployment) if _top(one["urn"], by_urn) in tops)


def clashing(target: Deployment, source: Deployment, moved: Iterable[Resource], stack: str) -> frozenset[str]:
    """Return the URNs of whole components with a name that the target has for another resource."""
    held = {one["urn"]: one.get("id", "") for one in _resources(target)}
    origin = _stack_resource(source)["urn"]
    found = [
        one["urn"]
        for one in moved
        if one.get("id", "") != held.get(renamed(one["urn"], origin, stack), one.get("id", ""))
    ]
    return frozenset(one["urn"] for one in whole(source, found))


def holds_secrets(deployment: Deployment) -> bool:
    """Return whether a state has a value that its own stack alone can decrypt."""
    return _SECRET in repr(_resources(deployment))


def added(target: Deployment, source: Deployment, moved: Sequence[Resource], stack: str) -> Deployment:
    """Return the state of the target stack with the moved resources of the source. Its own resources stay."""
    origin = _stack_resource(source)["urn"]
    held = {one["urn"]: one for one in _resources(target)}
    made: list[Resource] = []
    root = renamed(origin, origin, stack)
    if root not in held:
        made.append({"urn": root, "custom": False, "type": STACK_TYPE_TOKEN})
    providers = {one["urn"]: one for one in _resources(source) if one["type"].startswith(_PROVIDER_TYPE)}
    needed = dict.fromkeys(one["provider"].rpartition("::")[0] for one in moved if one.get("provider"))
    missing = [providers[urn] for urn in needed if renamed(urn, origin, stack) not in held]
    made += [_rewritten(one, origin, stack, frozenset()) for one in missing]
    ids = {one["urn"]: one["id"] for one in (*held.values(), *made) if one["type"].startswith(_PROVIDER_TYPE)}
    names = frozenset(one["urn"] for one in moved)
    for one in moved:
        if renamed(one["urn"], origin, stack) in held:
            continue
        resource = _rewritten(one, origin, stack, names)
        if provider := resource.get("provider"):
            its = provider.rpartition("::")[0]
            resource["provider"] = f"{its}::{ids[its]}"
        made.append(resource)
    # A stack that has never run has neither: those of the source fit, whose values come with it.
    head = {key: source[key] for key in ("manifest", "secrets_providers") if key in source}
    kept = target if held else {**target, **head}
    return {**kept, "resources": [*_resources(target), *made]}


def removed(source: Deployment, urns: Collection[str]) -> Deployment:
    """Return the state without these resources; no other resource refers to them any more."""
    gone = frozenset(urns)
    return {**source, "resources": [_without(one, gone) for one in _resources(source) if one["urn"] not in gone]}


def emptied(source: Deployment) -> Deployment:
    """Return the state without any resource, as `pulumi destroy` leaves it."""
    return {**source, "resources": []} if _resources(source) else source


def holds_nothing(deployment: Deployment) -> bool:
    """Return whether a state has nothing but Pulumi's own: the stack and its providers."""
    return all(one["type"].startswith(_PULUMIS) for one in _resources(deployment))


def renamed(urn: str, origin: str, stack: str) -> str:
    """Return a URN, or a reference to a provider, as in another stack. origin: the URN of its own stack."""
    if urn == origin:
        return root_of(stack, urns.project(origin))
    return f"urn:pulumi:{stack}::{urn.removeprefix(f'urn:pulumi:{urns.stack(origin)}::')}"


def _rewritten(resource: Resource, origin: str, stack: str, moved: Collection[str]) -> dict[str, Any]:
    """Return the resource as in another stack, with the dependencies that move with it."""
    made = dict(resource)
    for key in _ONE:
        if made.get(key):
            made[key] = renamed(made[key], origin, stack)
    for key in _SEVERAL:
        if made.get(key):
            there = [urn for urn in made[key] if key not in _REFERENCES or urn in moved]
            made[key] = [renamed(urn, origin, stack) for urn in there]
    if by_property := made.get("propertyDependencies"):
        made["propertyDependencies"] = {
            key: [renamed(urn, origin, stack) for urn in urns or () if urn in moved]
            for key, urns in by_property.items()
        }
    return made


def _without(resource: Resource, gone: frozenset[str]) -> Resource:
    """Return a remaining resource without its references to the removed ones."""
    if not any(urn in gone for key in _REFERENCES for urn in resource.get(key) or ()):
        return resource
    kept = {key: [urn for urn in resource[key] if urn not in gone] for key in _REFERENCES if resource.get(key)}
    by_property = resource.get("propertyDependencies") or {}
    fewer = {key: [urn for urn in urns or () if urn not in gone] for key, urns in by_property.items()}
    return {**resource, **kept, "propertyDependencies": fewer}


def _top(urn: str, by_urn: Mapping[str, Resource]) -> str:
    """Return the URN of a resource's outermost component below the stack; its own where there is none."""
    while (parent := by_urn[urn].get("parent", "")) in by_urn and by_urn[parent]["type"] != STACK_TYPE_TOKEN:
        urn = parent
    return urn


def _stack_resource(deployment: Deployment) -> Resource:
    return next(one for one in _resources(deployment) if one["type"] == STACK_TYPE_TOKEN)


def _resources(deployment: Deployment) -> list[Resource]:
    return deployment.get("resources") or []
