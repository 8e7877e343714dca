"""The objects of the campaign `policy`: those of tenants, of every kind that the policy looks at, drawn at random."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bench.campaigns.policy.rules import GATEWAYS, GROUP, PREFIX
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


_NAMED_BY_ANNOTATION = {"Service", "TCPRoute", "IngressRouteUDP"}


def an_object(chance: random.Random, namespaces: Sequence[str]) -> dict[str, Any]:
    """Draw an object in one of some namespaces."""
    api, kind = chance.choice(list(_MADE))
    said = _annotations(chance, kind) | _chosen(chance)
    metadata = {
        "name": "web",
        "namespace": chance.choice(namespaces),
        "annotations": said,
        "labels": _chosen(chance),
    }
    made = _MADE[api, kind](chance)
    if api == _GATEWAY_API:
        made["spec"]["parentRefs"] = _parents(chance, namespaces)
    return {"apiVersion": api, "kind": kind, "metadata": metadata, **made}


def _chosen(chance: random.Random) -> dict[str, str]:
    """Draw what selectors ask for."""
    drawn = {"dns": ["public", "inner", ""], "rank": ["1", "5", "12", "high"], "off": ["yes"]}
    return {key: chance.choice(values) for key, values in drawn.items() if chance.random() < 1 / 2}


def _parents(chance: random.Random, namespaces: Sequence[str]) -> list[dict[str, Any]]:
    drawn = [{"name": name} for name in GATEWAYS]
    drawn += [{"name": name, "namespace": chance.choice(namespaces)} for name in GATEWAYS]
    drawn += [{"group": "", "kind": "Service", "name": "web"}, {"group": "a.example", "kind": "Edge", "name": "edge"}]
    return chance.sample(drawn, k=chance.choice([0, 1, 1, 1, 1, 2]))


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
    if kind in _NAMED_BY_ANNOTATION:
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
    return {"spec": spec}


def _route(chance: random.Random) -> dict[str, Any]:
    return {"spec": {"hostnames": _names(chance), "parentRefs": []}}


def _tcp_route(_: random.Random) -> dict[str, Any]:
    return {"spec": {"parentRefs": [], "rules": [{"backendRefs": [{"name": "web", "port": 443}]}]}}


def _tls_route(chance: random.Random) -> dict[str, Any]:
    route = _tcp_route(chance)
    return {"spec": {**route["spec"], "hostnames": _names(chance) or ["a.example.com"]}}


def _service(chance: random.Random) -> dict[str, Any]:
    drawn = chance.choice([{"type": "LoadBalancer"}, {"type": "LoadBalancer"}, {"type": "ClusterIP"}, {}])
    return {"spec": {**drawn, "ports": [{"port": 80}]}}


def _dns_endpoint(chance: random.Random) -> dict[str, Any]:
    listed = [_endpoint(chance) for _ in range(chance.randint(0, 3))]
    return {"spec": {"endpoints": listed}}


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


def _rule(chance: random.Random) -> str:
    """Draw a rule in the language of Traefik's routers, or what may be taken for one."""
    names = [_name(chance) for _ in range(3)]
    listed = ", ".join(f"`{one}`" for one in names[1:])
    return chance.choice(
        [
            *(f"Host(`{names[0]}`)", f"Host(`{names[0]}`) && PathPrefix(`/`)", f"HostSNI({listed})", "PathPrefix(`/`)"),
            *(f'HostHeader("{names[0]}") || Host({listed})', f"!Host(`{names[0]}`) && Host(`{names[1]}`)"),
            *(f"! Host(`{names[0]}`)", f"HostRegexp(`{names[0]}`)", f"\u00e9Host(`{names[0]}`)", f"Host({names[0]})"),
            f"Host(`{names[0]}`) && !  (Host(`{names[1]}`))",
        ]
    )


def _traefik(chance: random.Random) -> dict[str, Any]:
    service = {"name": "web", "port": 80}
    rules = [{"kind": "Rule", "match": _rule(chance), "services": [service]} for _ in range(chance.choice([1, 1, 2]))]
    return {"spec": {"routes": rules}}


def _traefik_tcp(chance: random.Random) -> dict[str, Any]:
    return {"spec": {"routes": [{"match": _rule(chance), "services": [{"name": "web", "port": 80}]}]}}


def _traefik_udp(_: random.Random) -> dict[str, Any]:
    return {"spec": {"routes": [{"services": [{"name": "web", "port": 80}]}]}}


def _istio_gateway(chance: random.Random) -> dict[str, Any]:
    hosts = [chance.choice(["", "*/", "./", "shop/"]) + one for one in [*_names(chance, 2), _name(chance, odd=False)]]
    server = {"hosts": hosts, "port": {"name": "http", "number": 80, "protocol": "HTTP"}}
    return {"spec": {"selector": {"istio": "edge"}, "servers": [server]}}


def _virtual_service(chance: random.Random) -> dict[str, Any]:
    gateways = chance.choice([["edge"], ["edge"], ["mesh"], ["mesh", "edge"], []])
    http = [{"route": [{"destination": {"host": "web"}}]}]
    spec = {"hosts": [*_names(chance, 2), chance.choice(["web", _name(chance)])], "gateways": gateways, "http": http}
    return {"spec": spec}


def _http_proxy(chance: random.Random) -> dict[str, Any]:
    routes = [{"services": [{"name": "web", "port": 80}]}]
    if chance.random() < 1 / 5:
        return {"spec": {"routes": routes}}
    return {"spec": {"virtualhost": {"fqdn": _name(chance, odd=False)}, "routes": routes}}


def _openshift_route(chance: random.Random) -> dict[str, Any]:
    return {"spec": {"host": _name(chance, odd=False), "to": {"kind": "Service", "name": "web", "weight": 100}}}


def _tcp_ingress(chance: random.Random) -> dict[str, Any]:
    rules = [{"host": _spelled(chance), "port": 80} for _ in range(chance.randint(0, 2))]
    return {"spec": {"rules": [*rules, {"port": 81}]}}


def _site(chance: random.Random) -> dict[str, Any]:
    """Draw an object of a kind without a schema: each field may have any type."""
    odd: list[Any] = [None, 7, True, {"name": _name(chance)}, [_name(chance), 3, None], "", _name(chance)]
    spec: dict[str, Any] = {
        "hosts": [{"name": one} for one in _names(chance)],
        "host": _spelled(chance),
        "deep": [{"list": [_name(chance)]}, {"list": [], "other": 1}],
        "odd-field": _name(chance, odd=False),
    }
    for key in chance.sample(list(spec), k=chance.choice([0, 0, 1, 2, 4])):
        spec[key] = chance.choice([*odd, [*odd]])
    return {} if chance.random() < 1 / 9 else {"spec": chance.choice([spec, spec, spec, spec, chance.choice(odd)])}


def _router(chance: random.Random) -> dict[str, Any]:
    return {"match": chance.choice([_rule(chance), _rule(chance), 3]), "spec": {"rules": [_rule(chance), None]}}


def _other_service(chance: random.Random) -> dict[str, Any]:
    return {"spec": {"host": _name(chance), "hostnames": _names(chance)}}


def _config_map(chance: random.Random) -> dict[str, Any]:
    return chance.choice([{"data": {"hostname": _spelled(chance)}}, {"data": {"other": "x"}}, {}])


_MADE: Mapping[tuple[str, str], Callable[[random.Random], dict[str, Any]]] = {
    ("networking.k8s.io/v1", "Ingress"): _ingress,
    (_GATEWAY_API, "HTTPRoute"): _route,
    (_GATEWAY_API, "GRPCRoute"): _route,
    (_GATEWAY_API, "TLSRoute"): _tls_route,
    (_GATEWAY_API, "TCPRoute"): _tcp_route,
    ("v1", "Service"): _service,
    ("externaldns.k8s.io/v1alpha1", "DNSEndpoint"): _dns_endpoint,
    ("traefik.io/v1alpha1", "IngressRoute"): _traefik,
    ("traefik.io/v1alpha1", "IngressRouteTCP"): _traefik_tcp,
    ("traefik.io/v1alpha1", "IngressRouteUDP"): _traefik_udp,
    ("networking.istio.io/v1", "Gateway"): _istio_gateway,
    ("networking.istio.io/v1beta1", "VirtualService"): _virtual_service,
    ("projectcontour.io/v1", "HTTPProxy"): _http_proxy,
    ("route.openshift.io/v1", "Route"): _openshift_route,
    ("configuration.konghq.com/v1beta1", "TCPIngress"): _tcp_ingress,
    (f"{GROUP}/v1", "Site"): _site,
    (f"{GROUP}/v1", "Router"): _router,
    (f"{GROUP}/v1", "Service"): _other_service,
    ("v1", "ConfigMap"): _config_map,
}
