"""The stand-in for https://api.cloudflare.com/client/v4 as an ASGI application, and as a server on loopback."""

from __future__ import annotations

import contextlib
from functools import partial
from typing import TYPE_CHECKING
from uuid import uuid4

from starlette.applications import Starlette
from starlette.routing import Mount

from lab.api.serving import listening
from lab.api.stand_in import StandIn
from lab.cloudflare import control
from lab.cloudflare.answers import edge_page, failure
from lab.cloudflare.errors import internal_error, throttled
from lab.cloudflare.gateway import handle
from lab.cloudflare.routes import PREFIX

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lab.cloudflare.state import Cloudflare


@contextlib.contextmanager
def serve(cloudflare: Cloudflare, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Serve the account while the context lasts; yields the base URL for clients, `http://HOST:PORT/client/v4`.

    `port` 0 takes any free one. Raises OSError naming the address if it cannot be had.
    """
    with listening(application(cloudflare), host, port) as taken:
        shown = f"[{host}]" if ":" in host else host
        yield f"http://{shown}:{taken}{PREFIX}"


def application(cloudflare: Cloudflare) -> Starlette:
    """Make the API under /client/v4 and the lab's control of it under /_lab.

    Faults that break connections need `lab.api.serving.listening` around the outermost application.
    """
    api = StandIn(
        cloudflare,
        handle=partial(handle, cloudflare),
        throttled=lambda: failure(throttled()),
        broken=lambda: failure(internal_error()),
        edge=edge_page,
        headers=_headers,
    )
    return Starlette(routes=[*control.routes(cloudflare), Mount(PREFIX, api)])


def _headers() -> Mapping[str, str]:
    return {"Server": "cloudflare", "CF-Ray": f"{uuid4().hex[:16]}-LAB"}
