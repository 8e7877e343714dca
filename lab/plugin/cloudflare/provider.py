"""The package `cloudflare`: its version, its resources, and how it reaches the API."""

from __future__ import annotations

import time
from collections.abc import Mapping

from lab.plugin.cloudflare.api import Api
from lab.plugin.cloudflare.configuration import configuration, faults
from lab.plugin.cloudflare.resources import RESOURCES
from lab.plugin.package import Package, sdk_version
from lab.plugin.properties import Value

RECORDED_VERSION = "6.17.0"  # of the real plugin whose behaviour was recorded
PACE = "LAB_PLUGIN_PACE"  # by which the waits before repetitions are multiplied: a test has no minutes
_GONE = "[WARNING] The resource was not found on the server and will be removed from state.: Resource not found"


def version() -> str:
    """Return the version to report."""
    return sdk_version("pulumi-cloudflare", RECORDED_VERSION)


def package() -> Package[Api]:
    """Make the package."""
    return Package("cloudflare", version(), RESOURCES, _connect, _GONE, faults)


def _connect(inputs: Mapping[str, Value], environment: Mapping[str, str]) -> Api:
    settings = configuration(inputs, environment)
    pace = float(environment.get(PACE, "1"))
    return Api(settings.base_url, settings.credentials, lambda seconds: time.sleep(seconds * pace))
