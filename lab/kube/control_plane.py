"""A real Kubernetes control plane on loopback, without containers: etcd, the API server, and if wanted the rest."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import requests

from lab.kube import commands
from lab.kube.build import install
from lab.kube.certificates import make_certificates
from lab.kube.cluster import START_DEADLINE, Cluster
from lab.kube.commands import Site
from lab.kube.definitions import DNS_ENDPOINT
from lab.kube.kubeconfig import write_kubeconfig
from lab.kube.ports import reserved
from lab.kube.process import Group, group
from lab.kube.programs import Programs

NODE = "lab"
_ETCD_TIMEOUT = 2.0


@contextmanager
def control_plane(
    folder: Path,
    *,
    controllers: bool = False,
    gateway_api: str = "standard",
    api_port: int = 0,
    programs: Programs | None = None,
) -> Iterator[Cluster]:
    """Run a control plane while the context lasts; it is ready and serves the Gateway API when it is yielded.

    folder: for its files and logs; what an earlier one left there is removed. controllers: also the controller manager,
    the scheduler and one node, so that Pods run; without them, a namespace is never gone, and nothing makes endpoints.
    gateway_api: the channel, `standard` or `experimental`; empty for no definitions, those of external-dns neither.
    api_port: 0 for any free one. programs: as install() returns them; by default they are found, or built first.
    Raises KubeUnavailable where it does not start, OSError naming the address where a port is taken.
    """
    used = programs or install(os.environ, controllers=controllers)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with ExitStack() as running:
        token = secrets.token_urlsafe(24)
        site = Site(
            programs=used.paths,
            folder=folder,
            certificates=make_certificates(folder / "certificates"),
            tokens=folder / "tokens.csv",
            etcd_port=running.enter_context(reserved()),
            api_port=running.enter_context(reserved(api_port)),
        )
        site.tokens.touch(mode=0o600)
        site.tokens.write_text(f'{token},admin,admin,"system:masters"\n', encoding="utf-8")
        shutil.rmtree(site.etcd_data, ignore_errors=True)
        services = running.enter_context(group(folder))
        services.add("etcd", commands.etcd(site)).start(lambda: _etcd_ready(site), START_DEADLINE)
        api_server = services.add("kube-apiserver", commands.api_server(site))
        kubeconfig = write_kubeconfig(folder / "kubeconfig", site.server, site.certificates.authority, "admin", token)
        cluster = running.enter_context(closing(Cluster(site, api_server, token, kubeconfig, used.gateway_api)))
        cluster.start_api_server()
        if gateway_api:
            cluster.install_gateway_api(gateway_api)
            cluster.install_custom_resources(used.definitions[DNS_ENDPOINT.name])
        if controllers:
            _start_controllers(services, site, cluster)
        yield cluster


def _etcd_ready(site: Site) -> bool:
    with requests.Session() as session:
        session.trust_env = False
        try:
            return bool(session.get(f"{site.etcd_url}/readyz", timeout=_ETCD_TIMEOUT).ok)
        except requests.RequestException:
            return False


def _start_controllers(services: Group, site: Site, cluster: Cluster) -> None:
    """Start what makes Pods run, and wait until the node is ready for them and the controllers work."""
    cluster.admin.apply(_node())
    kubeconfig = cluster.kubeconfig
    services.add("kube-controller-manager", commands.controller_manager(site, kubeconfig)).start(
        lambda: _exists(cluster, "/api/v1/namespaces/default/serviceaccounts", "default"), START_DEADLINE
    )
    services.add("kwok", commands.kwok(site, kubeconfig)).start(lambda: _node_ready(cluster), START_DEADLINE)
    services.add("kube-scheduler", commands.scheduler(site, kubeconfig)).start(lambda: True, START_DEADLINE)


def _exists(cluster: Cluster, collection: str, name: str) -> bool:
    return any(item["metadata"]["name"] == name for item in cluster.admin.call("GET", collection)["items"])


def _node_ready(cluster: Cluster) -> bool:
    node = cluster.admin.call("GET", f"/api/v1/nodes/{NODE}")
    tainted = node["spec"].get("taints", [])
    conditions = node.get("status", {}).get("conditions", [])
    return not tainted and any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)


def _node() -> dict[str, object]:
    capacity = {"cpu": "64", "memory": "256Gi", "pods": "10000"}
    labels = {"kubernetes.io/hostname": NODE, "kubernetes.io/os": "linux", "type": "kwok"}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": NODE, "labels": labels},
        "status": {"capacity": capacity, "allocatable": capacity},
    }
