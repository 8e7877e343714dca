"""What the program declares of a record set."""

from __future__ import annotations

import pytest

from stacks.model.values import RecordSet, Slot
from stacks.program import arguments


def record_set(view: str) -> RecordSet:
    return RecordSet(
        zone=f"example.com{view}",
        zone_id=f"example.com{view}",
        name=f"example.com{view}",
        type="MX",
        slots=(Slot(0, "10 mx.example.net", f"example.com/@/MX{view}"),),
        ttl=300,
        proxied=False,
        comment="",
        mark_name=f"_truenorth-mx.example.com{view}",
        mark_content='"heritage=truenorth"',
        provider="rfc2136",
    )


@pytest.mark.parametrize("view", ["", "@inside"])
def test_of_its_view_only_the_logical_names_know(view: str) -> None:
    args = arguments(record_set(view))
    assert args.zone_id == "example.com"
    assert {key: one.name for key, one in args.records.items()} == {
        f"example.com{view}/MX": "example.com",
        f"example.com{view}/MX/mark": "_truenorth-mx.example.com",
    }
    assert args.import_ids == {f"example.com{view}/MX": "example.com/@/MX"}
