"""Resources of a provider's official Pulumi package, registered by their type tokens without importing its SDK.

State, plan and default provider are the same with both. An SDK takes seconds to import (pulumi-cloudflare 4.5 s and
118 MB), and its classes make an output of each property that a resource may have; these have only their inputs.

They are functions, not classes: of a class the SDK notes where in the program it was made, some 20 lines of paths of
this machine in the state of every resource, three quarters of all state.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pulumi

MANIFEST = "pulumi-plugin.json"
"""The file beside each SDK that tells the engine which plugin a program needs."""


@dataclass(frozen=True, slots=True)
class Package:
    """The installed release of a package. server: where its plugin is downloaded from, None for Pulumi's own."""

    name: str
    version: str
    server: str | None

    def options(self, opts: pulumi.ResourceOptions) -> pulumi.ResourceOptions:
        """Return the options with the version and server of the plugin, as the SDK's own classes add them."""
        own = pulumi.ResourceOptions(version=self.version, plugin_download_url=self.server)
        merged: pulumi.ResourceOptions = pulumi.ResourceOptions.merge(own, opts)
        return merged


@cache
def package(sdk: str) -> Package:
    """Return the release of an SDK by its import name: pulumi_cloudflare. Raises ModuleNotFoundError without it."""
    spec = find_spec(sdk)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(sdk)
    manifest = json.loads((Path(spec.submodule_search_locations[0]) / MANIFEST).read_text(encoding="utf-8"))
    return Package(manifest["name"], manifest["version"], manifest.get("server"))


def resource(
    sdk: str, type_token: str, name: str, inputs: Mapping[str, object], opts: pulumi.ResourceOptions
) -> pulumi.CustomResource:
    """Declare a resource. inputs: by the names of the package's schema; None values are left out."""
    given = {key: value for key, value in inputs.items() if value is not None}
    return pulumi.CustomResource(type_token, name, given, package(sdk).options(opts))


def provider(sdk: str, name: str, environment: Mapping[str, str], secrets: Sequence[str]) -> pulumi.ProviderResource:
    """Declare a provider with settings from other environment variables: those by the plugin's own.

    secrets: the settings that the package's schema declares secret.
    """
    release = package(sdk)
    opts = pulumi.ResourceOptions(env_var_mappings=dict(environment), additional_secret_outputs=list(secrets))
    return pulumi.ProviderResource(release.name, name, None, release.options(opts))
