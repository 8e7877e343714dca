"""Gateways and ListenerSets: the listeners to which a route may attach, with their Gateway's addresses. Pure.

Sources: Gateway API v1, `ParentReference`, `Listener`, `AllowedRoutes`, `AllowedListeners`, `GatewayStatus.addresses`;
v1alpha1 of the experimental channel, `XListenerSet`, which has the schema of a ListenerSet.
ReferenceGrant plays no part in references to parents: a listener itself says from where routes may attach.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from components.records.canonical import is_address
from stacks.kube.objects import (
    EXPERIMENTAL_GROUP,
    GATEWAY_GROUP,
    GATEWAYS,
    LISTENER_SETS,
    NAMESPACES,
    X_LISTENER_SETS,
    ClusterObjects,
    Manifest,
    Resource,
    key_of,
)
from stacks.kube.selector import selects
from stacks.model.claims import Certainty, ObjectKey
from stacks.model.values import Known, Unknown
from stacks.observe.cluster.claims.annotations import Annotated
from stacks.observe.cluster.claims.assemble import known
from stacks.observe.cluster.kinds.conditions import (
    ACCEPTED,
    SET_REFUSALS,
    Ruling,
    Verdict,
    listener_ruling,
    ruling,
)
from stacks.observe.cluster.kinds.parent import AttachingRoute, Attachment, ParentRef, judge

_SAME_PROTOCOL = {"HTTPS": "HTTP"}
_SETS: Mapping[tuple[str, str], Resource] = {
    (GATEWAY_GROUP, LISTENER_SETS.kind): LISTENER_SETS,
    (EXPERIMENTAL_GROUP, X_LISTENER_SETS.kind): X_LISTENER_SETS,
}
_OF_MESHES = frozenset(
    {("", "Service"), ("multicluster.x-k8s.io", "ServiceImport"), ("networking.istio.io", "ServiceEntry")}
)
"""Parents of a mesh's routes (GAMMA), which have no address outside of the cluster."""


def attachments(reference: ParentRef, route: AttachingRoute, objects: ClusterObjects) -> tuple[Attachment, ...]:
    """Return the listeners of a parent to which the route may attach; none where it does not count, or has no address.

    A parent that is absent is one that is being replaced, as far as anybody knows: the route still asks for its names.
    Nobody knows what a parent of a kind that is not read gives.
    """
    kind = (reference.group, reference.kind)
    if kind == (GATEWAY_GROUP, GATEWAYS.kind):
        return tuple(_of_gateway(reference, route, objects))
    if kind in _SETS:
        return tuple(_of_listener_set(_SETS[kind], reference, route, objects))
    if is_of_a_mesh(reference):
        return ()
    return (_unread_kind(reference, f"its parent {reference}"),)


def addresses(gateway: Manifest, key: ObjectKey) -> Known[tuple[str, ...]] | Unknown:
    """Return the addresses in a Gateway's status; Unknown where there are none, as while its controller restarts."""
    listed = (gateway.get("status") or {}).get("addresses") or ()
    values = [one.get("value", "") for one in listed if _fits(one.get("type") or "IPAddress", one.get("value", ""))]
    return known(values, f"{key} has no addresses")


def _fits(kind: str, address: str) -> bool:
    """Return whether a record can hold an address of this type, and the address is of the type."""
    return kind == "Hostname" or (kind == "IPAddress" and is_address(address))


def _places(gateway: Manifest) -> tuple[str, ...]:
    """Return the places of a Gateway's routes in `default_targets`: by its name, and by its class."""
    name, klass = gateway["metadata"]["name"], gateway["spec"].get("gatewayClassName", "")
    return f"gateway/{gateway['metadata'].get('namespace', '')}/{name}", f"gateway/{name}", f"class/{klass}"


def is_of_a_mesh(reference: ParentRef) -> bool:
    """Return whether a parent is one of a mesh, which gives no names to anybody outside of the cluster."""
    return (reference.group, reference.kind) in _OF_MESHES


def _of_gateway(reference: ParentRef, route: AttachingRoute, objects: ClusterObjects) -> Iterator[Attachment]:
    if not route.gateways.names_one(reference.namespace, reference.name):
        return
    gateway = objects.get(GATEWAYS, reference.namespace, reference.name)
    if gateway is None or isinstance(gateway, Unknown):
        yield from _unseen(gateway, GATEWAYS, reference, objects)
    elif route.gateways.has(gateway):
        key = key_of(objects.cluster, GATEWAYS, gateway)
        whole = Attachment(
            "", (Annotated.of(key, gateway, route.prefix),), addresses(gateway, key), places=_places(gateway)
        )
        for listener, said in _selected(gateway, reference, route):
            for judged in judge((whole,), _unless_silent(said), key, f"listener {listener['name']}"):
                yield from _listener(listener, reference, route, judged, objects)


def _selected(manifest: Manifest, reference: ParentRef, route: AttachingRoute) -> Iterator[tuple[Manifest, Ruling]]:
    """Yield the listeners that a reference selects, of protocols for the route, each with its controller's ruling."""
    listed = (manifest.get("status") or {}).get("listeners") or ()
    conditions = {one["name"]: one.get("conditions") for one in listed}
    for listener in manifest["spec"].get("listeners") or ():
        if reference.section not in {"", listener["name"]} or reference.port not in {None, listener.get("port")}:
            continue
        protocol = listener.get("protocol", "")
        if _SAME_PROTOCOL.get(protocol, protocol) in route.protocols:
            generation = manifest["metadata"].get("generation", 0)
            yield listener, listener_ruling(conditions.get(listener["name"]), generation)


def _unless_silent(said: Ruling) -> Ruling:
    """Return the ruling on a listener of a Gateway, which needs no leave: only a refusal counts."""
    silent = said.verdict is Verdict.PENDING or said.was_true
    return ACCEPTED if silent else said


def _unseen(
    found: Unknown | None, resource: Resource, reference: ParentRef, objects: ClusterObjects
) -> Iterator[Attachment]:
    """Yield the attachment to a parent that cannot be seen, or is absent: nobody knows its host name and addresses."""
    if found is not None:
        # Only of experimental kinds, which may be served to nobody, or not to us, for good.
        notice = f"its parent {reference} cannot be read: {found.reason}" if resource is X_LISTENER_SETS else ""
        yield _unseen_parent(found, notice)
    elif objects.counts(resource, reference.namespace):
        absent = Unknown(f"{resource.kind} {reference.namespace}/{reference.name} is not there")
        yield Attachment(absent, (), absent, doubt=absent, certainty=Certainty.TENTATIVE)


def _unread_kind(reference: ParentRef, called: str) -> Attachment:
    unread = Unknown(f"{called} is of a kind of {reference.group or 'the core group'} that is not read")
    return _unseen_parent(unread, unread.reason)


def _unseen_parent(reason: Unknown, notice: str) -> Attachment:
    return Attachment(reason, (), reason, doubt=reason, certainty=Certainty.UNSEEN, notice=notice)


def _of_listener_set(
    resource: Resource, reference: ParentRef, route: AttachingRoute, objects: ClusterObjects
) -> Iterator[Attachment]:
    """Yield the listeners of a set where its Gateway allows the set, and neither set nor listener is refused."""
    found = objects.get(resource, reference.namespace, reference.name)
    if found is None or isinstance(found, Unknown):
        yield from _unseen(found, resource, reference, objects)
        return
    key = key_of(objects.cluster, resource, found)
    parent = ParentRef.of(found["spec"]["parentRef"], reference.namespace)
    if (parent.group, parent.kind) != (GATEWAY_GROUP, GATEWAYS.kind):
        yield _unread_kind(parent, f"the parent {parent} of {key}")
        return
    if not route.gateways.names_one(parent.namespace, parent.name):
        return
    gateway = objects.get(GATEWAYS, parent.namespace, parent.name)
    if gateway is None or isinstance(gateway, Unknown):
        yield from _unseen(gateway, GATEWAYS, parent, objects)
        return
    allowed = _allows_set(gateway, key, objects)
    if allowed is False or not route.gateways.has(gateway):
        return
    gateway_key = key_of(objects.cluster, GATEWAYS, gateway)
    behind = (Annotated.of(key, found, route.prefix), Annotated.of(gateway_key, gateway, route.prefix))
    doubt = allowed if isinstance(allowed, Unknown) else None
    whole = Attachment("", behind, addresses(gateway, gateway_key), doubt, places=_places(gateway))
    of_set = ruling((found.get("status") or {}).get("conditions"), SET_REFUSALS, found["metadata"].get("generation", 0))
    for listener, of_listener in _selected(found, reference, route):
        for judged in judge(judge((whole,), of_set, key), of_listener, key, f"listener {listener['name']}"):
            yield from _listener(listener, reference, route, judged, objects)


def _listener(
    listener: Manifest, reference: ParentRef, route: AttachingRoute, attachment: Attachment, objects: ClusterObjects
) -> Iterator[Attachment]:
    """Yield the attachment to one listener, if the listener allows the route."""
    allowed = _allows_route(listener, reference, route, objects)
    if allowed is False:
        return
    hostname = listener.get("hostname") or ""
    doubt = allowed if isinstance(allowed, Unknown) else attachment.doubt
    yield replace(attachment, hostname=hostname, doubt=doubt)


def _allows_route(
    listener: Manifest, reference: ParentRef, route: AttachingRoute, objects: ClusterObjects
) -> bool | Unknown:
    """Return whether a listener allows a route of this kind from this namespace."""
    allowed = listener.get("allowedRoutes") or {}
    kinds = allowed.get("kinds") or ()
    if kinds and not any(
        (one.get("group", GATEWAY_GROUP), one["kind"]) == (GATEWAY_GROUP, route.kind) for one in kinds
    ):
        return False
    return _allows_namespace(allowed.get("namespaces") or {}, "Same", route.namespace, reference.namespace, objects)


def _allows_set(gateway: Manifest, key: ObjectKey, objects: ClusterObjects) -> bool | Unknown:
    """Return whether a Gateway allows a ListenerSet; by default it allows none."""
    allowed = (gateway["spec"].get("allowedListeners") or {}).get("namespaces") or {}
    return _allows_namespace(allowed, "None", key.namespace, gateway["metadata"]["namespace"], objects)


def _allows_namespace(
    namespaces: Manifest, default: str, namespace: str, own: str, objects: ClusterObjects
) -> bool | Unknown:
    match namespaces.get("from") or default:
        case "All":
            return True
        case "Same":
            return namespace == own
        case "Selector":
            found = objects.get(NAMESPACES, "", namespace)
            if found is None:
                return Unknown(f"the namespace {namespace} is not there")
            if isinstance(found, Unknown):
                return found
            selector = namespaces.get("selector")
            return selector is not None and selects(selector, found["metadata"].get("labels") or {})
    return False


RESOURCES: tuple[Resource, ...] = (GATEWAYS, LISTENER_SETS, X_LISTENER_SETS, NAMESPACES)
"""The resources that `attachments` looks up."""
