from __future__ import annotations

import pytest

from stacks.model.errors import UserError
from stacks.settings.cluster import ROUTES_INGRESSES_SERVICES, ClusterSettings
from stacks.settings.stack import Settings, parse
from tests.stacks.settings.reading import read, refused


def clusters(**values: object) -> tuple[ClusterSettings, ...]:
    return read(**values).each_cluster()


class TestWhichClustersAreRead:
    def test_are_none_where_neither_sources_nor_clusters_are_set(self) -> None:
        assert clusters(cluster={"opt_in": True}) == ()

    def test_is_the_one_at_hand_where_only_sources_are(self) -> None:
        assert clusters(sources=["ingress", "node"]) == (ClusterSettings(sources=("ingress", "node")),)

    def test_are_those_that_are_listed(self) -> None:
        found = clusters(sources=["node"], clusters=["home", {"name": "away", "sources": ["ingress"]}])
        assert [(one.name, one.context, one.sources) for one in found] == [
            ("home", "home", ("node",)),
            ("away", "", ("ingress",)),
        ]

    def test_have_routes_ingresses_and_services_where_nothing_says_what(self) -> None:
        (only,) = clusters(clusters=["home"])
        assert only.sources == ROUTES_INGRESSES_SERVICES

    def test_can_be_said_by_the_environment(self) -> None:
        environment = {"TRUENORTH_SOURCES": "[service]", "TRUENORTH_CLUSTER": "{opt_in: true, timeout: 3}"}
        (only,) = parse({"zone": "example.com"}, environment, stack="home", where="f").each_cluster()
        assert (only.sources, only.opt_in, only.timeout) == (("service",), True, 3.0)


class TestInheritance:
    def test_what_a_cluster_leaves_out_comes_from_the_defaults(self) -> None:
        defaults = {"labels": "team=web", "timeout": 5, "namespaces": ["shop"], "opt_in": True}
        first, second = clusters(cluster=defaults, clusters=["home", {"name": "away", "timeout": 20, "labels": ""}])
        assert (first.labels, first.timeout, first.namespaces, first.opt_in) == ("team=web", 5, ("shop",), True)
        assert (second.labels, second.timeout, second.namespaces, second.opt_in) == ("", 20, ("shop",), True)

    def test_the_one_at_hand_has_the_defaults(self) -> None:
        (only,) = clusters(sources=["node"], cluster={"cordoned_nodes": True, "kubeconfig": "k.yaml"})
        assert (only.cordoned_nodes, only.kubeconfig, only.sources) == (True, "k.yaml", ("node",))


class TestNames:
    @pytest.mark.parametrize(
        ("context", "name"),
        [
            ("home", "home"),
            ("admin@home", "admin@home"),
            ("arn:aws:eks:eu-west-1:1:cluster/home", "arn:aws:eks:eu-west-1:1:cluster/home"),
            ("the home", "the-home"),
            ('a,b"c\\d=e', "a-b-c-d-e"),
            ("zürich", "z-rich"),
            ("x" * 70 + "home", "x" * 59 + "home"),
        ],
    )
    def test_are_those_of_the_contexts_without_what_a_mark_cannot_hold(self, context: str, name: str) -> None:
        (only,) = clusters(clusters=[context])
        assert (only.name, only.context) == (name, context)

    def test_that_are_said_win_over_the_contexts(self) -> None:
        (only,) = clusters(clusters=[{"name": "home", "context": "admin@home"}])
        assert (only.name, only.context) == ("home", "admin@home")

    def test_that_stand_twice_are_refused(self) -> None:
        message = refused(clusters=["home", {"name": "home", "context": "other"}])
        assert "the cluster home stands twice" in message
        assert "truenorth:clusters[0] in Pulumi.home.yaml" in message
        assert "keep one of the two, or give each a name" in message

    def test_that_marks_could_not_tell_from_external_dns_s_webhook_are_refused(self) -> None:
        assert "give the cluster another name" in refused(clusters=[{"name": "external-dns"}])

    def test_that_two_contexts_have_in_common_after_all_are_refused(self) -> None:
        assert "the cluster a-b stands twice" in refused(clusters=["a b", "a,b"])

    def test_are_needed_where_there_are_several(self) -> None:
        message = refused(clusters=[{"kubeconfig": "a"}, {"kubeconfig": "b"}])
        assert "two clusters have neither a name nor a context" in message

    def test_with_what_a_mark_cannot_hold_are_refused(self) -> None:
        message = refused(clusters=[{"name": "a,b"}])
        assert "'a,b' is not possible here" in message
        assert "truenorth:clusters[0].name" in message


class TestWhatCounts:
    def test_is_said_for_all_clusters_or_for_one(self) -> None:
        chosen = {"gateways": ["external"], "gateway_labels": "dns=public", "annotations": "dns", "tls_hosts": "never"}
        first, second = clusters(
            sources=["ingress"], cluster=chosen, clusters=["home", {"name": "away", "gateways": ["edge/x.y"]}]
        )
        assert (first.gateways, second.gateways) == (("external",), ("edge/x.y",))
        assert {(one.gateway_labels, one.annotations, one.tls_hosts) for one in (first, second)} == {
            ("dns=public", "dns", "never")
        }


class TestBadInput:
    @pytest.mark.parametrize(
        ("field", "value", "what", "do"),
        [
            ("group", "Example.com", "'Example.com' is no API group", "in lower case: example.com"),
            ("version", "V1", "'V1' is no word of the API", "in lower case: v1, sites"),
            ("plural", "Sites", "'Sites' is no word of the API", "in lower case: v1, sites"),
            ("kind", "site", "'site' is no kind", "Site"),
            ("ready", "a b", "'a b' is no type of a condition", "Ready"),
            ("service", "traefik", "'traefik' is no Service", "traefik/traefik"),
            ("conditions", "a..b", "'a..b' is no field of an object", "spec.rules[].host"),
        ],
    )
    def test_of_a_described_kind_is_told_with_what_is_allowed(self, field: str, value: str, what: str, do: str) -> None:
        kind = {"group": "example.com", "version": "v1", "kind": "Site", "plural": "sites", field: value}
        message = refused(sources=["ingress"], cluster={"kinds": [kind]})
        assert what in message
        assert do in message
        assert f"truenorth:cluster.kinds[0].{field} in" in message

    def test_of_another_shape_is_told_in_plain_words(self) -> None:
        message = refused(sources=["ingress"], cluster={"service_types": "LoadBalancer"})
        assert "'LoadBalancer' is not possible here\n" in message
        assert "write a list, one entry a line with a leading dash" in message

    def test_of_the_entries_of_a_list_is_told_once(self) -> None:
        message = refused(sources=["ingress"], cluster={"domains": [{"names": ["a.**.example.com"]}]})
        assert "truenorth:cluster.domains[0].names[0] in" in message
        assert "at least 1 item" not in message
        assert "at least 1 item" in refused(sources=["ingress"], cluster={"domains": [{"names": []}]})

    @pytest.mark.parametrize(
        ("place", "target", "what"),
        [
            ("ingres", "ddns", "'ingres' names no objects"),
            ("sites.example.com", "ddns", "'sites.example.com' names no objects"),
            ("route/web", "ddns", "'route/web' names no objects"),
            ("", "ddns", "'' names no objects"),
            ("class/", "ddns", "'class/' names no objects"),
            ("gateway/a b", "ddns", "'a b' is no name of a Gateway"),
            ("ingress", "", "'' is no target"),
            ("ingress", "203.0.113.7,x.example.com", "'203.0.113.7,x.example.com' is no target"),
            ("ingress", "*.example.com", "'*.example.com' is no target"),
        ],
    )
    def test_of_default_targets_is_told(self, place: str, target: str, what: str) -> None:
        message = refused(sources=["ingress"], cluster={"default_targets": {place: target}})
        assert what in message
        assert f"truenorth:cluster.default_targets.{place} in" in message

    @pytest.mark.parametrize(
        ("setting", "template", "what"),
        [
            (
                "names",
                "{{ name }}.example.com",
                "'name' at character 4 is not among what is allowed: and, or, contains",
            ),
            ("names", "{{ .Name", "the {{ at character 1 has no end"),
            ("targets", '{{ define "x" }}', "'define' at character 4 is not among what is allowed"),
            ("pairs", "{{ .Foo }}", "'.Foo' at character 4 is no field of an object"),
        ],
    )
    def test_of_templates_is_told_with_its_place(self, setting: str, template: str, what: str) -> None:
        message = refused(sources=["ingress"], cluster={"templates": {"names": "a.example.com", setting: template}})
        assert f"the template cannot be used: {what}" in message
        assert f"truenorth:cluster.templates.{setting} in" in message

    def test_of_a_template_of_targets_without_names_is_told(self) -> None:
        message = refused(sources=["ingress"], cluster={"templates": {"targets": "192.0.2.1"}})
        assert "there are targets without names" in message
        assert "truenorth:cluster.templates.targets in" in message

    def test_a_source_that_there_is_not_is_refused_with_those_that_there_are(self) -> None:
        message = refused(sources=["httproute"])
        assert "'httproute' is not possible here" in message
        assert "truenorth:sources[0] in Pulumi.home.yaml" in message
        assert "use 'gateway-httproute', 'gateway-grpcroute', 'gateway-tlsroute', 'gateway-tcproute'" in message

    def test_a_misspelt_setting_suggests_the_nearest(self) -> None:
        message = refused(clusters=[{"name": "home", "labls": "a=b"}])
        assert "did you mean 'labels'?" in message
        assert "truenorth:clusters[0].labls" in message
        assert "did you mean 'opt_in'?" in refused(cluster={"optin": True})

    def test_a_cluster_without_any_source_is_refused(self) -> None:
        assert "truenorth:clusters[0].sources" in refused(clusters=[{"name": "home", "sources": []}])

    @pytest.mark.parametrize("setting", ["labels", "gateway_labels", "annotations"])
    @pytest.mark.parametrize(
        "written", ["a=b\nc=d", "a=(b)", "=b", "a in b", "a in ()", "a,,b", "!", "-a=b", "a>b", "a=b,"]
    )
    def test_what_is_no_selector_is_refused(self, setting: str, written: str) -> None:
        message = refused(cluster={setting: written})
        assert "is no requirement of a selector" in message
        assert f"truenorth:cluster.{setting} in Pulumi.home.yaml" in message
        assert "write it as kubectl takes a selector: team=web" in message

    @pytest.mark.parametrize("setting", ["labels", "gateway_labels"])
    @pytest.mark.parametrize("written", ["a=b?x", "a=b;c", "a in (b/c)"])
    def test_what_no_label_can_be_is_refused(self, setting: str, written: str) -> None:
        message = refused(clusters=[{"name": "home", setting: written}])
        assert "is no value of a label" in message
        assert f"truenorth:clusters[0].{setting}" in message

    def test_the_value_of_an_annotation_may_be_what_no_label_can_be(self) -> None:
        (only,) = clusters(sources=["ingress"], cluster={"annotations": "site/url in (https://a.example.com/x)"})
        assert only.annotations == "site/url in (https://a.example.com/x)"

    @pytest.mark.parametrize("written", ["", "/", "edge/", "/edge", "a/b/c", "Edge", "a b", "*", "x" * 254, "e.f/edge"])
    def test_what_no_gateway_can_be_called_is_refused(self, written: str) -> None:
        message = refused(cluster={"gateways": ["edge", written]})
        assert "is no name of a Gateway" in message
        assert "truenorth:cluster.gateways[1]" in message

    @pytest.mark.parametrize(
        "written",
        ["internal.example.com", "/", "Internal.example.com/", "a_b/", "a/b/", "-a.example.com/", f"{'a.' * 126}ab/"],
    )
    def test_what_no_prefix_of_annotations_can_be_is_refused(self, written: str) -> None:
        message = refused(sources=["ingress"], cluster={"annotation_prefix": written})
        assert "is no prefix of annotations" in message
        assert "internal.example.com/" in message

    @pytest.mark.parametrize("written", ["", "internal.example.com/", "internal/", f"{'a.' * 126}a/"])
    def test_a_prefix_of_annotations_is_that_of_a_label(self, written: str) -> None:
        (only,) = clusters(sources=["ingress"], cluster={"annotation_prefix": written})
        assert only.annotation_prefix == written

    def test_hosts_of_tls_are_names_in_one_of_three_ways(self) -> None:
        assert "'fallback', 'always' or 'never'" in refused(cluster={"tls_hosts": "sometimes"})

    @pytest.mark.parametrize("timeout", [0, -1, 301, "soon"])
    def test_a_timeout_has_to_be_possible(self, timeout: object) -> None:
        assert "truenorth:cluster.timeout" in refused(cluster={"timeout": timeout})

    @pytest.mark.parametrize("written", [["home"], "home", 3])
    def test_defaults_that_are_no_mapping_are_refused_where_they_stand(self, written: object) -> None:
        assert "truenorth:cluster " in refused(cluster=written, clusters=["home"])

    @pytest.mark.parametrize("written", [3, ["home"], None])
    def test_a_cluster_that_is_neither_a_context_nor_a_mapping_is_refused(self, written: object) -> None:
        assert "truenorth:clusters[0]" in refused(clusters=[written])


class TestLinksThatObjectsAskFor:
    def test_are_those_that_there_are_and_the_machines_own(self) -> None:
        settings = read(wan={"links": {"fibre": {}, "lte": {}}})
        assert settings.known_links(["lte", "dsl", "", "fibre"]) == ("lte", "", "fibre")


def with_pattern(pattern: str) -> Settings:
    cluster = {"domains": [{"names": [pattern]}]}
    return parse({"zone": "example.com", "sources": ["ingress"], "cluster": cluster}, {}, stack="home", where="test")


@pytest.mark.parametrize(
    ("written", "in_dns"),
    [
        ("*.bücher.example.com", "*.xn--bcher-kva.example.com"),
        ("**.BÜCHER.example.com.", "**.xn--bcher-kva.example.com"),
        ("app-*.xn--bcher-kva.example.com", "app-*.xn--bcher-kva.example.com"),
        ("🐱。example。com", "xn--5o8h.example.com"),
    ],
)
def test_a_pattern_is_taken_as_people_write_it(written: str, in_dns: str) -> None:
    assert with_pattern(written).cluster.domains[0].names == (in_dns,)


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("*.bü*.example.com", "is part of an international label: write it whole"),
        ("bü\u202e.example.com", "right-to-left override"),
    ],
)
def test_a_pattern_that_could_match_no_name_is_refused(written: str, why: str) -> None:
    with pytest.raises(UserError, match=why):
        with_pattern(written)


class TestResolversAndNetworks:
    def test_of_targets_are_read(self) -> None:
        chosen = {"resolvers": ["192.0.2.53", "192.0.2.54:5353", "[2001:db8::53]:53"]}
        (only,) = clusters(sources=["service"], cluster=chosen | {"target_networks": ["192.0.2.0/24"]})
        assert only.resolvers == ("192.0.2.53", "192.0.2.54:5353", "[2001:db8::53]:53")
        assert (only.target_networks, only.excluded_target_networks) == (("192.0.2.0/24",), ())

    @pytest.mark.parametrize("resolver", ["dns.example.net", "", "192.0.2.53:0", "2001:db8::53", "[2001:db8::53"])
    def test_a_resolver_that_is_no_address_is_refused(self, resolver: str) -> None:
        message = refused(sources=["service"], cluster={"resolvers": [resolver]})
        assert "is no address" in message
        assert "write it as 192.0.2.53, 192.0.2.53:5353 or [2001:db8::53]" in message

    @pytest.mark.parametrize("setting", ["target_networks", "excluded_target_networks"])
    def test_a_network_that_is_none_is_refused(self, setting: str) -> None:
        message = refused(sources=["service"], cluster={setting: ["192.0.2.1"]})
        assert f"truenorth:cluster.{setting}" in message
        assert "write it as 192.0.2.0/24" in message
