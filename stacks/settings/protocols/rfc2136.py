"""The settings of a name server of one's own that takes dynamic updates (RFC 2136)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from components.dns_update.connection import Connection
from stacks.settings.problems import fault

MOST_SERVERS = 8
Algorithm = Literal["hmac-sha256", "hmac-sha512", "hmac-sha384", "hmac-sha224", "hmac-sha1", "hmac-md5"]
_ANY = Connection("ns.invalid", "key")


def _server(value: str) -> str:
    if reason := Connection(value.strip(), _ANY.key).faults().get("server"):
        raise fault(reason, "write the zone's primary server, e.g. 192.0.2.53, ns1.example.com:5353 or [2001:db8::53]")
    return value.strip()


def _key(value: str) -> str:
    if reason := Connection(_ANY.server, value).faults().get("key"):
        raise fault(reason, "write the name that the server has for the key, e.g. truenorth")
    return value.lower().rstrip(".")


def _one_or_several(value: object) -> object:
    return [value] if isinstance(value, str) else value


Server = Annotated[str, AfterValidator(_server)]
Servers = Annotated[
    tuple[Server, ...],
    Field(min_length=1, max_length=MOST_SERVERS),
    BeforeValidator(_one_or_several, json_schema_input_type=str | tuple[str, ...]),
]


class Rfc2136Settings(BaseModel):
    """The servers of the zone, and the key (TSIG) that may transfer and update it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    server: Servers
    """HOST or HOST:PORT of the zone's primary server, an IPv6 address in brackets; or a list of servers.

    The first is the primary, which gets the updates; where it gives no answer, the next ones are asked for the zone.
    """
    key: Annotated[str, AfterValidator(_key)]
    """The name of the key. Its secret, in Base64, is in RFC2136_TSIG_SECRET, or the variable that `token` names."""
    algorithm: Algorithm = "hmac-sha256"
    """The key's algorithm."""

    @property
    def place(self) -> tuple[str, str, str]:
        """The primary server, and the name and algorithm of the key."""
        return self.server[0], self.key, self.algorithm


Rfc2136 = Annotated[Rfc2136Settings | None, BeforeValidator(lambda value: value or None)]
"""None for an empty mapping, too: Pulumi gives one where nothing is set."""
