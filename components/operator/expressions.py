"""The expressions in CEL of the API server's policy, the same for every operator; the chart has them as a file.

They read the names and targets that an object itself says: in its spec, or the fields of its kind's description, and
in its annotations. They say what `stacks/plan/desired/admission.py` and `stacks/model/name_patterns.py` say.
"""

from __future__ import annotations

import json

OURS, ROUTEFLARE = "truenorth/", "routeflare/"
EXTERNAL_DNS = ("external-dns.kubernetes.io/", "external-dns.alpha.kubernetes.io/")
_MODAL = f"modal.filter(p, p != '{ROUTEFLARE}' || request.kind.kind.endsWith('Route'))"
_LABEL = "[^._*][^.]*"
"""Of a regular expression: a label without `_` in front, and no wildcard."""


def _first(spellings: str) -> str:
    """Return the expression for those of some annotations that are not empty, as they are written."""
    found = f"{spellings}.filter(k, k in variables.said && variables.said[k].trim() != '')"
    return f"{found}.map(k, variables.said[k].trim())"


_LOWER = ".map(v, v.lowerAscii())"


def _texts_of(place: str, field: str) -> str:
    """Return the expression for an object's labels or annotations, which may be null once all are gone."""
    found = f"{place}.metadata.{field}"
    return f"has({found}) && type({found}) == map ? {found} : {{}}"


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

_KINDS = (
    "['/Service', 'networking.k8s.io/Ingress', 'externaldns.k8s.io/DNSEndpoint', 'networking.istio.io/VirtualService']"
)
_OF_MESHES = "['/Service', 'multicluster.x-k8s.io/ServiceImport', 'networking.istio.io/ServiceEntry']"
_HOLDS = (
    "[r[0][1] in m ? [m[r[0][1]]] : []].all(f, r[0][2] == 'In' ? f.exists(v, v in r[1]) : "
    "r[0][2] == 'NotIn' ? !f.exists(v, v in r[1]) : r[0][2] == 'Exists' ? size(f) == 1 : "
    "r[0][2] == 'DoesNotExist' ? size(f) == 0 : f.exists(v, v.matches('^-?[0-9]{1,18}$') && "
    "(r[0][2] == '>' ? int(v) > int(r[1][0]) : int(v) < int(r[1][0]))))"
)
"""Whether the labels or annotations m fulfil the requirement r of a selector: [[where, key, operator], values]."""
_CLASS = (
    "(has(o.spec.ingressClassName) ? o.spec.ingressClassName : "
    f"[{_texts_of('o', 'annotations')}].map(a, 'kubernetes.io/ingress.class' in a ? "
    "a['kubernetes.io/ingress.class'] : '')[0])"
)
_NO_ADDRESS = (
    "!variables.clusterAddresses && (!has(object.spec.type) || object.spec.type == 'ClusterIP') && "
    "(!has(object.spec.clusterIP) || object.spec.clusterIP != 'None') && size(variables.aims) == 0 && "
    "(size(variables.mode) == 0 || variables.mode[0] != 'ddns')"
)
"""Whether a Service has nothing that its names could point at."""
_PARENT = (
    "[has(p.namespace) && p.namespace != '' ? p.namespace : variables.ownNamespace].all(s, "
    "[(has(p.group) ? p.group : 'gateway.networking.k8s.io') + '/' + (has(p.kind) ? p.kind : 'Gateway')].all(k, "
    f"!(k in {_OF_MESHES}) && (size(variables.gatewayNamespaces) == 0 || "
    "s in variables.gatewayNamespaces || !k.matches('^gateway[.]networking[.](?:x-)?k8s[.]io/')) && "
    "(size(variables.gateways) == 0 || k != 'gateway.networking.k8s.io/Gateway' || p.name in variables.gateways || "
    "s + '/' + p.name in variables.gateways)))"
)
"""Whether a parent of a route may count: its labels and its class are for the plan alone."""

EXPRESSIONS: tuple[dict[str, str], ...] = tuple(
    {"name": name, "expression": expression}
    for name, expression in {
        "ownNamespace": "has(object.metadata.namespace) ? object.metadata.namespace : ''",
        "said": _texts_of("object", "annotations"),
        "before": f"oldObject == null ? {{}} : {_texts_of('oldObject', 'annotations')}",
        "kind": (
            "request.kind.group == 'gateway.networking.k8s.io' && request.kind.kind.endsWith('Route') ? 'Route' : "
            f"request.kind.group + '/' + request.kind.kind in {_KINDS} ? request.kind.kind : ''"
        ),
        "chosen": (
            "[object, oldObject].map(o, o == null || (variables.selection.all(r, [r[0][0] == 'labels' ? "
            f"({_texts_of('o', 'labels')}) : {_texts_of('o', 'annotations')}].all(m, {_HOLDS})) && "
            "(variables.kind != 'Ingress' || size(variables.ingressClasses) == 0 || "
            f"{_CLASS} in variables.ingressClasses) && "
            "(variables.kind != 'Service' || size(variables.serviceTypes) == 0 || "
            "(has(o.spec.type) ? o.spec.type : 'ClusterIP') in variables.serviceTypes)))"
        ),
        "unchanged": (
            "has(object.metadata.deletionTimestamp) || (oldObject != null && variables.chosen[1] && "
            "variables.described[0] == variables.described[1] && "
            "(has(object.spec) ? object.spec : {}) == (has(oldObject.spec) ? oldObject.spec : {}) && "
            f"(variables.vocabularies + variables.modal).all(p, {json.dumps(list(_RELEVANT))}.all(n, "
            "(p + n in variables.said ? variables.said[p + n] : '') == "
            "(p + n in variables.before ? variables.before[p + n] : ''))))"
        ),
        "controllers": _first(_spellings("controller")),
        "mode": _first(_spellings("content-mode", _MODAL)) + _LOWER,
        "attached": (
            f"variables.kind == 'Route' ? has(object.spec.parentRefs) && object.spec.parentRefs.exists(p, {_PARENT}) : "
            "variables.kind == 'VirtualService' ? has(object.spec.gateways) && "
            "object.spec.gateways.exists(g, !(g in ['', 'mesh'])) : !variables.optIn || size(variables.mode) > 0"
        ),
        "counts": (
            "!variables.unchanged && variables.chosen[0] && variables.attached && "
            "(size(variables.controllers) == 0 || variables.controllers[0] == 'dns-controller')"
        ),
        "hostnameSource": (
            f"(variables.kind == 'Ingress' ? {_first(_spellings('ingress-hostname-source'))} : "
            f"variables.kind == 'Route' ? {_first(_spellings('gateway-hostname-source'))} : []){_LOWER}"
        ),
        "endpoints": (
            "variables.kind == 'DNSEndpoint' && has(object.spec.endpoints) ? "
            "object.spec.endpoints.filter(e, has(e.dnsName)) : []"
        ),
        "aims": _first(_spellings("target", "vocabularies")),
        "annotated": (
            f"variables.kind == 'DNSEndpoint' || (variables.kind == 'Service' && {_NO_ADDRESS}) ? [] : "
            f"{_first(_spellings('hostname', 'vocabularies'))}"
        ),
        "ruled": (
            "variables.kind == 'DNSEndpoint' ? variables.endpoints.map(e, string(e.dnsName)) : "
            "variables.kind == 'Ingress' ? (has(object.spec.rules) ? "
            "object.spec.rules.filter(r, has(r.host) && r.host != '').map(r, string(r.host)) : []) : "
            "variables.kind == 'Route' && has(object.spec.hostnames) ? "
            "object.spec.hostnames.map(h, string(h)) : []"
        ),
        "certified": (
            "variables.kind == 'Ingress' && has(object.spec.tls) && (variables.tlsHosts == 'always' || "
            "variables.tlsHosts == 'fallback' && size(variables.ruled) == 0 && (size(variables.annotated) == 0 || "
            "size(variables.hostnameSource) > 0 && variables.hostnameSource[0] == 'defined-hosts-only')) ? "
            "object.spec.tls.filter(t, has(t.hosts)).map(t, t.hosts.map(h, string(h)).join(',')) : []"
        ),
        "defined": "variables.ruled + variables.certified + [variables.described[0]]",
        "inside": (f"variables.kind == 'Service' ? {_first(_spellings('internal-hostname'))} : []"),
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
            "variables.kind != 'DNSEndpoint' ? variables.names : "
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
        "targetTexts": (
            "size(variables.names) == 0 || (size(variables.mode) > 0 && variables.mode[0] == 'ddns') || "
            "(variables.kind == 'DNSEndpoint' && variables.counted.all(e, has(e.targets) && size(e.targets) > 0)) "
            "? [] : variables.aims"
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
