from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
import yaml
from typer.testing import CliRunner

from lab import daemon, remote
from lab.commands.lab import app
from lab.kube import build
from lab.kube.programs import Programs
from lab.kube.versions import KUBERNETES
from lab.world import FIRST_IPV4, Ports
from tests.cli.conftest import ROOT
from tests.cli.in_process import truenorth

ANY_PORTS = ("--cloudflare-port", "0", "--stun-port", "0", "--http-port", "0", "--dns-port", "0")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "lab"
    daemon.stop(tmp_path / "lab")


def lab(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return truenorth(ROOT, {**os.environ, "TRUENORTH_LAB": str(folder)}, "lab", *arguments)


def status(folder: Path) -> dict[str, object]:
    document: dict[str, object] = json.loads(lab(folder, "status", "--json").stdout)
    return document


def test_starts_shows_where_it_is_and_stops(folder: Path) -> None:
    assert status(folder) == {"running": False}
    assert "lab running" in lab(folder, "start", *ANY_PORTS).stdout
    found = status(folder)
    assert found["running"] is True
    assert str(found["cloudflare"]).endswith("/client/v4")
    assert lab(folder, "stop").stdout == "stopped\n"
    assert status(folder) == {"running": False}
    assert lab(folder, "stop").stdout == "no lab is running\n"


def test_a_second_start_is_the_same_lab(folder: Path) -> None:
    first = daemon.start(folder, Ports())
    assert daemon.start(folder, Ports()) == first


def test_a_lab_that_was_killed_is_not_taken_for_a_running_one(folder: Path) -> None:
    os.kill(daemon.start(folder, Ports()).pid, signal.SIGKILL)
    assert daemon.start(folder, Ports()).places.zone == "example.com"


def test_its_address_records_and_requests_can_be_seen_and_set(folder: Path) -> None:
    places = daemon.start(folder, Ports()).places
    assert remote.records(places) == []
    remote.edit_record(places, {"name": "x", "type": "A", "content": FIRST_IPV4, "ttl": 60, "proxied": False})
    (record,) = remote.records(places)
    remote.delete_record(places, record["id"])
    assert (remote.records(places), remote.api_requests(places)) == ([], [])


def test_its_zone_at_gandi_can_be_seen_and_set(folder: Path) -> None:
    places = daemon.start(folder, Ports()).places
    assert places.gandi_zone in lab(folder, "status").stdout
    remote.gandi_edit(places, "www", "A", [FIRST_IPV4])
    remote.gandi_edit(places, "@", "TXT", ["hello"])
    assert remote.gandi_records(places)["www", "A"]["rrset_values"] == [FIRST_IPV4]
    remote.gandi_delete(places, "www", "A")
    assert remote.gandi_records(places).keys() == {("@", "TXT")}
    remote.gandi_delete(places)
    assert (remote.gandi_records(places), remote.gandi_requests(places)) == ({}, [])


@pytest.mark.usefixtures("kube_programs")
class TestKubernetes:
    def test_with_kube_a_whole_cluster_runs_until_the_lab_is_stopped(self, folder: Path) -> None:
        started = lab(folder, "start", *ANY_PORTS, "--kube")
        assert "Kubernetes API  https://127.0.0.1:" in started.stdout, started.stderr

        known = yaml.safe_load(Path(str(status(folder)["kubeconfig"])).read_text())
        cluster, user = known["clusters"][0]["cluster"], known["users"][0]["user"]
        asked = f"{cluster['server']}/api/v1/nodes"
        headers = {"Authorization": f"Bearer {user['token']}"}
        authority = cluster["certificate-authority"]
        [node] = requests.get(asked, headers=headers, verify=authority, timeout=60).json()["items"]
        assert node["metadata"]["name"] == "lab"

        assert lab(folder, "stop").stdout == "stopped\n"
        with pytest.raises(requests.ConnectionError):
            requests.get(asked, headers=headers, verify=authority, timeout=60)

    def test_build_prints_the_folder_of_what_it_has_built(self, folder: Path) -> None:
        built = lab(folder, "build")

        assert (Path(built.stdout.strip()) / f"kube-apiserver-{KUBERNETES}").is_file()

    def test_a_lab_that_runs_without_a_cluster_says_so(self, folder: Path) -> None:
        daemon.start(folder, Ports())

        refused = lab(folder, "start", *ANY_PORTS, "--kube")

        assert refused.returncode == 2
        assert "the lab that runs has no Kubernetes" in refused.stderr
        assert "truenorth lab stop" in refused.stderr

    def test_nor_does_it_get_one_from_another_process(self, folder: Path) -> None:
        daemon.start(folder, Ports())

        with pytest.raises(daemon.LabError, match="a lab without Kubernetes runs already"):
            daemon.start(folder, Ports(), kubernetes=True)

    @pytest.mark.usefixtures("engine")
    def test_env_leads_to_the_cluster(self, folder: Path) -> None:
        places = daemon.start(folder, Ports(), kubernetes=True).places

        assert f"export KUBECONFIG={places.kubeconfig}" in lab(folder, "env").stdout


@pytest.mark.parametrize(
    "asked", [[], ["--external-dns"], ["--coredns", "--deploy-tools"], ["--external-dns", "--opentofu"]]
)
def test_build_builds_only_what_is_asked_for(
    asked: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    built: list[dict[str, object]] = []

    def install(_: object, __: object, **wanted: object) -> Programs:
        built.append(wanted)
        return Programs(tmp_path / "gateway-api")

    monkeypatch.setattr(build, "install", install)
    done = CliRunner().invoke(app, ["build", *asked])
    assert (done.exit_code, done.stdout) == (0, f"{tmp_path}\n")
    options = ("external_dns", "coredns", "deploy_tools", "opentofu")
    wanted = {one: f"--{one.replace('_', '-')}" in asked for one in options}
    assert built == [{"controllers": True, **wanted}]


def test_env_of_no_lab_says_what_to_do(folder: Path) -> None:
    done = lab(folder, "env")
    assert done.returncode == 2
    assert "no lab is running" in done.stderr
    assert "truenorth lab start" in done.stderr


@pytest.mark.usefixtures("engine")
def test_env_points_everything_at_the_lab(folder: Path) -> None:
    places = daemon.start(folder, Ports()).places
    text = lab(folder, "env").stdout
    assert f"export CLOUDFLARE_BASE_URL={places.cloudflare}" in text
    assert f"export GANDI_URL={places.gandi}" in text
    assert (folder / "plugin" / "pulumi-resource-gandi").is_file() or "PULUMI_DISABLE" not in text
    assert f"export PULUMI_BACKEND_URL='file://{folder}/state?metadata=skip'" in text
