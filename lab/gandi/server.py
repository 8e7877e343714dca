"""The stand-in for https://api.gandi.net as routes of an ASGI application, and as a server on loopback."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from functools import partial

from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount

from lab.api.http import Answer
from lab.api.serving import listening
from lab.api.stand_in import StandIn
from lab.gandi import control
from lab.gandi.calls import failure
from lab.gandi.errors import internal_error, throttled
from lab.gandi.gateway import handle
from lab.gandi.routes import PREFIX
from lab.gandi.state import Gandi


@contextlib.contextmanager
def serve(gandi: Gandi, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Serve the organisation while the context lasts; yields `http://HOST:PORT`, as GANDI_URL wants it.

    `port` 0 takes any free one. Raises OSError naming the address if it cannot be had.
    """
    with listening(application(gandi), host, port) as taken:
        shown = f"[{host}]" if ":" in host else host
        yield f"http://{shown}:{taken}"


def application(gandi: Gandi) -> Starlette:
    """Make an application of the routes alone."""
    return Starlette(routes=routes(gandi))


def routes(gandi: Gandi) -> list[BaseRoute]:
    """Make the API under /v5/livedns and the lab's control of it under /_lab/gandi, to go beside other routes.

    Faults that break connections need `lab.api.serving.listening` around the outermost application.
    """
    api = StandIn(
        gandi,
        handle=partial(handle, gandi),
        throttled=lambda: failure(throttled()),
        broken=lambda: failure(internal_error()),
        edge=_edge_page,
    )
    return [*control.routes(gandi), Mount(PREFIX, api)]


def _edge_page(status: int) -> Answer:
    return Answer(status, f"<html><body><h1>{status}</h1></body></html>\n".encode(), "text/html")
