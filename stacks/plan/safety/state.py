"""Refuse a state that this program must not change: of a newer TrueNorth, or with resources of other programs. Pure."""

from __future__ import annotations

from stacks.model.errors import UserError
from stacks.model.observation import Registry
from stacks.plan.safety.version import is_newer


def require_known(registry: Registry, stack: str, own: str) -> None:
    """Raise UserError for a state that a newer TrueNorth has made. own: the version of this one."""
    if registry.made_by and is_newer(registry.made_by, own):
        raise UserError(
            f"the state of stack {stack} was made by TrueNorth {registry.made_by}, and this one is {own}",
            f"stack {stack}",
            "use that version or a newer one: uv tool upgrade truenorth, or raise the version in requirements.txt or "
            "pyproject.toml and run `pulumi install`",
        )


def require_own(registry: Registry, stack: str) -> None:
    """Raise UserError for a state with resources of other programs: a run of TrueNorth's own would delete them."""
    if registry.foreign:
        first, more = registry.foreign[0], len(registry.foreign) - 1
        others = f"{first} and {more} more" if more else first
        raise UserError(
            f"the stack {stack} has resources that are not TrueNorth's, and that it would delete: {others}",
            f"stack {stack}",
            f"run your own program: pulumi up --stack {stack}; or give TrueNorth a stack of its own: truenorth init "
            "--stack NAME",
        )
