"""What several replicas of `truenorth watch` look after together: a zone, addresses, a cluster with routes, a stack."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import yaml

from lab.addresses.settable import Addresses
from lab.api.serving import listening
from lab.cloudflare.server import application
from lab.cloudflare.state import Cloudflare
from lab.kube.cluster import Cluster
from lab.world import FIRST_IPV4, ZONE

STACK = "daemon"
LEASE = f"truenorth-{STACK}"
STATE = "truenorth-state"
TOKEN = "bench-daemon-0123456789abcdefghijklmnopq"  # noqa: S105 - opens nothing but the lab
OWN = ("own", "home")
"""Names that follow the address, by the settings."""
GATEWAY = "192.0.2.1"
_GATEWAY_API = "gateway.networking.k8s.io/v1"
_NUMBERS = itertools.count(1)

State = Literal["file", "kubernetes"]
"""Where the engine's state is: a folder that all share, or Secrets."""
Pace = Mapping[str, object]

QUICK: Pace = {
    "drift": 5,
    "settle": 0.1,
    "settle_most": 1,
    "first_retry": 0.5,
    "longest_retry": 3,
    "election": {"enabled": "on", "lease_duration": 4, "renew_deadline": 3, "retry_period": 0.6},
    "cache": {"enabled": "on", "max_age": 9},
}
"""The daemon's settings for a campaign: everything happens sooner than by default."""


@dataclass
class Estate:
    """The world around the pods, and what is wished of it."""

    cloudflare: Cloudflare
    zone_id: str
    port: int
    """The port of the provider's API."""
    addresses: Addresses
    cluster: Cluster
    namespace: str
    folder: Path
    state: State
    pace: Pace
    routes: set[str] = field(default_factory=set)
    gateway: str = GATEWAY
    foreign: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The records of somebody else by id, as they left them."""
    names: tuple[str, ...] = OWN
    look: float = 1.0
    """Seconds between two looks at the address."""

    @property
    def settings_file(self) -> Path:
        """The settings, which all pods share."""
        return self.folder / f"Pulumi.{STACK}.yaml"

    def write_settings(self) -> None:
        """Write the settings as they are to be now."""
        election = {**_part(self.pace, "election"), "lock_namespace": self.namespace}
        values = {
            "zone": ZONE,
            "names": [{"name": name} for name in self.names],
            "sources": ["gateway-httproute"],
            "cluster": {"namespaces": [self.namespace], "timeout": 3},
            "confirm": 0,
            "guard": {"from_records": 1000, "emptying": True},  # a storm is what the guard is there to stop
            "delete_grace": 0,
            "watch": {**self.pace, "election": election},
        }
        staged = self.settings_file.with_suffix(".new")
        staged.write_text(yaml.safe_dump({"config": {f"truenorth:{key}": value for key, value in values.items()}}))
        staged.replace(self.settings_file)

    def wished(self) -> dict[str, str]:
        """The address of each name that is wished for."""
        own = {f"{name}.{ZONE}": str(self.addresses.ipv4) for name in self.names}
        return own | {f"{name}.{ZONE}": self.gateway for name in self.routes}

    def records(self) -> list[dict[str, Any]]:
        """The zone as the API shows it."""
        return [one.as_json() for one in self.cloudflare.records(self.zone_id)]

    def put_gateway(self, address: str) -> None:
        """Let the Gateway, which is made where there is none, have this address."""
        self.gateway = address
        listener = {"name": "http", "port": 80, "protocol": "HTTP"}
        spec = {"gatewayClassName": "bench", "listeners": [listener]}
        gateway = self._object("Gateway", "gateway", spec)
        self.cluster.admin.apply(gateway)
        self.cluster.admin.set_status(gateway, {"addresses": [{"type": "IPAddress", "value": address}]})

    def add_route(self, name: str) -> None:
        """Make a route for a name, accepted by the Gateway."""
        route = self._object("HTTPRoute", name, {"parentRefs": [{"name": "gateway"}], "hostnames": [f"{name}.{ZONE}"]})
        self.cluster.admin.apply(route)
        condition = {"type": "Accepted", "status": "True", "reason": "Accepted", "message": ""}
        parent = {
            "parentRef": {"name": "gateway"},
            "controllerName": "example.com/controller",
            "conditions": [{**condition, "lastTransitionTime": "2026-01-01T00:00:00Z"}],
        }
        self.cluster.admin.set_status(route, {"parents": [parent]})
        self.routes.add(name)

    def remove_route(self, name: str) -> None:
        """Delete the route of a name."""
        self.cluster.admin.delete(self._object("HTTPRoute", name, {}))
        self.routes.discard(name)

    def _object(self, kind: str, name: str, spec: Mapping[str, object]) -> dict[str, Any]:
        metadata = {"namespace": self.namespace, "name": name}
        return {"apiVersion": _GATEWAY_API, "kind": kind, "metadata": metadata, "spec": dict(spec)}


def _part(pace: Pace, name: str) -> Mapping[str, object]:
    found = pace.get(name)
    return found if isinstance(found, Mapping) else {}


@contextmanager
def estate(cluster: Cluster, folder: Path, state: State, pace: Pace = QUICK, look: float = 1.0) -> Iterator[Estate]:
    """An estate with an empty zone and no routes, in a namespace of its own."""
    cloudflare = Cloudflare(rate_limit=None)
    zone = cloudflare.add_zone(ZONE)
    cloudflare.add_token(TOKEN)
    namespace = f"daemon-{state}-{next(_NUMBERS)}"
    cluster.admin.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
    addresses = Addresses(ipv4=FIRST_IPV4, ipv6=None)
    with listening(application(cloudflare)) as port:
        made = Estate(cloudflare, zone.id, port, addresses, cluster, namespace, folder, state, pace, look=look)
        made.put_gateway(GATEWAY)
        made.write_settings()
        yield made
