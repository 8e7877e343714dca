"""A running control plane: how it is reached, and what can be done to it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import requests

from lab.kube.client import ApiError, Client
from lab.kube.commands import Site
from lab.kube.gateway_api import (
    await_served,
    install_custom_resources,
    install_definitions,
    remove_definitions,
)
from lab.kube.process import Service
from lab.kube.users import Rule, User, account_user, make_service_account

START_DEADLINE = 90.0
"""Seconds; some are usual."""
_ETCD_TIMEOUT = 10.0


class Cluster:
    """A control plane on loopback. `admin` may do everything."""

    def __init__(self, site: Site, api_server: Service, token: str, kubeconfig: Path, definitions: Path) -> None:
        self.folder = site.folder
        self.server = site.server
        self.authority = site.certificates.authority
        self.token = token
        self.kubeconfig = kubeconfig
        """With the administrator's token."""
        self.site = site
        self._api_server = api_server
        self._definitions = definitions
        self._clients = ExitStack()
        self.admin = self.client(token)

    def close(self) -> None:
        """Close the clients."""
        self._clients.close()

    def client(self, token: str) -> Client:
        """A client with this token, closed with the cluster."""
        made = Client(self.server, self.authority, token)
        self._clients.callback(made.close)
        return made

    def service_account(self, name: str, rules: Sequence[Rule], *, within: str = "") -> User:
        """A new user that may do what the RBAC rules say, cluster-wide or `within` one namespace."""
        return make_service_account(self.admin, self.folder, self.authority, name, rules, within=within)

    def user(self, namespace: str, name: str) -> User:
        """The user of a service account that is there."""
        return account_user(self.admin, self.folder, self.authority, namespace, name)

    def install_gateway_api(self, channel: str = "standard") -> None:
        """Install the definitions of a channel, `standard` or `experimental`, and wait until they serve."""
        install_definitions(self.admin, self._definitions / channel)

    def install_custom_resources(self, folder: Path) -> None:
        """Install the definitions in a folder, and wait until they serve."""
        install_custom_resources(self.admin, folder)

    def remove_gateway_api(self) -> None:
        """Remove the definitions and all their objects."""
        remove_definitions(self.admin)

    def stop_api_server(self, *, kill: bool = False) -> None:
        """End the API server; connections are refused until it is started again, on the same port."""
        self._api_server.stop(kill=kill)

    def start_api_server(self) -> None:
        """Start it and wait until it is ready. Raises KubeUnavailable where it is not in time."""
        self._api_server.start(self._ready, START_DEADLINE)
        await_served(self.admin)

    def expire_versions(self) -> None:
        """Forget the past: a watch from any older resourceVersion is answered 410 Expired. Restarts the API server.

        Compaction alone does not do that: watches are served from the API server's own cache of recent events.
        """
        self.compact_now()
        self.stop_api_server(kill=True)
        self.start_api_server()

    def compact_now(self) -> int:
        """Make etcd forget all revisions before the present one, which is returned."""
        revision = self.revision()
        self._etcd("kv/compaction", {"revision": revision, "physical": True})
        return revision

    def revision(self) -> int:
        """The present revision of etcd, which is the newest resourceVersion."""
        return int(self._etcd("kv/range", {"key": "AA==", "limit": 1})["header"]["revision"])

    def _ready(self) -> bool:
        try:
            self.admin.call("GET", "/readyz")
            self.admin.call("GET", "/api/v1/namespaces/default")  # which it makes itself, a moment later
        except (requests.ConnectionError, ApiError):
            return False
        return True

    def _etcd(self, path: str, body: dict[str, object]) -> dict[str, dict[str, str]]:
        """Ask etcd by its JSON gateway (https://etcd.io/docs/v3.6/dev-guide/api_grpc_gateway/)."""
        with requests.Session() as session:
            session.trust_env = False
            answer = session.post(f"{self.site.etcd_url}/v3/{path}", json=body, timeout=_ETCD_TIMEOUT)
            answer.raise_for_status()
            told: dict[str, dict[str, str]] = answer.json()
            return told
