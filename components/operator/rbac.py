"""The operator's access rights: no more than its sources, its Lease, its cache and its state need. Pure.

Rules are narrowed to single objects by resourceNames where the API can do that: not for `create`, and for `list` and
`watch` only with the field selector metadata.name, which is how the Lease and the cache are watched.
Source: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-resources.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from components.operator.args import ObjectName, Read, Rights

CLUSTER_WIDE = ""
DEFAULT_NAMESPACE = "default"
"""Where Events about objects without a namespace are."""
SYSTEM = "kube-system"
"""The namespace whose UID is the identity of a cluster."""
_VERBS = ("get", "list", "watch", "create", "update", "patch", "delete")


@dataclass(frozen=True, slots=True)
class Right:
    """Permission for one verb. namespace: "" for the whole cluster. name: the only object; "" for all."""

    namespace: str
    group: str
    resource: str
    verb: str
    name: str = ""


IDENTITY = Right(CLUSTER_WIDE, "", "namespaces", "get", SYSTEM)
"""Without this right a cluster that is another than before is not noticed; its objects can be read all the same."""


def rules(rights: Rights) -> Mapping[str, list[dict[str, Any]]]:
    """Return the RBAC rules by namespace, CLUSTER_WIDE for rights that are not limited to a namespace."""
    found = frozenset(each_right(rights))
    wide = {(one.group, one.resource, one.verb) for one in found if one.namespace == CLUSTER_WIDE}
    by_object: dict[tuple[str, str, str, str], set[str]] = defaultdict(set)
    for one in found:
        if one.namespace == CLUSTER_WIDE or (one.group, one.resource, one.verb) not in wide:
            by_object[one.namespace, one.group, one.resource, one.name].add(one.verb)
    by_verbs: dict[tuple[str, str, tuple[str, ...], str], list[str]] = defaultdict(list)
    for (namespace, group, resource, name), verbs in sorted(by_object.items()):
        by_verbs[namespace, group, tuple(sorted(verbs, key=_VERBS.index)), name].append(resource)
    made: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for (namespace, group, ordered, name), resources in by_verbs.items():
        only = {"resourceNames": [name]} if name else {}
        made[namespace].append({"apiGroups": [group], "resources": resources, **only, "verbs": list(ordered)})
    return dict(made)


def each_right(rights: Rights) -> Iterator[Right]:
    """Yield each right that the operator needs, some of them more than once."""
    for read in rights.reads:
        yield from _of_read(read)
    for lease in rights.leases:
        yield from _kept(lease, "coordination.k8s.io", "leases")
    for config_map in filter(None, (rights.cache, rights.pushed)):
        yield from _kept(config_map, "", "configmaps")
    for config_map in rights.files:
        yield Right(config_map.namespace, "", "configmaps", "create")
        for verb in ("get", "list", "watch", "patch", "delete"):  # Pulumi's provider applies it, and follows its end
            yield Right(config_map.namespace, "", "configmaps", verb, config_map.name)
    if rights.state:
        yield from _state(rights.state)
    if rights.reads or rights.state:
        yield IDENTITY


def _of_read(read: Read) -> Iterator[Right]:
    namespaces = read.namespaces if read.namespaced and read.namespaces else (CLUSTER_WIDE,)
    verbs = ["list", "watch", *(["get"] if read.gets_events else []), *(["patch"] if read.is_annotated else [])]
    for namespace in namespaces:
        for verb in verbs:
            yield Right(namespace, read.group, read.resource, verb)
        if read.gets_status:
            yield Right(namespace, read.group, f"{read.resource}/status", "patch")
        if read.gets_events:
            place = namespace if read.namespaced else DEFAULT_NAMESPACE
            yield Right(place, "", "events", "create")
            yield Right(place, "", "events", "patch")


def _kept(kept: ObjectName, group: str, resource: str) -> Iterator[Right]:
    """Yield the rights to make, read, watch and replace one object of our own."""
    yield Right(kept.namespace, group, resource, "create")
    for verb in ("get", "watch", "update"):
        yield Right(kept.namespace, group, resource, verb, kept.name)


def _state(head: ObjectName) -> Iterator[Right]:
    """Yield the rights for Pulumi's state in Secrets, whose names depend on their content: no rule can name them."""
    for verb in ("create", "get", "list", "update", "delete"):
        yield Right(head.namespace, "", "secrets", verb)
