"""HTTPRoutes, GRPCRoutes and TLSRoutes: a record for each host name at a listener of an accepted parent. Pure.

Sources: Gateway API v1, `HTTPRouteSpec.hostnames`, `RouteParentStatus`; external-dns, annotations.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

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
from stacks.observe.cluster.kinds.conditions import ROUTE_REFUSALS, best, ruling
from stacks.observe.cluster.kinds.gateway import RESOURCES, attachments, is_of_a_mesh
from stacks.observe.cluster.kinds.parent import AttachingRoute, Attachment, ParentRef, judge

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
        for one in self._memory.each(routes.value, objects, self._of_route):
            found += one
        return Known(_without_repeats(found))

    def _of_route(self, route: Manifest, objects: ClusterObjects) -> tuple[Claim | Complaint, ...]:
        """Return the claims of a route, one a name and parent, within the limits of an object."""
        key = key_of(objects.cluster, self.resource, route)
        annotated = Annotated.of(key, route, self.options.prefix)
        if has_other_controller(annotated):
            return ()
        faults: list[Complaint] = []
        hidden: Unknown | None = None
        hosts, added = self._hosts(route, annotated, faults)
        references = [ParentRef.of(raw, key.namespace) for raw in route["spec"].get("parentRefs") or ()]
        parents = tuple(self._parents(route, key, references, objects))
        certain = any(not one.is_tentative for one in parents)
        served: dict[str, list[Attachment]] = {}
        for parent in parents:
            if isinstance(parent.hostname, Unknown) and any(host == ANY or host.startswith("*") for host in hosts):
                hidden = hidden if parent.is_tentative and certain else parent.hostname
                continue
            for name in _names(hosts, parent):
                served.setdefault(name, []).append(parent)
        several = tuple(dict.fromkeys(one.resource for one in references if not is_of_a_mesh(one)))
        several = several if len(several) > 1 else ()
        whole = Claimant(key, created(route), (annotated,), parents=several, templated=added)
        claims = [*_each_once(self._claims(whole, served, faults))]
        claims += _notices(key, parents, claims)
        if references and all(map(is_of_a_mesh, references)) and any(hosts):
            said = f"{references[0]} is of a mesh, which gives no names to anybody outside of the cluster"
            claims.append(Complaint(key, "", "", "", f"{key}: its parent {said}"))
        if hidden:
            # The listener's host name decides which names these are: this route's, and no other's, are not known.
            text = f"{key}: the host names of its listeners are not known: {hidden.reason}. Its records stay"
            claims.append(Complaint(key, "", "", "", text, hides_names=True))
        return tuple(within_limits(claims, self.options))

    def _hosts(
        self, route: Manifest, annotated: Annotated, faults: list[Complaint]
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the host names of a route, and those among them that it has by template.

        Without any it has ANY, those of its listeners. A listener's host name is a filter first (Gateway API,
        `Listener.hostname`): https://github.com/kubernetes-sigs/external-dns/issues/6596
        """
        defined: tuple[str, ...] = tuple(route["spec"].get("hostnames") or ())
        own = (annotated,)
        which = annotation_value(own, GATEWAY_HOSTNAME_SOURCE, values.hostname_source, values.HOSTNAME_SOURCES, faults)
        named = annotated_names(own, HOSTNAME, faults)
        if which == "annotation-only":
            return named, ()
        broken: list[Complaint] = []
        written = defined if which == "defined-hosts-only" else (*defined, *named)
        added = self.options.templated(self.resource, route, annotated.key).names(written, broken)
        faults += broken
        if which == "defined-hosts-only":
            return (*defined, *added), added
        is_named = defined or added or broken or find_annotation(own, HOSTNAME)
        return (*defined, *added, *named) if is_named else (ANY,), added

    def _claims(
        self, claimant: Claimant, served: dict[str, list[Attachment]], faults: list[Complaint]
    ) -> Iterator[Claim | Complaint]:
        if not served:
            yield from faults
        for name, parents in served.items():
            for parent in _counting(parents):
                chain = (*claimant.chain, *parent.behind)
                unseen = isinstance(parent.hostname, Unknown)  # and so are its annotations
                if self.options.opt_in and not unseen and not find_annotation(chain, CONTENT_MODE):
                    continue
                through = parent.through if claimant.parents else ""
                whole = Claimant(
                    claimant.key,
                    claimant.created,
                    chain,
                    doubt=parent.doubt,
                    default=self.options.default_target(*parent.places),
                    through=through,
                    parents=claimant.parents,
                    certainty=parent.certainty,
                    rank=parent.rank,
                    templated=claimant.templated,
                )
                yield from assemble(whole, (name,), parent.targets, faults)

    def _parents(
        self, route: Manifest, key: ObjectKey, references: Sequence[ParentRef], objects: ClusterObjects
    ) -> Iterator[Attachment]:
        """Yield the listeners to which the route may attach, after the verdicts of its controllers.

        A parent in the status that is not in the spec (any more) is stale and does not count.
        """
        generation = route["metadata"].get("generation", 0)
        status = [
            (ParentRef.of(one["parentRef"], key.namespace), ruling(one.get("conditions"), ROUTE_REFUSALS, generation))
            for one in (route.get("status") or {}).get("parents") or ()
        ]
        attaching = AttachingRoute(key.kind, key.namespace, self.protocols, self.options.gateways, self.options.prefix)
        several = len(references) > 1
        for rank, reference in enumerate(references):
            accepted = best(one for parent, one in status if parent == reference)
            for judged in judge(attachments(reference, attaching, objects), accepted, key, str(reference)):
                yield replace(judged, through=reference.resource, rank=rank) if several else judged


def _counting(parents: Sequence[Attachment]) -> Iterator[Attachment]:
    """Yield the parents of one name that count.

    Of those that are tentative none does that is absent, or of whose parent another listener is certain. What others
    had given is the plan's to know.
    """
    certain = {one.through for one in parents if not one.is_tentative}
    for one in parents:
        if not (certain and one.is_tentative and (one.is_absent or one.through in certain)):
            yield one


def _notices(key: ObjectKey, parents: Iterable[Attachment], claims: Sequence[Claim | Complaint]) -> Iterator[Complaint]:
    """Yield what the owner of a route is told of its parents, each once.

    It is about parents that do not take the route or cannot be read, and those of several that have nothing to give
    while others have.
    """
    notices = [one.notice for one in parents if one.notice]
    if not notices and all(isinstance(one, Claim) and not one.through for one in claims):
        return  # as is usual
    complained = {one.text for one in claims if isinstance(one, Complaint)}
    made = [one for one in claims if isinstance(one, Claim)]
    heard = {one.name for one in made if not isinstance(one.targets, Unknown)}
    silent = (one for one in made if one.through and one.name in heard)
    notices += [one.targets.reason for one in silent if isinstance(one.targets, Unknown)]
    for notice in (one for one in dict.fromkeys(notices) if one not in complained):
        text = f"{key}: {notice.removeprefix(f'{key}: ')}. What it has of it stays, and nothing new is made"
        yield Complaint(key, "", "", "", text, waits=True)


def _each_once(found: Iterable[Claim | Complaint]) -> Iterator[Claim | Complaint]:
    """Yield claims and complaints in their order; of claims that differ in their rank only the first."""
    seen: set[Claim | Complaint] = set()
    for one in found:
        alike = replace(one, rank=0) if isinstance(one, Claim) and one.rank else one
        if alike not in seen:
            seen.add(alike)
            yield one


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


def _names(hosts: tuple[str, ...], parent: Attachment) -> tuple[str, ...]:
    """Return the host names that the route and the listener have in common."""
    listener = ANY if isinstance(parent.hostname, Unknown) else parent.hostname
    return tuple(dict.fromkeys(name for host in hosts if (name := intersection(listener, host))))
