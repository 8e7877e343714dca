"""TrueNorth for programs: the one import of a Pulumi program in Python, in a checkout and installed.

`program` is what `pulumi up` runs for a stack of TrueNorth; the components are for programs of one's own. Each is
imported when it is first asked for: `import truenorth` imports nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from truenorth.exports import (
        GeoLoadBalancer,
        GeoLoadBalancerArgs,
        GeoPool,
        GeoPoolArgs,
        OwnedRecord,
        OwnedRecordArgs,
    )

__all__ = [
    "GeoLoadBalancer",
    "GeoLoadBalancerArgs",
    "GeoPool",
    "GeoPoolArgs",
    "OwnedRecord",
    "OwnedRecordArgs",
    "program",
]


def program() -> None:
    """Run the program of the stack: observe, plan, declare. Raises pulumi.RunError with what is wrong."""
    from stacks.program import run

    run()


def __getattr__(name: str) -> object:
    """Return a component or the type of its arguments. Raises AttributeError for any other name."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from truenorth import exports

    return getattr(exports, name)


def __dir__() -> list[str]:
    return __all__
