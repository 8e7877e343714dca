from __future__ import annotations

import pytest

from cli.session.open import _uses_api_proxy


@pytest.mark.parametrize(
    ("environment", "used"),
    [
        ({}, True),
        ({"TRUENORTH_API_PROXY": "off"}, False),
        ({"TRUENORTH_BRIDGE": "off"}, False),
        ({"TRUENORTH_API_PROXY": "on", "TRUENORTH_BRIDGE": "off"}, True),
        ({"TRUENORTH_API_PROXY": "", "TRUENORTH_BRIDGE": "off"}, False),
    ],
)
def test_the_api_proxy_is_left_out_where_its_variable_or_the_former_one_says_off(
    environment: dict[str, str],
    used: bool,  # noqa: FBT001 - a parameter of a case
) -> None:
    assert _uses_api_proxy(environment) is used
