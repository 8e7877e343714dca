"""Requests of plugins and their responses, as the API proxy handles them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

JSON: Final = {"content-type": "application/json"}


@dataclass(frozen=True, slots=True)
class Request:
    """target: path and query below the plugin's base URL, as sent, with the slash. headers: by lower-case name."""

    method: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Response:
    """headers: beside those of the connection (Content-Length, Connection), which the server adds."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
