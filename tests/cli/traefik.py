"""A real Traefik beside the API server: a controller of Ingresses, HTTPRoutes and IngressRoutes."""

from __future__ import annotations

import http.client
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from lab.kube.cluster import Cluster
from lab.kube.ports import reserved
from lab.kube.process import group
from lab.kube.users import Rule

PATIENCE = 120.0
"""Seconds for Traefik to start, on a busy machine."""
_ALL: list[Rule] = [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]


@dataclass(frozen=True)
class Traefik:
    """A Traefik that listens on a port of loopback and follows one namespace."""

    port: int

    def answer(self, host: str) -> tuple[int, str]:
        """Return the status and the text that it answers to a request for a host; (0, "") where nobody answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("GET", "/", headers={"Host": host})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        except OSError:
            return 0, ""
        finally:
            connection.close()


@contextmanager
def traefik(cluster: Cluster, namespace: str, published: str, folder: Path) -> Iterator[Traefik]:
    """Run Traefik on the objects of a namespace; it publishes the addresses of the Service `published`."""
    user = cluster.service_account(f"traefik-{namespace}", _ALL)
    where = {"endpoint": cluster.server, "token": user.token, "certauthfilepath": cluster.authority}
    with reserved() as port, group(folder) as services:
        command = [
            str(Path(sys.executable).with_name("traefik")),
            f"--entrypoints.web.address=127.0.0.1:{port}",
            "--entrypoints.web.reuseport=true",
            "--global.checknewversion=false",
            "--global.sendanonymoususage=false",
            *(
                f"--providers.{kind}.{key}={value}"
                for kind in ("kubernetescrd", "kubernetesingress", "kubernetesgateway")
                for key, value in {**where, "namespaces": namespace}.items()
            ),
            "--providers.kubernetescrd.allowexternalnameservices=true",
            "--providers.kubernetesingress.allowexternalnameservices=true",
            f"--providers.kubernetesingress.ingressendpoint.publishedservice={namespace}/{published}",
            f"--providers.kubernetesgateway.statusaddress.service.name={published}",
            f"--providers.kubernetesgateway.statusaddress.service.namespace={namespace}",
        ]
        running = Traefik(port)
        services.add("traefik", command).start(lambda: running.answer("nobody.example.net") != (0, ""), PATIENCE)
        yield running


@contextmanager
def backend(text: str) -> Iterator[int]:
    """Answer every request with a text, on the port that this gives."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()
