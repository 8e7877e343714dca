"""A ValidatingAdmissionPolicy with the rules for names and targets, so that the API server refuses what a plan would.

The expressions are the same for every operator (`EXPRESSIONS`; the chart has them as a file), only the values in front
of them differ. They read the names and targets that an object itself says: in its spec, and in its annotations. They
say in CEL what `stacks/plan/desired/admission.py` and `stacks/model/name_patterns.py` say.
https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from components.operator.args import OperatorArgs, PolicyArgs
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

_OURS, _ROUTEFLARE = "truenorth/", "routeflare/"
_EXTERNAL = ("external-dns.kubernetes.io/", "external-dns.alpha.kubernetes.io/")
_MODAL = f"modal.filter(p, p != '{_ROUTEFLARE}' || request.kind.kind.endsWith('Route'))"
_LABEL = "[^._*][^.]*"
"""Of a regular expression: a label without `_` in front, and no wildcard."""


def _first(spellings: str) -> str:
    """Return the expression for the first of some annotations that is not empty, in lower case; '' for none."""
    found = f"{spellings}.filter(k, k in variables.said && variables.said[k].trim() != '')"
    return f"{found}.map(k, variables.said[k].trim().lowerAscii())"


def _spellings(name: str, prefixes: str = "foreign") -> str:
    """Return the expression for the spellings of an annotation. prefixes: the variable with those that count."""
    return f"variables.{prefixes}.map(p, p + '{name}')"


def _names_in(list_of_texts: str) -> str:
    """Return the expression for the names in a list of texts with commas, without a dot at their ends."""
    parts = f"{list_of_texts}.join(',').lowerAscii().split(',').map(n, n.trim()).filter(n, n != '')"
    return f"{parts}.map(n, n.endsWith('.') ? n.substring(0, size(n) - 1) : n)"


def _as_regex(patterns: str) -> str:
    """Return the expression for one regular expression of a list of patterns, for a name with a dot in front."""
    steps = (
        (".**", "A"),
        (".*", "B"),
        ("*", "C"),
        (".", "D"),
        ("A", f"[.](?:[*]|{_LABEL})(?:[.]{_LABEL})*"),
        ("B", f"[.]{_LABEL}"),
        ("C", "[^.]+"),
        ("D", "[.]"),
    )
    replaced = "('.' + p)" + "".join(f".replace('{old}', '{new}')" for old, new in steps)
    return f"'^(?:' + {patterns}.map(p, {replaced}).join('|') + ')$'"


_IN_NAMESPACE = (
    "(size(variables.namespaces[i]) == 0 || variables.namespaces[i].exists(p, "
    "variables.ownNamespace.matches('^' + p.replace('*', '.+') + '$')))"
)
_HAS_LABELS = (
    "variables.labels[i].all(l, namespaceObject != null && has(namespaceObject.metadata.labels) && "
    "namespaceObject.metadata.labels.exists(k, k + '=' + namespaceObject.metadata.labels[k] == l))"
)
_RELEVANT = (
    *("hostname", "internal-hostname", "target", "controller", "ingress-hostname-source", "gateway-hostname-source"),
    "content-mode",
)
_HAS_SUFFIX = (
    "n.split('.')[0].endsWith(s.split('.')[0]) && (n + '.').substring(size(n.split('.')[0]))"
    ".startsWith((s + '.').substring(size(s.split('.')[0])))"
)
_CHECKED_NAME = (
    "has(e.recordType) && e.recordType == 'SRV' && e.dnsName.matches('^_[^.]*[.]_[^.]*[.].') ? "
    "e.dnsName.split('.', 3)[2] : string(e.dnsName)"
)
"""The name of an endpoint that has to be allowed: that of the service where it is of the type SRV (RFC 2782)."""
_IN_A_ZONE = "variables.zones.exists(z, ['.' + z, '.' + z + '.'].exists(t, ('.' + e.dnsName.lowerAscii()).endsWith(t)))"
_POINTED_AT = (
    "has(e.recordType) && e.recordType in ['HTTPS', 'SVCB'] ? e.targets.map(t, t.trim().split(' ').filter(w, "
    "w != '')).map(words, words.filter(w, size(words) > 1 && w == words[1] && w != '.').join(',') + ',' + "
    "words.filter(w, w.matches('^ipv[46]hint=')).map(w, w.substring(9).replace('\"', '')).join(',')).join(',') : "
    "has(e.recordType) && !(e.recordType in ['', 'A', 'AAAA', 'CNAME', 'MX', 'NS', 'PTR']) ? '' : "
    "e.targets.map(t, t.trim().split(' ')[size(t.trim().split(' ')) - 1]).join(',')"
)
"""The hosts and addresses of an endpoint, with commas between."""
_ALLOWED = (
    "variables.selected.exists(i, ('.' + n).matches(variables.patterns[i]) && "
    "!('.' + n).matches(variables.excluded[i]) && "
    "!(n.startsWith('*.') && n.substring(1).matches(variables.reached[i])))"
)

EXPRESSIONS: tuple[dict[str, str], ...] = tuple(
    {"name": name, "expression": expression}
    for name, expression in {
        "ownNamespace": "has(object.metadata.namespace) ? object.metadata.namespace : ''",
        "said": "has(object.metadata.annotations) ? object.metadata.annotations : {}",
        "before": ("oldObject != null && has(oldObject.metadata.annotations) ? oldObject.metadata.annotations : {}"),
        "unchanged": (
            "has(object.metadata.deletionTimestamp) || (oldObject != null && object.spec == oldObject.spec && "
            f"(variables.vocabularies + variables.modal).all(p, {json.dumps(list(_RELEVANT))}.all(n, "
            "(p + n in variables.said ? variables.said[p + n] : '') == "
            "(p + n in variables.before ? variables.before[p + n] : ''))))"
        ),
        "controllers": _first(_spellings("controller")),
        "ingressClass": (
            "request.kind.kind != 'Ingress' ? '' : has(object.spec.ingressClassName) ? object.spec.ingressClassName : "
            "'kubernetes.io/ingress.class' in variables.said ? variables.said['kubernetes.io/ingress.class'] : ''"
        ),
        "counts": (
            "!variables.unchanged && "
            "(size(variables.controllers) == 0 || variables.controllers[0] == 'dns-controller') && "
            "(request.kind.kind != 'Ingress' || size(variables.ingressClasses) == 0 || "
            "variables.ingressClass in variables.ingressClasses)"
        ),
        "hostnameSource": (
            f"request.kind.kind == 'Ingress' ? {_first(_spellings('ingress-hostname-source'))} : "
            "request.kind.kind in ['Service', 'DNSEndpoint'] ? [] : "
            f"{_first(_spellings('gateway-hostname-source'))}"
        ),
        "endpoints": (
            "request.kind.kind == 'DNSEndpoint' && has(object.spec.endpoints) ? "
            "object.spec.endpoints.filter(e, has(e.dnsName)) : []"
        ),
        "annotated": f"request.kind.kind == 'DNSEndpoint' ? [] : {_first(_spellings('hostname', 'vocabularies'))}",
        "ruled": (
            "request.kind.kind == 'DNSEndpoint' ? variables.endpoints.map(e, string(e.dnsName)) : "
            "request.kind.kind == 'Ingress' ? (has(object.spec.rules) ? "
            "object.spec.rules.filter(r, has(r.host) && r.host != '').map(r, string(r.host)) : []) : "
            "request.kind.kind != 'Service' && has(object.spec.hostnames) ? "
            "object.spec.hostnames.map(h, string(h)) : []"
        ),
        "certified": (
            "request.kind.kind == 'Ingress' && has(object.spec.tls) && (variables.tlsHosts == 'always' || "
            "variables.tlsHosts == 'fallback' && size(variables.ruled) == 0 && (size(variables.annotated) == 0 || "
            "size(variables.hostnameSource) > 0 && variables.hostnameSource[0] == 'defined-hosts-only')) ? "
            "object.spec.tls.filter(t, has(t.hosts)).map(t, t.hosts.map(h, string(h)).join(',')) : []"
        ),
        "defined": "variables.ruled + variables.certified",
        "inside": (f"request.kind.kind == 'Service' ? {_first(_spellings('internal-hostname'))} : []"),
        "texts": (
            "(size(variables.hostnameSource) > 0 && variables.hostnameSource[0] == 'annotation-only' ? [] : "
            "variables.defined) + (size(variables.hostnameSource) > 0 && "
            "variables.hostnameSource[0] == 'defined-hosts-only' || size(variables.annotated) == 0 ? [] : "
            "[variables.annotated[0]]) + (size(variables.inside) == 0 ? [] : [variables.inside[0]])"
        ),
        "names": (
            f"{_names_in('variables.texts')}.filter(n, variables.zones.exists(z, n == z || n.endsWith('.' + z)))"
        ),
        "counted": f"variables.endpoints.filter(e, {_IN_A_ZONE})",
        "asked": (
            "request.kind.kind != 'DNSEndpoint' ? variables.names : "
            f"{_names_in(f'variables.counted.map(e, {_CHECKED_NAME})')}"
        ),
        "selected": f"variables.domains.filter(i, {_IN_NAMESPACE} && {_HAS_LABELS})",
        "handed": (
            "variables.endpoints.filter(e, has(e.recordType) && e.recordType in ['NS', 'DS']).map(e, string(e.dnsName))"
        ),
        "delegated": f"{_names_in('variables.handed')}.filter(n, n in variables.names)",
        "patterns": f"variables.allowed.map(all, {_as_regex('all')})",
        "excluded": f"variables.exclusions.map(all, {_as_regex('all')})",
        "reached": f"variables.tails.map(all, {_as_regex('all')})",
        "refused": (
            "!variables.counts ? [] : variables.names.filter(n, n in variables.taken || (n in variables.delegated && "
            "!variables.selected.exists(i, n in variables.allowed[i])) || "
            "variables.prefixes.exists(p, n.startsWith(p)) || "
            f"variables.suffixes.exists(s, {_HAS_SUFFIX})) + variables.asked.filter(n, "
            "(size(variables.domains) == 0 ? n.split('.').exists(l, l.startsWith('_')) : "
            f"!{_ALLOWED}))"
        ),
        "mode": _first(_spellings("content-mode", _MODAL)),
        "targetTexts": (
            "size(variables.names) == 0 || (size(variables.mode) > 0 && variables.mode[0] == 'ddns') || "
            "(request.kind.kind == 'DNSEndpoint' && variables.counted.all(e, has(e.targets) && size(e.targets) > 0)) "
            f"? [] : {_first(_spellings('target', 'vocabularies'))}"
        ),
        "targets": (
            f"{_names_in(f'variables.counted.filter(e, has(e.targets)).map(e, {_POINTED_AT})')} + "
            f"(size(variables.targetTexts) == 0 ? [] : {_names_in('[variables.targetTexts[0]]')})"
        ),
        "targetPattern": _as_regex("variables.targetNames"),
        "strange": (
            "!variables.counts || !variables.targetsAreLimited ? [] : variables.targets.filter(t, isIP(t) ? "
            "!variables.networks.exists(c, cidr(c).containsIP(t)) : !('.' + t).matches(variables.targetPattern))"
        ),
    }.items()
)
"""The variables that follow from those with values, each from the ones before it."""
VALIDATIONS: tuple[dict[str, str], ...] = (
    {
        "expression": "size(variables.refused) == 0",
        "messageExpression": (
            "'the name ' + variables.refused[0] + ' is not among those that objects of this namespace may ask for "
            "(TrueNorth, cluster.domains)'"
        ),
    },
    {
        "expression": "size(variables.strange) == 0",
        "messageExpression": (
            "'the target ' + variables.strange[0] + ' is not among those that objects may point at "
            "(TrueNorth, cluster.targets)'"
        ),
    },
)


def policy(args: OperatorArgs) -> list[Manifest]:
    """Return the policy and its binding; none where the settings limit neither names nor targets."""
    rules = args.policy
    if rules is None:
        return []
    variables = [{"name": name, "expression": _literal(value)} for name, value in _values(rules).items()]
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
    by_group: dict[str, list[str]] = {}
    for source in rules.sources:
        if source in KINDS:
            group, resource = KINDS[source]
            by_group.setdefault(group, []).append(resource)
    return [
        {"apiGroups": [group], "apiVersions": ["*"], "operations": ["CREATE", "UPDATE"], "resources": resources}
        for group, resources in sorted(by_group.items())
    ]


def _values(rules: PolicyArgs) -> dict[str, object]:
    prefix = (rules.annotation_prefix,) if rules.annotation_prefix else ()
    return {
        "vocabularies": prefix or (_OURS, *_EXTERNAL),
        "foreign": prefix or _EXTERNAL,
        "modal": prefix or (_OURS, _ROUTEFLARE),
        "zones": rules.zones,
        "taken": rules.taken,
        "prefixes": rules.prefixes,
        "suffixes": rules.suffixes,
        "ingressClasses": rules.ingress_classes,
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
