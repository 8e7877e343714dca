"""The resources that the stand-in has: each is a module of its own, registered here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from lab.plugin.cloudflare.account_list import ACCOUNT_LIST
from lab.plugin.cloudflare.account_list_item import AccountListItem
from lab.plugin.cloudflare.api import Api
from lab.plugin.cloudflare.attributes import Table, replacing
from lab.plugin.cloudflare.dns_record import DnsRecord
from lab.plugin.cloudflare.load_balancer import LOAD_BALANCER
from lab.plugin.cloudflare.load_balancer_monitor import MONITOR
from lab.plugin.cloudflare.load_balancer_pool import POOL
from lab.plugin.cloudflare.raw_state import written
from lab.plugin.cloudflare.states import inputs_after_import, inputs_after_refresh
from lab.plugin.diff import Kind, detailed_diff
from lab.plugin.package import Checked, Property, Resource
from lab.plugin.properties import Properties, Value


class TableResource(Protocol):
    """What differs from one resource to another. The methods that take an Api raise Diagnostic, or its ApiError."""

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


@dataclass(frozen=True, slots=True)
class Bridged:
    """A resource as the bridge of the Terraform framework presents it, from its table of attributes."""

    resource: TableResource
    deletes_before_replacing: bool = False
    details_differences: bool = False

    @property
    def token(self) -> str:
        """Pulumi's type token."""
        return self.resource.token

    @property
    def properties(self) -> Sequence[Property]:
        """Its properties beside the id."""
        return [
            Property(attribute.name, attribute.required, attribute.is_input)
            for attribute in self.resource.table
            if attribute.name != "id"
        ]

    def check(self, name: str, prior: Mapping[str, Value], inputs: Properties) -> Checked:
        """Check the inputs, which stay as they are."""
        del prior
        return Checked(inputs, self.resource.check(name, inputs))

    def plan(self, prior: Properties | None, inputs: Mapping[str, Value]) -> Properties:
        """Plan the state that the inputs ask for."""
        return self.resource.plan(prior, inputs)

    def differences(self, prior: Properties, planned: Properties) -> Mapping[str, Kind]:
        """Find every difference between two states."""
        return detailed_diff(prior, planned, replacing(self.resource.table))

    def written(self, state: Properties) -> Properties:
        """Return a state as the engine is to keep it."""
        return written(state)

    def create(self, api: Api, planned: Properties) -> Properties:
        """Create; return the state, with its id."""
        return self.resource.create(api, planned)

    def update(self, api: Api, prior: Properties, planned: Properties) -> Properties:
        """Update; return the state."""
        return self.resource.update(api, prior, planned)

    def read(self, api: Api, prior: Properties) -> Properties | None:
        """Return the state now, None where the thing is gone."""
        return self.resource.read(api, prior)

    def find(self, api: Api, import_id: str) -> Properties | None:
        """Find the thing first and then read it, as the bridge does: two requests."""
        return self.resource.read(api, self.resource.find(api, import_id))

    def inputs_after_refresh(self, inputs: Mapping[str, Value], state: Mapping[str, Value]) -> Properties:
        """Return the inputs that a refresh leaves."""
        return inputs_after_refresh(inputs, state)

    def inputs_after_import(self, state: Mapping[str, Value]) -> Properties:
        """Return the inputs that an import makes."""
        return inputs_after_import(self.resource.table, state)

    def delete(self, api: Api, prior: Properties) -> None:
        """Delete."""
        self.resource.delete(api, prior)


_ALL: tuple[TableResource, ...] = (
    DnsRecord(),
    LOAD_BALANCER,
    POOL,
    MONITOR,
    ACCOUNT_LIST,
    AccountListItem(),
)

RESOURCES: Mapping[str, Resource[Api]] = {resource.token: Bridged(resource) for resource in _ALL}
