"""A proxy in front of the API server, where the network and the server's moods are made.

It speaks TLS with the cluster's own certificate and HTTP/1.1 on both sides.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from lab.api.proxy import HttpProxy, in_thread
from lab.kube.client import Client
from lab.kube.cluster import Cluster
from lab.kube.faults import Faults
from lab.kube.kubeconfig import write_kubeconfig
from lab.kube.ports import HOST


class Proxy(HttpProxy):
    """The way to one API server. Its methods may be called from any thread."""

    def __init__(self, cluster: Cluster, listening: socket.socket) -> None:
        self.faults = Faults()
        self._cluster = cluster
        certificates = cluster.site.certificates
        presented = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        presented.load_cert_chain(certificates.server, certificates.server_key)
        presented.set_alpn_protocols(["http/1.1"])
        expected = ssl.create_default_context(cafile=str(certificates.authority))
        expected.set_alpn_protocols(["http/1.1"])
        super().__init__(self.faults, cluster.site.api_port, listening, presented=presented, expected=expected)
        self.server = f"https://{HOST}:{self.port}"

    def kubeconfig(self, user: str = "admin", token: str = "") -> Path:
        """Write a kubeconfig that leads through this proxy, for the administrator if no token is given."""
        file = self._cluster.folder / f"{user}-by-{self.port}.kubeconfig"
        return write_kubeconfig(file, self.server, self._cluster.authority, user, token or self._cluster.token)

    def client(self, token: str = "") -> Client:
        """A client through this proxy, the administrator's if no token is given. To be closed."""
        return Client(self.server, self._cluster.authority, token or self._cluster.token)

    def answer(
        self,
        status: int,
        times: int = 1,
        *,
        containing: str = "",
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> None:
        """Answer the next requests that contain a text (`GET /api...?watch=true`) instead of the API server.

        The body is a Status, as the API server's own, unless one is given.
        """
        self.faults.add_answer(status, times, containing, headers or {}, body)


@contextmanager
def proxied(cluster: Cluster) -> Iterator[Proxy]:
    """Run a proxy in front of a cluster's API server while the context lasts."""
    with socket.create_server((HOST, 0)) as listening:
        proxy = Proxy(cluster, listening)
        with in_thread(proxy):
            yield proxy
