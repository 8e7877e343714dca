"""The kinds of other programs that are described here, by the names of their sources."""

from __future__ import annotations

from collections.abc import Mapping

from stacks.kube.objects import Resource
from stacks.observe.cluster.kinds.described import Description

_STATUS = ("status.loadBalancer.ingress[].ip", "status.loadBalancer.ingress[].hostname")
_RULES = ("spec.routes[].match",)


def _resource(group: str, version: str, kind: str, *fields: str) -> Resource:
    name = kind.lower()
    return Resource(group, version, f"{name}{'es' if name.endswith('ss') else 's'}", kind, fields=fields)


def _described(group: str, version: str, kind: str, names: tuple[str, ...], addresses: tuple[str, ...]) -> Description:
    return Description(_resource(group, version, kind, *names, *addresses), names, addresses)


def _of_traefik(kind: str, names: tuple[str, ...]) -> Description:
    """Return a kind of Traefik's: its objects have no addresses of their own."""
    return Description(_resource("traefik.io", "v1alpha1", kind, *names), names, reading="rule")


DESCRIPTIONS: Mapping[str, Description] = {
    # https://doc.traefik.io/traefik/reference/routing-configuration/kubernetes/crd/http/ingressroute/
    "traefik-ingressroute": _of_traefik("IngressRoute", _RULES),
    "traefik-ingressroutetcp": _of_traefik("IngressRouteTCP", _RULES),
    "traefik-ingressrouteudp": _of_traefik("IngressRouteUDP", ()),
    # https://projectcontour.io/docs/main/config/api/: an HTTPProxy that only others include has no virtual host.
    "contour-httpproxy": Description(
        Resource(
            "projectcontour.io",
            "v1",
            "httpproxies",
            "HTTPProxy",
            fields=("spec.virtualhost.fqdn", *_STATUS, "status.conditions"),
        ),
        ("spec.virtualhost.fqdn",),
        _STATUS,
        ready="Valid",
    ),
    # https://docs.openshift.com/container-platform/latest/rest_api/network_apis/route-route-openshift-io-v1.html
    "openshift-route": _described(
        "route.openshift.io", "v1", "Route", ("spec.host",), ("status.ingress[].routerCanonicalHostname",)
    ),
    # https://developer.konghq.com/kubernetes-ingress-controller/reference/custom-resources/
    "kong-tcpingress": _described("configuration.konghq.com", "v1beta1", "TCPIngress", ("spec.rules[].host",), _STATUS),
}
