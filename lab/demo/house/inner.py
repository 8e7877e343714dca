"""Runs what serves the view inside: BIND, external-dns by its webhook before BIND, or the cluster's CoreDNS."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lab.demo.house.server import Server
from lab.kube.cluster import Cluster
from lab.kube.programs import Programs
from lab.name_servers.bind import KEY, SECRET, bind
from lab.name_servers.coredns import FILE, coredns, mounted
from lab.name_servers.external_dns import URL, over, webhook_server
from lab.plugin.executable import KUBERNETES, choose
from lab.world import ZONE

_NAMESPACE, _CONFIG_MAP = "default", "house-zone"


@dataclass(frozen=True, slots=True)
class Inner:
    """The view's server. place: HOST:PORT that a resolver asks. settings: of the view's entry in `zones`."""

    title: str
    place: str
    settings: Mapping[str, Any]
    environment: Mapping[str, str] = field(default_factory=dict)


@contextmanager
def serving(server: Server, folder: Path, cluster: Cluster, programs: Programs) -> Iterator[Inner]:
    """Run a server of the view while the context lasts. Raises KubeUnavailable, OSError where one does not start."""
    with ExitStack() as running:
        if server is Server.COREDNS:
            yield _coredns(running, folder, cluster, programs)
            return
        named = running.enter_context(bind(folder / "bind", ZONE))
        if server is Server.BIND:
            place = {"provider": "rfc2136", "rfc2136": {"server": named.place, "key": KEY}}
            yield Inner(f"BIND {named.place}", named.place, place, {"RFC2136_TSIG_SECRET": SECRET})
            return
        program = programs.paths[Server.EXTERNAL_DNS]
        running.enter_context(webhook_server(program, folder / "external-dns", *over(named, ZONE)))
        place = {"provider": "webhook", "webhook": {"url": URL}}
        yield Inner(f"external-dns as a webhook at {URL}, which updates BIND {named.place}", named.place, place)


def _coredns(running: ExitStack, folder: Path, cluster: Cluster, programs: Programs) -> Inner:
    served = running.enter_context(coredns(programs.paths[Server.COREDNS], folder / "coredns", ZONE))
    running.enter_context(mounted(cluster.admin, _NAMESPACE, _CONFIG_MAP, served.put))
    plugin = choose(os.environ, folder / "kubernetes-plugin", kind=KUBERNETES)
    file = {"config_map": _CONFIG_MAP, "namespace": _NAMESPACE, "file": FILE, "kubeconfig": str(cluster.kubeconfig)}
    title = f"CoreDNS {served.place} with the ConfigMap {_NAMESPACE}/{_CONFIG_MAP}"
    return Inner(title, served.place, {"provider": "coredns", "coredns": file}, {"PATH": str(plugin.folder)})
