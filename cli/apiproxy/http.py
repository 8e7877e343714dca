"""A request of a plugin as the bridge has it, what it is answered, and what stands behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx2

    from cli.apiproxy.counts import Counts
    from cli.apiproxy.intent import Intent
    from cli.apiproxy.journal import Journal
    from cli.apiproxy.pace import Pace


@dataclass(frozen=True, slots=True)
class Request:
    """target: path and query below the plugin's base URL, as sent, with the slash. headers: by lower-case name."""

    method: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Answer:
    """headers: beside those of the connection (Content-Length, Connection), which the server adds."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Context:
    """upstream: the real base URL. pace: that of the request's credentials. intent: None outside of a convergence.

    made: the ids of records that were created through the bridge within this convergence; grows.
    """

    upstream: str
    client: httpx2.AsyncClient
    pace: Pace
    journal: Journal
    counts: Counts
    intent: Intent | None
    made: set[str] = field(default_factory=set)
