"""The differences to external-dns that are meant, each with its reason. What no rule explains is a fault."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.differential import reasons
from tests.differential.case import Case
from tests.differential.compare import Difference
from tests.differential.corpus import Corpus


@dataclass(frozen=True, slots=True)
class Rule:
    """One meant difference. explains: whether a difference is one of these."""

    name: str
    reason: str
    explains: Callable[[Case], bool]


def explanation(difference: Difference, corpus: Corpus) -> Rule | None:
    """The first rule that explains the difference."""
    case = Case(difference, corpus)
    return next((rule for rule in RULES if rule.explains(case)), None)


RULES = (
    Rule(
        "SRV",
        "NodePorts get SRV records; from external-dns only where --managed-record-types has SRV",
        reasons.service_record,
    ),
    Rule(
        "bad annotation",
        "an annotation that cannot be read stops its object, whose owner is told; external-dns goes on without it",
        reasons.bad_annotation,
    ),
    Rule("no address", "an object that has no address keeps what it had; external-dns deletes", reasons.no_address),
    Rule(
        "observedGeneration",
        "a controller that has yet to see a route's last change has not decided",
        reasons.behind,
    ),
    Rule(
        "undecided",
        "what a controller has neither accepted nor refused, or does not take for now only, stays",
        reasons.undecided,
    ),
    Rule("other prefix", "both prefixes of annotations are read; external-dns reads one", reasons.other_prefix),
    Rule(
        "own address type",
        "a Gateway's address of a type of its own is no target (Gateway API, GatewayStatusAddress)",
        reasons.own_address_type,
    ),
    Rule("stale parent", "a parent in a status counts if all its fields are in the spec", reasons.stale_parent),
    Rule(
        "target on a route",
        "a route's own target annotation counts before its Gateway's; external-dns reads the Gateway's alone",
        reasons.target_on_route,
    ),
    Rule(
        "settings of a Gateway",
        "a Gateway's ttl and proxied hold for its routes; external-dns reads them on routes alone",
        reasons.settings_of_gateway,
    ),
    Rule(
        "Gateways that disagree",
        "of a route's Gateways with another ttl or proxied one counts, and its owner is told",
        reasons.gateways_disagree,
    ),
    Rule(
        "first parent",
        "of a route's Gateways with other targets, one of them an alias, the first in parentRefs counts",
        reasons.first_parent,
    ),
    Rule(
        "a listener's own name",
        "it is a name of routes that nothing else names; external-dns takes it beside an annotation's (#6596)",
        reasons.listeners_own,
    ),
    Rule(
        "names of a Node",
        "a Node's hostname annotation counts instead of what it is called; external-dns does not read it",
        reasons.names_of_node,
    ),
    Rule(
        "settings of a Node",
        "a Node's proxied and comment count; external-dns does not read them",
        reasons.settings_of_node,
    ),
    Rule(
        "internal hostname",
        "internal-hostname means the cluster's address of any Service; external-dns gives other types other targets",
        reasons.cluster_address,
    ),
    Rule(
        "unready pods",
        "with externalTrafficPolicy Local a node needs a ready pod; external-dns takes others where none is ready",
        reasons.unready_pods,
    ),
    Rule(
        "dot at the end",
        "a route's hostname annotation may end in a dot, as those of other objects may at external-dns",
        reasons.dot_at_the_end,
    ),
    Rule("private pod", "a name that one pod has is taken before the private addresses of others", reasons.private_pod),
    Rule("ended pod", "a pod that has ended has no records: its address may be another's", reasons.ended_pod),
    Rule(
        "controller of a DNSEndpoint",
        "one that is for another controller is left to it; external-dns does not read the annotation there",
        reasons.of_another_controller,
    ),
    Rule(
        "default target",
        "what an object says itself counts before a default, as does the cluster's address for internal-hostname, and "
        "objects without addresses have it too; external-dns is told to force it on all that has a target",
        reasons.default_target,
    ),
    Rule("refused", "Cloudflare proxies no private address, from external-dns neither", reasons.refused),
    Rule(
        "conflict",
        "of several objects that want one name the oldest has it; external-dns takes the least targets",
        reasons.conflict,
    ),
)
