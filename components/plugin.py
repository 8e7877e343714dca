"""The components as a Pulumi plugin, for programs in any language.

`pulumi package add` takes the folder plugin/. As `pulumi-resource-truenorth` on PATH it is found without being added.
"""

from __future__ import annotations

from importlib.metadata import version

from pulumi.provider.experimental import component_provider_host

from components.geo_load_balancer import GeoLoadBalancer
from components.geo_pool import GeoPool

NAME = "truenorth"


def main() -> None:
    """Serve the components until the engine that has started it ends it."""
    component_provider_host([GeoPool, GeoLoadBalancer], NAME, version=version(NAME))
