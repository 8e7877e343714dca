from __future__ import annotations

from typing import Any

import pytest

from stacks.kube.objects import INGRESSES, Manifest
from stacks.kube.slim import slim
from stacks.model.claims import Claim, Complaint
from stacks.model.values import Known, Unknown
from stacks.observe.cluster.claims.source import Options
from stacks.observe.cluster.kinds.geo import balanced
from stacks.observe.cluster.sighting import ClusterSources
from stacks.settings.cluster import ClusterSettings
from stacks.settings.geo import GeoSettings
from tests.stacks.observe.cluster.worlds import RESOURCES, Caches, gateway, manifest

APP = "app.example.com"
HOME = {"cluster-name": "home"}
NAMED = {"truenorth/hostname": APP}


def status(*addresses: str) -> dict[str, Any]:
    fields = ({"hostname" if one[0].isalpha() and ":" not in one else "ip": one} for one in addresses)
    return {"loadBalancer": {"ingress": list(fields)}}


def ingress(*hosts: str, addresses: tuple[str, ...] = ("192.0.2.1",), **others: Any) -> dict[str, Any]:  # noqa: ANN401 - parts of a manifest
    spec = {"rules": [{"host": host} for host in hosts or (APP,)]}
    return manifest("Ingress", others.pop("name", "web"), spec, status=status(*addresses), **{"labels": HOME, **others})


def service(kind: str = "LoadBalancer", *addresses: str, **spec: Any) -> dict[str, Any]:  # noqa: ANN401 - parts of a manifest
    return manifest("Service", "web", {"type": kind, **spec}, status=status(*addresses), labels=HOME, annotations=NAMED)


def labelled_gateway(*addresses: str) -> dict[str, Any]:
    found = gateway(*addresses, annotations=NAMED)
    found["metadata"]["labels"] = HOME
    return found


def found(one: Manifest, settings: GeoSettings | None = None) -> tuple[Claim | Complaint, ...]:
    source = balanced(settings or GeoSettings(), Options())[f"geo-{one['kind'].lower()}"]
    claims = source.claims(Caches((one,)))
    kept = {**slim(RESOURCES[one["kind"]], one), "kind": one["kind"]}
    assert source.claims(Caches((kept,))) == claims  # what is kept of an object is enough
    assert isinstance(claims, Known)
    return claims.value


def claim(one: Manifest, settings: GeoSettings | None = None) -> Claim:
    (only,) = found(one, settings)
    assert isinstance(only, Claim)
    return only


def complaint(one: Manifest, settings: GeoSettings | None = None) -> Complaint:
    (only,) = found(one, settings)
    assert isinstance(only, Complaint)
    return only


class TestAnIngress:
    def test_is_balanced_at_its_hosts(self) -> None:
        hosts = (APP, "b.example.com")
        claims = [one for one in found(ingress(*hosts)) if isinstance(one, Claim)]
        assert [(one.name, one.targets, one.pool_of, one.type) for one in claims] == [
            (host, Known(("192.0.2.1",)), "home", None) for host in hosts
        ]
        assert str(claims[0].object) == "Ingress shop/web in home"

    def test_is_balanced_at_the_host_names_of_the_settings_only(self) -> None:
        settings = GeoSettings(hostname="a.example.com", hostnames=("b.example.com",))
        assert [one.name for one in found(ingress(), settings) if isinstance(one, Claim)] == [
            "a.example.com",
            "b.example.com",
        ]

    def test_has_all_its_addresses(self) -> None:
        one = ingress(addresses=("2001:DB8::1", "192.0.2.2", "lb.example.net"))
        assert claim(one).targets == Known(("192.0.2.2", "2001:db8::1", "lb.example.net"))

    def test_without_an_address_is_unknown(self) -> None:
        targets = claim(ingress(addresses=())).targets
        assert targets == Unknown("Ingress shop/web in home has no address")

    def test_with_private_addresses_only_is_unknown(self) -> None:
        targets = claim(ingress(addresses=("10.0.0.1", "192.168.1.1"))).targets
        assert isinstance(targets, Unknown)
        assert "private addresses only (10.0.0.1, 192.168.1.1), which Cloudflare does not reach" in targets.reason

    def test_has_its_public_address_alone_beside_a_private_one(self) -> None:
        assert claim(ingress(addresses=("10.0.0.1", "192.0.2.1"))).targets == Known(("192.0.2.1",))

    def test_may_say_its_addresses_itself(self) -> None:
        assert claim(ingress(annotations={"truenorth/target": "198.51.100.1"})).targets == Known(("198.51.100.1",))

    def test_with_a_bad_address_of_its_own_is_skipped(self) -> None:
        assert "'nonsense!'" in complaint(ingress(annotations={"truenorth/target": "nonsense!"})).text


class TestTheLabelOfTheCluster:
    @pytest.mark.parametrize("label", ["cluster-name", "cluster_name"])
    def test_has_two_spellings(self, label: str) -> None:
        assert claim(ingress(labels={label: "berlin"})).pool_of == "berlin"

    def test_is_needed(self) -> None:
        found = complaint(ingress(labels={}))
        assert found.text == (
            "Ingress shop/web in home: it lacks the label cluster-name, which names its pool. It is not balanced until"
            " it is mended"
        )

    def test_is_not_needed_where_the_settings_name_the_cluster(self) -> None:
        settings = GeoSettings(cluster="set")
        assert claim(ingress(labels={}), settings).pool_of == claim(ingress(), settings).pool_of == "set"

    def test_names_what_a_pool_can_be_named_after(self) -> None:
        found = complaint(ingress(labels={"cluster-name": "home.lab"}))
        assert "the label cluster-name has the value 'home.lab'; allowed: letters, digits, - and _" in found.text


class TestAService:
    def test_has_the_addresses_of_its_load_balancer(self) -> None:
        assert claim(service("LoadBalancer", "192.0.2.1")).targets == Known(("192.0.2.1",))

    def test_that_waits_for_its_load_balancer_is_unknown(self) -> None:
        assert isinstance(claim(service("LoadBalancer")).targets, Unknown)

    @pytest.mark.parametrize("kind", ["ClusterIP", "NodePort"])
    def test_has_external_addresses(self, kind: str) -> None:
        assert claim(service(kind, externalIPs=["192.0.2.9"])).targets == Known(("192.0.2.9",))

    @pytest.mark.parametrize("kind", ["ClusterIP", "NodePort", "ExternalName"])
    def test_of_another_type_says_what_to_do(self, kind: str) -> None:
        targets = claim(service(kind)).targets
        assert isinstance(targets, Unknown)
        assert "make it a LoadBalancer, or set truenorth:geo.addresses" in targets.reason

    def test_without_a_host_name_is_skipped(self) -> None:
        one = manifest("Service", "web", {"type": "LoadBalancer"}, status=status("192.0.2.1"), labels=HOME)
        assert "it has no host name: give it the annotation truenorth/hostname" in complaint(one).text


class TestAGateway:
    def test_has_the_addresses_of_its_status(self) -> None:
        assert claim(labelled_gateway("192.0.2.1", "2001:db8::1")).targets == Known(("192.0.2.1", "2001:db8::1"))

    def test_that_has_none_yet_is_unknown(self) -> None:
        assert isinstance(claim(labelled_gateway()).targets, Unknown)


class TestTheSources:
    def sources(self, **cluster: Any) -> ClusterSources:  # noqa: ANN401 - any setting
        return ClusterSources(ClusterSettings(name="home", **cluster).balanced(GeoSettings()))

    def test_are_read_beside_those_of_records(self) -> None:
        assert [one.source for one in self.sources(sources=("ingress",)).sightings()] == [
            "ingress",
            "geo-ingress",
            "geo-service",
            "geo-gateway",
        ]
        assert [one.balances for one in self.sources(sources=("ingress",)).sightings()] == [False, True, True, True]

    def test_are_not_there_without_load_balancing(self) -> None:
        found = ClusterSources(ClusterSettings(name="home", sources=("ingress",)))
        assert [one.source for one in found.sightings()] == ["ingress"]

    def test_leave_the_choice_of_objects_to_the_api_server(self) -> None:
        sources = self.sources(sources=("ingress",), labels="team=web", namespaces=("shop",))
        selected = {(one.resource, one.labels, one.namespaces) for one in sources._caches}  # noqa: SLF001 - what is asked for
        assert (INGRESSES, "team=web", ("shop",)) in selected
        assert (INGRESSES, "team=web,dns.external/geo-route=true", ("shop",)) in selected

    def test_that_cannot_be_read_are_unknown(self) -> None:
        source = balanced(GeoSettings(), Options())["geo-ingress"]
        assert isinstance(source.claims(Caches((), unsynced=("Ingress",))), Unknown)
