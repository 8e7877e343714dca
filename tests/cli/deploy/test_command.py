"""The command as a person meets it, without a cluster."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tests.cli.conftest import INHERITED, ROOT
from tests.cli.deploy.conftest import stack_settings
from tests.cli.in_process import truenorth


def deploy(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    file = folder / "Pulumi.home.yaml"
    if not file.exists():
        stack_settings(file, zone="example.com")
    inherited = {key: os.environ[key] for key in INHERITED if key in os.environ}
    variables = {**inherited, "HOME": str(folder), "NO_COLOR": "1", "COLUMNS": "200", **environment}
    return truenorth(ROOT, variables, "deploy", "--stack", "home", "--settings", str(file), *arguments)


class TestRender:
    def test_says_what_is_still_to_do(self, tmp_path: Path) -> None:
        done = deploy(tmp_path, "--render", str(tmp_path / "out"))
        assert done.returncode == 0, done.stderr
        assert "create secret generic truenorth-credentials" in done.stdout
        assert f"Next: kubectl apply -k {tmp_path}/out" in done.stdout

    def test_names_the_variable_of_each_zones_token(self, tmp_path: Path) -> None:
        own = [{"zone": "example.net", "token": "NET_TOKEN"}]
        stack_settings(tmp_path / "Pulumi.home.yaml", zone="example.org", provider="gandi", zones=own)
        done = deploy(tmp_path, "--render", str(tmp_path / "out"))
        assert "type GANDI_PERSONAL_ACCESS_TOKEN=..., Enter, NET_TOKEN=..., Enter and Ctrl-D" in done.stdout

    def test_names_the_variables_of_the_routers_passwords(self, tmp_path: Path) -> None:
        wan = {"links": {"cottage": {"sources": ["pushed:cottage"]}}}
        dyndns = {"listen": ":8245", "users": {"cottage": "COTTAGE_PASSWORD"}}
        stack_settings(tmp_path / "Pulumi.home.yaml", zone="example.org", wan=wan, watch={"dyndns": dyndns})
        done = deploy(tmp_path, "--render", str(tmp_path / "out"))
        assert "type CLOUDFLARE_API_TOKEN=..., Enter, COTTAGE_PASSWORD=..., Enter and Ctrl-D" in done.stdout

    def test_writes_no_secret_even_where_there_is_one(self, tmp_path: Path) -> None:
        done = deploy(tmp_path, "--render", str(tmp_path / "out"), CLOUDFLARE_API_TOKEN="very-secret")
        assert done.returncode == 0, done.stderr
        assert all("very-secret" not in file.read_text() for file in (tmp_path / "out").iterdir())


class TestRefusals:
    def test_options_that_exclude_each_other(self, tmp_path: Path) -> None:
        done = deploy(tmp_path, "--render", str(tmp_path / "out"), "--delete")
        assert done.returncode == 2
        assert "exclude each other" in done.stderr

    def test_missing_credentials(self, tmp_path: Path) -> None:
        done = deploy(tmp_path)
        assert done.returncode == 2
        assert "CLOUDFLARE_API_TOKEN is not set" in done.stderr

    def test_a_kubeconfig_that_is_not_there(self, tmp_path: Path) -> None:
        missing = str(tmp_path / "kubeconfig")
        done = deploy(tmp_path, CLOUDFLARE_API_TOKEN="x", KUBECONFIG=missing)
        assert done.returncode == 2
        assert missing in done.stderr

    def test_deleting_where_nobody_can_be_asked(self, tmp_path: Path) -> None:
        done = deploy(tmp_path, "--delete")
        assert done.returncode == 2
        assert "the operator truenorth/truenorth and the state of its records would be deleted" in done.stderr
        assert "--yes" in done.stderr
