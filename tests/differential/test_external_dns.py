from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from lab.external_dns import ANNOTATIONS, SOURCES
from stacks.observe.cluster.reading import read
from stacks.settings.cluster import ClusterSettings
from tests.differential.compare import differences
from tests.differential.corpus import applied, generate
from tests.differential.drawing import OWN_PREFIX, PODS
from tests.differential.external import made_by_external_dns
from tests.differential.ingresses import CLASS
from tests.differential.rules import RULES, explanation

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from lab.kube.cluster import Cluster
    from tests.differential.compare import Difference
    from tests.differential.corpus import Corpus

SEEDS = 8
DEFAULT = "192.0.2.251"
"""A target that no object has."""


@dataclass(frozen=True)
class Filters:
    """Arguments of external-dns, and settings of a cluster that say the same."""

    arguments: tuple[str, ...]
    settings: Mapping[str, object]
    default: str = ""


_OPTIONS = (
    Filters(
        (f"--pod-source-domain={PODS}",),
        {"tls_hosts": "always", "pod_targets": True, "pod_domain": PODS},
    ),
    Filters(
        (
            *("--ignore-ingress-tls-spec", "--publish-host-ip", "--always-publish-not-ready-addresses"),
            "--ignore-non-host-network-pods",
        ),
        {"tls_hosts": "never", "pod_targets": True, "host_addresses": True, "unready_pods": True, "host_pods": True},
    ),
    Filters(
        (
            "--service-type-filter=LoadBalancer",
            "--service-type-filter=NodePort",
            "--gateway-label-filter=dns in (outside)",
        ),
        {
            "tls_hosts": "always",
            "service_types": ("LoadBalancer", "NodePort"),
            "pod_targets": True,
            "gateway_labels": "dns in (outside)",
        },
    ),
    Filters(
        (f"--default-targets={DEFAULT}", "--force-default-targets"),
        {"tls_hosts": "always", "pod_targets": True, "default_targets": dict.fromkeys(SOURCES, DEFAULT)},
        DEFAULT,
    ),
)
_MANAGED = tuple(f"--managed-record-types={one}" for one in ("A", "AAAA", "CNAME", "MX", "TXT"))
_TOLD = 20
"""Differences that are told."""


class TestExternalDns:
    @pytest.mark.usefixtures("kube_programs")
    def test_the_same_objects_get_the_same_records_but_where_it_is_meant(
        self, cluster: Cluster, external_dns: Path, pytestconfig: pytest.Config
    ) -> None:
        first = int(pytestconfig.getoption("--hypothesis-seed") or 0)
        used: Counter[str] = Counter()
        left: list[str] = []
        for seed in range(first, first + SEEDS):
            filters = _OPTIONS[seed // 2 % len(_OPTIONS)]
            corpus = replace(generate(seed), default=filters.default)
            for difference in _differences(cluster, external_dns, corpus, filters):
                rule = explanation(difference, corpus)
                if rule:
                    used[rule.name] += 1
                else:
                    left.append(f"seed {seed}: {difference}")

        assert not left, _told(left, used)
        assert {rule.name for rule in RULES} == used.keys(), _told(left, used)

    @pytest.mark.usefixtures("kube_programs")
    @pytest.mark.parametrize("seed", range(100, 102))
    def test_the_same_filters_leave_the_same_objects(
        self, cluster: Cluster, external_dns: Path, pytestconfig: pytest.Config, seed: int
    ) -> None:
        corpus = generate(seed + int(pytestconfig.getoption("--hypothesis-seed") or 0))
        gateway = next(one["metadata"]["name"] for one in corpus.objects if one["kind"] == "Gateway")
        without = f"!{corpus.prefix}ttl"
        filters = Filters(
            (f"--gateway-name={gateway}", f"--annotation-filter={without}"),
            {"tls_hosts": "always", "pod_targets": True, "gateways": (gateway,), "annotations": without},
        )
        left = [one for one in _differences(cluster, external_dns, corpus, filters) if not explanation(one, corpus)]

        assert not left, _told(list(map(str, left)), Counter())

    @pytest.mark.usefixtures("kube_programs")
    def test_the_same_prefix_of_annotations_leaves_the_same_of_them(
        self, cluster: Cluster, external_dns: Path, pytestconfig: pytest.Config
    ) -> None:
        corpus = generate(200 + int(pytestconfig.getoption("--hypothesis-seed") or 0), OWN_PREFIX)
        filters = Filters((), {"tls_hosts": "always", "pod_targets": True, "annotation_prefix": OWN_PREFIX})
        left = [one for one in _differences(cluster, external_dns, corpus, filters) if not explanation(one, corpus)]

        assert not left, _told(list(map(str, left)), Counter())


class TestCorpus:
    def test_a_seed_gives_the_same_objects_again(self) -> None:
        assert generate(7) == generate(7)
        assert generate(7) != generate(8)

    def test_both_prefixes_of_annotations_have_their_turn(self) -> None:
        assert {generate(seed).prefix for seed in range(2)} == set(ANNOTATIONS)


def _differences(cluster: Cluster, external_dns: Path, corpus: Corpus, filters: Filters) -> list[Difference]:
    with applied(cluster.admin, corpus):
        arguments = (*_MANAGED, *filters.arguments)
        theirs = made_by_external_dns(external_dns, cluster.kubeconfig, corpus.prefix, *arguments)
        settings = {"kubeconfig": str(cluster.kubeconfig), "sources": SOURCES, "ingress_classes": (CLASS,)}
        chosen = ClusterSettings.model_validate({**settings, **filters.settings})
        return list(differences(read([chosen], {}), theirs))


def _told(left: list[str], used: Counter[str]) -> str:
    rules = "\n".join(f"  {used[rule.name]:4} {rule.name}: {rule.reason}" for rule in RULES)
    shown = "\n".join(left[:_TOLD])
    return (
        f"{len(left)} differences that nothing explains:\n{shown}\nmeant differences, and how many there were:\n{rules}"
    )
