from __future__ import annotations

from components.operator.args import KindArgs
from stacks.deploy.policy import policy
from stacks.settings.stack import parse


def test_international_names_are_given_in_both_forms_as_annotations_may_have_either() -> None:
    rules = {"names": ["*.bücher.example.com"], "exclude": ["vpn.bücher.example.com"]}
    settings = parse(
        {
            "zone": "münchen.example",
            "names": ["straße"],
            "sources": ["ingress"],
            "cluster": {"domains": [rules], "targets": {"names": ["gw.bücher.example.com"]}},
        },
        {},
        stack="home",
        where="test",
    )
    found = policy(settings)
    assert found is not None
    assert found.zones == ("xn--mnchen-3ya.example", "münchen.example")
    assert {"xn--strae-oqa.xn--mnchen-3ya.example", "straße.münchen.example"} <= {*found.taken}
    (domain,) = found.domains
    assert domain.names == ("*.xn--bcher-kva.example.com", "*.bücher.example.com")
    assert domain.exclude == ("vpn.xn--bcher-kva.example.com", "vpn.bücher.example.com")
    assert found.target_names == ("gw.xn--bcher-kva.example.com", "gw.bücher.example.com")


def test_the_fields_of_described_kinds_are_told_of_those_of_the_settings_too() -> None:
    kind = {"group": "example.com", "version": "v1", "kind": "Site", "plural": "sites", "names": ["spec.hosts[]"]}
    cluster = {"domains": [{"names": ["*.example.com"]}], "kinds": [kind]}
    sources = ["ingress", "traefik-ingressroute", "istio-gateway", "istio-virtualservice"]
    settings = parse({"zone": "example.com", "sources": sources, "cluster": cluster}, {}, stack="home", where="test")
    found = policy(settings)
    assert found is not None
    assert found.described == (
        KindArgs("traefik.io", "v1alpha1", "ingressroutes", "IngressRoute", ("spec.routes[].match",), "rule"),
        KindArgs("networking.istio.io", "v1", "gateways", "Gateway", ("spec.servers[].hosts[]",), "hosts"),
        KindArgs("networking.istio.io", "v1", "virtualservices", "VirtualService", ("spec.hosts[]",)),
        KindArgs("example.com", "v1", "sites", "Site", ("spec.hosts[]",)),
    )


def test_selectors_are_told_requirement_by_requirement() -> None:
    cluster = {"domains": [{"names": ["*.example.com"]}], "labels": "a=b,!c", "annotations": "d in (e,f)"}
    settings = parse(
        {"zone": "example.com", "sources": ["ingress"], "cluster": cluster}, {}, stack="home", where="test"
    )
    found = policy(settings)
    assert found is not None
    assert found.selection == (
        (("labels", "a", "In"), ("b",)),
        (("labels", "c", "DoesNotExist"), ()),
        (("annotations", "d", "In"), ("e", "f")),
    )
