"""The providers' SDKs that only some settings need, as extras of the package: they are most of its size."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Literal

from stacks.model.errors import UserError

Extra = Literal["geo", "deploy"]
_SDKS: dict[Extra, str] = {"geo": "pulumi_cloudflare", "deploy": "pulumi_kubernetes"}


def require(extra: Extra, where: str) -> None:
    """Raise UserError where the SDK of an extra is not installed. where: the setting or command that needs it."""
    if find_spec(_SDKS[extra]) is None:
        package = f"truenorth[{extra}]"
        raise UserError(
            f"the package {_SDKS[extra].replace('_', '-')} is not installed",
            where,
            f"install TrueNorth with it: uv tool install '{package}', or pip install '{package}'",
        )
