"""Settings of a zone, and what is told of those that cannot be."""

from __future__ import annotations

import pytest

from stacks.model.errors import UserError
from stacks.settings.stack import Settings, parse


def read(**values: object) -> Settings:
    return parse({"zone": "example.com", **values}, {}, stack="home", where="Pulumi.home.yaml")


def refused(**values: object) -> str:
    with pytest.raises(UserError) as raised:
        read(**values)
    return str(raised.value)
