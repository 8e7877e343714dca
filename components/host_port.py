"""Places of servers, as settings name them. Pure."""

from __future__ import annotations

import re
from ipaddress import ip_address

from components.plain_text import quoted
from components.records import international

HOST = re.compile(r"(?=.{1,253}\Z)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*\.?")
PORTS = range(1, 65536)
LONGEST = 300
"""Characters."""
_PLACE = re.compile(r"(?:\[(?P<literal>[^]]*)\]|(?P<host>[^:]*))(?::(?P<port>[0-9]{1,5}))?\Z")


def parse_host(text: str, default_port: int) -> tuple[str, int]:
    """Return host and port of `HOST`, `HOST:PORT`, `[IPv6]` or `[IPv6]:PORT`. Raises `ValueError`.

    default_port: the one of a text without a port; 0 where it has to have one.
    """
    text = text.strip()
    match = _PLACE.match(text) if len(text) <= LONGEST else None
    if match is None:
        example = f"[2001:db8::1]:{default_port or 'PORT'}"
        raise ValueError(f"{quoted(text)} is no HOST:PORT; an IPv6 address stands in brackets: {example}")
    port = int(match["port"]) if match["port"] else default_port
    if port not in PORTS:
        raise ValueError(f"{quoted(text)}: a port is a number from 1 to 65535")
    if match["literal"] is not None:
        return str(ip_address(match["literal"])), port
    host = international.to_ascii(match["host"])
    if not HOST.fullmatch(host):
        raise ValueError(f"{quoted(text)}: {quoted(host)} is no host name")
    return host, port
