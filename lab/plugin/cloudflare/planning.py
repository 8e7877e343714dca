"""The plan: from the state before and the inputs to the state that is wanted, as the Terraform framework makes it.

A state is a dict by Pulumi's property names with an entry for every attribute; null stands for "not set".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.plugin.properties import UNKNOWN, Properties, Value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lab.plugin.cloudflare.attributes import Attribute, Table


def plan(table: Table, prior: Properties | None, inputs: Mapping[str, Value]) -> Properties:
    """Plan the state that the inputs ask for; what only the API can tell is UNKNOWN.

    A change anywhere makes every unset computed attribute unknown, unless its table entry says that it is kept.
    """
    proposed = _proposed_object(table, prior, inputs)
    if prior is not None and all(same(proposed[attribute.name], prior.get(attribute.name)) for attribute in table):
        return proposed
    return _awaiting(table, proposed, inputs, new=prior is None)


def same(one: Value, other: Value) -> bool:
    """Tell whether two values are the same; in objects, null is the same as nothing."""
    if isinstance(one, dict) and isinstance(other, dict):
        return all(same(one.get(name), other.get(name)) for name in {*one, *other})
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other


def _proposed_object(table: Table, prior: Mapping[str, Value] | None, inputs: Mapping[str, Value]) -> Properties:
    return {attribute.name: _proposed(attribute, prior, inputs) for attribute in table}


def _proposed(attribute: Attribute, prior: Mapping[str, Value] | None, inputs: Mapping[str, Value]) -> Value:
    value = inputs.get(attribute.name)
    before = None if prior is None else prior.get(attribute.name)
    if value is not None:
        return _filled(attribute.inner, before, value) if attribute.inner else value
    if attribute.default is not None:
        return attribute.default
    return before if attribute.computed else None


def _filled(table: Table, prior: Value, given: Value) -> Value:
    """Complete the objects that are given; those of a list have the state of those at their place before."""
    if isinstance(given, list):
        before = prior if isinstance(prior, list) else []
        places = [*before, *[None] * len(given)]
        return [_filled(table, place, one) for place, one in zip(places, given, strict=False)]
    if isinstance(given, dict):
        return _proposed_object(table, prior if isinstance(prior, dict) else None, given)
    return given


def _awaiting(table: Table, proposed: Mapping[str, Value], inputs: Mapping[str, Value], *, new: bool) -> Properties:
    planned: Properties = dict(proposed)
    for attribute in table:
        given = inputs.get(attribute.name)
        if given is not None:
            planned[attribute.name] = _awaiting_inside(attribute.inner, planned[attribute.name], given, new=new)
        elif attribute.computed and attribute.default is None and (new or not attribute.kept):
            planned[attribute.name] = UNKNOWN
    return planned


def _awaiting_inside(table: Table, proposed: Value, given: Value, *, new: bool) -> Value:
    if table and isinstance(proposed, dict) and isinstance(given, dict):
        return _awaiting(table, proposed, given, new=new)
    if table and isinstance(proposed, list) and isinstance(given, list):
        return [_awaiting_inside(table, *pair, new=new) for pair in zip(proposed, given, strict=True)]
    return proposed
