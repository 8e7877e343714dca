"""The world outside, whole, on loopback: a zone at Cloudflare, one at Gandi, services that tell one's address.

And a Kubernetes cluster where one is wanted.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from lab.addresses.http import serve_http
from lab.addresses.settable import Addresses
from lab.addresses.stun import serve_stun
from lab.api.serving import listening
from lab.cloudflare.routes import PREFIX
from lab.cloudflare.server import application
from lab.cloudflare.state import Cloudflare
from lab.dns import cloudflare as cloudflare_names
from lab.dns import gandi as zone_file_names
from lab.dns.behaviour import DnsBehaviour
from lab.dns.control import dns_route
from lab.dns.record import together
from lab.dns.server import serve_dns
from lab.gandi import server as gandi_server
from lab.gandi.state import Gandi

ZONE = "example.com"
TOKEN = "lab-token-0123456789abcdefghijklmnopqrst"  # noqa: S105 - opens nothing but the lab
GANDI_ZONE = "example.net"
GANDI_TOKEN = "lab-gandi-0123456789abcdefghijklmnopqrst"  # noqa: S105 - likewise
FIRST_IPV4 = "203.0.113.7"
FIRST_IPV6 = "2001:db8::7"
DOCUMENTATION_RANGES = ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")


@dataclass(frozen=True, slots=True)
class Ports:
    """The ports to listen on; 0 takes any free one."""

    cloudflare: int = 0
    stun: int = 0
    http: int = 0
    dns: int = 0


@dataclass(frozen=True, slots=True)
class Places:
    """Where the lab's services are, and what opens them."""

    cloudflare: str
    """Base URL of the Cloudflare API, as CLOUDFLARE_BASE_URL wants it."""
    control: str
    """Base URL of the lab's own control (/_lab/...)."""
    stun: str
    """HOST:PORT of the STUN service, UDP and TCP."""
    http: str
    """URL of the HTTP address service."""
    dns: str
    """HOST:PORT of the zones' name server, UDP and TCP (`dig @HOST -p PORT www.example.com`)."""
    zone: str
    """The zone at Cloudflare."""
    token: str
    gandi: str
    """Base URL of the Gandi API, as GANDI_URL wants it."""
    gandi_zone: str
    gandi_token: str
    kubernetes: str = ""
    """URL of the Kubernetes API; empty where the lab has none."""
    kubeconfig: str = ""
    """The file that opens it."""

    def environment(self) -> dict[str, str]:
        """The variables that make TrueNorth, and a plain `pulumi up`, work on this lab."""
        wan = {"stun": [self.stun], "http": [self.http], "accept": list(DOCUMENTATION_RANGES), "attempts": 1}
        cluster = {"KUBECONFIG": self.kubeconfig} if self.kubeconfig else {}
        return {
            **cluster,
            "CLOUDFLARE_BASE_URL": self.cloudflare,
            "CLOUDFLARE_API_TOKEN": self.token,
            "GANDI_URL": self.gandi,
            "GANDI_PERSONAL_ACCESS_TOKEN": self.gandi_token,
            "TRUENORTH_WAN": json.dumps(wan),
            "TRUENORTH_NAME_SERVERS": json.dumps([self.dns]),
        }


@contextmanager
def running(
    ports: Ports = Ports(), host: str = "127.0.0.1", *, kubernetes_folder: Path | None = None
) -> Iterator[Places]:
    """Run the lab while the context lasts, with a whole Kubernetes control plane if a folder is given for one.

    Raises OSError naming the address where a port is taken, KubeUnavailable where Kubernetes does not start.
    """
    cloudflare = Cloudflare()
    cloudflare.add_zone(ZONE, "pro")
    cloudflare.add_token(TOKEN)
    gandi = Gandi()
    gandi.add_zone(GANDI_ZONE)
    gandi.add_token(GANDI_TOKEN)
    addresses = Addresses(ipv4=FIRST_IPV4, ipv6=FIRST_IPV6)
    names = DnsBehaviour()
    zones = together(cloudflare_names.zones_of(cloudflare), zone_file_names.zones_of(gandi))
    own = [_addresses_route(addresses), dns_route(names), *gandi_server.routes(gandi)]
    app = Starlette(routes=[*own, Mount("/", application(cloudflare))])
    with ExitStack() as services:
        stun = services.enter_context(serve_stun(addresses, host, ports.stun))
        http = services.enter_context(serve_http(addresses, host, ports.http))
        dns = services.enter_context(serve_dns(zones, host, ports.dns, names))
        port = services.enter_context(listening(app, host, ports.cloudflare))
        root = f"http://{host}:{port}"
        places = Places(f"{root}{PREFIX}", root, stun, http, dns, ZONE, TOKEN, root, GANDI_ZONE, GANDI_TOKEN)
        if kubernetes_folder is not None:
            from lab.kube.control_plane import control_plane  # noqa: PLC0415 - only loaded where a cluster is wanted

            cluster = services.enter_context(control_plane(kubernetes_folder, controllers=True))
            places = replace(places, kubernetes=cluster.server, kubeconfig=str(cluster.kubeconfig))
        yield places


def _addresses_route(addresses: Addresses) -> Route:
    """`/_lab/addresses`: GET the addresses that the services tell, PUT others (`{"ipv4": "203.0.113.8"}`)."""

    async def handle(request: Request) -> Response:
        if request.method == "PUT":
            wanted = json.loads(await request.body())
            if not isinstance(wanted, dict) or not wanted.keys() <= {"ipv4", "ipv6"}:
                return JSONResponse({"error": "give ipv4, ipv6 or both"}, 400)
            for family, address in wanted.items():
                setattr(addresses, family, address)
        return JSONResponse({"ipv4": addresses.ipv4, "ipv6": addresses.ipv6})

    return Route("/_lab/addresses", handle, methods=["GET", "PUT"])


def document(places: Places) -> dict[str, str]:
    """The places as JSON, for other processes."""
    return asdict(places)
