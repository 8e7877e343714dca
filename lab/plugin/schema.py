"""The package's schema, as far as an engine asks a provider for it: names of properties, and which are required."""

from __future__ import annotations

from lab.plugin.package import ApiT, Package, Resource

_ANY = {"$ref": "pulumi.json#/Any"}


def schema(package: Package[ApiT]) -> dict[str, object]:
    """Make a minimal schema (https://www.pulumi.com/docs/iac/extending-pulumi/schema/): values may be of any type."""
    return {
        "name": package.name,
        "version": package.version,
        "resources": {token: _resource_schema(resource) for token, resource in package.resources.items()},
    }


def _resource_schema(resource: Resource[ApiT]) -> dict[str, object]:
    required = [one.name for one in resource.properties if one.required]
    return {
        "properties": {one.name: _ANY for one in resource.properties},
        "required": required,
        "inputProperties": {one.name: _ANY for one in resource.properties if one.is_input},
        "requiredInputs": required,
    }
