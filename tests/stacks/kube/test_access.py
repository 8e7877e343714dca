from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from lightkube.config.models import User

from stacks.kube.access import access
from stacks.model.errors import UserError
from stacks.settings.cluster import ClusterSettings

SECRET = "s3cr3t-t0ken"


def kubeconfig(*names: str, current: str = "", **user: Any) -> dict[str, Any]:  # noqa: ANN401 - a user's fields
    """A kubeconfig with a context, a cluster and a user of each name."""
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": {"server": f"https://{name}.example.com:6443/"}} for name in names],
        "users": [{"name": name, "user": user or {"token": f"{SECRET}-{name}"}} for name in names],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}} for name in names],
        "current-context": current,
    }


def named(**fields: str) -> ClusterSettings:
    return ClusterSettings.model_validate(fields)


def write(file: Path, document: object) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(document if isinstance(document, str) else yaml.safe_dump(document), encoding="utf-8")
    return file


@pytest.fixture
def service_account(tmp_path: Path) -> Path:
    folder = tmp_path / "serviceaccount"
    folder.mkdir()
    for name in ("token", "ca.crt", "namespace"):
        (folder / name).write_text(f"{SECRET}-{name}", encoding="utf-8")
    return folder


POD = {"KUBERNETES_SERVICE_HOST": "10.0.0.1", "KUBERNETES_SERVICE_PORT": "443"}


def refused(settings: ClusterSettings, environment: Mapping[str, str]) -> str:
    with pytest.raises(UserError) as caught:
        access(settings, environment)
    assert SECRET not in str(caught.value)
    return str(caught.value)


class TestInAPod:
    def test_the_service_account_is_used_by_its_files_so_that_a_new_token_counts(self, service_account: Path) -> None:
        found = access(ClusterSettings(), POD, service_account)
        assert found.server == "https://10.0.0.1:443"
        assert found.config.user == User(token_file=str(service_account / "token"))
        assert found.config.cluster.certificate_auth == str(service_account / "ca.crt")

    def test_an_address_of_ipv6_is_bracketed(self, service_account: Path) -> None:
        environment = POD | {"KUBERNETES_SERVICE_HOST": "fd00::1"}
        assert access(ClusterSettings(), environment, service_account).server == "https://[fd00::1]:443"

    @pytest.mark.parametrize("how", ["setting", "context", "environment"])
    def test_whoever_asks_for_a_kubeconfig_gets_that(self, how: str, service_account: Path, tmp_path: Path) -> None:
        file = write(tmp_path / ".kube" / "config", kubeconfig("home", current="home"))
        environment = POD | {"HOME": str(tmp_path)} | ({"KUBECONFIG": str(file)} if how == "environment" else {})
        settings = named(
            kubeconfig="~/.kube/config" if how == "setting" else "", context="home" if how == "context" else ""
        )
        assert access(settings, environment, service_account).server == "https://home.example.com:6443"

    def test_a_pod_without_a_token_is_told_that_no_cluster_is_configured(self, tmp_path: Path) -> None:
        assert "no cluster is configured" in refused(ClusterSettings(), POD | {"HOME": str(tmp_path)})


class TestTheFile:
    def test_the_setting_counts_before_the_variable_and_that_before_the_users_own(self, tmp_path: Path) -> None:
        for name in ("own", "variable", "setting"):
            write(tmp_path / name, kubeconfig(name, current=name))
        write(tmp_path / ".kube/config", kubeconfig("own", current="own"))
        environment = {"HOME": str(tmp_path)}
        assert access(ClusterSettings(), environment).server == "https://own.example.com:6443"
        environment["KUBECONFIG"] = str(tmp_path / "variable")
        assert access(ClusterSettings(), environment).server == "https://variable.example.com:6443"
        settings = ClusterSettings(kubeconfig="~/setting")
        assert access(settings, environment).server == "https://setting.example.com:6443"

    def test_of_several_files_the_first_that_says_something_counts(self, tmp_path: Path) -> None:
        a = write(tmp_path / "a" / "config", kubeconfig("one", token="first"))
        b = write(tmp_path / "b" / "config", kubeconfig("one", "two", current="two", tokenFile="token"))
        environment = {"KUBECONFIG": f"{a}:{tmp_path / 'missing'}:{b}"}
        found = access(ClusterSettings(), environment).config
        assert found.context_name == "two"
        assert found.user == User(token_file=str(tmp_path / "b" / "token"))  # beside the file that names it
        assert access(named(context="one"), environment).config.user == User(token="first")

    def test_a_missing_one_is_named_with_what_to_do(self, tmp_path: Path) -> None:
        said = refused(ClusterSettings(kubeconfig=str(tmp_path / "none")), {})
        assert said.startswith("the kubeconfig is not there")
        assert str(tmp_path / "none") in said
        assert "set KUBECONFIG" in said

    def test_none_at_all_says_so(self, tmp_path: Path) -> None:
        assert refused(ClusterSettings(), {"HOME": str(tmp_path)}).startswith("no cluster is configured")

    @pytest.mark.parametrize(
        ("text", "fault"),
        [
            (f"users: [{{token: {SECRET}", "the kubeconfig is no YAML"),
            (f"- {SECRET}", "it names no clusters"),
            (SECRET, "it names no clusters"),
            (f"clusters: [{{nome: {SECRET}}}]", "the kubeconfig's clusters are not as they should be"),
        ],
    )
    def test_one_that_is_none_is_refused_without_a_word_of_what_it_holds(
        self, text: str, fault: str, tmp_path: Path
    ) -> None:
        assert fault in refused(ClusterSettings(kubeconfig=str(write(tmp_path / "config", text))), {})

    def test_one_that_may_not_be_read_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "folder").mkdir()
        assert "cannot be read" in refused(ClusterSettings(kubeconfig=str(tmp_path / "folder")), {})


class TestTheContext:
    def test_one_that_is_not_there_is_told_which_are(self, tmp_path: Path) -> None:
        file = write(tmp_path / "config", kubeconfig("home", "work", current="home"))
        said = refused(named(kubeconfig=str(file), context="hoem"), {})
        assert "no context hoem; it has: home, work" in said

    def test_none_is_current(self, tmp_path: Path) -> None:
        file = write(tmp_path / "config", kubeconfig("home"))
        assert "has no current context" in refused(ClusterSettings(kubeconfig=str(file)), {})

    @pytest.mark.parametrize("missing", ["clusters", "users"])
    def test_one_that_leads_nowhere_says_where_to(self, missing: str, tmp_path: Path) -> None:
        file = write(tmp_path / "config", kubeconfig("home", current="home") | {missing: []})
        assert "the context home means the" in refused(ClusterSettings(kubeconfig=str(file)), {})

    def test_a_cluster_without_a_server_is_refused(self, tmp_path: Path) -> None:
        document = kubeconfig("home", current="home") | {"clusters": [{"name": "home", "cluster": {}}]}
        said = refused(ClusterSettings(kubeconfig=str(write(tmp_path / "config", document))), {})
        assert "the cluster home of the kubeconfig has no server" in said

    def test_a_field_of_another_type_is_named_without_its_value(self, tmp_path: Path) -> None:
        file = write(tmp_path / "config", kubeconfig("home", current="home", token=[SECRET]))
        assert "$.token" in refused(ClusterSettings(kubeconfig=str(file)), {})

    def test_a_proxy_is_taken_over(self, tmp_path: Path) -> None:
        document = kubeconfig("home", current="home")
        document["clusters"][0]["cluster"]["proxy-url"] = "http://proxy.example.com:3128"
        found = access(ClusterSettings(kubeconfig=str(write(tmp_path / "config", document))), {})
        assert found.proxy == "http://proxy.example.com:3128"

    def test_no_secret_is_in_what_is_printed_of_it(self, tmp_path: Path) -> None:
        file = write(tmp_path / "config", kubeconfig("home", current="home"))
        assert SECRET not in repr(access(ClusterSettings(kubeconfig=str(file)), {}))


class TestPlugins:
    @pytest.mark.parametrize("version", ["v1", "v1beta1"])
    def test_they_are_told_which_protocol_is_spoken(self, version: str, tmp_path: Path) -> None:
        plugin = {"apiVersion": f"client.authentication.k8s.io/{version}", "command": "bin/login", "args": ["--now"]}
        file = write(tmp_path / "config", kubeconfig("home", current="home", exec=plugin))
        user = access(ClusterSettings(kubeconfig=str(file)), {}).config.user
        assert user is not None
        assert user.exec is not None
        assert user.exec.env is not None
        assert user.exec.command == str(tmp_path / "bin/login")
        told = {one.name: one.value for one in user.exec.env}
        assert f"client.authentication.k8s.io/{version}" in told["KUBERNETES_EXEC_INFO"]

    def test_what_kubernetes_has_given_up_is_refused(self, tmp_path: Path) -> None:
        file = write(tmp_path / "config", kubeconfig("home", current="home", **{"auth-provider": {"name": "gcp"}}))
        assert "has an auth-provider" in refused(ClusterSettings(kubeconfig=str(file)), {})
