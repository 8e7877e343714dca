from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cli.deploy.gather import Deployment, gather
from components.operator.args import ObjectName
from stacks.model.errors import UserError
from tests.cli.deploy.conftest import stack_settings

TOKEN = {"CLOUDFLARE_API_TOKEN": "x"}


def gathered(folder: Path, *, with_secrets: bool = False, **settings: Any) -> Deployment:  # noqa: ANN401 - any setting
    file = stack_settings(folder / "Pulumi.home.yaml", zone="example.com", **settings)
    return gather("home", file, TOKEN, with_secrets=with_secrets)


class TestState:
    def test_is_in_secrets_beside_the_operator(self, tmp_path: Path) -> None:
        args = gathered(tmp_path, deploy={"namespace": "dns", "name": "edge"}).args
        assert args.state == "kubernetes://dns/edge-state"
        assert args.rights.state == ObjectName("dns", "edge-state")

    def test_is_where_the_setting_says_and_needs_no_rights_then(self, tmp_path: Path) -> None:
        args = gathered(tmp_path, backend="s3://bucket").args
        assert (args.state, args.rights.state) == ("", None)

    def test_in_secrets_of_another_namespace_needs_rights_there(self, tmp_path: Path) -> None:
        args = gathered(tmp_path, backend="kubernetes://states/one").args
        assert (args.state, args.rights.state) == ("", ObjectName("states", "one"))

    def test_in_secrets_of_another_cluster_needs_none_here(self, tmp_path: Path) -> None:
        assert gathered(tmp_path, backend="kubernetes://states/one?context=edge").args.rights.state is None

    def test_in_a_folder_of_the_pod_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(UserError, match="the state would be lost with the pod"):
            gathered(tmp_path, backend="file:///var/state")


class TestCredentials:
    def test_are_taken_from_the_environment(self, tmp_path: Path) -> None:
        assert gathered(tmp_path, with_secrets=True).args.credentials == TOKEN

    def test_are_left_alone_where_a_secret_is_named(self, tmp_path: Path) -> None:
        args = gathered(tmp_path, with_secrets=True, deploy={"credentials_secret": "mine"}).args
        assert (args.credentials, args.secret) == (None, "mine")

    def test_are_never_written_down(self, tmp_path: Path) -> None:
        assert gathered(tmp_path, with_secrets=False).args.credentials is None


class TestVariablesOfOtherTools:
    GEO = {"GEO_LOCATION": "eu", "CF_LB_HOSTNAME": "app.example.com", "LABEL_SELECTOR": "geo=yes"}  # noqa: RUF012 - read only

    def deployed(self, folder: Path, environment: dict[str, str], **settings: Any) -> Deployment:  # noqa: ANN401 - any setting
        file = stack_settings(folder / "Pulumi.home.yaml", zone="example.com", **settings)
        return gather("home", file, environment, with_secrets=False)

    def reads(self, found: Deployment) -> set[str]:
        return {one.resource for one in found.args.rights.reads}

    def test_reach_the_pods_with_the_rights_that_they_need(self, tmp_path: Path) -> None:
        others = {"DNS_SYNC_INTERVAL": "60", "CF_ZONE_ID": "0123"}
        found = self.deployed(tmp_path, {**TOKEN, **self.GEO, **others})
        assert found.args.variables == self.GEO | others
        assert self.reads(found) == {"ingresses", "services", "gateways"}

    def test_give_the_same_rights_from_the_settings_of_the_pods(self, tmp_path: Path) -> None:
        found = self.deployed(tmp_path, TOKEN, deploy={"variables": self.GEO})
        assert found.args.variables == self.GEO
        assert self.reads(found) == {"ingresses", "services", "gateways"}

    def test_are_left_out_where_they_say_nothing(self, tmp_path: Path) -> None:
        assert self.deployed(tmp_path, {**TOKEN, "LABEL_SELECTOR": "app=web"}).args.variables == {}


class TestFiles:
    def test_of_alerts_and_dashboard_are_the_project_s(self, tmp_path: Path) -> None:
        args = gathered(tmp_path, deploy={"alerts": True, "dashboard": True}).args
        assert {one["name"] for one in args.rules} >= {"truenorth.alerts"}
        assert '"uid": "truenorth"' in args.dashboard

    def test_settings_are_carried_as_they_are_written(self, tmp_path: Path) -> None:
        assert gathered(tmp_path).args.settings == (tmp_path / "Pulumi.home.yaml").read_text()
