"""HTTPRoutes, GRPCRoutes and TLSRoutes: a record for each name that a listener of an accepted parent serves. Pure.

Sources: Gateway API v1, `HTTPRouteSpec.hostnames`, `RouteParentStatus`; external-dns, annotations.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from stacks.kube.objects import ClusterObjects, Manifest, Resource, created, key_of
from stacks.model.claims import Claim, Complaint, ObjectKey
from stacks.model.values import Known, Unknown
from stacks.observe.cluster import annotation_values as values
from stacks.observe.cluster.annotations import (
    CONTENT_MODE,
    GATEWAY_HOSTNAME_SOURCE,
    HOSTNAME,
    Annotated,
    find,
    is_anothers,
    value,
)
from stacks.observe.cluster.assemble import Asking, assemble
from stacks.observe.cluster.kinds.conditions import best, verdict
from stacks.observe.cluster.kinds.gateway import RESOURCES, Attachment, Caller, ParentRef, attachments, judge
from stacks.observe.cluster.kinds.hostnames import intersection
from stacks.observe.cluster.memory import Memory
from stacks.observe.cluster.source import Options

ANY = ""
"""The host name of a route that names none: those of its listeners."""


@dataclass(frozen=True, slots=True)
class Routes:
    """The routes of one kind. protocols: of the listeners that they attach to; HTTPS counts as HTTP."""

    resource: Resource
    protocols: frozenset[str]
    options: Options
    _memory: Memory[tuple[Claim | Complaint, ...] | Unknown] = field(default_factory=Memory, repr=False, compare=False)

    def resources(self) -> tuple[Resource, ...]:
        return (self.resource, *RESOURCES)

    def wishes(self, objects: ClusterObjects) -> Known[tuple[Claim | Complaint, ...]] | Unknown:
        routes = objects.all(self.resource)
        if isinstance(routes, Unknown):
            return routes
        found: list[Claim | Complaint] = []
        for one in self._memory.each(self.resource, routes.value, objects, self._of_route):
            if isinstance(one, Unknown):
                return one
            found += one
        return Known(_without_repeats(found))

    def _of_route(self, route: Manifest, objects: ClusterObjects) -> tuple[Claim | Complaint, ...] | Unknown:
        """The wishes of a route, one a name and parent. Unknown: a listener that names it cannot be seen."""
        key = key_of(objects.cluster, self.resource, route)
        said = Annotated.of(key, route)
        if is_anothers(said):
            return ()
        faults: list[Complaint] = []
        hosts = _hosts(route, said, faults)
        parents = tuple(self._parents(route, key, objects))
        served: dict[str, list[Attachment]] = {}
        for parent in parents:
            if isinstance(parent.hostname, Unknown) and any(host == ANY or host.startswith("*") for host in hosts):
                return parent.hostname  # it may have made other names of these
            for name in _names(hosts, parent):
                served.setdefault(name, []).append(parent)
        return tuple(dict.fromkeys(self._wishes(Asking(key, created(route), (said,)), served, faults)))

    def _wishes(
        self, asking: Asking, served: dict[str, list[Attachment]], faults: list[Complaint]
    ) -> Iterator[Claim | Complaint]:
        if not served:
            yield from faults
        for name, parents in served.items():
            certain = [one for one in parents if not one.tentative]
            for parent in certain or parents:
                chain = (*asking.chain, *parent.behind)
                unseen = isinstance(parent.hostname, Unknown)  # and so are its annotations
                if self.options.opt_in and not unseen and not find(chain, CONTENT_MODE):
                    continue
                whole = Asking(asking.key, asking.created, chain, parent.doubt)
                yield from assemble(whole, (name,), parent.targets, faults)

    def _parents(self, route: Manifest, key: ObjectKey, objects: ClusterObjects) -> Iterator[Attachment]:
        """The listeners to which the route may attach, and what its controllers say of that.

        A parent in the status that is not in the spec (any more) is stale and does not count.
        """
        generation = route["metadata"].get("generation", 0)
        status = [
            (ParentRef.of(one["parentRef"], key.namespace), verdict(one.get("conditions"), "Accepted", generation))
            for one in (route.get("status") or {}).get("parents") or ()
        ]
        caller = Caller(key.kind, key.namespace, self.protocols)
        for raw in route["spec"].get("parentRefs") or ():
            reference = ParentRef.of(raw, key.namespace)
            word = best(one for whose, one in status if whose == reference)
            yield from judge(attachments(reference, caller, objects), word, key)


def _without_repeats(found: Iterable[Claim | Complaint]) -> tuple[Claim | Complaint, ...]:
    """What several routes complain of at one Gateway, once."""
    told: set[Complaint] = set()
    kept: list[Claim | Complaint] = []
    for one in found:
        if isinstance(one, Complaint):
            if one in told:
                continue
            told.add(one)
        kept.append(one)
    return tuple(kept)


def _hosts(route: Manifest, said: Annotated, faults: list[Complaint]) -> tuple[str, ...]:
    """The names that the route asks for, ANY among them where it leaves them to its listeners."""
    defined: tuple[str, ...] = tuple(route["spec"].get("hostnames") or ())
    own = (said,)
    which = value(own, GATEWAY_HOSTNAME_SOURCE, values.hostname_source, values.HOSTNAME_SOURCES, faults)
    asked = value(own, HOSTNAME, values.hostnames, values.HOSTNAMES, faults) or ()
    match which:
        case "annotation-only":
            return asked
        case "defined-hosts-only":
            return defined
    return (*(defined or (ANY,)), *asked)


def _names(hosts: tuple[str, ...], parent: Attachment) -> tuple[str, ...]:
    """What the route and the listener have in common."""
    listener = ANY if isinstance(parent.hostname, Unknown) else parent.hostname
    return tuple(dict.fromkeys(name for host in hosts if (name := intersection(listener, host))))
