"""Gateways and ListenerSets: the listeners to which a route may attach, with their Gateway's addresses. Pure.

Sources: Gateway API v1, `ParentReference`, `Listener`, `AllowedRoutes`, `AllowedListeners`, `GatewayStatus.addresses`.
ReferenceGrant plays no part in references to parents: a listener itself says from where routes may attach.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from stacks.kube.objects import (
    GATEWAY_GROUP,
    GATEWAYS,
    LISTENER_SETS,
    NAMESPACES,
    ClusterObjects,
    Manifest,
    Resource,
    key_of,
)
from stacks.kube.selector import selects
from stacks.model.claims import ObjectKey
from stacks.model.values import Known, Unknown
from stacks.observe.cluster.claims.annotations import Annotated
from stacks.observe.cluster.claims.assemble import known
from stacks.observe.cluster.claims.hostnames import is_address
from stacks.observe.cluster.claims.selection import EVERY_GATEWAY, GatewaySelection
from stacks.observe.cluster.kinds.conditions import Verdict, verdict

_SAME_PROTOCOL = {"HTTPS": "HTTP"}


@dataclass(frozen=True, slots=True)
class ParentRef:
    """A route's reference to a parent, with its defaults filled in."""

    group: str
    kind: str
    namespace: str
    name: str
    section: str
    port: int | None

    @classmethod
    def of(cls, reference: Manifest, namespace: str) -> ParentRef:
        """Return the reference of an object in the namespace."""
        return cls(
            group=reference.get("group", GATEWAY_GROUP),
            kind=reference.get("kind") or GATEWAYS.kind,
            namespace=reference.get("namespace") or namespace,
            name=reference["name"],
            section=reference.get("sectionName") or "",
            port=reference.get("port"),
        )


@dataclass(frozen=True, slots=True)
class Attachment:
    """A listener to which a route may attach.

    hostname: "" for any; Unknown where the listener cannot be seen. behind: the objects whose annotations count after
    the route's, nearest first. targets: the Gateway's addresses in their order. doubt: the reason why it is not known
    whether the route attaches at all; then no annotation can give its targets either. tentative: a controller has yet
    to decide, or the parent is absent; attachments that are certain do not wait for it. rank: the parent's place in the
    route's parentRefs.
    """

    hostname: str | Unknown
    behind: tuple[Annotated, ...]
    targets: Known[tuple[str, ...]] | Unknown
    doubt: Unknown | None = None
    tentative: bool = False
    rank: int = 0


@dataclass(frozen=True, slots=True)
class AttachingRoute:
    """A route in search of its listeners.

    protocols: of the listeners to which routes of its kind attach. gateways: those that count.
    """

    kind: str
    namespace: str
    protocols: frozenset[str]
    gateways: GatewaySelection = EVERY_GATEWAY


def attachments(reference: ParentRef, route: AttachingRoute, objects: ClusterObjects) -> tuple[Attachment, ...]:
    """Return the listeners of a parent to which the route may attach; none where it is unsupported, or does not count.

    A parent that is absent is one that is being replaced, as far as anybody knows: the route still asks for its names.
    """
    if reference.group == GATEWAY_GROUP and reference.kind == GATEWAYS.kind:
        return tuple(_of_gateway(reference, route, objects))
    if reference.group == GATEWAY_GROUP and reference.kind == LISTENER_SETS.kind:
        return tuple(_of_listener_set(reference, route, objects))
    return ()


def addresses(gateway: Manifest, key: ObjectKey) -> Known[tuple[str, ...]] | Unknown:
    """Return the addresses in a Gateway's status; Unknown where there are none, as while its controller restarts."""
    listed = (gateway.get("status") or {}).get("addresses") or ()
    values = [one.get("value", "") for one in listed if _fits(one.get("type") or "IPAddress", one.get("value", ""))]
    return known(values, f"{key} has no addresses")


def _fits(kind: str, address: str) -> bool:
    """Return whether a record can hold an address of this type, and the address is of the type."""
    return kind == "Hostname" or (kind == "IPAddress" and is_address(address))


def _of_gateway(reference: ParentRef, route: AttachingRoute, objects: ClusterObjects) -> Iterator[Attachment]:
    if not route.gateways.names_one(reference.namespace, reference.name):
        return
    gateway = objects.get(GATEWAYS, reference.namespace, reference.name)
    if gateway is None or isinstance(gateway, Unknown):
        yield from _unseen(gateway, GATEWAYS, reference, objects)
    elif route.gateways.has(gateway):
        key = key_of(objects.cluster, GATEWAYS, gateway)
        attachment = Attachment("", (Annotated.of(key, gateway),), addresses(gateway, key))
        for listener in gateway["spec"].get("listeners") or ():
            yield from _listener(listener, reference, route, attachment, objects)


def _unseen(
    found: Unknown | None, resource: Resource, reference: ParentRef, objects: ClusterObjects
) -> Iterator[Attachment]:
    """Yield the attachment to a parent that cannot be seen, or is absent: nobody knows its host name and addresses."""
    if found is not None:
        yield Attachment(found, (), found, doubt=found)
    elif objects.counts(resource, reference.namespace):
        absent = Unknown(f"{resource.kind} {reference.namespace}/{reference.name} is not there")
        yield Attachment(absent, (), absent, doubt=absent, tentative=True)


def _of_listener_set(reference: ParentRef, route: AttachingRoute, objects: ClusterObjects) -> Iterator[Attachment]:
    """Yield the listeners of a set where its Gateway allows the set, and set and listener are accepted."""
    found = objects.get(LISTENER_SETS, reference.namespace, reference.name)
    if found is None or isinstance(found, Unknown):
        yield from _unseen(found, LISTENER_SETS, reference, objects)
        return
    key = key_of(objects.cluster, LISTENER_SETS, found)
    parent = ParentRef.of(found["spec"]["parentRef"], reference.namespace)
    if (parent.group, parent.kind) != (GATEWAY_GROUP, GATEWAYS.kind):
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
    behind = (Annotated.of(key, found), Annotated.of(gateway_key, gateway))
    doubt = allowed if isinstance(allowed, Unknown) else None
    whole = Attachment("", behind, addresses(gateway, gateway_key), doubt)
    status = found.get("status") or {}
    generation = found["metadata"].get("generation", 0)
    of_set = verdict(status.get("conditions"), "Accepted", generation)
    of_listeners = {one["name"]: one.get("conditions") for one in status.get("listeners") or ()}
    for listener in found["spec"].get("listeners") or ():
        of_listener = verdict(of_listeners.get(listener["name"]), "Accepted", generation)
        for judged in judge(judge((whole,), of_set, key), of_listener, key):
            yield from _listener(listener, reference, route, judged, objects)


def judge(found: tuple[Attachment, ...], accepted: Verdict, key: ObjectKey) -> tuple[Attachment, ...]:
    """Return the attachments as they are after a controller's verdict on an object on the way to them.

    accepted: of the object's condition Accepted; attachments behind one that is not accepted are left out.
    """
    match accepted:
        case Verdict.TRUE:
            return found
        case Verdict.FALSE:
            return ()
    reason = Unknown(f"{key}: its condition Accepted {accepted.value}")
    pending = accepted is Verdict.PENDING
    return tuple(replace(one, doubt=reason, tentative=one.tentative or pending) for one in found)


def _listener(
    listener: Manifest, reference: ParentRef, route: AttachingRoute, attachment: Attachment, objects: ClusterObjects
) -> Iterator[Attachment]:
    """Yield the attachment to one listener, if the reference selects it and the listener allows the route."""
    if reference.section not in {"", listener["name"]} or reference.port not in {None, listener.get("port")}:
        return
    protocol = listener.get("protocol", "")
    if _SAME_PROTOCOL.get(protocol, protocol) not in route.protocols:
        return
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


RESOURCES: tuple[Resource, ...] = (GATEWAYS, LISTENER_SETS, NAMESPACES)
"""The resources that `attachments` looks up."""
