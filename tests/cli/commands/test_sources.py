"""`truenorth sources` on the real API server: it reads, tells, and changes nothing."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from cli.exit_codes import FAILED, UNUSABLE
from lab.kube.cluster import Cluster
from lab.kube.proxy import proxied
from tests.cli.conftest import INHERITED, ROOT
from tests.cli.in_process import truenorth
from tests.cluster.objects import GATEWAY_API, gateway, ingress, manifest, route
from tests.cluster.place import Place, make_place

E = "external-dns.alpha.kubernetes.io"
WWW, API = "www.example.com", "api.example.com"


@dataclass(frozen=True)
class Sources:
    """`truenorth sources` in a place of its own."""

    place: Place
    settings: Path

    def run(self, *arguments: str, **others: Any) -> subprocess.CompletedProcess[str]:  # noqa: ANN401 - any setting
        """Run it with the routes of this place as a source, unless the settings say otherwise."""
        cluster = {"kubeconfig": str(self.place.cluster.kubeconfig), "namespaces": [self.place.namespace]}
        values = {"zone": "example.com", "sources": ["gateway-httproute"], **others}
        values["cluster"] = cluster | values.get("cluster", {})
        config = {f"truenorth:{key}": value for key, value in values.items()}
        self.settings.write_text(yaml.safe_dump({"config": config}))
        environment = {key: os.environ[key] for key in INHERITED if key in os.environ}
        environment |= {"TRUENORTH_SETTINGS": str(self.settings), "NO_COLOR": "1", "COLUMNS": "200"}
        return truenorth(ROOT, environment | {"HOME": str(self.settings.parent)}, "sources", *arguments)

    def lines(self, **others: Any) -> list[str]:  # noqa: ANN401 - any setting
        """What it shows, which must succeed."""
        done = self.run(**others)
        assert done.returncode == 0, done.stderr
        return [" ".join(line.split()) for line in done.stdout.splitlines()]

    def document(self, **others: Any) -> dict[str, Any]:  # noqa: ANN401 - any setting
        """Its JSON, which must succeed."""
        done = self.run("--json", **others)
        assert done.returncode == 0, done.stderr
        document: dict[str, Any] = json.loads(done.stdout)
        return document


@pytest.fixture
def sources(kube_cluster: Cluster, tmp_path: Path) -> Sources:
    return Sources(make_place(kube_cluster, "sources"), tmp_path / "Pulumi.demo.yaml")


def said(done: subprocess.CompletedProcess[str]) -> str:
    """Its message, on one line."""
    assert "Traceback" not in done.stdout + done.stderr
    return " ".join(done.stderr.split())


class TestTheTable:
    def test_has_each_name_with_its_targets_settings_and_who_asks(self, sources: Sources) -> None:
        place = sources.place
        asking = {"truenorth/ttl": "300", "truenorth/proxied": "true"}
        place.put(gateway("192.0.2.1"), route(WWW, annotations=asking), route(API, name="api"))
        lines = sources.lines()
        assert lines[0] == "name type targets settings asked for by"
        assert f"{API} A 192.0.2.1 ttl auto HTTPRoute {place.namespace}/api" in lines
        assert f"{WWW} A 192.0.2.1 ttl auto, proxied HTTPRoute {place.namespace}/web" in lines, "a proxied ttl is auto"
        assert lines[-1] == "the source gateway-httproute asks for 2 names"

    def test_says_which_names_are_by_template_and_for_which_object_there_is_none(self, sources: Sources) -> None:
        place = sources.place
        place.put(gateway("192.0.2.1"), route(name="web", labels={"team": "red"}), route(name="none"))
        templates = {"names": "{{ toLower .Labels.team }}.{{ (index .Spec.ParentRefs 0).Name }}.example.com"}
        lines = sources.lines(cluster={"templates": templates})
        assert f"red.edge.example.com A 192.0.2.1 ttl auto HTTPRoute {place.namespace}/web (by template)" in lines
        refused = (
            f"skipped HTTPRoute {place.namespace}/none: the template cluster.templates.names cannot be used for it"
        )
        assert lines[-1].startswith(refused)

    def test_says_what_is_detected_what_is_unknown_and_what_is_in_none_of_our_zones(self, sources: Sources) -> None:
        place = sources.place
        place.put(gateway(), route(WWW), route("www.example.net", name="elsewhere"))
        place.put(route(API, name="api", annotations={"truenorth/content-mode": "ddns"}))
        lines = sources.lines()
        assert f"{API} A the WAN address ttl auto HTTPRoute {place.namespace}/api" in lines
        assert f"{WWW} Gateway {place.namespace}/edge has no addresses HTTPRoute {place.namespace}/web" in lines
        elsewhere = next(line for line in lines if line.startswith("www.example.net"))
        assert "in none of our zones" in elsewhere

    def test_says_which_host_in_the_network_of_the_detected_address_is_meant(self, sources: Sources) -> None:
        asked = {"truenorth/content-mode": "ddns", "truenorth/host6": "::5"}
        sources.place.put(gateway(), route(API, name="api", annotations=asked))
        lines = sources.lines(wan={"families": ["ipv6"]})
        assert f"{API} AAAA the WAN address, host ::5 ttl auto HTTPRoute {sources.place.namespace}/api" in lines
        (document,) = sources.document(wan={"families": ["ipv6"]})["names"]
        assert (document["links"], document["host6"], document["targets"]) == ([""], ["::5"], None)

    def test_shows_the_objects_of_load_balancers_of_a_stack_without_other_sources(self, sources: Sources) -> None:
        balanced = {"dns.external/geo-route": "true"}
        sources.place.put(ingress(WWW, labels=balanced, at=[{"ip": "192.0.2.1"}]))
        sources.place.put(ingress(API, name="api", labels=balanced, at=()))
        geo: dict[str, Any] = {"location": "eu", "cluster": "one"}
        lines = sources.lines(sources=[], geo=geo)
        assert f"{WWW} 192.0.2.1 load balanced Ingress {sources.place.namespace}/web" in lines
        api = f"Ingress {sources.place.namespace}/api"
        assert f"{API} {api} has no address load balanced {api}" in lines
        document = sources.document(sources=[], geo=geo)
        own = [one for one in document["balanced"] if f"/{sources.place.namespace}/" in one["object"]]
        assert {one["name"]: one["targets"] for one in own} == {WWW: ["192.0.2.1"], API: None}

    def test_says_what_is_wrong_with_an_object(self, sources: Sources) -> None:
        sources.place.put(gateway("192.0.2.1"), route(WWW, annotations={"truenorth/ttl": "soon"}))
        lines = sources.lines()
        assert f"{WWW} skipped, see below HTTPRoute {sources.place.namespace}/web" in lines
        assert lines[-1].startswith(f"skipped HTTPRoute {sources.place.namespace}/web: the annotation truenorth/ttl")

    def test_says_of_an_object_without_a_target_of_use_that_it_waits(self, sources: Sources) -> None:
        sources.place.put(gateway("10.0.0.1"), route(WWW))
        lines = sources.lines()
        assert f"{WWW} A waits, see below HTTPRoute {sources.place.namespace}/web" in lines
        assert lines[-1].startswith(f"waits HTTPRoute {sources.place.namespace}/web: 10.0.0.1 is an address of a")
        assert lines[-1].endswith("What it has stays, and nothing new is made")

    def test_says_which_annotations_are_left_out_and_that_nothing_is_skipped(self, sources: Sources) -> None:
        place = sources.place
        place.put(gateway("192.0.2.1"), route(WWW, annotations={"truenorth/tll": "300", f"{E}/aws-weight": "1"}))
        lines = sources.lines()
        assert f"{WWW} A 192.0.2.1 ttl auto HTTPRoute {place.namespace}/web" in lines
        left_out = f"left out HTTPRoute {place.namespace}/web: the annotation"
        assert lines[-2] == f"{left_out} 'truenorth/tll' is not known, and is left out; is truenorth/ttl meant?"
        assert lines[-1] == f"{left_out} '{E}/aws-weight' has no meaning here, and is left out"

    def test_names_all_objects_that_share_a_name(self, sources: Sources) -> None:
        place = sources.place
        place.put(gateway("192.0.2.1"), route(WWW), ingress(WWW, at=[{"ip": "192.0.2.2"}]))
        lines = sources.lines(sources=["gateway-httproute", "ingress"])
        shared = next(line for line in lines if line.startswith(WWW))
        assert shared.startswith(f"{WWW} A 192.0.2.1, 192.0.2.2 ")
        assert f"HTTPRoute {place.namespace}/web" in shared
        assert f"Ingress {place.namespace}/web" in shared

    def test_of_nothing_is_a_line_for_each_source(self, sources: Sources) -> None:
        lines = sources.lines(sources=["gateway-httproute", "ingress"])
        assert lines == ["the source gateway-httproute asks for 0 names", "the source ingress asks for 0 names"]


class TestJson:
    def test_has_names_sources_and_complaints(self, sources: Sources) -> None:
        place = sources.place
        place.put(gateway("192.0.2.1"), route(WWW, annotations={"truenorth/ttl": "300"}))
        place.put(route("www.example.net", name="elsewhere", annotations={"truenorth/type": "MX"}))
        document = sources.document()
        state = {"cluster": "", "source": "gateway-httproute", "known": True, "waiting": False, "reason": ""}
        assert document["sources"] == [state]
        www, elsewhere = document["names"]
        assert www == {
            "name": WWW,
            "zone": "example.com",
            "type": "A",
            "state": "made",
            "targets": ["192.0.2.1"],
            "links": [],
            "host6": [],
            "unknown": "",
            "ttl": 300,
            "proxied": False,
            "comment": "",
            "objects": [f"httproute/{place.namespace}/web"],
            "by_template": [],
        }
        assert (elsewhere["zone"], elsewhere["state"], elsewhere["targets"]) == (None, "outside", None)
        (complaint,) = document["complaints"]
        assert (complaint["annotation"], complaint["value"]) == ("truenorth/type", "MX")

    def test_names_the_cluster_of_each_object(self, sources: Sources) -> None:
        sources.place.put(gateway("192.0.2.1"), route(WWW))
        document = sources.document(clusters=[{"name": "east"}])
        assert [one["cluster"] for one in document["sources"]] == ["east"]
        assert document["names"][0]["objects"] == [f"east/httproute/{sources.place.namespace}/web"]


class TestWhatCannotBeRead:
    def test_is_told_and_fails_and_the_rest_is_shown(self, sources: Sources) -> None:
        place = sources.place
        place.put(gateway("192.0.2.1"), route(WWW))
        with proxied(place.cluster) as proxy:
            gone = {"name": "west", "kubeconfig": str(proxy.kubeconfig()), "timeout": 1.0}
        done = sources.run(clusters=[{"name": "east"}, gone])
        assert done.returncode == FAILED
        assert f"{WWW} " in done.stdout
        assert "the source gateway-httproute of the cluster west cannot be read: " in done.stdout
        assert f"the httproutes of the cluster west at {proxy.server} cannot be read" in said(done)
        assert f"is {proxy.server} the right address, and up?" in said(done)

    def test_for_want_of_rights_names_the_user_and_the_verb(self, sources: Sources) -> None:
        user = sources.place.cluster.service_account(f"{sources.place.namespace}-nobody", [])
        done = sources.run("--json", cluster={"kubeconfig": str(user.kubeconfig)})
        assert done.returncode == FAILED
        (state,) = json.loads(done.stdout)["sources"]
        assert (state["known"], state["waiting"]) == (False, False)
        for part in (user.full_name, "list", "httproutes"):
            assert part in said(done)

    def test_because_the_cluster_does_not_serve_it_is_waited_for_and_no_failure(self, sources: Sources) -> None:
        cluster = sources.place.cluster
        cluster.remove_gateway_api()
        try:
            document = sources.document(sources=["gateway-httproute", "ingress"])
            lines = sources.lines()
        finally:
            cluster.install_gateway_api()
        routes, ingresses = document["sources"]
        assert (routes["waiting"], routes["known"], ingresses["known"]) == (True, False, True)
        assert "the kind is not served; install the Gateway API, or take it out of the sources" in routes["reason"]
        assert lines[-1].startswith("the source gateway-httproute is waited for: ")


class TestBadInput:
    def test_no_sources(self, sources: Sources) -> None:
        done = sources.run(sources=[])
        assert done.returncode == UNUSABLE
        assert "nothing is read: there are no sources" in said(done)
        assert "set truenorth:sources" in said(done)

    def test_a_source_that_there_is_not(self, sources: Sources) -> None:
        done = sources.run(sources=["gateway-sctproute"])
        assert done.returncode == UNUSABLE
        assert "gateway-httproute" in said(done)

    def test_a_kubeconfig_that_is_not_there(self, sources: Sources) -> None:
        missing = sources.settings.with_name("none")
        done = sources.run(cluster={"kubeconfig": str(missing)})
        assert done.returncode == UNUSABLE
        assert "the kubeconfig is not there" in said(done)
        assert str(missing) in said(done)

    def test_no_kubeconfig_at_all(self, sources: Sources) -> None:
        done = sources.run(cluster={"kubeconfig": ""})
        assert done.returncode == UNUSABLE
        assert "no cluster is configured" in said(done)
        assert "set KUBECONFIG" in said(done)

    def test_a_context_that_the_kubeconfig_does_not_have(self, sources: Sources) -> None:
        done = sources.run(clusters=[{"context": "prod"}])
        assert done.returncode == UNUSABLE
        assert "the kubeconfig has no context prod; it has: lab" in said(done)
        assert "kubectl config get-contexts" in said(done)


def test_nothing_is_written(sources: Sources) -> None:
    """A user who may only read is enough."""
    place = sources.place
    place.put(gateway("192.0.2.1"), route(WWW, annotations={"truenorth/ttl": "soon"}))
    rules = [
        {
            "apiGroups": ["gateway.networking.k8s.io"],
            "resources": ["httproutes", "gateways", "listenersets"],
            "verbs": ["list"],
        },
        {"apiGroups": [""], "resources": ["namespaces"], "verbs": ["list"]},
    ]
    user = place.cluster.service_account(f"{place.namespace}-reader", rules)
    done = sources.run(cluster={"kubeconfig": str(user.kubeconfig)})
    assert done.returncode == 0, done.stderr
    events = place.cluster.admin.call("GET", f"/api/v1/namespaces/{place.namespace}/events")
    assert events["items"] == []


def test_routes_that_a_controller_has_yet_to_judge_are_shown_as_such(sources: Sources) -> None:
    spec = {"hostnames": [WWW], "parentRefs": [{"name": "edge"}]}
    sources.place.put(gateway("192.0.2.1"), manifest(GATEWAY_API, "HTTPRoute", "web", spec=spec))
    (name,) = sources.document()["names"]
    assert (name["targets"], "Accepted" in name["unknown"]) == (None, True)
