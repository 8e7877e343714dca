"""The command of a kubeconfig gets what it needs, and none of our tokens."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import httpx2
import yaml

from stacks.kube.access import access
from stacks.kube.exec_auth import authentication
from stacks.settings.cluster import ClusterSettings

TELLS = """
import json, os
names = sorted(os.environ)
print(json.dumps({"status": {"token": " ".join(names)}}))
"""


def test_the_command_that_gets_a_token_does_not_see_ours(tmp_path: Path) -> None:
    command = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "command": sys.executable,
        "args": ["-c", TELLS],
        "env": [{"name": "OWN", "value": "1"}],
    }
    document = {
        "clusters": [{"name": "home", "cluster": {"server": "http://127.0.0.1:1"}}],
        "users": [{"name": "me", "user": {"exec": command}}],
        "contexts": [{"name": "home", "context": {"cluster": "home", "user": "me"}}],
        "current-context": "home",
    }
    file = tmp_path / "config"
    file.write_text(yaml.safe_dump(document))
    environment = {
        "PATH": "/bin",
        "AWS_PROFILE": "p",
        "CLOUDFLARE_API_TOKEN": "t",
        "NET_TOKEN": "t",
        "PULUMI_HOME": "h",
    }
    signs = authentication(access(ClusterSettings(kubeconfig=str(file)), environment))
    assert signs is not None

    async def header() -> str:
        flow = signs.async_auth_flow(httpx2.Request("GET", "http://127.0.0.1:1/"))
        request = await anext(flow)
        await flow.aclose()
        return request.headers["Authorization"]

    names = set(asyncio.run(header()).split()[1:])
    assert {"PATH", "AWS_PROFILE", "OWN", "KUBERNETES_EXEC_INFO"} <= names
    assert not {"CLOUDFLARE_API_TOKEN", "NET_TOKEN", "PULUMI_HOME"} & names
