"""Examine a checkpoint as the engine does before use, and for the needs of this program. Pure.

The engine's checks are those of VerifyIntegrity (pulumi, pkg/resource/stack/snapshot/integrity.go).
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from stacks.model.observation import Registry
from stacks.observe.registry import parse_registry

VERSIONS = frozenset({3, 4})
PROVIDER_TYPE = "pulumi:providers:"


def examined(document: object) -> tuple[str, Registry]:
    """Return the fault of a stack's file in a folder or a bucket, "" for none, and the registry in it."""
    if not isinstance(document, dict):
        return "it is no JSON object", Registry()
    if document.get("version") not in VERSIONS:
        return f"its version is {document.get('version')!r}, not 3 or 4", Registry()
    checkpoint = document.get("checkpoint")
    if not isinstance(checkpoint, dict):
        return "it holds no checkpoint", Registry()
    return _examined(checkpoint.get("latest"))


def fault_of_deployment(deployment: object) -> str:
    """Return the fault of a deployment, as `pulumi stack export` writes it too; "" for none."""
    return _examined(deployment)[0]


def _examined(deployment: object) -> tuple[str, Registry]:
    if deployment is None:
        return "", Registry()  # a stack that was made, and never run
    if not isinstance(deployment, dict):
        return "its deployment is no JSON object", Registry()
    if fault := _fault(deployment):
        return fault, Registry()
    try:
        return "", parse_registry({"deployment": deployment})
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        # The engine would take it: this program cannot make anything of it.
        return f"a resource of it lacks what makes it a record: {type(error).__name__} {error}", Registry()


def _fault(deployment: Mapping[str, Any]) -> str:
    manifest = deployment.get("manifest")
    if not isinstance(manifest, dict):
        return "its deployment has no manifest"
    version = str(manifest.get("version", ""))
    if manifest.get("magic", "") != (hashlib.sha256(version.encode()).hexdigest() if version else ""):
        return "the magic number of its manifest is wrong"
    resources = deployment.get("resources") or []
    pending = deployment.get("pending_operations") or []
    if not _are_objects(resources) or not _are_objects(pending):
        return "its resources are no list of JSON objects"
    return next(_faults(resources), "")


def _are_objects(found: object) -> bool:
    return isinstance(found, list) and all(isinstance(one, dict) for one in found)


def _faults(resources: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    seen: set[str] = set()
    providers: set[str] = set()
    for position, one in enumerate(resources):
        urn, kind, identity = (_text(one, key) for key in ("urn", "type", "id"))
        if not urn or not kind:
            yield f"resource {position} has no {'type' if urn else 'urn'}"
        if identity and not one.get("custom"):
            yield f"{urn} has an id and is no resource of a provider"
        if kind.startswith(PROVIDER_TYPE):
            providers.add(f"{urn}::{identity}")
        provider = _text(one, "provider")
        if provider and provider not in providers and not one.get("pendingReplacement"):
            yield f"{urn} refers to a provider that is missing"
        if missing := [other for other in _needed(one) if other not in seen]:
            yield f"{urn} refers to {missing[0]}, which is missing or comes after it"
        seen.add(urn)
    known = Counter(one["urn"] for one in resources if not one.get("delete"))
    yield from (f"{urn} is there {times} times" for urn, times in known.items() if times > 1)


def _text(resource: Mapping[str, Any], key: str) -> str:
    found = resource.get(key, "")
    return found if isinstance(found, str) else ""


def _needed(resource: Mapping[str, Any]) -> list[str]:
    """Return the URNs of resources that must stand before this one."""
    of_properties = resource.get("propertyDependencies")
    found = [resource.get("parent"), resource.get("deletedWith")]
    for more in (resource.get("dependencies"), resource.get("replaceWith")):
        found += more if isinstance(more, list) else []
    for more in of_properties.values() if isinstance(of_properties, dict) else ():
        found += more if isinstance(more, list) else []
    return [one for one in found if isinstance(one, str) and one]
