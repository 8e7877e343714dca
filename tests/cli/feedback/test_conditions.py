"""The status of DNSEndpoints, on external-dns's own definition, and on one with the conditions proposed for it.

The proposal: https://github.com/kubernetes-sigs/external-dns/pull/6609.
"""

from __future__ import annotations

import asyncio
import copy
import time
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.feedback.conditions import CONDITIONS, GENERATION, merged
from lab.kube.client import ApiError
from lab.kube.cluster import Cluster
from lab.kube.proxy import Proxy
from stacks.kube.access import access
from stacks.kube.api import NotFound
from stacks.kube.object_api import ObjectApi
from stacks.kube.objects import DNS_ENDPOINTS, Resource
from stacks.kube.timing import ApiTiming
from stacks.plan.owners.conditions import Condition, Conditions
from stacks.settings.cluster import ClusterSettings
from tests.cli.conftest import Inside
from tests.cli.daemon.watching import ended, told, watching
from tests.cli.feedback.conftest import PATIENT, Shop, await_seen
from tests.cluster.objects import dns_endpoint

DEFINITION = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/dnsendpoints.externaldns.k8s.io"
MERGE = "application/merge-patch+json"
TEXTS = ("lastTransitionTime", "message", "reason", "status", "type")
CONDITION = {
    "type": "object",
    "required": list(TEXTS),
    "properties": {**{one: {"type": "string"} for one in TEXTS}, GENERATION: {"type": "integer", "format": "int64"}},
}
LISTED = {
    "type": "array",
    "items": CONDITION,
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": ["type"],
}
WWW = {"dnsName": "www.example.com", "recordType": "A", "targets": ["192.0.2.1"]}
UNREADABLE = {"dnsName": "bad.example.com", "recordType": "A", "targets": ["nowhere"]}
READING = {"apiGroups": ["externaldns.k8s.io"], "resources": ["dnsendpoints"], "verbs": ["get", "list", "watch"]}
TELLING = {"apiGroups": [""], "resources": ["events"], "verbs": ["create", "patch"]}


@pytest.fixture
def endpoints(kube_cluster: Cluster, namespace: str) -> Shop:
    """The DNSEndpoints of a namespace."""
    kubeconfig = str(kube_cluster.kubeconfig)
    settings = ClusterSettings(name="home", kubeconfig=kubeconfig, sources=("crd",), namespaces=(namespace,))
    await_description(kube_cluster)
    return Shop(kube_cluster, namespace, settings)


@pytest.fixture
def with_conditions(kube_cluster: Cluster) -> Iterator[None]:
    """The definition has conditions meanwhile."""
    before = kube_cluster.admin.call("GET", DEFINITION)["spec"]["versions"]
    after = copy.deepcopy(before)
    after[0]["schema"]["openAPIV3Schema"]["properties"]["status"]["properties"][CONDITIONS] = LISTED
    redefine(kube_cluster, after)
    yield
    redefine(kube_cluster, before)


def redefine(cluster: Cluster, versions: list[dict[str, Any]]) -> None:
    """Change the definition."""
    cluster.admin.call("PATCH", DEFINITION, {"spec": {"versions": versions}}, content_type=MERGE)
    await_description(cluster)


def await_description(cluster: Cluster) -> None:
    """Wait until the API server describes the definition as it is, which it does a moment after it serves the kind."""
    (version,) = cluster.admin.call("GET", DEFINITION)["spec"]["versions"]
    fields = version["schema"]["openAPIV3Schema"]["properties"]["status"]["properties"].keys()
    until = time.monotonic() + PATIENT
    while described(cluster, DNS_ENDPOINTS) != fields:
        assert time.monotonic() < until, "the API server describes the definition"
        time.sleep(0.05)


def described(cluster: Cluster, resource: Resource) -> frozenset[str]:
    async def ask() -> frozenset[str]:
        api = ObjectApi(access(ClusterSettings(kubeconfig=str(cluster.kubeconfig)), {}), ApiTiming())
        try:
            return await api.status_fields(resource)
        except NotFound:
            return frozenset()
        finally:
            await api.close()

    return asyncio.run(ask())


def put(shop: Shop, name: str, *listed: dict[str, Any], annotations: dict[str, str] | None = None) -> int:
    """Make a DNSEndpoint, or make it so; return its generation."""
    one = dns_endpoint(name, *listed, annotations=annotations, namespace=shop.namespace)
    generation: int = shop.cluster.admin.apply(one)["metadata"]["generation"]
    return generation


def found(shop: Shop, name: str) -> dict[str, Any]:
    path = f"/apis/externaldns.k8s.io/v1alpha1/namespaces/{shop.namespace}/dnsendpoints/{name}"
    one: dict[str, Any] = shop.cluster.admin.call("GET", path)
    return one


def status(shop: Shop, name: str) -> dict[str, Any]:
    one: dict[str, Any] = found(shop, name).get("status", {})
    return one


def condition(shop: Shop, name: str, kind: str = "Ready") -> dict[str, Any]:
    (one,) = (each for each in status(shop, name)[CONDITIONS] if each["type"] == kind)
    return dict(one)


def says(shop: Shop, name: str, *conditions: dict[str, Any], **fields: Any) -> None:  # noqa: ANN401 - of a status
    """Somebody else writes this status."""
    listed = {CONDITIONS: list(conditions)} if conditions else {}
    shop.cluster.admin.set_status(dns_endpoint(name, namespace=shop.namespace), {**fields, **listed})


def writes(proxy: Proxy) -> int:
    return len([one for one in proxy.faults.requests("PATCH") if "/status" in one])


class TestOnTheDefinitionOfExternalDns:
    def test_the_generation_is_that_which_was_dealt_with(self, endpoints: Shop) -> None:
        first = put(endpoints, "web", WWW)
        endpoints.run()
        assert status(endpoints, "web") == {GENERATION: first}
        second = put(endpoints, "web", WWW | {"targets": ["192.0.2.9"]})
        assert second > first
        assert status(endpoints, "web") == {GENERATION: first}
        endpoints.run()
        assert status(endpoints, "web") == {GENERATION: second}
        assert endpoints.untold == []

    def test_a_change_during_the_run_is_not_dealt_with(self, endpoints: Shop) -> None:
        first = put(endpoints, "web", WWW)
        outcome = endpoints.outcome()
        assert put(endpoints, "web", WWW | {"recordTTL": 300}) > first
        endpoints.write(outcome)
        assert status(endpoints, "web") == {GENERATION: first}

    def test_nothing_is_written_where_nothing_has_changed(self, endpoints: Shop, proxy: Proxy) -> None:
        endpoints.reached_by(proxy.kubeconfig())
        put(endpoints, "web", WWW)
        put(endpoints, "bad", UNREADABLE)
        endpoints.run()
        assert writes(proxy) == 2
        version = found(endpoints, "web")["metadata"]["resourceVersion"]
        endpoints.run()
        again = endpoints.outcome()
        endpoints.write(again, again)
        assert writes(proxy) == 2
        assert found(endpoints, "web")["metadata"]["resourceVersion"] == version

    def test_an_object_that_the_settings_leave_out_has_none(self, endpoints: Shop) -> None:
        endpoints.says(annotations="example.com/dns=public")
        put(endpoints, "web", WWW, annotations={"example.com/dns": "public"})
        put(endpoints, "inside", WWW)
        controller = {"external-dns.alpha.kubernetes.io/controller": "other", "example.com/dns": "public"}
        put(endpoints, "others", WWW, annotations=controller)
        put(endpoints, "elsewhere", WWW | {"dnsName": "www.example.net"}, annotations={"example.com/dns": "public"})
        endpoints.run()
        there = [name for name in ("web", "inside", "others", "elsewhere") if status(endpoints, name)]
        assert there == ["web"]

    def test_none_is_written_where_nobody_is_to_be_told(self, endpoints: Shop, proxy: Proxy) -> None:
        endpoints.reached_by(proxy.kubeconfig())
        endpoints.says(events=False, status_annotation=True)
        put(endpoints, "web", WWW)
        endpoints.run()
        assert writes(proxy) == 0

    def test_none_is_written_where_the_cluster_could_not_be_read(self, endpoints: Shop) -> None:
        put(endpoints, "web", WWW)
        endpoints.run(unread="the cluster is away")
        assert status(endpoints, "web") == {}

    def test_a_refusal_is_told_once_and_costs_nothing_else(self, endpoints: Shop, kube_cluster: Cluster) -> None:
        rules = [READING, TELLING]
        user = kube_cluster.service_account(f"{endpoints.namespace}-mute", rules, within=endpoints.namespace)
        endpoints.reached_by(user.kubeconfig)
        for number in range(3):
            put(endpoints, f"web{number}", WWW | {"dnsName": f"www{number}.example.com"})
        outcome = endpoints.outcome()
        endpoints.write(outcome, outcome)
        (said,) = endpoints.untold
        assert said.reason.startswith("cannot patch dnsendpoints.externaldns.k8s.io/status: the API server says 403")
        events = kube_cluster.admin.call("GET", f"/api/v1/namespaces/{endpoints.namespace}/events")["items"]
        assert sorted(one["involvedObject"]["name"] for one in events) == ["web0", "web1", "web2"]

    def test_the_rights_that_deploy_grants_are_enough(self, endpoints: Shop, kube_cluster: Cluster) -> None:
        rules = [READING, TELLING, READING | {"resources": ["dnsendpoints/status"], "verbs": ["patch"]}]
        user = kube_cluster.service_account(f"{endpoints.namespace}-told", rules, within=endpoints.namespace)
        endpoints.reached_by(user.kubeconfig)
        generation = put(endpoints, "web", WWW)
        endpoints.run()
        assert (status(endpoints, "web"), endpoints.untold) == ({GENERATION: generation}, [])

    def test_an_object_that_is_gone_or_made_anew_is_left_alone(self, endpoints: Shop) -> None:
        put(endpoints, "web", WWW)
        put(endpoints, "web", WWW | {"recordTTL": 300})
        put(endpoints, "gone", WWW | {"dnsName": "gone.example.com"})
        outcome = endpoints.outcome()
        for name in ("web", "gone"):
            endpoints.cluster.admin.delete(dns_endpoint(name, namespace=endpoints.namespace))
        assert put(endpoints, "web", WWW) == 1
        endpoints.write(outcome)
        assert status(endpoints, "web") == {}
        assert endpoints.untold == []

    def test_a_later_generation_that_somebody_else_has_dealt_with_stays(self, endpoints: Shop) -> None:
        put(endpoints, "web", WWW)
        outcome = endpoints.outcome()
        later = put(endpoints, "web", WWW | {"recordTTL": 300})
        says(endpoints, "web", **{GENERATION: later})
        endpoints.write(outcome)
        assert status(endpoints, "web") == {GENERATION: later}


@pytest.mark.usefixtures("with_conditions")
class TestOnADefinitionWithConditions:
    def test_an_endpoint_that_cannot_be_read_is_in_them_and_the_others_are_ready(self, endpoints: Shop) -> None:
        put(endpoints, "web", WWW)
        generation = put(endpoints, "bad", UNREADABLE, WWW | {"dnsName": "api.example.com"})
        endpoints.run()
        ready = condition(endpoints, "web")
        assert (ready["status"], ready["reason"], ready[GENERATION]) == ("True", "Programmed", 1)
        assert condition(endpoints, "web", "Accepted")["status"] == "True"
        bad = condition(endpoints, "bad")
        assert (bad["status"], bad["reason"], bad[GENERATION]) == ("False", "Invalid", generation)
        assert bad["message"].startswith("spec.endpoints[0].targets has the value 'nowhere'")
        assert bad["message"].startswith(condition(endpoints, "bad", "Accepted")["message"])

    def test_nothing_is_written_where_nothing_has_changed(self, endpoints: Shop, proxy: Proxy) -> None:
        endpoints.reached_by(proxy.kubeconfig())
        put(endpoints, "web", WWW)
        put(endpoints, "bad", UNREADABLE)
        endpoints.run()
        again = endpoints.outcome()
        endpoints.write(again, again)
        assert writes(proxy) == 2

    def test_the_transition_is_that_of_the_status_alone(self, endpoints: Shop) -> None:
        long_ago = {"lastTransitionTime": "2020-01-01T00:00:00Z", "message": "", GENERATION: 1}
        ready = {"type": "Ready", "status": "True", "reason": "Programmed", **long_ago}
        accepted = {"type": "Accepted", "status": "False", "reason": "Invalid", **long_ago}
        put(endpoints, "web", WWW)
        says(endpoints, "web", ready, accepted)
        generation = put(endpoints, "web", WWW | {"recordTTL": 300})
        endpoints.run()
        now = condition(endpoints, "web")
        assert (now["lastTransitionTime"], now[GENERATION]) == ("2020-01-01T00:00:00Z", generation)
        assert condition(endpoints, "web", "Accepted")["lastTransitionTime"] > "2026"

    def test_conditions_of_others_stay_also_those_written_meanwhile(self, endpoints: Shop, proxy: Proxy) -> None:
        endpoints.reached_by(proxy.kubeconfig())
        other = {"type": "Checked", "status": "True", "reason": "Seen", "message": ""}
        put(endpoints, "web", WWW)
        says(endpoints, "web", {**other, "lastTransitionTime": "2020-01-01T00:00:00Z"})
        proxy.answer(409, containing="/status")
        endpoints.run()
        assert {one["type"] for one in status(endpoints, "web")[CONDITIONS]} == {"Checked", "Accepted", "Ready"}
        assert (writes(proxy), endpoints.untold) == (2, [])

    def test_they_follow_what_becomes_of_the_object(self, endpoints: Shop) -> None:
        put(endpoints, "web", UNREADABLE)
        endpoints.run()
        assert condition(endpoints, "web")["status"] == "False"
        put(endpoints, "web", WWW)
        endpoints.run()
        assert condition(endpoints, "web")["status"] == "True"


class TestTheFieldsOfAStatus:
    def test_are_those_of_the_definition(self, kube_cluster: Cluster) -> None:
        assert described(kube_cluster, DNS_ENDPOINTS) == {GENERATION}

    def test_are_none_without_a_sub_resource(self, kube_cluster: Cluster) -> None:
        bare = "bare.example.com"
        schema = {"type": "object", "properties": {"status": {"type": "object", "properties": {"at": CONDITION}}}}
        version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
        names = {"plural": "bare", "singular": "bare", "kind": "Bare", "listKind": "BareList"}
        spec = {"group": "example.com", "names": names, "scope": "Namespaced", "versions": [version]}
        definition = {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition"}
        made = {**definition, "metadata": {"name": bare}, "spec": spec}
        kube_cluster.admin.apply(made)
        try:
            assert awaited(kube_cluster, Resource("example.com", "v1", "bare", "Bare")) == frozenset()
        finally:
            kube_cluster.admin.delete(made)


def awaited(cluster: Cluster, resource: Resource) -> frozenset[str]:
    """The fields of a kind's status, once the API server describes the kind."""
    until = time.monotonic() + PATIENT
    while True:
        try:
            paths = cluster.admin.call("GET", f"/openapi/v3/apis/{resource.group}/{resource.version}")["paths"]
        except ApiError:
            paths = {}
        if any(one.endswith(f"/{resource.plural}") for one in paths):
            return described(cluster, resource)
        assert time.monotonic() < until, "the API server describes a new definition"
        time.sleep(0.05)


WANTED = st.builds(
    Conditions,
    st.integers(1, 9),
    st.tuples(
        *(
            st.builds(Condition, st.just(one), st.sampled_from(["True", "False"]), st.just("R"), st.text())
            for one in "AB"
        )
    ),
)
FIELDS = st.sets(st.sampled_from([GENERATION, CONDITIONS]))


class TestAStatus:
    @given(WANTED, WANTED, FIELDS)
    def test_that_was_written_is_not_written_again(
        self, first: Conditions, second: Conditions, fields: set[str]
    ) -> None:
        there = merged(merged({}, first, fields, "1"), second, fields, "2")
        assert merged(there, second, fields, "3") == there
        assert there.keys() == fields

    @given(WANTED, WANTED)
    def test_keeps_the_transition_of_what_stays(self, first: Conditions, second: Conditions) -> None:
        there = merged(merged({}, first, {CONDITIONS}, "1"), second, {CONDITIONS}, "2")
        for before, after, now in zip(first.each, second.each, there[CONDITIONS], strict=True):
            assert now["lastTransitionTime"] == ("1" if before.status == after.status else "2")
            assert now[GENERATION] == second.generation

    @given(WANTED, FIELDS)
    def test_keeps_what_is_not_ours(self, wanted: Conditions, fields: set[str]) -> None:
        other = {"type": "Checked", "status": "True"}
        there = merged({"endpoints": 3, CONDITIONS: [other]}, wanted, fields, "1")
        assert (there["endpoints"], there[CONDITIONS][0]) == (3, other)


def on(inside: Inside, shop: Shop) -> None:
    read = {"kubeconfig": str(shop.cluster.kubeconfig), "namespaces": [shop.namespace], "timeout": PATIENT}
    inside.settings(sources=["crd"], cluster=read)


class TestTheCommands:
    def test_preview_writes_none_and_up_does(self, inside: Inside, endpoints: Shop) -> None:
        generation = put(endpoints, "web", WWW)
        on(inside, endpoints)
        inside.result("preview")
        assert status(endpoints, "web") == {}
        inside.result("up")
        assert status(endpoints, "web") == {GENERATION: generation}

    def test_watch_follows_each_generation_also_one_that_changes_no_record(
        self, inside: Inside, endpoints: Shop
    ) -> None:
        put(endpoints, "web", WWW)
        on(inside, endpoints)
        with watching(inside) as watcher:
            told(watcher, "result")
            generation = put(endpoints, "web", WWW | {"labels": {"a": "b"}})
            await_seen(lambda: status(endpoints, "web"), {GENERATION: generation})
            assert ended(watcher) == 0
