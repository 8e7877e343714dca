"""The resources that the stand-in has: each is a module of its own, registered here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from lab.plugin.cloudflare.dns_record import DnsRecord

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lab.plugin.cloudflare.api import Api
    from lab.plugin.cloudflare.attributes import Table
    from lab.plugin.cloudflare.properties import Properties, Value


class Resource(Protocol):
    """What the provider needs of a resource. The methods that take an Api raise Diagnostic, or its ApiError."""

    @property
    def token(self) -> str:
        """Pulumi's type token."""

    @property
    def table(self) -> Table:
        """Its attributes."""

    def check(self, name: str, inputs: Mapping[str, Value]) -> list[str]:
        """Write a message for each thing that is wrong with the inputs."""

    def plan(self, prior: Properties | None, inputs: Mapping[str, Value]) -> Properties:
        """Plan the state that the inputs ask for, from the state before; UNKNOWN where only the API can tell."""

    def create(self, api: Api, planned: Properties) -> Properties:
        """Create; return the state, with its id."""

    def update(self, api: Api, prior: Properties, planned: Properties) -> Properties:
        """Update; return the state."""

    def read(self, api: Api, prior: Properties) -> Properties | None:
        """Return the state now, None where the thing is gone."""

    def find(self, api: Api, import_id: str) -> Properties:
        """Return the state of the thing with this import id."""

    def delete(self, api: Api, prior: Properties) -> None:
        """Delete."""


_ALL: tuple[Resource, ...] = (DnsRecord(),)

RESOURCES: Mapping[str, Resource] = {resource.token: resource for resource in _ALL}
