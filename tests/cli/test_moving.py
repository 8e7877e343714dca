"""A cluster moves in from external-dns: after it, the zone answers as before.

Two Gateways of one namespace, the external one behind a tunnel; external-dns ran with `--gateway-name=envoy-external
--cloudflare-proxied --txt-prefix=k8s.` and a DNSEndpoint for the tunnel (onedr0p/home-ops, bjw-s-labs/home-ops). The
settings are those of docs/moving/external-dns.md.
"""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.marks import external_dns
from components.marks.external_dns import Affix, Labels
from lab import remote
from lab.kube.cluster import Cluster
from tests.cli.clusters import at
from tests.cli.conftest import Inside
from tests.cluster.objects import Manifest, allow, dns_endpoint, gateway, listener, route
from tests.cluster.place import Place, make_place

SHAPE = Path(__file__).with_name("setup") / "moving" / "shapes" / "external-dns-helmrelease-gateway.yaml"
"""The HelmRelease of such a cluster."""
GUIDE = Path(__file__).resolve().parents[2] / "docs/moving/external-dns.md"
ZONE = "example.com"
TUNNEL = "6ff42ae2-765d-4adf-8112-31c55c1551ef.cfargotunnel.com"
PUBLIC = ("echo", "flux-webhook", "auth", "plex", "home", "status")
PRIVATE = ("grafana", "prometheus", "minio", "s3", "internal")
E = "external-dns.alpha.kubernetes.io/"
Record = tuple[str, str, str, bool]


@pytest.fixture
def place(kube_cluster: Cluster) -> Place:
    return make_place(kube_cluster, "moving")


def settings_of_the_guide() -> dict[str, Any]:
    """The first settings in it."""
    block = GUIDE.read_text(encoding="utf-8").partition("```yaml\n")[2].partition("```")[0]
    return {key.removeprefix("truenorth:"): value for key, value in yaml.safe_load(block)["config"].items()}


def estate(place: Place) -> tuple[Manifest, ...]:
    """The Gateways and routes, in namespaces as there."""
    network, apps = place.other("network"), place.namespace

    def edge(name: str, address: str) -> Manifest:
        listeners = [
            listener("http", "HTTP", 80, allowed=allow("Same")),
            listener("web", "HTTP", 8080, allowed=allow("All")),
        ]
        said = {f"{E}target": f"{name}.{ZONE}"}
        return gateway(address, name=f"envoy-{name}", namespace=network, listeners=listeners, annotations=said)

    def app(name: str, *gateways: str, hosts: tuple[str, ...] = ()) -> Manifest:
        refs = [{"name": f"envoy-{one}", "namespace": network, "sectionName": "web"} for one in gateways]
        return route(*(f"{host}.{ZONE}" for host in hosts or (name,)), name=name, namespace=apps, refs=refs)

    redirect = [{"name": f"envoy-{one}", "sectionName": "http"} for one in ("external", "internal")]
    tunnel = {"dnsName": f"external.{ZONE}", "recordType": "CNAME", "targets": [TUNNEL]}
    return (
        dns_endpoint("cloudflare-tunnel", tunnel, namespace=network),
        edge("external", "192.168.42.126"),
        edge("internal", "192.168.42.121"),
        route(name="https-redirect", namespace=network, refs=redirect, annotations={f"{E}controller": "none"}),
        *(app(name, "external") for name in ("echo", "flux-webhook", "status")),
        route(
            f"home.{ZONE}",
            ZONE,
            name="home",
            namespace=apps,
            refs=[{"name": "envoy-external", "namespace": network, "sectionName": "web"}],
        ),
        *(app(name, "external", "internal") for name in ("auth", "plex")),
        *(app(name, "internal") for name in ("grafana", "prometheus")),
        app("minio", "internal", hosts=("minio", "s3")),
    )


def stands(inside: Inside, name: str, record_type: str, content: str, **more: object) -> None:
    record = {"name": name, "type": record_type, "content": content, "ttl": 1, "proxied": False, **more}
    remote.edit_record(inside.places, record)


def made_by_external_dns(inside: Inside) -> None:
    """The zone as it was: what external-dns has made, with its marks, and the owner's mail."""
    aliases = {"external": TUNNEL, **dict.fromkeys(PUBLIC, f"external.{ZONE}")}
    for label, target in aliases.items():
        name = f"{label}.{ZONE}"
        stands(inside, name, "CNAME", target, proxied=True)
        maker = "crd/network/cloudflare-tunnel" if label == "external" else f"httproute/default/{label}"
        text = external_dns.encode(Labels("default", maker))
        stands(inside, external_dns.mark_name(name, "CNAME", Affix(prefix="k8s.")), "TXT", text)
    stands(inside, ZONE, "CNAME", f"external.{ZONE}", proxied=True)  # which external-dns had no place to mark
    stands(inside, ZONE, "MX", "mail.example.org", priority=10)
    stands(inside, ZONE, "TXT", "v=spf1 include:_spf.example.org -all")


def answers(inside: Inside) -> set[Record]:
    """The records but for anybody's marks."""
    return {
        (one["name"], one["type"], one["content"], one["proxied"])
        for one in remote.records(inside.places)
        if "heritage=" not in one["content"]
    }


def test_a_cluster_with_an_external_and_an_internal_gateway_moves_in(inside: Inside, place: Place) -> None:
    made_by_external_dns(inside)
    before = answers(inside)
    place.put(*estate(place))
    written = settings_of_the_guide()
    cluster = at(place, **written.pop("cluster"))
    cluster["namespaces"] = [*cluster["namespaces"], f"{place.namespace}-network"]
    inside.settings(**{**written, "cluster": cluster})

    shown = inside.result("sources")
    named = {ZONE, *(f"{label}.{ZONE}" for label in (*PUBLIC, "external"))}
    assert {one["name"] for one in shown["names"]} == named
    inside.result("adopt", "--from", "external-dns", "--from-owner", "default", "--yes")
    assert answers(inside) == before
    for _ in range(2):
        result = inside.result("up")
        assert answers(inside) == before
    assert (result["changes"], result["engine_runs"]) == ([], 0)
    (apex,) = result["conflicts"]
    assert (apex["name"], apex["type"]) == (ZONE, "CNAME")
    inside.settings(**{**written, "cluster": cluster, "adopt": "same-content"})
    assert inside.result("up")["conflicts"] == []
    assert answers(inside) == before

    there = {one["name"] for one in remote.records(inside.places)}
    assert not {f"{label}.{ZONE}" for label in PRIVATE} & there
    marks = [one for one in remote.records(inside.places) if "heritage=" in one["content"]]
    assert not [one for one in marks if "heritage=external-dns" in one["content"]]
    assert {one["name"] for one in marks} == {f"_truenorth-cname.{label}.{ZONE}" for label in (*PUBLIC, "external")} | {
        f"_truenorth-cname.{ZONE}"
    }


def test_the_settings_that_init_makes_of_its_helmrelease_take_the_cluster_over(inside: Inside, place: Place) -> None:
    made_by_external_dns(inside)
    before = answers(inside)
    place.put(*estate(place))
    made = inside.result("init", "--from", str(SHAPE))
    assert made["losses"] == 0
    settings = dict(made["settings"])
    settings["cluster"] = at(place, **settings["cluster"])
    settings["cluster"]["namespaces"] = [*settings["cluster"]["namespaces"], f"{place.namespace}-network"]
    inside.settings(**settings)

    (command,) = made["adopt"]
    inside.result(*shlex.split(command)[1:], "--yes")
    for _ in range(2):
        result = inside.result("up")
        assert answers(inside) == before
    assert (result["changes"], result["engine_runs"]) == ([], 0)
    marks = [one for one in remote.records(inside.places) if "heritage=" in one["content"]]
    assert not [one for one in marks if "heritage=external-dns" in one["content"]]
