"""Names and targets by the templates of the settings, kind by kind; tests/differential has external-dns beside."""

from __future__ import annotations

from typing import Any

import pytest

from stacks.kube.objects import Resource
from stacks.model.claims import BY_TEMPLATE, Claim
from stacks.model.values import Unknown
from stacks.observe.cluster.claims.source import Options
from stacks.observe.cluster.claims.templates import fields_read
from stacks.observe.cluster.kinds.described import DescribedObjects, Description
from stacks.settings.kinds import TemplateSettings
from tests.stacks.observe.cluster.worlds import Caches, claims, complaints, gateway, manifest, route, targets

OWN = {"truenorth/hostname": "own.example.com"}
LB = {"loadBalancer": {"ingress": [{"ip": "192.0.2.1"}]}}
SITES = Resource("example.com", "v1", "sites", "Site", fields=("spec.host", "spec.at"))


def options(names: str = "{{ .Name }}.{{ .Namespace }}.example.com", **more: Any) -> Options:  # noqa: ANN401 - settings
    return Options(templates=TemplateSettings(names=names, **more))


def service(name: str = "web", **more: Any) -> dict[str, Any]:  # noqa: ANN401 - metadata
    return manifest("Service", name, {"type": "LoadBalancer"}, status=LB, **more)


def site(spec: dict[str, Any], **metadata: Any) -> dict[str, Any]:  # noqa: ANN401 - metadata
    return {"kind": "Site", "metadata": {"name": "web", "namespace": "shop", **metadata}, "spec": spec}


def of_sites(made: Options, *items: dict[str, Any], addresses: tuple[str, ...] = ()) -> dict[str, object]:
    found = DescribedObjects(Description(SITES, ("spec.host",), addresses), made).claims(Caches(items))
    return targets(found if isinstance(found, Unknown) else found.value)


class TestNames:
    def test_are_those_of_an_object_without_any(self) -> None:
        assert targets(claims("service", service(), options=options())) == {"web.shop.example.com A": ("192.0.2.1",)}
        named = claims("service", service(annotations=OWN), options=options())
        assert targets(named) == {"own.example.com A": ("192.0.2.1",)}

    def test_are_added_to_its_own_where_the_settings_combine_them(self) -> None:
        found = claims("service", service(annotations=OWN), options=options(combine=True))
        assert targets(found).keys() == {"own.example.com A", "web.shop.example.com A"}

    def test_of_an_ingress_are_beside_its_hosts_only_combined(self) -> None:
        one = manifest("Ingress", "web", {"rules": [{"host": "a.example.com"}]}, status=LB)
        bare = manifest("Ingress", "web", {}, status=LB)
        assert targets(claims("ingress", one, options=options())).keys() == {"a.example.com A"}
        assert targets(claims("ingress", bare, options=options())).keys() == {"web.shop.example.com A"}
        both = targets(claims("ingress", one, options=options(combine=True)))
        assert both.keys() == {"a.example.com A", "web.shop.example.com A"}

    def test_of_a_node_stand_for_its_own(self) -> None:
        status = {"addresses": [{"type": "ExternalIP", "address": "192.0.2.1"}]}
        one = manifest("Node", "n1.example.com", {}, status=status)
        made = options('{{ .Name | replace "." "-" }}.nodes.example.com')
        assert targets(claims("node", one, options=made)).keys() == {"n1-example-com.nodes.example.com A"}
        assert targets(claims("node", one)).keys() == {"n1.example.com A"}

    def test_of_a_route_are_those_that_its_listener_serves(self) -> None:
        listeners = ({"name": "web", "protocol": "HTTP", "port": 80, "hostname": "*.shop.example.com"},)
        found = claims(
            "gateway-httproute",
            *(gateway("192.0.2.1", listeners=listeners), route()),
            options=options("{{ .Name }}.shop.example.com, {{ .Name }}.other.example.com"),
        )
        assert targets(found).keys() == {"web.shop.example.com A"}

    def test_of_a_headless_service_wait_for_its_pods(self) -> None:
        one = manifest("Service", "web", {"type": "ClusterIP", "clusterIP": "None"})
        assert isinstance(claims("service", one, unsynced=("EndpointSlice",), options=options()), Unknown)
        assert claims("service", one, unsynced=("EndpointSlice",)) == ()

    def test_are_marked_as_such(self) -> None:
        found = claims("service", service(annotations=OWN), options=options(combine=True))
        assert not isinstance(found, Unknown)
        assert {one.name: BY_TEMPLATE in one.spelled for one in found if isinstance(one, Claim)} == {
            "own.example.com": False,
            "web.shop.example.com": True,
        }


class TestAnObjectThatTheTemplateDoesNotFit:
    @pytest.mark.parametrize(
        ("names", "said"),
        [
            ("{{ toLower .Labels.team }}.example.com", "toLower: a text is needed, not nothing"),
            ("{{ .Labels.team }}.example.com", "it gives '<no value>.example.com': "),
            ("{{ .Labels.team | printf }}", "printf: a text is needed, not nothing"),
            ("{{ .Name }}", "it gives 'web': 'web' has no dot"),
            ("{{ range .Annotations }}{{ . }}.example.com,{{ end }}" + "a" * 70 + ".example.com", "it gives 'aaaa"),
            ("".join(f"{{{{ .Name }}}}{n}.example.com," for n in range(130)), "more than 128"),
        ],
    )
    def test_is_told_why_and_costs_no_other_anything(self, names: str, said: str) -> None:
        other = service("api", labels={"team": "Red"})
        found = claims("service", service(), other, options=options(names))
        (first, *_) = complaints(found)
        assert first.text.startswith(
            "Service shop/web in home: the template cluster.templates.names cannot be used for it: "
        )
        assert said in first.text
        assert first.hides_names  # so that what was made for it stays
        if "toLower" in names:
            assert targets(found) == {"red.example.com A": ("192.0.2.1",)}

    def test_keeps_the_names_of_its_own_and_the_good_ones_of_the_template(self) -> None:
        made = options("{{ .Labels.team }}.example.com, good.example.com", combine=True)
        found = claims("service", service(annotations=OWN), options=made)
        assert targets(found).keys() == {"own.example.com A", "good.example.com A"}
        assert len(complaints(found)) == 1

    def test_whose_own_names_cannot_be_read_gets_none_instead(self) -> None:
        found = claims("service", service(annotations={"truenorth/hostname": "a b.example.com"}), options=options())
        assert targets(found) == {}
        assert [one.annotation for one in complaints(found)] == ["truenorth/hostname"]

    def test_being_a_route_does_not_fall_back_to_the_names_of_its_listener(self) -> None:
        listeners = ({"name": "web", "protocol": "HTTP", "port": 80, "hostname": "www.example.com"},)
        edge = gateway("192.0.2.1", listeners=listeners)
        assert targets(claims("gateway-httproute", edge, route())).keys() == {"www.example.com A"}
        found = claims("gateway-httproute", edge, route(), options=options("{{ trim .Labels.team }}"))
        assert targets(found) == {}
        assert len(complaints(found)) == 1


class TestTargets:
    def test_of_other_kinds_are_those_of_the_template(self) -> None:
        made = options("{{ .Name }}.example.com", targets='{{ trimSuffix (index .Spec.at 0) "/32" }}')
        assert of_sites(made, site({"at": ["192.0.2.9/32"]})) == {"web.example.com A": ("192.0.2.9",)}

    def test_come_in_pairs_with_the_names(self) -> None:
        pairs = "{{ range .Spec.at }}{{ .name }}.example.com:{{ .ip }},{{ end }}"
        at = [{"name": "a", "ip": "192.0.2.1"}, {"name": "a", "ip": "2001:db8::1"}, {"name": "b"}]
        assert of_sites(options("", pairs=pairs), site({"at": at})) == {
            "a.example.com A": ("192.0.2.1",),
            "a.example.com AAAA": ("2001:db8::1",),
        }

    def test_that_are_not_there_yet_are_waited_for(self) -> None:
        made = options("{{ .Name }}.example.com", targets="{{ .Status.address }}")
        assert of_sites(made, site({})) == {"web.example.com None": Unknown}
        broken = options("{{ .Name }}.example.com", targets="{{ index .Spec.at 3 }}")
        assert of_sites(broken, site({"at": []})) == {"web.example.com None": Unknown}

    def test_are_the_objects_own_where_there_is_no_template_of_them(self) -> None:
        found = of_sites(options("{{ .Name }}.example.com"), site({"at": ["192.0.2.9"]}), addresses=("spec.at[]",))
        assert found == {"web.example.com A": ("192.0.2.9",)}

    def test_that_an_annotation_says_count_before_it(self) -> None:
        made = options("{{ .Name }}.example.com", targets="192.0.2.9")
        one = site({}, annotations={"truenorth/target": "192.0.2.7"})
        assert of_sites(made, one) == {"web.example.com A": ("192.0.2.7",)}


def test_the_fields_that_templates_read_are_kept() -> None:
    templates = TemplateSettings(
        names="{{ range .Spec.Ports }}{{ .Name }}{{ end }}", targets="{{ .Object.data.ip }}", pairs="{{ .Status }}"
    )
    assert {"spec.ports", "data.ip", "status"} <= fields_read(templates)


def test_objects_show_templates_their_kind_and_version() -> None:
    found = claims(
        "service", service(), options=options("{{ .Kind }}-{{ .APIVersion }}-{{ .Object.kind }}.example.com")
    )
    assert targets(found).keys() == {"service-v1-service.example.com A"}
