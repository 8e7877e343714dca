"""The API server refuses by the policy exactly what the plan refuses, of objects drawn at random."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from bench.campaigns.policy import campaign
from bench.campaigns.policy.campaign import ALLOWED, REFUSED, enforced, play_on, refusal_of
from bench.campaigns.policy.kinds import define
from bench.campaigns.policy.rules import Rules
from bench.campaigns.wrong import WrongError
from components.operator.args import PolicyArgs
from lab.kube.client import Client
from lab.kube.cluster import Cluster
from lab.kube.programs import Programs
from stacks.deploy.policy import policy
from stacks.settings.stack import Settings, parse

SEEDS = range(1000, 1010)
"""Others than those of `make campaign`."""
OBJECTS = 60
NAMESPACE = "policy-shop"
NAMES = {"plural": "configmaps", "names": ["data.hostname"]}


def wrong(outcomes: Mapping[int, Counter[str] | WrongError]) -> dict[int, str]:
    return {seed: str(found) for seed, found in outcomes.items() if isinstance(found, WrongError)}


@pytest.fixture(scope="module")
def cluster(kube_cluster: Cluster, deploy_tools: Programs) -> Cluster:
    define(kube_cluster, deploy_tools)
    return kube_cluster


def test_the_api_server_refuses_what_the_plan_refuses(cluster: Cluster) -> None:
    outcomes = dict(play_on(cluster, SEEDS, OBJECTS))
    assert wrong(outcomes) == {}
    met = sum((found for found in outcomes.values() if isinstance(found, Counter)), Counter[str]())
    assert met.total() == len(SEEDS) * OBJECTS
    assert min(met[ALLOWED], met[REFUSED]) > OBJECTS


def without_marks(settings: Settings) -> PolicyArgs | None:
    rules = policy(settings)
    return rules and replace(rules, prefixes=(), suffixes=())


def without_names(settings: Settings) -> PolicyArgs | None:
    rules = policy(settings)
    return rules and replace(rules, domains=tuple(replace(one, names=("a.example",)) for one in rules.domains))


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        (without_marks, "the API server takes what the plan refuses"),
        (without_names, "the API server refuses what the plan allows"),
    ],
)
def test_a_policy_that_says_something_else_than_the_plan_is_noticed(
    changed: Any,  # noqa: ANN401 - in place of `policy`
    told: str,
    cluster: Cluster,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(campaign, "policy", changed)
    assert told in " ".join(wrong(dict(play_on(cluster, SEEDS[:4], OBJECTS))).values())


@pytest.fixture
def client(cluster: Cluster) -> Iterator[Client]:
    settings = parse(
        {
            "zone": "example.com",
            "names": ["www"],
            "sources": ["ingress", "crd", "contour-httpproxy"],
            "cluster": {
                "namespaces": [NAMESPACE],
                "domains": [{"names": ["**.shop.example.com"]}],
                "targets": {"networks": ["192.0.2.0/24"]},
                "kinds": [{"group": "", "version": "v1", "kind": "ConfigMap", **NAMES}],
                "labels": "!private",
            },
        },
        {},
        stack="home",
        where="test",
    )
    with enforced(cluster.admin, Rules(settings, {NAMESPACE: {}}), "policy-test"):
        yield cluster.admin


def ingress(host: str, **metadata: object) -> dict[str, Any]:
    backend = {"service": {"name": "web", "port": {"number": 80}}}
    said = {"truenorth/target": "192.0.2.1"}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": "web", "namespace": NAMESPACE, "annotations": said, **metadata},
        "spec": {"defaultBackend": backend, "rules": [{"host": host}]},
    }


def http_proxy(host: str, **labels: str) -> dict[str, Any]:
    routes = [{"services": [{"name": "web", "port": 80}]}]
    return {
        "apiVersion": "projectcontour.io/v1",
        "kind": "HTTPProxy",
        "metadata": {"name": "web", "namespace": NAMESPACE, "labels": labels},
        "spec": {"virtualhost": {"fqdn": host}, "routes": routes},
    }


def config_map(host: str, **labels: str) -> dict[str, Any]:
    metadata = {"name": "web", "namespace": NAMESPACE, "labels": labels}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"hostname": host}}


@pytest.mark.parametrize("made", [http_proxy, config_map])
def test_an_object_of_another_program_s_kind_is_held_to_the_rules_from_when_it_counts(
    client: Client, made: Callable[..., dict[str, Any]]
) -> None:
    private = {"private": "yes"}
    client.apply(made("www.example.com", **private))
    client.apply(made("www.example.com", **private, other="label"))
    assert "the name www.example.com is not among those" in refusal_of(client, made("www.example.com"))
    client.apply(made("a.shop.example.com"))
    client.apply(made("a.shop.example.com", other="label"))
    assert "the name www.example.com is not among those" in refusal_of(client, made("www.example.com"))
    client.delete(made(""))


def test_an_object_that_is_there_already_can_be_changed_otherwise_and_deleted(client: Client) -> None:
    made = ingress("a.shop.example.com", finalizers=["example.com/one"])
    client.apply(made)
    client.apply(ingress("a.shop.example.com", labels={"a": "b"}))
    client.delete(made)
    assert "the name www.example.com is not among those" in refusal_of(client, ingress("www.example.com"))
