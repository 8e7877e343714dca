"""The place of a server and its key, as values."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

from components.host_port import parse_host
from components.plain_text import quoted

PORT = 53
ALGORITHMS = ("hmac-sha256", "hmac-sha512", "hmac-sha384", "hmac-sha224", "hmac-sha1", "hmac-md5")
"""The algorithms of keys (RFC 8945, section 6), the usual one first.

Not among them are GSS-TSIG, whose keys are none, and the truncated ones, by whose names BIND knows no key.
"""
SERVER, KEY, ALGORITHM = "rfc2136Server", "rfc2136Key", "rfc2136Algorithm"
"""What a connection is called in the configuration of our own plugin."""
SECRET = "rfc2136Secret"  # noqa: S105 - the name of a setting, no secret
SECRET_VARIABLE = "RFC2136_TSIG_SECRET"  # noqa: S105 - a variable's name, no secret
"""Read where the configuration has no secret."""
LONGEST_SECRET = 4096
LONGEST_NAME = 253
_KEY = re.compile(r"[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63}){0,16}\.?\Z")


@dataclass(frozen=True, slots=True)
class Connection:
    """The place of a server, HOST or HOST:PORT, and the name and algorithm of the key."""

    server: str
    key: str
    algorithm: str = ALGORITHMS[0]

    def faults(self) -> dict[str, str]:
        """Return what is wrong, by the name of the field."""
        found = {}
        try:
            _ = self.place
        except ValueError:
            found["server"] = f"{quoted(self.server)} is no HOST, HOST:PORT, [IPv6] or [IPv6]:PORT"
        if not _KEY.match(self.key) or len(self.key) > LONGEST_NAME:
            found["key"] = f"{quoted(self.key)} is no name of a key"
        if self.algorithm not in ALGORITHMS:
            found["algorithm"] = f"{quoted(self.algorithm)} is none of {', '.join(ALGORITHMS)}"
        return found

    def inputs(self) -> dict[str, str]:
        """Return the configuration of our own plugin. The secret is left to the environment."""
        return {SERVER: self.server, KEY: self.key, ALGORITHM: self.algorithm}

    @property
    def place(self) -> tuple[str, int]:
        """The host and port. Raises ValueError where `faults` has some."""
        return parse_host(self.server, PORT)


def secret_fault(secret: str) -> str:
    """Return why a text is no secret of a key; "" where it is one. The text is never quoted."""
    try:
        is_short = not base64.b64decode(secret, validate=True)
    except (binascii.Error, ValueError):
        return "it is not written in Base64, as tsig-keygen writes it"
    return "it is empty" if is_short else "it is too long" if len(secret) > LONGEST_SECRET else ""
