"""A ValidatingAdmissionPolicy with the rules for names and targets, so that the API server refuses what a plan would.

The expressions are the same for every operator (`expressions`), only the values in front of them differ, and the fields
of described kinds (`fields`).
https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from components.operator.args import OperatorArgs, PolicyArgs
from components.operator.expressions import EXPRESSIONS, EXTERNAL_DNS, OURS, ROUTEFLARE, VALIDATIONS
from components.operator.fields import described
from components.operator.manifest import Manifest, manifest

GROUP_VERSION = "admissionregistration.k8s.io/v1"
KINDS = {
    "gateway-httproute": ("gateway.networking.k8s.io", "httproutes"),
    "gateway-grpcroute": ("gateway.networking.k8s.io", "grpcroutes"),
    "gateway-tlsroute": ("gateway.networking.k8s.io", "tlsroutes"),
    "gateway-tcproute": ("gateway.networking.k8s.io", "tcproutes"),
    "gateway-udproute": ("gateway.networking.k8s.io", "udproutes"),
    "ingress": ("networking.k8s.io", "ingresses"),
    "service": ("", "services"),
    "crd": ("externaldns.k8s.io", "dnsendpoints"),
}
"""The API group and the resource of each source of objects with a namespace, but pods, for the plan alone."""
_NAMESPACE_LABEL = "kubernetes.io/metadata.name"


def policy(args: OperatorArgs) -> list[Manifest]:
    """Return the policy and its binding; none where the settings limit neither names nor targets."""
    rules = args.policy
    if rules is None:
        return []
    variables = [{"name": "described", "expression": described(rules.described)}]
    variables += [{"name": name, "expression": _literal(value)} for name, value in _values(rules).items()]
    selector: dict[str, Any] = {}
    if rules.counted_namespaces:
        wanted = {"key": _NAMESPACE_LABEL, "operator": "In", "values": list(rules.counted_namespaces)}
        selector = {"namespaceSelector": {"matchExpressions": [wanted]}}
    spec = {
        "failurePolicy": "Fail",
        "matchConstraints": {"resourceRules": _resource_rules(rules), **selector},
        "variables": [*variables, *EXPRESSIONS],
        "validations": list(VALIDATIONS),
    }
    binding = {"policyName": args.cluster_name, "validationActions": ["Deny"]}
    made = {"ValidatingAdmissionPolicy": spec, "ValidatingAdmissionPolicyBinding": binding}
    return [
        manifest(args, GROUP_VERSION, kind, args.cluster_name, namespace="", spec=one) for kind, one in made.items()
    ]


def _resource_rules(rules: PolicyArgs) -> list[dict[str, Any]]:
    """Return what the policy looks at: the kinds of the sources, when they are made or changed."""
    looked_at = [(group, "*", resource) for group, resource in (KINDS[one] for one in rules.sources if one in KINDS)]
    looked_at += [(one.group, one.version, one.resource) for one in rules.described]
    resources: dict[tuple[str, str], list[str]] = {}
    for group, version, resource in dict.fromkeys(looked_at):
        resources.setdefault((group, version), []).append(resource)
    return [
        {"apiGroups": [group], "apiVersions": [version], "operations": ["CREATE", "UPDATE"], "resources": found}
        for (group, version), found in sorted(resources.items())
    ]


def _values(rules: PolicyArgs) -> dict[str, object]:
    prefix = (rules.annotation_prefix,) if rules.annotation_prefix else ()
    return {
        "vocabularies": prefix or (OURS, *EXTERNAL_DNS),
        "foreign": prefix or EXTERNAL_DNS,
        "modal": prefix or (OURS, ROUTEFLARE),
        "zones": rules.zones,
        "taken": rules.taken,
        "prefixes": rules.prefixes,
        "suffixes": rules.suffixes,
        "gateways": rules.gateways,
        "gatewayNamespaces": rules.gateway_namespaces,
        "ingressClasses": rules.ingress_classes,
        "clusterAddresses": rules.cluster_addresses,
        "serviceTypes": rules.service_types,
        "selection": rules.selection,
        "optIn": rules.opt_in,
        "tlsHosts": rules.tls_hosts,
        "domains": range(len(rules.domains)),
        "namespaces": [one.namespaces for one in rules.domains],
        "labels": [[f"{key}={value}" for key, value in sorted(one.labels.items())] for one in rules.domains],
        "allowed": [one.names for one in rules.domains],
        "exclusions": [one.exclude or NO_NAME for one in rules.domains],
        "tails": [tails(one.exclude) or NO_NAME for one in rules.domains],
        "networks": rules.networks,
        "targetNames": rules.target_names or NO_NAME,
        "targetsAreLimited": bool(rules.networks or rules.target_names),
    }


NO_NAME = ("-",)
"""A pattern that matches no name: no label begins with a dash."""


def tails(patterns: Sequence[str]) -> list[str]:
    """Return the patterns of names with wildcards that would answer for a name of these patterns."""
    found: list[str] = []
    for pattern in patterns:
        labels = pattern.split(".")
        found += [pattern] if labels[0] == "**" else []
        found += [".".join(labels[at:]) for at in range(1, len(labels))]
    return found


def _literal(value: object) -> str:
    """Return a value as a literal of CEL: JSON, written as Helm's `toJson` writes it."""
    text = json.dumps(value, default=list, separators=(",", ":"), ensure_ascii=False)
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
