"""The names and records of a zone, as the settings have them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from components.records import canonical_content
from components.records.types import RecordType
from stacks.model.scope import tunnel_of
from stacks.model.values import HandField
from stacks.settings.checks.names import check_addresses
from stacks.settings.checks.records import check_content
from stacks.settings.fields import Comment, Host6, Ttl

AddressType = Literal["A", "AAAA"]


class NameSettings(BaseModel):
    """A wanted name, as a text or a mapping. The zone's settings are the defaults."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    """A label, `@` for the zone itself, `*`, or a name that ends in the zone; in Unicode or Punycode."""
    types: tuple[AddressType, ...] = ()
    """Left out: the types of the detected families."""
    targets: tuple[str, ...] = ()
    """Addresses of its own; none: the WAN address, which in IPv6 is that of this machine alone."""
    links: tuple[str, ...] = ()
    """The links of `wan.links` that the name points at; none: the machine's own WAN address."""
    host6: Annotated[tuple[Host6, ...], Field(max_length=16)] = ()
    """Hosts in the network of the IPv6 address, a text or a list: `::5`, `::5/56`, a MAC; none: this machine itself."""
    ttl: Ttl | None = None
    """Left out: that of the zone. Of a proxied name it is automatic, whatever is written."""
    proxied: bool | None = None
    """Whether Cloudflare's proxy answers for it; left out: that of the zone."""
    comment: Comment | None = None
    """Left out: that of the zone."""
    keep: tuple[HandField, ...] | None = None
    """The fields that stay as the zone has them; left out: those of the zone's `keep`."""

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, data: object) -> object:
        if isinstance(data, str):
            return {"name": data}
        if isinstance(data, dict) and "type" in data and "types" not in data:
            return {key: value for key, value in data.items() if key != "type"} | {"types": [data["type"]]}
        return data

    @field_validator("host6", mode="before", json_schema_input_type=str | tuple[str, ...])
    @classmethod
    def _one_host_or_several(cls, value: object) -> object:
        return value if isinstance(value, list | tuple) else [value]

    @model_validator(mode="after")
    def _addresses_fit(self) -> NameSettings:
        check_addresses(self)
        return self


class RecordSettings(BaseModel):
    """A record set with fixed values: all values of one name and type."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    """Relative to the zone, `@` for the zone itself, or `*`."""
    type: RecordType
    """Of the record set."""
    content: tuple[str, ...] = Field(min_length=1)
    """The values as in a zone file: `10 mail` or `10 mail.example.com` for MX, `@` the zone; a text or a list."""
    ttl: Ttl | None = None
    """Left out: that of the zone. Of a proxied name it is automatic, whatever is written."""
    proxied: bool | None = None
    """Whether Cloudflare's proxy answers for it; A, AAAA and CNAME only. Left out: for an alias of a tunnel alone."""
    comment: Comment | None = None
    """Left out: that of the zone."""
    keep: tuple[HandField, ...] | None = None
    """The fields that stay as the zone has them; left out: those of the zone's `keep`."""

    @field_validator("content", mode="before")
    @classmethod
    def _one_or_several(cls, value: object) -> object:
        return [value] if isinstance(value, str) else value

    @model_validator(mode="after")
    def _content_is_of_the_type(self) -> RecordSettings:
        check_content(self)
        return self

    def leads_to_tunnel(self, provider: str) -> bool:
        """Return whether the record is an alias of a tunnel, to which only this provider's proxy leads."""
        return self.type == "CNAME" and tunnel_of(canonical_content.content(self.type, self.content[0])) == provider
