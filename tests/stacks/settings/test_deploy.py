from __future__ import annotations

from typing import Any

import pytest

from stacks.model.errors import UserError
from stacks.settings.stack import parse


def deploy(**settings: Any) -> Any:  # noqa: ANN401 - any setting
    return parse({"zone": "example.com", "deploy": settings}, {}, stack="home", where="the file").deploy


class TestDefaults:
    def test_are_two_replicas_in_a_namespace_of_their_own(self) -> None:
        found = deploy()
        assert (found.kind, found.replicas, found.namespace, found.name) == ("deployment", 2, "truenorth", "truenorth")

    def test_the_image_is_of_this_version(self) -> None:
        assert deploy().image.startswith("truenorth:0.")

    def test_what_needs_an_operator_of_others_is_left_out(self) -> None:
        found = deploy()
        assert {found.service_monitor, found.alerts, found.dashboard} == {False}


class TestRefusals:
    @pytest.mark.parametrize(
        ("settings", "said"),
        [
            ({"namespace": "True North"}, "'True North' is no name of an object"),
            ({"namespace": ""}, "is no name of an object"),
            ({"name": "x" * 41}, "at most 40"),
            ({"replicas": 0}, "deploy.replicas"),
            ({"kind": "statefulset"}, "deploy.kind"),
            ({"image": ""}, "deploy.image"),
            ({"resources": {"memory": "much"}}, "'much' is no quantity"),
            ({"variables": {"A B": "c"}}, "deploy.variables"),
            ({"service": {"node_port": 30880}}, "a Service of type ClusterIP has no node_port"),
            ({"service": {"source_ranges": ["192.0.2.0/24"]}}, "source_ranges are for a LoadBalancer only"),
            ({"egress_ports": [0]}, "deploy.egress_ports"),
            ({"replica": 2}, "replica"),
            ({"external_dns": {"args": []}}, "deploy.external_dns.image"),
            ({"external_dns": {"image": "x", "args": ["source=ingress"]}}, "'source=ingress' is no option"),
            ({"external_dns": {"image": "x", "args": ["--registry=txt"]}}, "--registry is given to it already"),
            ({"external_dns": {"image": "x", "rules": ["pods"]}}, "deploy.external_dns.rules"),
        ],
    )
    def test_name_the_setting(self, settings: dict[str, Any], said: str) -> None:
        with pytest.raises(UserError) as refusal:
            deploy(**settings)
        assert said in str(refusal.value)
        assert "deploy" in str(refusal.value)
