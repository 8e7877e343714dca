"""The rules of a seed of the campaign `policy`: settings of names, zones, marks, annotations, domains and targets."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from stacks.settings.stack import Settings, parse

_T = TypeVar("_T")
LABELS: Mapping[str, dict[str, str]] = {
    "shop": {"team": "web"},
    "team-a": {"team": "web", "tier": "one"},
    "team-b": {},
    "other": {"team": "ops"},
}
"""The namespaces of a seed, without the prefix of their names, and their labels."""
OWN = "www.example.com"
"""A name of the settings, which no object may ask for."""
PREFIX = "in.example.com/"
"""The prefix of annotations of the seeds that have one of their own."""
SOURCES = (
    *("ingress", "gateway-httproute", "gateway-grpcroute", "gateway-tlsroute", "gateway-tcproute", "service", "crd"),
    *("traefik-ingressroute", "traefik-ingressroutetcp", "traefik-ingressrouteudp", "istio-gateway"),
    *("istio-virtualservice", "contour-httpproxy", "openshift-route", "kong-tcpingress"),
)
GROUP = "policy.example.com"
"""The API group of the kinds that only the settings describe."""
_ADDRESSES = ["status.addresses[]"]
KINDS: tuple[dict[str, Any], ...] = (
    {
        "group": GROUP,
        "version": "v1",
        "kind": "Site",
        "plural": "sites",
        "addresses": _ADDRESSES,
        "names": ["spec.hosts[].name", "spec.host", "spec.deep[].list[]", "spec.odd-field"],
    },
    {
        "group": GROUP,
        "version": "v1",
        "kind": "Router",
        "plural": "routers",
        "addresses": _ADDRESSES,
        "names": ["match", "spec.rules[]"],
        "reading": "rule",
    },
    # Kinds with the name of one that has rules of its own, and without a spec.
    {"group": GROUP, "version": "v1", "kind": "Service", "plural": "services", "names": ["spec.host"]},
    {"group": "", "version": "v1", "kind": "ConfigMap", "plural": "configmaps", "names": ["data.hostname"]},
)
_SELECTORS = ("dns=public", "dns in (public,inner),!off", "dns!=inner", "dns", "rank>1,rank<9", "dns notin (inner, x)")
CHOSEN = {"dns": "public", "rank": "5"}
"""Labels, or annotations, that each of them selects."""
GATEWAYS = ("edge", "inner")
"""The Gateways in each namespace."""
_ZONES = ("example.net", "shop.example.com", "example.org", "xn--bcher-kva.example.com", "bücher.example.net")
_NAMES = (
    *("**.shop.example.com", "shop.example.com", "_acme-challenge.shop.example.com", "*.example.com", "example.com"),
    *("web-*.example.net", "_*.ops.example.com", "**.ops.example.com", "*.*.example.com", "*-b.example.com", "**"),
    *("a*b.example.net", "_dmarc.*.example.com", "**.a.*.example.com", "ops.example.com", "a.b.example.net", "**.com"),
    *("*.bücher.example.com", "**.bücher.example.net", "_x._tcp.ops.example.com"),
)
_EXCLUDED = (
    *("admin.shop.example.com", "*.inner.shop.example.com", "**.shop.example.com", "example.com", "*.example.net"),
    *("a.*.example.com", "**.b.example.com", "_*.shop.example.com", "vpn.bücher.example.com", "web-1.example.net"),
)
ADDRESSES = "198.51.100.0/24"
"""Those that controllers give to objects, which are always allowed: the API server does not look at a status."""
_NETWORKS = ("192.0.2.0/24", "2001:db8::/32", "192.0.3.1/32", "0.0.0.0/0", "2001:db9::1/128")
_TARGETS = ("*.lb.example.edu", "b.example.edu", "**.lb.example.edu", "**.example.edu", "lb-*.example.edu")
_MARKS = (
    {"prefix": "xdns-%{record_type}-"},
    {"suffix": "-owner.txt"},
    {"prefix": "own."},
    {"suffix": "-%{record_type}-x"},
    {"prefix": "truenorth"},
)


@dataclass(frozen=True)
class Rules:
    """The settings of a seed. namespaces: the labels of each namespace, by its name in the cluster."""

    settings: Settings
    namespaces: Mapping[str, Mapping[str, str]]


def rules(chance: random.Random, prefix: str) -> Rules:
    """Draw the rules of a seed. prefix: of the names of its namespaces."""
    namespaces = {prefix + name: labels for name, labels in LABELS.items()}
    domains = [_domain(chance, prefix) for _ in range(chance.choice([0, 1, 2, 3]))]
    targets: dict[str, Any] = {}
    if not domains or chance.random() < 1 / 2:
        targets = {"networks": [ADDRESSES, *_some(chance, _NETWORKS)], "names": _some(chance, _TARGETS)}
    cluster = {
        "namespaces": list(namespaces),
        "domains": domains,
        "targets": targets,
        "tls_hosts": chance.choice(["fallback", "always", "never"]),
        "annotation_prefix": chance.choice(["", "", PREFIX]),
        "ingress_classes": chance.choice([[], [], ["public"], ["public", "other"]]),
        "kinds": [*KINDS],
        **_filters(chance, prefix),
    }
    written = {
        "zone": "example.com",
        "zones": [{"zone": zone} for zone in _some(chance, _ZONES)],
        "names": ["www", *_some(chance, ("*.wild.example.com", "shop", "@", "_dmarc.shop.example.com"))],
        "mark_prefix": chance.choice(["_truenorth-%{record_type}.", "own-%{record_type}."]),
        "external_dns": _some(chance, _MARKS),
        "sources": list(SOURCES),
        "cluster": cluster,
    }
    return Rules(parse(written, {}, stack="home", where="campaign"), namespaces)


def _filters(chance: random.Random, prefix: str) -> dict[str, Any]:
    """Draw which objects count: all, or by one or two settings."""
    drawn = {
        "service_types": chance.choice([["LoadBalancer"], ["NodePort", "ClusterIP"]]),
        "cluster_addresses": True,
        "labels": chance.choice(_SELECTORS),
        "annotations": chance.choice(_SELECTORS),
        "opt_in": True,
        "gateways": chance.choice([["edge"], [f"{prefix}shop/edge"], ["edge", f"{prefix}team-a/inner"]]),
        "gateway_namespaces": [f"{prefix}shop", f"{prefix}team-a"],
    }
    return {key: drawn[key] for key in chance.sample(list(drawn), k=chance.choice([0, 0, 1, 1, 2]))}


def _domain(chance: random.Random, prefix: str) -> dict[str, Any]:
    namespaces = chance.choice([[], [f"{prefix}shop"], [f"{prefix}team-*"], ["*-a", f"{prefix}other"], [f"{prefix}*"]])
    return {
        "namespaces": namespaces,
        "labels": chance.choice([{}, {}, {"team": "web"}, {"team": "ops"}, {"team": "web", "tier": "one"}]),
        "names": _some(chance, _NAMES, least=1),
        "exclude": _some(chance, _EXCLUDED),
    }


def _some(chance: random.Random, among: tuple[_T, ...], *, least: int = 0) -> list[_T]:
    return chance.sample(among, k=chance.randint(least, min(4, len(among))))
