"""The SDK that declares load balancing: an extra, and a second to import, so only where it is needed."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

import pulumi


def resources() -> ModuleType:
    """Return the module that declares load balancing. Raises pulumi.RunError where the SDK is not installed."""
    try:
        return import_module(f"{__package__}.cloudflare")
    except ModuleNotFoundError as error:
        raise pulumi.RunError(
            f"load balancing needs the package {error.name}, which is not installed: pip install 'truenorth[geo]'"
        ) from error
