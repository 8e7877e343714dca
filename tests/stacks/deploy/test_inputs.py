from __future__ import annotations

from typing import Any

import pytest

from components.operator.args import ObjectName, OperatorArgs
from stacks.deploy.inputs import operator_args, secrets_of, variables_of
from stacks.model.errors import UserError
from stacks.settings.stack import Settings, parse

TOKEN = {"CLOUDFLARE_API_TOKEN": "token-of-the-zone"}


def settings(environment: dict[str, str] | None = None, **values: Any) -> Settings:  # noqa: ANN401 - any setting
    return parse({"zone": "example.com", **values}, environment or {}, stack="home", where="the file")


def args(**values: Any) -> OperatorArgs:  # noqa: ANN401 - any setting
    return operator_args(
        settings(**values),
        "home",
        "the text",
        lock_name="truenorth-home",
        state="kubernetes://truenorth/state",
        head=None,
        secrets=None,
        variables={},
        rules={"groups": [{"name": "g"}]},
        dashboard="{}",
    )


def routers(listen: str) -> dict[str, Any]:
    """The settings of a stack that a router tells its address."""
    wan = {"links": {"cottage": {"sources": ["pushed:cottage"]}}}
    return {"wan": wan, "watch": {"dyndns": {"listen": listen, "users": {"cottage": "COTTAGE_PASSWORD"}}}}


class TestRouters:
    def test_have_a_port_and_a_service_of_the_pods(self) -> None:
        found = args(**routers(":8245"), deploy={"dyndns_service": {"type": "LoadBalancer"}})
        assert (found.pods.dyndns_port, found.dyndns_service.type) == (8245, "LoadBalancer")
        assert args().pods.dyndns_port == 0

    def test_share_a_config_map_beside_the_lease(self) -> None:
        assert args(**routers(":8245")).rights.pushed == ObjectName("truenorth", "truenorth-home-pushed")
        assert args().rights.pushed is None

    @pytest.mark.parametrize("listen", ["127.0.0.1:8245", "[::1]:8245", ":0", ":80", ":99999"])
    def test_that_would_not_reach_the_pod_are_refused_with_what_to_do(self, listen: str) -> None:
        with pytest.raises(UserError, match="routers do not reach a pod") as raised:
            args(**routers(listen))
        assert ":8245" in str(raised.value)


class TestSecrets:
    def test_are_the_credentials_by_the_plugin_s_variables(self) -> None:
        assert secrets_of(settings(), {"CF_API_TOKEN": "x"}) == {"CLOUDFLARE_API_TOKEN": "x"}

    def test_of_a_zone_with_its_own_token_come_along(self) -> None:
        zones = [{"zone": "example.org", "token": "OTHER_TOKEN"}]
        found = secrets_of(settings(zones=zones), {**TOKEN, "OTHER_TOKEN": "y"})
        assert found == {**TOKEN, "OTHER_TOKEN": "y"}

    def test_of_notifications_and_of_marks_come_along_where_they_are_set(self) -> None:
        others = {"TRUENORTH_NOTIFY": "json://example.com", "EXTERNAL_DNS_TXT_ENCRYPT_AES_KEY": "k" * 32}
        assert secrets_of(settings(), {**TOKEN, **others}) == {**TOKEN, **others}

    def test_of_web_sources_come_along(self) -> None:
        source = {"url": "https://router.example.net", "secret_headers": {"X-Key": "ROUTER_KEY"}}
        wan = {"mode": "list", "sources": [source], "agreement": 1}
        assert secrets_of(settings(wan=wan), {**TOKEN, "ROUTER_KEY": "z"}) == {**TOKEN, "ROUTER_KEY": "z"}

    def test_of_routers_that_tell_their_addresses_come_along(self) -> None:
        found = secrets_of(settings(**routers(":8245")), {**TOKEN, "COTTAGE_PASSWORD": "open sesame"})
        assert found == {**TOKEN, "COTTAGE_PASSWORD": "open sesame"}

    def test_that_are_missing_are_named(self) -> None:
        with pytest.raises(UserError, match="CLOUDFLARE_API_TOKEN is not set"):
            secrets_of(settings(), {})


class TestVariables:
    def test_say_where_an_api_is_only_where_it_is_elsewhere(self) -> None:
        assert variables_of(settings(), {}) == {}
        assert variables_of(settings(), {"CLOUDFLARE_BASE_URL": "https://api.cloudflare.com/client/v4/"}) == {}
        elsewhere = {"CLOUDFLARE_BASE_URL": "http://192.0.2.1/client/v4"}
        assert variables_of(settings(), elsewhere) == elsewhere

    def test_that_win_over_the_settings_file_do_so_in_the_pods_too(self) -> None:
        said = {"TRUENORTH_TTL": "300", "TRUENORTH_NAMES": "[www]"}
        others = {"TRUENORTH_NOTIFY": "secret", "TRUENORTH_DEPLOY": "{}", "TRUENORTH_BACKEND": "file:///x", "TTL": "1"}
        assert variables_of(settings(), {**said, **others}) == said

    def test_of_other_providers_do_not_come_along(self) -> None:
        assert variables_of(settings(), {"GANDI_URL": "http://192.0.2.1"}) == {}


class TestArguments:
    def test_alerts_and_dashboard_come_where_they_are_wanted(self) -> None:
        assert (args().rules, args().dashboard) == ((), "")
        wanted = args(deploy={"alerts": True, "dashboard": True})
        assert (wanted.rules, wanted.dashboard) == ([{"name": "g"}], "{}")

    @pytest.mark.parametrize("cluster", [{"kubeconfig": "/home/me/.kube/config"}, {"context": "edge"}])
    def test_a_kubeconfig_that_no_pod_has_is_refused(self, cluster: dict[str, str]) -> None:
        with pytest.raises(UserError, match="a pod does not have") as refusal:
            args(clusters=[{"name": "one", **cluster}])
        assert "deploy.kubeconfig_secret" in str(refusal.value)

    def test_the_socket_of_a_docker_that_no_pod_has_is_refused(self) -> None:
        with pytest.raises(UserError, match=r"a pod does not have the socket /var/run/docker\.sock") as refusal:
            args(docker=["unix:///var/run/docker.sock"])
        assert "tcp://HOST:PORT" in str(refusal.value)
        assert args(docker=["tcp://192.0.2.1:2375"]).stack

    def test_a_kubeconfig_from_a_secret_is_taken(self) -> None:
        cluster = {"kubeconfig": "/etc/truenorth-kubeconfig/edge", "name": "edge"}
        found = args(clusters=[cluster], deploy={"kubeconfig_secret": "others"})
        assert found.kubeconfig_secret == "others"


HERE = {"webhook": {"listen": "127.0.0.1:8888"}}


class TestExternalDns:
    def test_asks_at_the_webhook_with_its_own_sources(self) -> None:
        beside = {"image": "external-dns:v0.23.0", "args": ["--source=ingress"], "resources": {"memory": "32Mi"}}
        found = args(watch=HERE, deploy={"external_dns": beside}).pods.external_dns
        assert found is not None
        assert (found.webhook, found.arguments) == ("127.0.0.1:8888", ("--source=ingress",))
        assert found.resources.memory == "32Mi"

    @pytest.mark.parametrize(
        ("values", "said"),
        [
            ({"deploy": {}}, "asks at the pod's own 127.0.0.1"),
            ({"watch": {"webhook": {"listen": "0.0.0.0:8888", "from_anywhere": True}}}, "the pod's own 127.0.0.1"),
            ({"watch": HERE, "deploy": {"kind": "daemonset"}}, "every program of the node reaches the webhook"),
        ],
    )
    def test_that_cannot_ask_or_asks_beside_others_is_refused(self, values: dict[str, Any], said: str) -> None:
        deploy = {**values.get("deploy", {}), "external_dns": {"image": "external-dns:v0.23.0"}}
        with pytest.raises(UserError, match=said):
            args(**{**values, "deploy": deploy})
