"""The package `cloudflare`: its version, its resources, and how it reaches the API."""

from __future__ import annotations

from collections.abc import Mapping

from lab.plugin.cloudflare.api import Api
from lab.plugin.cloudflare.configuration import configuration
from lab.plugin.cloudflare.resources import RESOURCES
from lab.plugin.package import Package, sdk_version
from lab.plugin.properties import Value

RECORDED_VERSION = "6.17.0"  # of the real plugin whose behaviour was recorded
_GONE = "[WARNING] The resource was not found on the server and will be removed from state.: Resource not found"


def version() -> str:
    """Return the version to report."""
    return sdk_version("pulumi-cloudflare", RECORDED_VERSION)


def package() -> Package[Api]:
    """Make the package."""
    return Package("cloudflare", version(), RESOURCES, _connect, _GONE)


def _connect(inputs: Mapping[str, Value], environment: Mapping[str, str]) -> Api:
    settings = configuration(inputs, environment)
    return Api(settings.base_url, settings.credentials)
