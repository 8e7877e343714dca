"""The objects of the campaign `policy`: routes, Ingresses, Services and DNSEndpoints of tenants, drawn at random."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bench.campaigns.policy.rules import PREFIX
from components.records import international

_EXTERNAL = ("external-dns.kubernetes.io/", "external-dns.alpha.kubernetes.io/")
_GATEWAY_API = "gateway.networking.k8s.io/v1"
_ZONES = (
    *("example.com", "example.com", "example.net", "shop.example.com", "ops.example.com", "example.org", "example.edu"),
    *("xn--bcher-kva.example.com", "xn--bcher-kva.example.net", "wild.example.com", "badexample.com"),
)
_LABELS = ("shop", "admin", "inner", "web-1", "a", "b", "a-b", "axb", "www", "ops", "team", "vpn", "xn--bcher-kva")
_ODD = (
    *("_acme-challenge", "_dmarc", "_x", "_tcp", "_truenorth-a", "own-a", "own-aaaa", "own", "xdns-a-www"),
    *("a-b-owner", "truenorth", "truenorth-a", "www-a-x", "txt"),
)
_ADDRESSES = ("192.0.2.1", "192.0.3.1", "2001:db8::1", "2001:DB9::1", "2001:db8:0:0::2")
_HOSTS = ("a.lb.example.edu", "A.LB.example.edu.", "b.example.edu", "x.a.lb.example.edu", "lb-1.example.edu")
_TYPED: Mapping[str, Sequence[str]] = {
    "A": [one for one in _ADDRESSES if ":" not in one],
    "AAAA": [one for one in _ADDRESSES if ":" in one],
    "CNAME": _HOSTS,
    "MX": [f"10 {one}" for one in _HOSTS],
    "TXT": ["v=spf1 include:b.example.edu -all", "b.example.edu"],
    "SRV": ["10 5 5060 b.example.edu"],
    "NS": _HOSTS,
    "PTR": _HOSTS,
    "CAA": ['0 issue "b.example.edu"'],
    "HTTPS": [
        *("1 .", "0 a.lb.example.edu.", "1 b.example.edu alpn=h2", "1 . alpn=h2", "1 . ipv6hint=2001:db9::1"),
        *("1 . ipv4hint=192.0.2.1,192.0.3.1", "16 A.lb.example.edu. port=8443 ipv4hint=192.0.2.1"),
    ],
}
_NOT_EMPTY = frozenset(_TYPED) - {"A", "AAAA", "CNAME"}
"""Types of which an endpoint without targets is none."""


def an_object(chance: random.Random, namespaces: Sequence[str]) -> dict[str, Any]:
    """Draw an object in one of some namespaces."""
    kind = chance.choice(list(_SPECS))
    made = _SPECS[kind](chance)
    metadata = {"name": "web", "namespace": chance.choice(namespaces), "annotations": _annotations(chance, kind)}
    return {"apiVersion": made["apiVersion"], "kind": kind, "metadata": metadata, "spec": made["spec"]}


def _name(chance: random.Random, *, odd: bool = True) -> str:
    labels = [chance.choice(_LABELS) for _ in range(chance.choice([0, 1, 1, 2, 3]))]
    if chance.random() < 1 / 5:
        labels = ["*", *labels[:2]]
    elif odd and chance.random() < 1 / 2:
        others = [chance.choice(_ODD) if chance.random() < 1 / 3 else one for one in labels]
        labels = [chance.choice(_ODD), *others[:2]]
    return ".".join([*labels, chance.choice(_ZONES)])


def _spelled(chance: random.Random) -> str:
    """Draw a name as somebody may write it in an annotation."""
    name = _name(chance)
    return chance.choice(
        [name, name, name.upper(), f" {name}. ", f"{name}.", f"\t{name}", international.to_unicode(name)]
    )


def _names(chance: random.Random, most: int = 3) -> list[str]:
    """Draw host names as a spec has them: each once."""
    return list(dict.fromkeys(_name(chance, odd=False) for _ in range(chance.randint(0, most))))


def _listed(chance: random.Random) -> str:
    return chance.choice([",", ",", ", ", ",,"]).join(_spelled(chance) for _ in range(chance.choice([1, 1, 2, 3])))


def _targets(chance: random.Random) -> str:
    found = chance.sample(chance.choice([_ADDRESSES, _ADDRESSES, _HOSTS]), k=chance.choice([1, 1, 2]))
    return chance.choice([",", " , "]).join(found) + chance.choice(["", "", " ", ","])


def _annotations(chance: random.Random, kind: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for prefix in ("truenorth/", *_EXTERNAL):
        if chance.random() < 1 / 5:
            found[f"{prefix}hostname"] = chance.choice([_listed(chance), _listed(chance), " ", ""])
        if chance.random() < 1 / 6:
            found[f"{prefix}target"] = _targets(chance)
    for prefix in _EXTERNAL:
        found |= _of_external_dns(chance, prefix, kind)
    if kind == "Service":
        found.setdefault("external-dns.kubernetes.io/hostname", _listed(chance))
    if chance.random() < 1 / 5:
        key = chance.choice(["truenorth/content-mode", "routeflare/content-mode"])
        found[key] = chance.choice(["ddns", "gateway-address", "DDNS"])
    if chance.random() < 1 / 3:
        found |= {PREFIX + key.partition("/")[2]: value for key, value in found.items()}
    return found


def _of_external_dns(chance: random.Random, prefix: str, kind: str) -> dict[str, str]:
    """Draw the annotations that external-dns alone has, in one of the spellings of their prefix."""
    found: dict[str, str] = {}
    if chance.random() < 1 / 8:
        found[f"{prefix}controller"] = chance.choice(["dns-controller", "another", ""])
    for of in ("ingress", "gateway"):
        if chance.random() < 1 / 6:
            values = ["annotation-only", "defined-hosts-only", "Annotation-Only", " defined-hosts-only ", ""]
            found[f"{prefix}{of}-hostname-source"] = chance.choice(values)
    if kind == "Service" and chance.random() < 1 / 4:
        found[f"{prefix}internal-hostname"] = _listed(chance)
    return found


def _ingress(chance: random.Random) -> dict[str, Any]:
    backend = {"service": {"name": "web", "port": {"number": 80}}}
    paths = [{"path": "/", "pathType": "Prefix", "backend": backend}]
    spec: dict[str, Any] = {
        "defaultBackend": backend,
        "rules": [{"host": host, "http": {"paths": paths}} for host in _names(chance)],
    }
    if given := chance.choice(["public", "public", "inside", ""]):
        spec["ingressClassName"] = given
    certified = [_names(chance, 2) for _ in range(chance.choice([0, 0, 1, 2]))]
    spec["tls"] = [{"hosts": hosts, "secretName": f"tls-{at}"} for at, hosts in enumerate(certified)]
    return {"apiVersion": "networking.k8s.io/v1", "spec": spec}


def _route(chance: random.Random) -> dict[str, Any]:
    return {"apiVersion": _GATEWAY_API, "spec": {"hostnames": _names(chance), "parentRefs": [{"name": "edge"}]}}


def _tls_route(chance: random.Random) -> dict[str, Any]:
    rules = [{"backendRefs": [{"name": "web", "port": 443}]}]
    hostnames = _names(chance) or ["a.example.com"]
    return {
        "apiVersion": _GATEWAY_API,
        "spec": {"hostnames": hostnames, "parentRefs": [{"name": "edge"}], "rules": rules},
    }


def _service(_: random.Random) -> dict[str, Any]:
    return {"apiVersion": "v1", "spec": {"type": "LoadBalancer", "ports": [{"port": 80}]}}


def _dns_endpoint(chance: random.Random) -> dict[str, Any]:
    listed = [_endpoint(chance) for _ in range(chance.randint(0, 3))]
    return {"apiVersion": "externaldns.k8s.io/v1alpha1", "spec": {"endpoints": listed}}


def _endpoint(chance: random.Random) -> dict[str, Any]:
    record_type = chance.choice(list(_TYPED))
    most = 1 if record_type == "CNAME" else 2
    targets = chance.sample(_TYPED[record_type], k=min(chance.randint(0, most), len(_TYPED[record_type])))
    if not targets and record_type in _NOT_EMPTY:
        targets = list(_TYPED[record_type][:1])
    first = chance.choice(["_sip._tcp.", "_sip.", ""]) if record_type == "SRV" else ""
    name = _name(chance)
    return {
        "dnsName": first + chance.choice([name, name, name.upper(), f"{name}.", international.to_unicode(name)]),
        "recordType": record_type,
        "targets": targets,
    }


_SPECS: Mapping[str, Callable[[random.Random], dict[str, Any]]] = {
    "Ingress": _ingress,
    "HTTPRoute": _route,
    "GRPCRoute": _route,
    "TLSRoute": _tls_route,
    "Service": _service,
    "DNSEndpoint": _dns_endpoint,
}
