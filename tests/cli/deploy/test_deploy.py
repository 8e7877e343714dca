"""`truenorth deploy` with the real engine, on a control plane whose pods run."""

from __future__ import annotations

import base64
import json
import subprocess
from pathlib import Path
from typing import Any, cast

import pulumi
import pulumi_kubernetes as kubernetes
import pytest

from cli.deploy.gather import gather
from components.operator import operator
from components.operator.args import OperatorArgs
from components.operator.credentials import secret
from components.operator.manifests import manifests
from lab.kube.cluster import Cluster
from lab.kube.objects import path_of
from tests.cli.conftest import STACK, Inside
from tests.cli.deploy.cluster_state import await_object, delete_namespace, everything

MERGE = "application/merge-patch+json"
NAMESPACE = "deployed"
TOKEN = "CLOUDFLARE_API_TOKEN"
SECRET = f"/api/v1/namespaces/{NAMESPACE}/secrets/truenorth-credentials"
ENCRYPTED = "1b47061264138c4ac30d75fd1eb44270"
"""What the engine marks an encrypted value by in state; the lab's passphrase is empty."""
WORKLOAD = f"/apis/apps/v1/namespaces/{NAMESPACE}"


class Deploying:
    """A stack whose operator is deployed, and removed in the end."""

    def __init__(self, inside: Inside, cluster: Cluster) -> None:
        self.inside, self.cluster = inside, cluster
        self.also: dict[str, str] = {}
        """Further variables of the environment."""
        self.said = ""

    @property
    def token(self) -> str:
        return self.inside.environment[TOKEN]

    def command(self, *arguments: str, **deploy: Any) -> subprocess.CompletedProcess[str]:  # noqa: ANN401 - any setting
        self.inside.settings(sources=["ingress"], deploy={"namespace": NAMESPACE, **deploy})
        return self.inside.run(
            "deploy", "--json", *arguments, without=(), KUBECONFIG=str(self.cluster.kubeconfig), **self.also
        )

    def run(self, *arguments: str, **deploy: Any) -> dict[str, str]:  # noqa: ANN401 - any setting
        """Run the command; what it did, by object."""
        done = self.command(*arguments, **deploy)
        assert done.returncode == 0, done.stderr
        self.said = done.stderr
        document = json.loads(done.stdout.strip().splitlines()[-1])
        return {one["object"]: one["operation"] for one in document["changes"]}

    def secret(self, name: str) -> dict[str, str]:
        """The variables in an operator's Secret."""
        found = self.get(f"/api/v1/namespaces/{NAMESPACE}/secrets/{name}-credentials")
        return {key: base64.b64decode(value).decode() for key, value in found["data"].items()}

    def secrets(self) -> set[str]:
        return {one["metadata"]["name"] for one in self.get(f"/api/v1/namespaces/{NAMESPACE}/secrets")["items"]}

    def annotations(self) -> dict[str, str]:
        """Those of the pods."""
        found = self.get(f"{WORKLOAD}/deployments/truenorth")["spec"]["template"]["metadata"]["annotations"]
        return {key: value for key, value in found.items() if key.startswith("truenorth/")}

    def files_with(self, *texts: str) -> list[Path]:
        """The files of the backend in which one of these texts is."""
        kept = [file for file in self.inside.state.rglob("*") if file.is_file()]
        assert kept
        return [file for file in kept if any(text in file.read_text(errors="replace") for text in texts)]

    def get(self, path: str) -> dict[str, Any]:
        found: dict[str, Any] = self.cluster.admin.call("GET", path)
        return found


def has(found: Any, asked: Any) -> bool:  # noqa: ANN401 - JSON
    """Whether what is there has all that was asked for."""
    if isinstance(asked, dict):
        return isinstance(found, dict) and all(key in found and has(found[key], one) for key, one in asked.items())
    if isinstance(asked, list):
        return len(found) == len(asked) and all(map(has, found, asked))
    return bool(found == asked)


@pytest.fixture
def deploying(inside: Inside, pods_cluster: Cluster) -> Deploying:
    return Deploying(inside, pods_cluster)


def test_an_operator_is_seen_first_made_ready_kept_as_it_was_meant_and_removed(deploying: Deploying) -> None:
    cluster = deploying.cluster
    before = everything(cluster.admin)
    seen = deploying.run("--preview")
    assert everything(cluster.admin) == before

    assert deploying.run() == seen
    status = deploying.get(f"{WORKLOAD}/deployments/truenorth")["status"]
    assert (status["readyReplicas"], status["updatedReplicas"]) == (2, 2)
    for one in manifests(
        gather(STACK, deploying.inside.settings_file, deploying.inside.environment, with_secrets=False).args
    ):
        assert has(deploying.get(path_of(one)), one), one
    assert deploying.run() == {}

    # Somebody scales by hand, and deletes the Service.
    cluster.admin.call("PATCH", f"{WORKLOAD}/deployments/truenorth", {"spec": {"replicas": 1}}, content_type=MERGE)
    cluster.admin.call("DELETE", f"/api/v1/namespaces/{NAMESPACE}/services/truenorth")
    changes = deploying.run()
    assert changes == {
        f"Deployment/{NAMESPACE}/truenorth": "update",
        f"Service/{NAMESPACE}/truenorth": "create",
    }
    assert deploying.get(f"{WORKLOAD}/deployments/truenorth")["status"]["readyReplicas"] == 2

    changes = deploying.run(kind="daemonset")
    assert changes[f"DaemonSet/{NAMESPACE}/truenorth"] == "create"
    assert changes[f"Deployment/{NAMESPACE}/truenorth"] == "delete"
    assert deploying.get(f"{WORKLOAD}/daemonsets/truenorth")["status"]["numberReady"] == 1

    deploying.run("--delete", "--yes", kind="daemonset")
    await_object(cluster.admin, "/api/v1/namespaces", NAMESPACE, lambda found: found is None)
    assert everything(cluster.admin) == before


class TestTheCredentials:
    """What is in the Secret is in no file of the backend, also not for who knows the passphrase (an empty one)."""

    def test_are_in_the_cluster_alone_follow_what_is_given_and_go_in_the_end(self, deploying: Deploying) -> None:
        own = {"make_namespace": False}
        namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}
        deploying.cluster.admin.apply(namespace)
        try:
            deploying.run(**own)
            assert deploying.secret("truenorth") == {TOKEN: deploying.token}
            assert deploying.files_with(deploying.token, ENCRYPTED) == []

            before = deploying.annotations()
            deploying.also["TRUENORTH_PING_HEALTHCHECKS"] = "https://hc.example.com/another-secret"
            assert deploying.run(**own) == {f"Deployment/{NAMESPACE}/truenorth": "update"}
            assert deploying.annotations() != before
            assert deploying.secret("truenorth").keys() == {TOKEN, "TRUENORTH_PING_HEALTHCHECKS"}

            # What others have put in goes, and so does what is not given any more.
            deploying.cluster.admin.call("PATCH", SECRET, {"data": {"OTHER": "eA=="}}, content_type=MERGE)
            deploying.also.clear()
            deploying.run(**own)
            assert deploying.secret("truenorth").keys() == {TOKEN}
            assert deploying.annotations() == before

            deploying.run(name="edge", **own)
            assert deploying.secrets() == {"edge-credentials"}
            assert deploying.files_with("another-secret", deploying.token, ENCRYPTED) == []
        finally:
            deploying.run("--delete", "--yes", name="edge", **own)
        assert deploying.secrets() == set()
        delete_namespace(deploying.cluster.admin, NAMESPACE)

    def test_of_an_older_state_are_taken_out_of_it_while_the_secret_stays(
        self, deploying: Deploying, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as patch:
            as_before(patch, deploying.token)
            deploying.run(credentials_secret="truenorth-credentials")
        try:
            assert deploying.files_with(ENCRYPTED)
            uid = deploying.get(SECRET)["metadata"]["uid"]
            assert "delete" not in deploying.run("--preview").values()

            deploying.run()
            assert "make new tokens" in deploying.said
            assert deploying.get(SECRET)["metadata"]["uid"] == uid
            assert deploying.secret("truenorth") == {TOKEN: deploying.token}
            assert deploying.files_with(deploying.token, ENCRYPTED) == []
        finally:
            deploying.run("--delete", "--yes")

    def test_that_the_cluster_does_not_take_are_one_message(self, deploying: Deploying) -> None:
        other = {"apiVersion": "v1", "kind": "Secret", "type": "another/type", "stringData": {"a": "b"}}
        admin = deploying.cluster.admin
        admin.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
        admin.apply({**other, "metadata": {"name": "truenorth-credentials", "namespace": NAMESPACE}})
        try:
            done = deploying.command()
            assert done.returncode == 1
            assert "the Secret truenorth-credentials: cannot apply secrets" in done.stderr
            assert "Traceback" not in done.stderr
            assert deploying.token not in done.stdout + done.stderr
        finally:
            deploying.run("--delete", "--yes")


def as_before(patch: pytest.MonkeyPatch, token: str) -> None:
    """Have the Secret declared to the engine, as `truenorth deploy` did it before."""

    def with_secret(args: OperatorArgs) -> list[dict[str, Any]]:
        declared = secret(args, {TOKEN: token})
        del declared["data"]
        declared["string_data"] = pulumi.Output.secret({TOKEN: token})
        namespace, *others = manifests(args)
        return [namespace, declared, *others]

    patch.setattr(operator, "manifests", with_secret)
    patch.setitem(cast("dict[Any, Any]", operator.CLASSES), ("v1", "Secret"), kubernetes.core.v1.Secret)
