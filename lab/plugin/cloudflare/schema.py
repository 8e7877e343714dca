"""The package's schema, as far as an engine asks a provider for it: names of properties, and which are required."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lab.plugin.cloudflare.resources import Resource

_ANY = {"$ref": "pulumi.json#/Any"}


def schema(version: str, resources: Iterable[Resource]) -> dict[str, object]:
    """Make a minimal schema (https://www.pulumi.com/docs/iac/extending-pulumi/schema/): values may be of any type."""
    return {
        "name": "cloudflare",
        "version": version,
        "resources": {resource.token: _resource_schema(resource) for resource in resources},
    }


def _resource_schema(resource: Resource) -> dict[str, object]:
    attributes = [attribute for attribute in resource.table if attribute.name != "id"]
    return {
        "properties": {attribute.name: _ANY for attribute in attributes},
        "required": [attribute.name for attribute in attributes if attribute.required],
        "inputProperties": {attribute.name: _ANY for attribute in attributes if attribute.is_input},
        "requiredInputs": [attribute.name for attribute in attributes if attribute.required],
    }
