"""HTTPRoutes, GRPCRoutes and TLSRoutes: a record for each host name at a listener of an accepted parent. Pure.

Sources: Gateway API v1, `HTTPRouteSpec.hostnames`, `RouteParentStatus`; external-dns, annotations.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from stacks.kube.objects import ClusterObjects, Manifest, Resource, created, key_of
from stacks.model.claims import Claim, Complaint, ObjectKey
from stacks.model.values import Known, Unknown
from stacks.observe.cluster.claims import annotation_values as values
from stacks.observe.cluster.claims.annotations import (
    CONTENT_MODE,
    GATEWAY_HOSTNAME_SOURCE,
    HOSTNAME,
    Annotated,
    annotated_names,
    annotation_value,
    find_annotation,
    has_other_controller,
)
from stacks.observe.cluster.claims.assemble import Claimant, assemble
from stacks.observe.cluster.claims.hostnames import intersection
from stacks.observe.cluster.claims.limits import within_limits
from stacks.observe.cluster.claims.memory import Memory
from stacks.observe.cluster.claims.source import Options
from stacks.observe.cluster.kinds.conditions import best, verdict
from stacks.observe.cluster.kinds.gateway import (
    RESOURCES,
    AttachingRoute,
    Attachment,
    ParentRef,
    attachments,
    judge,
)

PARENTS = "parentRefs"
"""The field of a route that a complaint about its parents names."""
ANY = ""
"""The host name of a route without host names: it has those of its listeners."""


@dataclass(frozen=True, slots=True)
class Routes:
    """The routes of one kind. protocols: of the listeners to which they attach; HTTPS counts as HTTP."""

    resource: Resource
    protocols: frozenset[str]
    options: Options
    _memory: Memory[tuple[Claim | Complaint, ...]] = field(default_factory=Memory, repr=False, compare=False)

    def resources(self) -> tuple[Resource, ...]:
        return (self.resource, *RESOURCES)

    def claims(self, objects: ClusterObjects) -> Known[tuple[Claim | Complaint, ...]] | Unknown:
        routes = objects.all(self.resource)
        if isinstance(routes, Unknown):
            return routes
        found: list[Claim | Complaint] = []
        for one in self._memory.each(self.resource, routes.value, objects, self._of_route):
            found += one
        return Known(_without_repeats(found))

    def _of_route(self, route: Manifest, objects: ClusterObjects) -> tuple[Claim | Complaint, ...]:
        """Return the claims of a route, one a name and parent, within the limits of an object."""
        key = key_of(objects.cluster, self.resource, route)
        annotated = Annotated.of(key, route)
        if has_other_controller(annotated):
            return ()
        faults: list[Complaint] = []
        hidden: Unknown | None = None
        hosts = _hosts(route, annotated, faults)
        parents = tuple(self._parents(route, key, objects))
        certain = any(not one.tentative for one in parents)
        served: dict[str, list[Attachment]] = {}
        for parent in parents:
            if isinstance(parent.hostname, Unknown) and any(host == ANY or host.startswith("*") for host in hosts):
                hidden = hidden if parent.tentative and certain else parent.hostname
                continue
            for name in _names(hosts, parent):
                served.setdefault(name, []).append(parent)
        claims = [*dict.fromkeys(self._claims(Claimant(key, created(route), (annotated,)), served, faults))]
        if hidden:
            # The listener's host name decides which names these are: this route's, and no other's, are not known.
            text = f"{key}: the host names of its listeners are not known: {hidden.reason}. Its records stay"
            claims.append(Complaint(key, "", "", "", text, hides_names=True))
        return tuple(within_limits(claims, self.options))

    def _claims(
        self, claimant: Claimant, served: dict[str, list[Attachment]], faults: list[Complaint]
    ) -> Iterator[Claim | Complaint]:
        if not served:
            yield from faults
        for name, parents in served.items():
            certain = [one for one in parents if not one.tentative]
            for parent in certain or parents:
                chain = (*claimant.chain, *parent.behind)
                unseen = isinstance(parent.hostname, Unknown)  # and so are its annotations
                if self.options.opt_in and not unseen and not find_annotation(chain, CONTENT_MODE):
                    continue
                whole = Claimant(claimant.key, claimant.created, chain, parent.doubt)
                yield from assemble(whole, (name,), parent.targets, faults)

    def _parents(self, route: Manifest, key: ObjectKey, objects: ClusterObjects) -> Iterator[Attachment]:
        """Yield the listeners to which the route may attach, after the verdicts of its controllers.

        A parent in the status that is not in the spec (any more) is stale and does not count.
        """
        generation = route["metadata"].get("generation", 0)
        status = [
            (ParentRef.of(one["parentRef"], key.namespace), verdict(one.get("conditions"), "Accepted", generation))
            for one in (route.get("status") or {}).get("parents") or ()
        ]
        attaching = AttachingRoute(key.kind, key.namespace, self.protocols)
        for raw in route["spec"].get("parentRefs") or ():
            reference = ParentRef.of(raw, key.namespace)
            accepted = best(one for parent, one in status if parent == reference)
            yield from judge(attachments(reference, attaching, objects), accepted, key)


def _without_repeats(found: Iterable[Claim | Complaint]) -> tuple[Claim | Complaint, ...]:
    """Return claims and complaints in their order; a complaint of several routes about one Gateway comes once."""
    complaints: set[Complaint] = set()
    kept: list[Claim | Complaint] = []
    for one in found:
        if isinstance(one, Complaint):
            if one in complaints:
                continue
            complaints.add(one)
        kept.append(one)
    return tuple(kept)


def _hosts(route: Manifest, annotated: Annotated, faults: list[Complaint]) -> tuple[str, ...]:
    """Return the host names of a route, ANY among them where it has those of its listeners."""
    defined: tuple[str, ...] = tuple(route["spec"].get("hostnames") or ())
    own = (annotated,)
    which = annotation_value(own, GATEWAY_HOSTNAME_SOURCE, values.hostname_source, values.HOSTNAME_SOURCES, faults)
    added = annotated_names(own, HOSTNAME, faults)
    match which:
        case "annotation-only":
            return added
        case "defined-hosts-only":
            return defined
    return (*(defined or (ANY,)), *added)


def _names(hosts: tuple[str, ...], parent: Attachment) -> tuple[str, ...]:
    """Return the host names that the route and the listener have in common."""
    listener = ANY if isinstance(parent.hostname, Unknown) else parent.hostname
    return tuple(dict.fromkeys(name for host in hosts if (name := intersection(listener, host))))
