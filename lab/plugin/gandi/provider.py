"""The package `gandi`: its version, its resource, and how it reaches the API."""

from __future__ import annotations

from collections.abc import Mapping

from lab.plugin.gandi.api import TIMEOUT, Api
from lab.plugin.gandi.configuration import configuration
from lab.plugin.gandi.record import Record
from lab.plugin.package import Package, sdk_version
from lab.plugin.properties import Value

RECORDED_VERSION = "2.3.2"  # of the real plugin whose behaviour was recorded
PATIENCE = "LAB_PLUGIN_PATIENCE"  # seconds for an answer: a busy machine may take longer than the real plugin waits


def version() -> str:
    """Return the version to report."""
    return sdk_version("pulumiverse-gandi", RECORDED_VERSION)


def package() -> Package[Api]:
    """Make the package."""
    record = Record()
    return Package("gandi", version(), {record.token: record}, _connect)


def _connect(inputs: Mapping[str, Value], environment: Mapping[str, str]) -> Api:
    settings = configuration(inputs, environment)
    patience = float(environment.get(PATIENCE, TIMEOUT))
    return Api(settings.url, settings.headers, settings.sharing_id, patience)
