"""Runs the container of a deployed pod as a kubelet would: its arguments, its variables, its files, its account."""

from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from lab.kube.cluster import Cluster
from tests.cli.conftest import ROOT, TRUENORTH, Inside
from tests.cli.daemon.watching import until

PROBED = ("livenessProbe", "readinessProbe", "startupProbe")


@contextmanager
def container(
    cluster: Cluster, inside: Inside, namespace: str, name: str, folder: Path
) -> Iterator[subprocess.Popen[str]]:
    """The container of a Deployment's pod, on this machine; killed if the test leaves it running.

    What a machine without containers lacks is put in its place: a kubeconfig for the mounted token, any port for the
    one that is named.
    """
    deployment = cluster.admin.call("GET", f"/apis/apps/v1/namespaces/{namespace}/deployments/{name}")
    pod = deployment["spec"]["template"]["spec"]
    (spec,) = pod["containers"]
    files = _files(cluster, namespace, pod, spec, folder)
    environment = {
        **inside.environment,
        **_variables(cluster, namespace, spec),
        "TRUENORTH_SETTINGS": str(files / f"Pulumi.{_value(spec, 'TRUENORTH_STACK')}.yaml"),
        "KUBECONFIG": str(cluster.user(namespace, pod["serviceAccountName"]).kubeconfig),
        "TRUENORTH_WATCH": json.dumps({"election": {"enabled": "on"}, "cache": {"enabled": "on"}}),
        "TRUENORTH_WAN": json.dumps(json.loads(inside.environment["TRUENORTH_WAN"]) | {"interval": 1}),
        **{key: inside.environment[key] for key in ("HOME", "XDG_STATE_HOME", "PULUMI_HOME")},
    }
    port = spec["ports"][0]["containerPort"]
    arguments = [one.replace(f":{port}", "127.0.0.1:0") for one in spec["args"]]
    with subprocess.Popen(
        [TRUENORTH, *arguments], cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            url = until(process, "serving")[-1]["url"].rstrip("/")
            _probe(url, spec)
            yield process
        finally:
            process.kill()


def _probe(url: str, spec: Mapping[str, Any]) -> None:
    """Ask what the kubelet asks; a pod that is not live is killed, however young."""
    for probe in PROBED:
        answer = requests.get(url + spec[probe]["httpGet"]["path"], timeout=60)
        assert answer.status_code in ({200} if probe != "readinessProbe" else {200, 503}), probe


def _variables(cluster: Cluster, namespace: str, spec: Mapping[str, Any]) -> dict[str, str]:
    fields = {"metadata.name": "the-pod", "metadata.namespace": namespace, "spec.nodeName": "lab"}
    found: dict[str, str] = {}
    for source in spec["envFrom"]:
        secret = cluster.admin.call("GET", f"/api/v1/namespaces/{namespace}/secrets/{source['secretRef']['name']}")
        found |= {key: base64.b64decode(value).decode() for key, value in secret["data"].items()}
    for one in spec["env"]:
        found[one["name"]] = one["value"] if "value" in one else fields[one["valueFrom"]["fieldRef"]["fieldPath"]]
    return found


def _files(cluster: Cluster, namespace: str, pod: Mapping[str, Any], spec: Mapping[str, Any], folder: Path) -> Path:
    """The folder of the settings, as the ConfigMap has them."""
    (mount,) = (one for one in spec["volumeMounts"] if one["mountPath"] == "/etc/truenorth")
    (volume,) = (one for one in pod["volumes"] if one["name"] == mount["name"])
    name = volume["configMap"]["name"]
    mounted = folder / "mounted"
    mounted.mkdir()
    for key, text in cluster.admin.call("GET", f"/api/v1/namespaces/{namespace}/configmaps/{name}")["data"].items():
        (mounted / key).write_text(text, encoding="utf-8")
    return mounted


def _value(spec: Mapping[str, Any], variable: str) -> str:
    return next(str(one["value"]) for one in spec["env"] if one["name"] == variable)
