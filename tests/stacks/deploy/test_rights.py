from __future__ import annotations

from typing import Any, get_args

import pytest

from components.operator.args import ObjectName, Read, Rights
from components.operator.rbac import each_right
from stacks.deploy.rights import rights
from stacks.observe.cluster.sources import sources_of
from stacks.settings.cluster import ClusterSettings, SourceName
from stacks.settings.stack import parse


def found(state: ObjectName | None = None, **settings: Any) -> Rights:  # noqa: ANN401 - any setting
    parsed = parse({"zone": "example.com", **settings}, {}, stack="home", where="the file")
    return rights(parsed, "truenorth", "truenorth-home", state)


def read(of: Rights, resource: str) -> Read:
    (one,) = (one for one in of.reads if one.resource == resource)
    return one


class TestReads:
    def test_without_sources_nothing_is_read(self) -> None:
        assert found().reads == ()

    @pytest.mark.parametrize("source", get_args(SourceName))
    def test_are_all_kinds_that_a_source_looks_at(self, source: str) -> None:
        chosen = ClusterSettings.model_validate({"sources": [source]})
        wanted = {one.plural for one in sources_of(chosen)[source].resources()}
        assert {one.resource for one in found(sources=[source]).reads} == wanted

    def test_are_those_of_described_kinds_and_of_the_services_with_their_addresses(self) -> None:
        kind = {"group": "example.com", "version": "v1", "kind": "Site", "plural": "sites", "service": "edge/web"}
        of = found(sources=["ingress"], cluster={"kinds": [kind]})
        assert {one.resource for one in of.reads} == {"ingresses", "sites", "services"}
        of = found(sources=["traefik-ingressroute"], cluster={"source_services": {"traefik-ingressroute": "edge/web"}})
        assert {one.resource for one in of.reads} == {"ingressroutes", "services"}

    def test_follow_the_namespaces_of_the_settings(self) -> None:
        cluster = {"namespaces": ["a"], "gateway_namespaces": ["edge"]}
        limited = found(sources=["gateway-httproute", "service"], cluster=cluster)
        assert read(limited, "httproutes").namespaces == ("a",)
        assert read(limited, "gateways").namespaces == ("edge",)
        assert read(limited, "endpointslices").namespaces == ("a",)
        assert not read(limited, "nodes").namespaced

    def test_only_what_asks_for_names_is_annotated(self) -> None:
        of = found(sources=["gateway-httproute"], cluster={"status_annotation": True})
        assert [one.resource for one in of.reads if one.is_annotated] == ["httproutes"]

    def test_the_status_of_dns_endpoints_is_written_where_their_owners_are_told(self) -> None:
        of = found(sources=["crd", "ingress"])
        assert [one.resource for one in of.reads if one.gets_status] == ["dnsendpoints"]
        assert "dnsendpoints/status" in {one.resource for one in each_right(of)}
        quiet = found(sources=["crd"], cluster={"events": False, "status_annotation": True})
        assert "dnsendpoints/status" not in {one.resource for one in each_right(quiet)}

    def test_gateways_are_told_too_of_what_routes_complain(self) -> None:
        of = found(sources=["gateway-httproute", "service"])
        told = {one.resource for one in of.reads if one.gets_events}
        assert told == {"httproutes", "gateways", "listenersets", "xlistenersets", "services"}

    def test_without_events_nobody_is_told(self) -> None:
        of = found(sources=["service"], cluster={"events": False})
        assert "events" not in {one.resource for one in each_right(of)}

    def test_of_load_balancing_are_its_labelled_kinds(self) -> None:
        geo = {"cluster": "one", "location": "eu"}
        assert {one.resource for one in found(geo=geo).reads} == {"ingresses", "services", "gateways"}
        assert all(one.gets_events for one in found(geo=geo).reads), "owners of objects that are skipped are told"

    def test_of_load_balancing_are_no_more_than_its_kinds(self) -> None:
        geo = {"cluster": "one", "location": "eu", "kinds": ["ingress"]}
        assert {one.resource for one in found(geo=geo).reads} == {"ingresses"}

    def test_of_other_clusters_need_no_rights_here(self) -> None:
        clusters = [{"context": "elsewhere"}, {"name": "here", "sources": ["ingress"]}]
        assert {one.resource for one in found(clusters=clusters).reads} == {"ingresses"}


class TestOurs:
    def test_are_the_lease_and_the_cache_in_the_own_namespace(self) -> None:
        of = found()
        assert of.leases == (ObjectName("truenorth", "truenorth-home"),)
        assert of.cache == ObjectName("truenorth", "truenorth-wan-ip")
        assert of.state is None

    def test_follow_the_settings(self) -> None:
        election = {"lock_name": "mine", "lock_namespace": "locks"}
        of = found(watch={"election": election, "cache": {"name": "addresses"}})
        assert of.leases == (ObjectName("locks", "mine"),)
        assert of.cache == ObjectName("locks", "addresses")

    def test_are_none_where_both_are_off(self) -> None:
        of = found(watch={"election": {"enabled": "off"}, "cache": {"enabled": "off"}})
        assert (of.leases, of.cache) == ((), None)

    def test_state_has_a_lease_of_its_own_where_the_election_has_another(self) -> None:
        state = ObjectName("states", "one")
        of = found(state, watch={"election": {"lock_name": "mine"}})
        assert of.leases == (ObjectName("truenorth", "mine"), ObjectName("states", "truenorth-home"))
        assert of.state == state

    def test_the_files_of_zones_are_those_that_the_pod_writes_by_its_service_account(self) -> None:
        own = {"view": "inside", "provider": "coredns", "names": [{"name": "nas", "targets": ["192.168.1.20"]}]}
        zones = [
            {"zone": "example.com", "names": ["www"]},
            {"zone": "a.example", **own, "coredns": {"config_map": "a"}},
            {"zone": "b.example", **own, "coredns": {"config_map": "b", "context": "elsewhere"}},
        ]
        of = found(zone="", zones=zones)
        assert of.files == (ObjectName("kube-system", "a"),)
        verbs = {one.verb for one in each_right(of) if one.name == "a"}
        assert verbs == {"get", "list", "watch", "patch", "delete"}
