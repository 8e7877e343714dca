from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest
import yaml

from lab.dns.record import ZoneRecord
from lab.dns.server import serve_dns
from lab.kube.cluster import Cluster
from lab.kube.proxy import Proxy
from stacks.kube.access import access
from stacks.kube.object_api import ObjectApi
from stacks.kube.objects import LISTENER_SETS, Resource
from stacks.model.claims import Claim, SourceSighting
from stacks.model.errors import UserError
from stacks.model.values import Known, Unknown
from stacks.observe.cluster.reading import ConnectedCluster, read, reflected, sightings
from stacks.observe.cluster.sighting import ClusterSources
from stacks.settings.cluster import ClusterSettings, SourceName
from tests.kube import gateway, http_route
from tests.stacks.kube.reaching import QUICK, exposed

ROUTES: tuple[SourceName, ...] = ("gateway-httproute", "gateway-grpcroute", "gateway-tlsroute")


def names(sighting: SourceSighting) -> dict[str, object]:
    assert isinstance(sighting.found, Known)
    return {claim.name: claim.targets for claim in sighting.found.value if isinstance(claim, Claim)}


def test_the_host_name_of_a_load_balancer_is_resolved_where_the_settings_ask_for_it(
    kube_cluster: Cluster, namespace: str
) -> None:
    service = {
        **exposed(namespace, "api", "api.example.com"),
        "spec": {"type": "LoadBalancer", "ports": [{"port": 80}]},
    }
    kube_cluster.admin.apply(service)
    kube_cluster.admin.set_status(service, {"loadBalancer": {"ingress": [{"hostname": "lb.example.net"}]}})
    records = (ZoneRecord("lb.example.net", "A", "203.0.113.9"), ZoneRecord("lb.example.net", "AAAA", "2001:db8::9"))

    def targets(**more: object) -> list[object]:
        fields = {"kubeconfig": str(kube_cluster.kubeconfig), "sources": ("service",), "namespaces": (namespace,)}
        (found,) = read([ClusterSettings.model_validate(fields | more)], {})
        assert isinstance(found.found, Known)
        return [one.targets for one in found.found.value if isinstance(one, Claim)]

    assert targets() == [Known(("lb.example.net",))]
    with serve_dns(lambda: {"example.net": records}) as place:
        resolved = targets(load_balancer_addresses=True, resolvers=(place,))
    assert resolved == [Known(("203.0.113.9",)), Known(("2001:db8::9",))]
    with serve_dns(lambda: {"example.net": ()}) as place:
        (unresolved,) = targets(load_balancer_addresses=True, resolvers=(place,))
    assert unresolved == Unknown(
        f"Service {namespace}/api: the host name lb.example.net does not resolve: there is no such name"
    )


def test_what_each_source_claims_is_read(kube_cluster: Cluster, namespace: str) -> None:
    admin = kube_cluster.admin
    edge = gateway(namespace, "edge")
    admin.apply(edge)
    admin.set_status(edge, {"addresses": [{"type": "IPAddress", "value": "192.0.2.7"}]})
    route = http_route(namespace, "web", "www.example.com", "edge")
    admin.apply(route)
    accepted = {"type": "Accepted", "status": "True", "reason": "Accepted", "message": ""}
    accepted["lastTransitionTime"] = "2026-01-01T00:00:00Z"
    parent = {"parentRef": {"name": "edge"}, "controllerName": "example.net/lab", "conditions": [accepted]}
    admin.set_status(route, {"parents": [parent]})
    admin.apply(exposed(namespace, "api", "api.example.com"))

    settings = ClusterSettings(
        name="home",
        kubeconfig=str(kube_cluster.kubeconfig),
        sources=("service", "gateway-httproute", "ingress"),
        namespaces=(namespace,),
    )
    services, routes, ingresses = read([settings], {})

    assert [(one.cluster, one.source, one.kind) for one in (services, routes, ingresses)] == [
        ("home", "service", "Service"),
        ("home", "gateway-httproute", "HTTPRoute"),
        ("home", "ingress", "Ingress"),
    ]
    assert names(services) == {"api.example.com": Known(("192.0.2.1",))}
    assert names(routes) == {"www.example.com": Known(("192.0.2.7",))}
    assert ingresses.found == Known(())


def test_what_several_sources_see_is_listed_once(proxy: Proxy) -> None:
    read([ClusterSettings(kubeconfig=str(proxy.kubeconfig()), sources=ROUTES)], {})
    for plural in ("httproutes", "grpcroutes", "tlsroutes", "gateways", "listenersets", "namespaces"):
        assert len(proxy.faults.requests(f"/{plural}?limit")) == 1
    assert proxy.faults.requests("watch") == []


def test_labels_and_namespaces_choose_the_objects_that_count(kube_cluster: Cluster, namespace: str) -> None:
    admin = kube_cluster.admin
    admin.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": f"{namespace}-b"}})
    admin.apply(exposed(namespace, "a", "a.example.com", labels={"team": namespace}))
    admin.apply(exposed(namespace, "b", "b.example.com"))
    admin.apply(exposed(f"{namespace}-b", "c", "c.example.com", labels={"team": namespace}))

    def found(labels: str, *namespaces: str) -> set[str]:
        settings = ClusterSettings(
            kubeconfig=str(kube_cluster.kubeconfig), sources=("service",), labels=labels, namespaces=namespaces
        )
        (sighting,) = read([settings], {})
        return set(names(sighting))

    assert found(f"team={namespace}") == {"a.example.com", "c.example.com"}
    assert found(f"team={namespace}", namespace) == {"a.example.com"}
    assert found("", namespace, f"{namespace}-b") == {"a.example.com", "b.example.com", "c.example.com"}


def test_who_may_not_read_one_kind_does_not_know_that_one_only(kube_cluster: Cluster) -> None:
    services = {"apiGroups": [""], "resources": ["services", "nodes"], "verbs": ["list"]}
    slices = {"apiGroups": ["discovery.k8s.io"], "resources": ["endpointslices"], "verbs": ["list"]}
    user = kube_cluster.service_account("reads-services", [services, slices])
    settings = ClusterSettings(kubeconfig=str(user.kubeconfig), sources=("service", "ingress"))
    seen, unseen = read([settings], {})
    assert isinstance(seen.found, Known)
    assert isinstance(unseen.found, Unknown)
    assert "cannot list ingresses.networking.k8s.io" in unseen.found.reason
    assert not unseen.waiting


def test_who_may_not_read_pods_does_not_know_what_their_own_targets_may_be_and_the_rest(
    kube_cluster: Cluster, namespace: str
) -> None:
    services = {"apiGroups": [""], "resources": ["services", "nodes"], "verbs": ["list"]}
    slices = {"apiGroups": ["discovery.k8s.io"], "resources": ["endpointslices"], "verbs": ["list"]}
    user = kube_cluster.service_account("reads-no-pods", [services, slices])
    headless = exposed(namespace, "pods", "pods.example.com")
    kube_cluster.admin.apply({**headless, "spec": {"clusterIP": "None", "ports": [{"port": 80}]}})
    kube_cluster.admin.apply(exposed(namespace, "web", "web.example.com"))
    endpoint_slice = {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {"name": "pods", "namespace": namespace, "labels": {"kubernetes.io/service-name": "pods"}},
        "addressType": "IPv4",
        "endpoints": [{"addresses": ["10.1.0.1"], "hostname": "pod-0", "targetRef": {"kind": "Pod", "name": "pod-0"}}],
    }
    kube_cluster.admin.apply(endpoint_slice)

    def found(**more: bool) -> dict[str, object]:
        chosen = {"kubeconfig": str(user.kubeconfig), "sources": ["service"], "namespaces": [namespace], **more}
        (sighting,) = read([ClusterSettings.model_validate(chosen)], {})
        return names(sighting)

    without, asked = found(), found(pod_targets=True)
    assert without["pod-0.pods.example.com"] == Known(("10.1.0.1",))
    unknown = {name for name, targets in asked.items() if isinstance(targets, Unknown)}
    assert unknown == {"pods.example.com", "pod-0.pods.example.com"}
    assert asked["web.example.com"] == without["web.example.com"]
    assert "cannot list pods" in str(asked["pods.example.com"])


def test_pods_are_named_by_their_annotations_or_all_of_them_by_a_domain(kube_cluster: Cluster, namespace: str) -> None:
    said = {"named": {"truenorth/hostname": "pod.example.com", "truenorth/target": "192.0.2.1"}, "plain": {}}
    for name, carried in said.items():
        metadata = {"name": name, "namespace": namespace, "annotations": carried}
        spec = {"containers": [{"name": "c", "image": "c"}], "nodeName": "one"}
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata}
        kube_cluster.admin.apply({**pod, "spec": spec})
        kube_cluster.admin.set_status(pod, {"phase": "Running", "podIP": "10.1.0.1", "podIPs": [{"ip": "10.1.0.1"}]})

    def found(**more: str) -> dict[str, object]:
        chosen = {"kubeconfig": str(kube_cluster.kubeconfig), "sources": ["pod"], "namespaces": [namespace], **more}
        (sighting,) = read([ClusterSettings.model_validate(chosen)], {})
        return names(sighting)

    own, at = Known(("192.0.2.1",)), Known(("10.1.0.1",))
    assert found() == {"pod.example.com": own}
    below = {"named.pods.example.com": own, "plain.pods.example.com": at}
    assert found(pod_domain="pods.example.com") == {"pod.example.com": own, **below}


def test_a_cluster_that_is_away_is_unknown_and_the_others_are_not(kube_cluster: Cluster, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    document = yaml.safe_load(kube_cluster.kubeconfig.read_text(encoding="utf-8"))
    document["clusters"][0]["cluster"]["server"] = f"https://127.0.0.1:{port}"
    (tmp_path / "config").write_text(yaml.safe_dump(document), encoding="utf-8")
    away = ClusterSettings(
        name="away", kubeconfig=str(tmp_path / "config"), sources=("service", "gateway-httproute"), timeout=0.3
    )
    here = ClusterSettings(name="here", kubeconfig=str(kube_cluster.kubeconfig), sources=("ingress",))
    *unseen, seen = read([away, here], {})
    assert isinstance(seen.found, Known)
    for one in unseen:
        assert isinstance(one.found, Unknown)
        assert f"of the cluster away at https://127.0.0.1:{port} cannot be read" in one.found.reason
        assert "the right address, and up?" in one.found.reason
        assert not one.waiting


def test_a_kind_that_is_not_served_is_waited_for(proxy: Proxy) -> None:
    proxy.answer(404, 100, containing="/apis/gateway.networking.k8s.io")
    settings = ClusterSettings(kubeconfig=str(proxy.kubeconfig()), sources=("gateway-httproute", "service"))
    routes, services = read([settings], {})
    assert isinstance(routes.found, Unknown)
    assert routes.waiting
    assert "the httproutes of the cluster at" in routes.found.reason
    assert "install the Gateway API" in routes.found.reason
    assert isinstance(services.found, Known)
    assert not services.waiting


def test_a_server_that_knows_nothing_is_no_cluster(proxy: Proxy) -> None:
    proxy.answer(404, 10_000)
    settings = ClusterSettings(kubeconfig=str(proxy.kubeconfig()), sources=("service", "ingress"), timeout=0.3)
    for sighting in read([settings], {}):
        assert isinstance(sighting.found, Unknown)
        assert not sighting.waiting


class WithoutListenerSets(ObjectApi):
    """A cluster with an older Gateway API."""

    async def served(self, resource: Resource) -> str | None:
        return None if resource == LISTENER_SETS else await super().served(resource)


def test_a_kind_that_is_only_looked_up_need_not_be_served(kube_cluster: Cluster) -> None:
    async def act() -> tuple[SourceSighting, ...]:
        settings = ClusterSettings(kubeconfig=str(kube_cluster.kubeconfig), sources=("gateway-httproute",))
        api = WithoutListenerSets(access(settings, {}), QUICK)
        clusters = [ConnectedCluster(ClusterSources(settings), api)]
        async with reflected(clusters, QUICK, lambda: None, watching=False):
            return sightings(clusters)

    (routes,) = asyncio.run(act())
    assert isinstance(routes.found, Known)
    assert not routes.waiting


def test_no_way_to_a_cluster_is_the_users_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no cluster is configured"):
        read([ClusterSettings()], {"HOME": str(tmp_path)})


def test_no_clusters_are_read_in_no_time() -> None:
    assert read([], {}) == ()
