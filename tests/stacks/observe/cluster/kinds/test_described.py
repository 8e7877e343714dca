from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stacks.kube.objects import SERVICES, Manifest, Resource
from stacks.kube.slim import slim
from stacks.model.claims import Claim, Complaint
from stacks.model.values import Unknown
from stacks.observe.cluster.claims.source import Options
from stacks.observe.cluster.kinds.described import LONGEST_RULE, DescribedObjects, Description, each_value, hosts_in
from stacks.observe.cluster.kinds.descriptions import DESCRIPTIONS
from tests.stacks.observe.cluster.worlds import Caches, complaints, manifest, targets

WWW = "www.example.com"
AT = {"loadBalancer": {"ingress": [{"ip": "192.0.2.1"}]}}
TRAEFIK = manifest("Service", "traefik", {"type": "LoadBalancer"}, status=AT, namespace="traefik")
TARGET = {"external-dns.alpha.kubernetes.io/target": "192.0.2.9"}


def described(resource: Resource, spec: dict[str, Any], status: dict[str, Any] | None = None, **more: Any) -> Manifest:  # noqa: ANN401 - metadata
    """An object as the caches hold it."""
    made = {
        "kind": resource.kind,
        "metadata": {"name": "web", "namespace": "shop", "generation": 1, **more},
        "spec": spec,
        "status": status or {},
    }
    return {"kind": resource.kind, **slim(resource, made)}


def found(
    description: Description, *items: Manifest, unsynced: tuple[str, ...] = (), options: Options | None = None
) -> tuple[Claim | Complaint, ...] | Unknown:
    seen = DescribedObjects(description, options or Options()).claims(Caches(items, unsynced))
    return seen if isinstance(seen, Unknown) else seen.value


def of(source: str, spec: dict[str, Any], status: dict[str, Any] | None = None, **more: Any) -> dict[str, object]:  # noqa: ANN401 - metadata
    description = DESCRIPTIONS[source]
    return targets(found(description, described(description.resource, spec, status, **more)))


class TestKinds:
    def test_a_contour_httpproxy_has_the_addresses_of_its_status_once_it_is_valid(self) -> None:
        spec = {"virtualhost": {"fqdn": WWW, "tls": {}}, "routes": [{}]}
        valid = {**AT, "conditions": [{"type": "Valid", "status": "True"}]}
        assert of("contour-httpproxy", spec, valid) == {f"{WWW} A": ("192.0.2.1",)}
        invalid = {**AT, "conditions": [{"type": "Valid", "status": "False"}]}
        assert of("contour-httpproxy", spec, invalid) == {f"{WWW} None": Unknown}

    @pytest.mark.parametrize("options", [Options(), Options(source="x", default_targets=(("x", "192.0.2.7"),))])
    def test_a_contour_httpproxy_that_is_not_valid_waits_wherever_it_is_to_point(self, options: Options) -> None:
        description = DESCRIPTIONS["contour-httpproxy"]
        invalid = {**AT, "conditions": [{"type": "Valid", "status": "False"}]}
        for said in ({}, TARGET):
            one = described(description.resource, {"virtualhost": {"fqdn": WWW}}, invalid, annotations=said)
            assert targets(found(description, one, options=options)) == {f"{WWW} None": Unknown}

    @pytest.mark.parametrize("source", DESCRIPTIONS)
    def test_of_other_programs_point_at_the_default_of_their_source_unless_they_say_otherwise(
        self, source: str
    ) -> None:
        description = DESCRIPTIONS[source]
        options = Options(source=source, default_targets=((source, "192.0.2.7"),))
        valid = {"conditions": [{"type": description.ready, "status": "True"}]}
        name = {"external-dns.alpha.kubernetes.io/hostname": WWW}
        for said, address in ((name, "192.0.2.7"), (name | TARGET, "192.0.2.9")):
            one = described(description.resource, {}, valid, annotations=said)
            assert targets(found(description, one, options=options)) == {f"{WWW} A": (address,)}

    def test_addresses_that_are_none_are_told(self) -> None:
        description = Description(
            Resource("", "v1", "configmaps", "ConfigMap", fields=("data.name", "data.at")), ("data.name",), ("data.at",)
        )
        for at, said in (
            ({"at": "no name"}, "data.at has 'no name', which is no address and no name"),
            ({}, "no address yet"),
        ):
            one = {"kind": "ConfigMap", "metadata": {"name": "web", "namespace": "shop"}, "data": {"name": WWW, **at}}
            (claim,) = found(description, one)  # type: ignore[misc] # they can be read
            assert isinstance(claim, Claim)
            assert isinstance(claim.targets, Unknown)
            assert said in claim.targets.reason

    def test_a_contour_httpproxy_that_others_include_has_no_name(self) -> None:
        assert of("contour-httpproxy", {"routes": [{}]}) == {}

    def test_an_openshift_route_is_an_alias_of_its_router(self) -> None:
        status = {"ingress": [{"host": WWW, "routerCanonicalHostname": "router.apps.example.net"}]}
        assert of("openshift-route", {"host": WWW}, status) == {f"{WWW} CNAME": ("router.apps.example.net",)}

    def test_a_kong_tcpingress_has_the_hosts_of_its_rules(self) -> None:
        rules = [{"host": WWW, "port": 9000}, {"port": 9001}]
        assert of("kong-tcpingress", {"rules": rules}, AT) == {f"{WWW} A": ("192.0.2.1",)}

    def test_a_traefik_ingressroute_has_the_hosts_of_its_rules_at_its_target(self) -> None:
        routes = [{"match": f"Host(`{WWW}`) && PathPrefix(`/a`)"}, {"match": "Host(`b.example.com`)"}]
        assert of("traefik-ingressroute", {"routes": routes}, annotations=TARGET) == {
            f"{WWW} A": ("192.0.2.9",),
            "b.example.com A": ("192.0.2.9",),
        }

    def test_a_traefik_ingressroute_without_a_target_stays(self) -> None:
        routes = [{"match": f"Host(`{WWW}`)"}]
        assert of("traefik-ingressroute", {"routes": routes}) == {f"{WWW} None": Unknown}

    def test_a_traefik_ingressrouteudp_is_named_by_its_annotation(self) -> None:
        said = {"external-dns.alpha.kubernetes.io/hostname": WWW, **TARGET}
        assert of("traefik-ingressrouteudp", {"routes": [{}]}, annotations=said) == {f"{WWW} A": ("192.0.2.9",)}


class TestAddressesOfAService:
    DESCRIPTION = Description(
        DESCRIPTIONS["traefik-ingressroute"].resource,
        ("spec.routes[].match",),
        reading="rule",
        service="traefik/traefik",
    )
    ROUTE = described(DESCRIPTION.resource, {"routes": [{"match": f"Host(`{WWW}`)"}]})

    def test_are_those_of_the_objects_that_have_none(self) -> None:
        assert targets(found(self.DESCRIPTION, self.ROUTE, TRAEFIK)) == {f"{WWW} A": ("192.0.2.1",)}

    @pytest.mark.parametrize(
        "service", [(), (manifest("Service", "traefik", {"type": "LoadBalancer"}, namespace="traefik"),)]
    )
    def test_are_unknown_where_it_is_absent_or_has_none(self, service: tuple[Manifest, ...]) -> None:
        assert targets(found(self.DESCRIPTION, self.ROUTE, *service)) == {f"{WWW} None": Unknown}

    def test_are_unknown_where_services_are(self) -> None:
        assert targets(found(self.DESCRIPTION, self.ROUTE, unsynced=("Service",))) == {f"{WWW} None": Unknown}

    def test_need_services_to_be_read(self) -> None:
        assert SERVICES in DescribedObjects(self.DESCRIPTION, Options()).resources()


class TestNames:
    SITE = Description(
        Resource("example.com", "v1", "sites", "Site", fields=("spec.hosts[].name", "status.address")),
        ("spec.hosts[].name",),
        ("status.address",),
    )

    def test_that_are_none_are_told_and_left_out(self) -> None:
        made = described(self.SITE.resource, {"hosts": [{"name": "a b"}, {"name": WWW}]}, {"address": "192.0.2.1"})
        seen = found(self.SITE, made)
        assert targets(seen) == {f"{WWW} A": ("192.0.2.1",)}
        assert [one.annotation for one in complaints(seen)] == ["spec.hosts[].name"]

    def test_of_all_hosts_are_no_names(self) -> None:
        assert targets(found(self.SITE, described(self.SITE.resource, {"hosts": [{"name": "*"}, {"name": ""}]}))) == {}

    def test_of_an_object_that_another_controller_names_do_not_count(self) -> None:
        said = {"external-dns.alpha.kubernetes.io/controller": "other"}
        assert found(self.SITE, described(self.SITE.resource, {"hosts": [{"name": WWW}]}, annotations=said)) == ()

    def test_are_unknown_where_the_objects_are(self) -> None:
        assert isinstance(found(self.SITE, unsynced=("Site",)), Unknown)

    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=10),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(st.sampled_from(["hosts", "name", "spec", "address"]), inner, max_size=3)
            ),
            max_leaves=10,
        )
    )
    def test_of_whatever_shape_never_end_the_observation(self, spec: object) -> None:
        good = described(self.SITE.resource, {"hosts": [{"name": WWW}]}, {"address": "192.0.2.1"})
        odd = {"kind": "Site", "metadata": {"name": "odd", "namespace": "shop"}, "spec": spec, "status": spec}
        assert targets(found(self.SITE, good, odd))[f"{WWW} A"] == ("192.0.2.1",)

    @pytest.mark.parametrize(
        ("path", "values"),
        [
            ("spec.a", [1]),
            ("spec.list[].b", [2, 3]),
            ("spec.texts[]", ["x", "y"]),
            ("spec.absent.b", []),
            ("spec.a.b", []),
            ("spec.list.b", []),
        ],
    )
    def test_are_found_by_their_fields(self, path: str, values: list[object]) -> None:
        made = {"spec": {"a": 1, "list": [{"b": 2}, {"c": 1}, {"b": 3}], "texts": ("x", "y")}}
        assert [*each_value(made, path)] == values


class TestRules:
    @pytest.mark.parametrize(
        ("rule", "hosts"),
        [
            ("Host(`a.example.com`)", ["a.example.com"]),
            ("Host(`a.example.com`, `b.example.com`)", ["a.example.com", "b.example.com"]),
            ("Host(`a.example.com`) || Host(`b.example.com`) && Path(`/x`)", ["a.example.com", "b.example.com"]),
            ('Host("a.example.com")', ["a.example.com"]),
            ("HostSNI(`a.example.com`)", ["a.example.com"]),
            ("HostSNI(`*`)", ["*"]),
            ("!Host(`a.example.com`)", []),
            ("Host(`a.example.com`) && ! Host(`b.example.com`)", ["a.example.com"]),
            ("HostRegexp(`^.+\\.example\\.com$`)", []),
            ("PathPrefix(`/Host`)", []),
            ("Host(`a.example.com`" + " " * LONGEST_RULE + ")", []),
            ("", []),
        ],
    )
    def test_have_the_hosts_that_they_let_in(self, rule: str, hosts: list[str]) -> None:
        assert [*hosts_in(rule)] == hosts
