"""The plugin `pulumi-resource-truenorth`: components for programs in any language, and record sets by RFC 2136.

`pulumi package add` takes the folder plugin/. As `pulumi-resource-truenorth` on PATH it is found without being added.
"""

from __future__ import annotations

import inspect
from importlib.metadata import version

from pulumi.provider.experimental.component import ComponentProvider

from components.geo.load_balancer import GeoLoadBalancer
from components.geo.pool import GeoPool
from components.owned_record import OwnedRecord
from components.plugin.service import serve

NAME = "truenorth"
COMPONENTS = [OwnedRecord, GeoPool, GeoLoadBalancer]


def main() -> None:
    """Serve components and record sets until the engine that has started it ends it."""
    for component in COMPONENTS:
        # It becomes Markdown in the schema, where lines that are indented are code.
        component.__doc__ = inspect.getdoc(component)
    serve(ComponentProvider([*COMPONENTS], NAME, version=version(NAME)))
