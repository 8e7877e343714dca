"""HTTPRoutes on two Gateways of a cluster, and what their names are to be answered on both sides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from lab.kube.client import Client
from lab.kube.cluster import Cluster
from lab.name_servers.asking import Answer
from lab.world import ZONE

EXTERNAL, INTERNAL = "external", "internal"
"""The Gateways."""
INNER = "192.168.7.10"
"""The address of the inner Gateway."""
_OUTER = "203.0.113.99"
"""That of the other one, which nobody is answered: outside the WAN address is."""
BOTH, INSIDE, OUTSIDE = "on both Gateways", f"on {INTERNAL} alone", f"on {EXTERNAL} alone"
_GATEWAYS = {BOTH: (EXTERNAL, INTERNAL), INSIDE: (INTERNAL,), OUTSIDE: (EXTERNAL,)}
_TURN = (BOTH, BOTH, INSIDE, BOTH, OUTSIDE, BOTH, INSIDE, BOTH, OUTSIDE, INSIDE)
"""The kinds of ten routes: five, three and two."""
NOT_THERE = Answer("NXDOMAIN")
_GATEWAY_API = "gateway.networking.k8s.io/v1"
_NAMESPACE = "default"
_NEVER = "1970-01-01T00:00:00Z"
_THREADS = 2


@dataclass(frozen=True, slots=True)
class Route:
    """An HTTPRoute with one name. kind: the Gateways that it is on, in words."""

    number: int
    kind: str

    @property
    def host(self) -> str:
        """Its name."""
        return f"app{self.number}.{ZONE}"

    def outside(self, address: str) -> Answer:
        """Return what everybody is to be answered. address: of the line."""
        return NOT_THERE if self.kind == INSIDE else Answer("NOERROR", (address,))

    @property
    def inside(self) -> Answer:
        """What the house is to be answered."""
        return NOT_THERE if self.kind == OUTSIDE else Answer("NOERROR", (INNER,))

    def manifest(self) -> dict[str, Any]:
        """Return the object."""
        spec = {"parentRefs": [{"name": one} for one in _GATEWAYS[self.kind]], "hostnames": [self.host]}
        return _object("HTTPRoute", f"app{self.number}", spec)

    def status(self) -> dict[str, Any]:
        """Return the status that controllers write: accepted by each Gateway."""
        accepted = {"type": "Accepted", "status": "True", "reason": "Accepted", "message": ""}
        said = [{**accepted, "lastTransitionTime": _NEVER}]
        parents = [
            {"parentRef": {"name": one}, "controllerName": "example.com/controller", "conditions": said}
            for one in _GATEWAYS[self.kind]
        ]
        return {"parents": parents}


def routes(count: int) -> list[Route]:
    """Return so many routes: of ten, five on both Gateways, three inside alone, two outside alone."""
    return [Route(number, _TURN[number % len(_TURN)]) for number in range(count)]


def counted(estate: Iterable[Route]) -> dict[str, int]:
    """Return how many routes there are of each kind."""
    kinds = [one.kind for one in estate]
    return {kind: kinds.count(kind) for kind in (BOTH, INSIDE, OUTSIDE)}


def make(cluster: Cluster, estate: Sequence[Route]) -> None:
    """Make the Gateways and the routes on them."""
    for name, address in ((EXTERNAL, _OUTER), (INTERNAL, INNER)):
        listener = {"name": "http", "port": 80, "protocol": "HTTP"}
        gateway = _object("Gateway", name, {"gatewayClassName": "lab", "listeners": [listener]})
        _put(cluster.admin, gateway, {"addresses": [{"type": "IPAddress", "value": address}]})

    def some(first: int) -> None:
        with closing(Client(cluster.server, cluster.authority, cluster.token)) as client:  # of one thread
            for one in estate[first::_THREADS]:
                _put(client, one.manifest(), one.status())

    with ThreadPoolExecutor(_THREADS) as threads:
        list(threads.map(some, range(_THREADS)))


def _put(client: Client, manifest: Mapping[str, Any], status: Mapping[str, Any]) -> None:
    client.apply(manifest)
    client.set_status(manifest, status)


def _object(kind: str, name: str, spec: Mapping[str, Any]) -> dict[str, Any]:
    metadata = {"namespace": _NAMESPACE, "name": name}
    return {"apiVersion": _GATEWAY_API, "kind": kind, "metadata": metadata, "spec": dict(spec)}
