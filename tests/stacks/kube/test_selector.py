from __future__ import annotations

from typing import Any

import pytest

from stacks.kube.selector import selects

LABELS = {"team": "shop", "stage": "live"}


def expression(key: str, operator: str, *values: str) -> dict[str, Any]:
    return {"matchExpressions": [{"key": key, "operator": operator, "values": list(values)}]}


@pytest.mark.parametrize(
    ("selector", "matches"),
    [
        ({}, True),
        ({"matchLabels": {"team": "shop"}}, True),
        ({"matchLabels": {"team": "bank"}}, False),
        ({"matchLabels": {"team": "shop", "zone": "a"}}, False),
        (expression("stage", "In", "test", "live"), True),
        (expression("stage", "In", "test"), False),
        (expression("zone", "In", "a"), False),
        (expression("stage", "NotIn", "test"), True),
        (expression("stage", "NotIn", "live"), False),
        (expression("zone", "NotIn", "a"), True),
        (expression("stage", "Exists"), True),
        (expression("zone", "Exists"), False),
        (expression("zone", "DoesNotExist"), True),
        (expression("stage", "DoesNotExist"), False),
        (expression("stage", "Gt", "1"), False),
        ({"matchLabels": {"team": "shop"}} | expression("stage", "Exists"), True),
        ({"matchLabels": {"team": "bank"}} | expression("stage", "Exists"), False),
    ],
)
def test_a_selector_matches_where_all_that_it_asks_for_holds(selector: dict[str, Any], matches: bool) -> None:  # noqa: FBT001 - parameters
    assert selects(selector, LABELS) is matches
