"""Whether a difference is one of those that are meant, each by what is in the corpus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.records.canonical import is_address
from lab.external_dns import ANNOTATIONS
from stacks.model.values import Known, Unknown
from stacks.observe.cluster.kinds.conditions import LISTENER_REFUSALS, ROUTE_REFUSALS, SET_REFUSALS
from tests.differential.case import Case, fitting, key_of, names, said
from tests.differential.compare import RecordSet
from tests.differential.drawing import PODS
from tests.differential.routes import LAGGING

if TYPE_CHECKING:
    from tests.differential.drawing import Manifest

_PRIVATE = ("10.", "fd00:")
"""How the addresses begin that Services and Nodes have inside a corpus's cluster."""
_ABOUT_TARGETS = {"presence", "targets"}
_REFUSALS = ROUTE_REFUSALS | SET_REFUSALS | LISTENER_REFUSALS


def bad_annotation(case: Case) -> bool:
    """We leave alone what an object wants that has one, or whose Gateway has."""
    ours = case.difference.ours
    return (case.unknown or ours is None) and _is_complained_of(case)


def _is_complained_of(case: Case) -> bool:
    keys = {key_of(one) for one in (*case.objects, *case.gateways, *case.listener_sets)}
    return any(one.annotation and one.object in keys for one in case.difference.complaints)


def no_address(case: Case) -> bool:
    """We do not know, and they have nothing."""
    return case.unknown and case.difference.theirs is None and any(map(case.lacks_addresses, case.objects))


def own_address_type(case: Case) -> bool:
    """They point at an address of a type that the Gateway API leaves to others."""
    strange = {
        address["value"]
        for gateway in case.gateways
        for address in gateway["status"]["addresses"]
        if address["value"] not in fitting(gateway)
    }
    theirs = case.difference.theirs
    return theirs is not None and bool(strange & set(theirs.targets))


def target_on_route(case: Case) -> bool:
    """We point at what a route's own annotation says."""
    if case.difference.field not in _ABOUT_TARGETS or case.unknown:
        return False
    written = {key_of(route): said(route, "target") or "" for route in case.routes}
    return any(
        isinstance(wish.targets, Known) and all(one in written.get(wish.object, "") for one in wish.targets.value)
        for wish in case.difference.wishes
    )


def stale_parent(case: Case) -> bool:
    """They believe a status about a parent that the route does not have."""
    if case.difference.theirs is None or case.difference.field not in _ABOUT_TARGETS:
        return False
    return any(map(_has_stale_parent, case.routes))


def _has_stale_parent(route: Manifest) -> bool:
    namespace = route["metadata"]["namespace"]
    wanted = [{"namespace": namespace, **one} for one in route["spec"]["parentRefs"]]
    return any({"namespace": namespace, **one["parentRef"]} not in wanted for one in route["status"]["parents"])


def behind(case: Case) -> bool:
    """The controller's word is about an earlier generation of the route."""
    return case.unknown and any(LAGGING in one["metadata"].get("labels", {}) for one in case.routes)


def undecided(case: Case) -> bool:
    """No controller has said that it accepts or refuses the route, or a ListenerSet of its: it may be not ready."""
    return case.unknown and (any(map(_is_undecided, case.routes)) or any(map(_is_open, case.listener_sets)))


def _is_open(listener_set: Manifest) -> bool:
    """Whether it or one of its listeners is neither accepted nor refused."""
    status = listener_set["status"]
    conditions = [status["conditions"], *(one["conditions"] for one in status["listeners"])]
    return len(status["listeners"]) < len(listener_set["spec"]["listeners"]) or not all(map(_decides, conditions))


def _decides(conditions: list[Manifest]) -> bool:
    said = (one for one in conditions if one["type"] == "Accepted")
    return any(one["status"] == "True" or (one["status"] == "False" and one["reason"] in _REFUSALS) for one in said)


def _is_undecided(route: Manifest) -> bool:
    """Whether a parent of it has no word of a controller, or one that neither accepts nor refuses."""
    here = {"namespace": route["metadata"]["namespace"]}
    words = [(here | one["parentRef"], _decides(one["conditions"])) for one in route["status"]["parents"]]
    of_each = ([decides for parent, decides in words if parent == here | one] for one in route["spec"]["parentRefs"])
    return not all(one and all(one) for one in of_each)


def service_record(case: Case) -> bool:
    """They make no SRV records unless told to."""
    return case.difference.type == "SRV" and case.difference.theirs is None


def settings_of_gateway(case: Case) -> bool:
    """A Gateway says it. Proxied records have no TTL of their own, so its proxied is about the TTL as well."""
    keys = {"ttl": ("ttl", "cloudflare-proxied"), "proxied": ("cloudflare-proxied",)}.get(case.difference.field, ())
    return any(said(one, key) for one in case.gateways for key in keys)


def gateways_disagree(case: Case) -> bool:
    """They have the addresses of all Gateways of a route, we those of the ones that agree."""
    if case.difference.theirs is None or case.difference.field not in _ABOUT_TARGETS:
        return False
    return any(
        len({said(gateway, key) for gateway in case.gateways_of(route)}) > 1
        for route in case.routes
        for key in ("ttl", "cloudflare-proxied")
    )


def first_parent(case: Case) -> bool:
    """A name has one alias: ours is the first parent's, theirs the least, and any address comes before it."""
    if case.unknown or case.difference.field not in _ABOUT_TARGETS:
        return False
    pointing = [{tuple(_points_at(one)) for one in _parents_that_point(case, route)} for route in case.routes]
    return any(len(several) > 1 and any(map(_is_alias, several)) for several in pointing)


def _parents_that_point(case: Case, route: Manifest) -> list[Manifest]:
    """Return the Gateways of a route, and its ListenerSets that have a target of their own."""
    return [*case.gateways_of(route), *(one for one in case.listener_sets_of(route) if said(one, "target"))]


def _points_at(gateway: Manifest) -> list[str]:
    return (said(gateway, "target") or "").split(",") if said(gateway, "target") else fitting(gateway)


def _is_alias(targets: tuple[str, ...]) -> bool:
    return any(not is_address(one) for one in targets)


def listeners_own(case: Case) -> bool:
    """They name a route after its listener too, where its annotation alone names it."""
    if case.difference.theirs is None:
        return False
    return any(
        said(route, "hostname") and not route["spec"].get("hostnames") and case.difference.name not in names(route)
        for route in case.routes
    )


def other_prefix(case: Case) -> bool:
    """An object has annotations that they were not told to read, and we were."""
    if case.corpus.prefix not in ANNOTATIONS:
        return False
    other = next(one for one in ANNOTATIONS if one != case.corpus.prefix)
    return any(key.startswith(other) for one in case.objects for key in one["metadata"].get("annotations", {}))


def settings_of_node(case: Case) -> bool:
    """They read no setting of Cloudflare's on Nodes."""
    proxied = ("cloudflare-proxied",)
    keys = {"comment": ("cloudflare-record-comment",), "proxied": proxied, "ttl": proxied}
    return any(said(one, key) for one in case.nodes for key in keys.get(case.difference.field, ()))


def names_of_node(case: Case) -> bool:
    """They name a Node as it is called, whatever its annotation says."""
    return case.difference.field == "presence" and any(said(one, "hostname") for one in case.nodes)


def cluster_address(case: Case) -> bool:
    """The name is one that a Service without a cluster's address wants for that address."""
    return any(
        one["spec"]["type"] in {"NodePort", "ExternalName"} or one["spec"].get("clusterIP") == "None"
        for one in case.services
        if case.difference.name.endswith(said(one, "internal-hostname") or "?")
    )


def unready_pods(case: Case) -> bool:
    """They take the nodes of pods that are not ready, where no other is."""
    local = [one for one in case.services if one["spec"].get("externalTrafficPolicy") == "Local"]
    return case.unknown and any(not case.pods(one) and case.pods(one, ready=False) for one in local)


def dot_at_the_end(case: Case) -> bool:
    """They hold a name with its last dot to be none of a listener's."""
    written = [part.strip() for one in case.routes for part in (said(one, "hostname") or "").lower().split(",")]
    return case.difference.theirs is None and f"{case.difference.name}." in written


def ended_pod(case: Case) -> bool:
    """A pod that has ended is at the name, which is of its annotation or of its own."""
    ended = [one for one in case.corpus.objects if one["kind"] == "Pod" and one["status"]["phase"] == "Failed"]
    named = {name for one in ended for name in (*names(one), f"{one['metadata']['name']}.{PODS}")}
    return case.difference.theirs is not None and case.difference.name in named


def private_pod(case: Case) -> bool:
    """Of a headless Service one pod has a name, and the others have private addresses, which they take before it."""
    theirs = case.difference.theirs
    pods = [pod for one in case.services for pod in case.pods(one) + case.pods(one, ready=False)]
    aliases = {(said(one, "target") or "").removesuffix(".") for one in pods}
    if theirs is None:
        ours = case.difference.ours
        return isinstance(ours, RecordSet) and case.difference.type == "CNAME" and {*ours.targets} <= aliases
    return case.difference.ours is None and all(one.startswith(_PRIVATE) for one in theirs.targets) and aliases != {""}


def of_another_controller(case: Case) -> bool:
    """The name is of a DNSEndpoint for another controller, or they let an alias give way to such a one."""
    endpoints = [one for one in case.corpus.objects if one["kind"] == "DNSEndpoint"]
    others = [one for one in endpoints if said(one, "controller") == "another"]
    has_given_way = case.difference.theirs is None and case.difference.type == "CNAME"
    at_the_name = {part["dnsName"] for one in others for part in one["spec"]["endpoints"]} if has_given_way else set()
    return case.difference.name in at_the_name or any(key_of(one) == case.difference.owner for one in others)


def default_target(case: Case) -> bool:
    """They point at the default what says its own targets, we what has no address but that."""
    default, ours, theirs = (case.corpus.default,), case.difference.ours, case.difference.theirs
    if not case.corpus.default:
        return False
    if theirs is None and isinstance(ours, RecordSet) and ours.targets == default:
        return any(one["spec"]["type"] == "ClusterIP" for one in case.services) or any(
            map(case.lacks_addresses, case.objects)
        )
    saying = [
        *case.objects,
        *case.gateways,
        *case.listener_sets,
        *(pod for one in case.services for pod in case.pods(one)),
    ]
    of_a_pod = ours is None and any(one["spec"].get("clusterIP") == "None" for one in case.services)
    says = (
        case.difference.name.startswith("_")
        or of_a_pod
        or any(one["kind"] == "DNSEndpoint" or said(one, "target") or said(one, "internal-hostname") for one in saying)
    )
    return says and (theirs is None or theirs.targets == default)


def refused(case: Case) -> bool:
    """The zone took it from them no more than it would from us."""
    ours, theirs = case.difference.ours, case.difference.theirs
    if not isinstance(ours, RecordSet) or not ours.proxied:
        return False
    private = {one for one in ours.targets if one.startswith(_PRIVATE)}
    return bool(private) and (theirs is None or {*theirs.targets} == {*ours.targets} - private)


def conflict(case: Case) -> bool:
    """Several objects want the name, and what they made of it is what one of these wants."""
    theirs = case.difference.theirs
    if len(case.objects) == 1:
        return False
    uncertain = _is_complained_of(case) or any(isinstance(one.targets, Unknown) for one in case.difference.wishes)
    # What a Gateway has they make of a route of its, which may say targets of its own to us.
    listed = (one.get("status", {}).get("addresses", ()) for one in case.gateways)
    on_gateways = {address["value"] for addresses in listed for address in addresses}
    on_gateways |= {target for one in case.gateways for target in (said(one, "target") or "").split(",")}
    return uncertain or theirs is None or set(theirs.targets) <= case.asked | on_gateways
