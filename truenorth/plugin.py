"""The components as a Pulumi plugin, for programs in any language.

`pulumi package add` takes the folder plugin/. As `pulumi-resource-truenorth` on PATH it is found without being added.
"""

from __future__ import annotations

import inspect
from importlib.metadata import version

from pulumi.provider.experimental import component_provider_host

from components.geo.load_balancer import GeoLoadBalancer
from components.geo.pool import GeoPool
from components.owned_record import OwnedRecord

NAME = "truenorth"
COMPONENTS = [OwnedRecord, GeoPool, GeoLoadBalancer]


def main() -> None:
    """Serve the components until the engine that has started it ends it."""
    for component in COMPONENTS:
        # It becomes Markdown in the schema, where lines that are indented are code.
        component.__doc__ = inspect.getdoc(component)
    component_provider_host([*COMPONENTS], NAME, version=version(NAME))
