"""Declare the address lists of a plan."""

from __future__ import annotations

import pulumi

from components.lists import address_list
from stacks.model.lists.lists import ListsPlan


def declare(plan: ListsPlan, opts: pulumi.ResourceOptions | None) -> None:
    """Declare the lists one after the other. opts: with the provider of the zone whose credentials are used."""
    last: list[pulumi.Resource] = []
    for one in plan.lists:
        last = address_list.declare(one, last, opts)
