from __future__ import annotations

from components.operator.operator import CLASSES
from lab.plugin.kubernetes.provider import KINDS
from lab.plugin.kubernetes.resource import KubernetesObject


def test_each_kind_has_its_resource_of_the_sdk() -> None:
    for (api_version, kind), resource in CLASSES.items():
        assert vars(resource)["pulumi_type"] == KubernetesObject(api_version, kind).token


def test_the_stand_in_has_every_kind_that_there_may_be() -> None:
    custom = {("monitoring.coreos.com/v1", "ServiceMonitor"), ("monitoring.coreos.com/v1", "PrometheusRule")}
    of_older_states = {("v1", "Secret")}
    assert {*CLASSES, *custom, *of_older_states} == set(KINDS)
