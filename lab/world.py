"""The world outside, whole, on loopback: a Cloudflare account with one zone, and services that tell one's address."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from lab.addresses.world import Addresses, serve_http, serve_stun
from lab.cloudflare.routes import PREFIX
from lab.cloudflare.server import application
from lab.cloudflare.serving import listening
from lab.cloudflare.state import Cloudflare
from lab.dns.behaviour import DnsBehaviour
from lab.dns.cloudflare import zones_of
from lab.dns.control import dns_route
from lab.dns.server import serve_dns

ZONE = "example.com"
TOKEN = "lab-token-0123456789abcdefghijklmnopqrst"  # noqa: S105 - opens nothing but the lab
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
    token: str

    def environment(self) -> dict[str, str]:
        """The variables that make TrueNorth, and a plain `pulumi up`, work on this lab."""
        wan = {"stun": [self.stun], "http": [self.http], "accept": list(DOCUMENTATION_RANGES), "attempts": 1}
        return {
            "CLOUDFLARE_BASE_URL": self.cloudflare,
            "CLOUDFLARE_API_TOKEN": self.token,
            "TRUENORTH_WAN": json.dumps(wan),
        }


@contextmanager
def running(ports: Ports = Ports(), host: str = "127.0.0.1") -> Iterator[Places]:
    """Run the lab while the context lasts. Raises OSError naming the address where a port is taken."""
    cloudflare = Cloudflare()
    cloudflare.add_zone(ZONE, "pro")
    cloudflare.add_token(TOKEN)
    addresses = Addresses(ipv4=FIRST_IPV4, ipv6=FIRST_IPV6)
    names = DnsBehaviour()
    app = Starlette(routes=[_addresses_route(addresses), dns_route(names), Mount("/", application(cloudflare))])
    with ExitStack() as services:
        stun = services.enter_context(serve_stun(addresses, host, ports.stun))
        http = services.enter_context(serve_http(addresses, host, ports.http))
        dns = services.enter_context(serve_dns(zones_of(cloudflare), host, ports.dns, names))
        port = services.enter_context(listening(app, host, ports.cloudflare))
        root = f"http://{host}:{port}"
        yield Places(f"{root}{PREFIX}", root, stun, http, dns, ZONE, TOKEN)


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
