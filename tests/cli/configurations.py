"""Configurations of external-dns as people have published them, in small: objects, flags, and the same in settings.

Names and domains are replaced. Where they are from: Helm values of three layouts of repositories (a template for home
clusters in two ages, and charts of companies), drawn by path.
"""

from __future__ import annotations

from collections.abc import Mapping

from tests.cli.movers import (
    ALPHA,
    APPS,
    COM,
    NETWORK,
    ORG,
    OTHERS,
    PROXIED,
    ROUTES,
    Configuration,
    E,
    app,
    edges,
    labelled,
    tunnel,
    web,
    within,
)
from tests.cluster.objects import allow, dns_endpoint, gateway, listener, manifest, route, service

_APPS = (app("echo", "external"), app("auth", "external", "internal"), app("grafana", "internal"))
_HOME = (tunnel(COM), *edges(), *_APPS)
_HOME_FLAGS = ("--gateway-name=external", *PROXIED)
_BOTH = ("crd", ROUTES)
_EXTERNAL = {"proxied": True, "cluster": {"gateways": ["external"]}}
_TLS = [{"hosts": [f"certificate.{COM}"], "secretName": "tls"}]
_PUBLIC = {"ip": "198.51.100.20"}

CONFIGURATIONS: Mapping[str, Configuration] = {
    "home template, newer: routes of one Gateway, a tunnel in a DNSEndpoint": Configuration(
        _BOTH, _HOME_FLAGS, _EXTERNAL, _HOME
    ),
    "the same, and an apex": Configuration(
        _BOTH, _HOME_FLAGS, _EXTERNAL, (*_HOME, app("home", "external", hosts=(f"home.{COM}", COM)))
    ),
    "the same, several domains": Configuration(
        _BOTH,
        _HOME_FLAGS,
        _EXTERNAL,
        (tunnel(COM, ORG), *edges(), app("shop", "external", hosts=(f"shop.{COM}", f"shop.{ORG}", "shop.example.net"))),
        zones=(COM, ORG),
    ),
    "the same, no filter of domains": Configuration(
        _BOTH,
        _HOME_FLAGS,
        {**_EXTERNAL, "zones": "auto"},
        (tunnel(COM, ORG), *edges(), app("shop", "external", hosts=(f"shop.{COM}", f"shop.{ORG}", "shop.example.net"))),
        zones=(COM, ORG),
        filtered=False,
    ),
    "the same, without routes": Configuration(
        ("crd",),
        PROXIED,
        {"proxied": True},
        (
            tunnel(COM),
            dns_endpoint(
                "mail",
                {"dnsName": COM, "recordType": "MX", "targets": ["10 mail.example.net"]},
                {"dnsName": COM, "recordType": "TXT", "targets": ["v=spf1 -all"]},
                {
                    "dnsName": f"direct.{COM}",
                    "recordType": "A",
                    "targets": ["198.51.100.7"],
                    "recordTTL": 300,
                    "providerSpecific": [{"name": f"{ALPHA}cloudflare-proxied", "value": "false"}],
                },
                namespace=NETWORK,
            ),
        ),
        differs={
            (COM, kind): "all types of a DNSEndpoint are made; there only those of --managed-record-types"
            for kind in ("MX", "TXT")
        },
    ),
    "home template, older: Ingresses of one class": Configuration(
        ("crd", "ingress"),
        ("--ingress-class=external", *PROXIED),
        {"proxied": True, "cluster": {"ingress_classes": ["external"], "tls_hosts": "always"}},
        (
            tunnel(COM),
            web("echo", f"echo.{COM}", annotations={f"{ALPHA}target": f"external.{COM}"}, tls=_TLS),
            web("plain", f"plain.{COM}"),
            web("inside", f"inside.{COM}", klass="internal", annotations={f"{ALPHA}target": f"internal.{COM}"}),
        ),
    ),
    "the same, the hosts of tls left out, several domains": Configuration(
        ("crd", "ingress"),
        ("--ingress-class=external", "--ignore-ingress-tls-spec", *PROXIED),
        {"proxied": True, "cluster": {"ingress_classes": ["external"], "tls_hosts": "never"}},
        (
            tunnel(COM),
            web("echo", f"echo.{COM}", f"echo.{ORG}", annotations={f"{ALPHA}target": f"external.{COM}"}, tls=_TLS),
            web("no-rule", annotations={f"{ALPHA}target": f"external.{COM}"}, tls=_TLS),
        ),
        zones=(COM, ORG),
    ),
    "the same, routes of Gateways with a label": Configuration(
        _BOTH,
        ("--gateway-label-filter=dns=public", *PROXIED),
        {"proxied": True, "cluster": {"gateway_labels": "dns=public"}},
        (
            tunnel(COM),
            *edges(labels=True),
            *_APPS,
        ),
    ),
    "objects with an annotation": Configuration(
        ("ingress", "service"),
        (f"--annotation-filter={E}public in (true)",),
        {"cluster": {"annotations": f"{E}public in (true)", "tls_hosts": "always"}},
        (
            web("echo", f"echo.{COM}", annotations={f"{E}public": "true"}),
            web("inside", f"inside.{COM}", klass="internal"),
            within(
                APPS,
                service(
                    "LoadBalancer",
                    at=[_PUBLIC],
                    annotations={f"{E}public": "true", f"{ALPHA}hostname": f"lb.{COM}"},
                ),
            ),
        ),
    ),
    "chart: Ingresses and Services": Configuration(
        ("service", "ingress"),
        PROXIED,
        {"proxied": True, "cluster": {"tls_hosts": "always"}},
        (
            web("shop", f"shop.{COM}", f"*.shop.{COM}", tls=_TLS),
            web("no-rule", tls=[{"hosts": [f"only-tls.{COM}"], "secretName": "tls"}]),
            within(
                APPS,
                service("LoadBalancer", at=[_PUBLIC], annotations={f"{ALPHA}hostname": f"game.{COM},vpn.{COM}"}),
            ),
            within(
                APPS,
                service(
                    "ExternalName",
                    name="docs",
                    externalName="docs.example.net",
                    annotations={f"{ALPHA}hostname": f"docs.{COM}", f"{ALPHA}cloudflare-proxied": "false"},
                ),
            ),
        ),
    ),
    "chart: every route, TCPRoutes too": Configuration(
        (*(f"gateway-{one}route" for one in ("http", "grpc", "tls", "tcp")), "service"),
        (),
        {},
        (
            gateway(
                "198.51.100.30",
                name="edge",
                namespace=NETWORK,
                listeners=[
                    listener("web", allowed=allow("All")),
                    listener("db", "TCP", 5432, allowed=allow("All")),
                    listener("tls", "TLS", 443, allowed=allow("All")),
                ],
            ),
            *(app("web", "edge"), app("api", "edge", kind="GRPCRoute")),
            route(
                *(f"tls.{COM}",),
                name="tls",
                namespace=APPS,
                kind="TLSRoute",
                refs=[{"name": "edge", "namespace": NETWORK}],
            ),
            manifest(
                *("gateway.networking.k8s.io/v1", "TCPRoute", "db"),
                namespace=APPS,
                annotations={f"{ALPHA}hostname": f"db.{COM}"},
                spec={
                    "parentRefs": [{"name": "edge", "namespace": NETWORK}],
                    "rules": [{"backendRefs": [{"name": "db", "port": 5432}]}],
                },
                status=route(refs=[{"name": "edge", "namespace": NETWORK}])["status"],
            ),
        ),
    ),
    "a default target for all": Configuration(
        ("ingress",),
        ("--default-targets=198.51.100.99", "--force-default-targets"),
        {"cluster": {"default_targets": {"ingress": "198.51.100.99"}, "tls_hosts": "always"}},
        (
            web("echo", f"echo.{COM}"),
            web("inside", f"inside.{COM}", klass="internal"),
            web("own", f"own.{COM}", annotations={f"{ALPHA}target": "198.51.100.5"}),
        ),
        differs={(f"own.{COM}", "A"): "an object that says where it points does so; external-dns forces the default"},
    ),
    "targets by network": Configuration(
        ("ingress", "service"),
        ("--exclude-target-net=192.168.0.0/16",),
        {"cluster": {"tls_hosts": "always"}},
        (
            web("echo", f"echo.{COM}"),
            web("inside", f"inside.{COM}", klass="internal"),
            within(
                APPS,
                service(
                    "LoadBalancer",
                    at=[_PUBLIC, {"ip": "192.168.42.9"}],
                    annotations={f"{ALPHA}hostname": f"both.{COM}"},
                ),
            ),
        ),
    ),
    "names by template, in one namespace, by label": Configuration(
        ("service",),
        (
            *("--fqdn-template={{.Name}}.{{.Namespace}}.example.com", "--combine-fqdn-annotation"),
            *(f"--namespace={APPS}", "--label-filter=dns=yes"),
        ),
        {
            "cluster": {
                "namespaces": [APPS],
                "labels": "dns=yes",
                "templates": {"names": "{{.Name}}.{{.Namespace}}.example.com", "combine": True},
            }
        },
        tuple(
            labelled(within(space, service("LoadBalancer", name=name, at=[_PUBLIC], annotations=said)), **labels)
            for name, space, said, labels in (
                ("one", APPS, {}, {"dns": "yes"}),
                ("two", APPS, {f"{ALPHA}hostname": f"named.{COM}"}, {"dns": "yes"}),
                ("three", APPS, {}, {}),
                ("four", OTHERS, {}, {"dns": "yes"}),
            )
        ),
    ),
    "an own prefix of annotations, the outside of two": Configuration(
        ("service",),
        (),
        {"cluster": {"annotation_prefix": "outside.example.com/"}},
        (
            within(
                APPS,
                service(
                    "LoadBalancer",
                    at=[_PUBLIC],
                    annotations={"outside.example.com/hostname": f"out.{COM}", f"{ALPHA}hostname": f"in.{COM}"},
                ),
            ),
        ),
    ),
}
