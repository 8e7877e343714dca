"""What an organisation holds at LiveDNS: domains, record sets, and what opens them. All frozen."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal
from urllib.parse import quote

Key = tuple[str, str]
"""What identifies a record set in its zone: its name, relative to the zone, and its type."""


class Scheme(StrEnum):
    """How a credential is presented; the value is the word before it in the `Authorization` header, in lower case."""

    PERSONAL_ACCESS_TOKEN = "bearer"  # noqa: S105 - a scheme, no password
    API_KEY = "apikey"


@dataclass(frozen=True, slots=True)
class Token:
    """A personal access token or an (old) API key. `zones` None: every zone of the organisation."""

    value: str = field(repr=False)
    scheme: Scheme
    zones: frozenset[str] | None = None

    def reaches(self, zone: str) -> bool:
        """Tell whether the token is made for this zone."""
        return self.zones is None or zone in self.zones


@dataclass(frozen=True, slots=True)
class RecordSet:
    """All records of one name and type: name `@` or relative to the zone, ttl in seconds, values as the API says."""

    name: str
    type: str
    ttl: int
    values: tuple[str, ...]

    @property
    def key(self) -> Key:
        """What identifies it in its zone."""
        return self.name, self.type

    def same_as(self, other: RecordSet) -> bool:
        """Tell whether both say the same; the order of values says nothing."""
        return (self.key, self.ttl, sorted(self.values)) == (other.key, other.ttl, sorted(other.values))

    def as_json(self, base: str, zone: str) -> dict[str, object]:
        """Give the record set as the API at `base` (`http://HOST:PORT`) does."""
        return {
            "rrset_name": self.name,
            "rrset_type": self.type,
            "rrset_ttl": self.ttl,
            "rrset_values": list(self.values),
            "rrset_href": f"{domain_href(base, zone)}/records/{quote(self.name, safe='*')}/{self.type}",
        }


TokenKind = Literal["personal-access-token", "api-key"]
SCHEMES: dict[TokenKind, Scheme] = {
    "personal-access-token": Scheme.PERSONAL_ACCESS_TOKEN,
    "api-key": Scheme.API_KEY,
}


def domain_href(base: str, zone: str) -> str:
    """Make the URL of a domain."""
    return f"{base}/v5/livedns/domains/{zone}"
