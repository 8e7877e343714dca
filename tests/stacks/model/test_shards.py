from __future__ import annotations

import pytest

from components import urns
from stacks.model.shards import ONE_STACK, Layout, estate_of, label_of, remembered, root_of, stack_of


@pytest.mark.parametrize(
    ("label", "stack"),
    [("", "home"), ("7", "home-shard-7"), ("example.com", "home-shard-example.com"), ("My Shop", "home-shard-my-shop")],
)
def test_a_stack_says_its_estate_and_its_label(label: str, stack: str) -> None:
    assert stack_of("home", label) == stack
    assert estate_of(stack) == "home"
    assert stack_of("home", label_of(stack)) == stack


def test_a_urn_says_its_stack() -> None:
    assert urns.stack(root_of("home-shard-2", "truenorth")) == "home-shard-2"


@pytest.mark.parametrize("layout", [ONE_STACK, Layout("names", 40), Layout("zone"), Layout("namespace")])
def test_a_layout_is_remembered(layout: Layout) -> None:
    assert remembered(layout.as_output()) == layout


@pytest.mark.parametrize("output", [None, {}, {"by": "colour"}, {"by": "names", "count": 0}, {"by": "names"}, "three"])
def test_what_no_layout_was_written_to_is_one_stack(output: object) -> None:
    assert remembered(output) == ONE_STACK


def test_state_has_numbers_as_its_json_gives_them() -> None:
    assert remembered({"by": "names", "count": 3.0}) == Layout("names", 3)
