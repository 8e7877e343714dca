"""States and the API's JSON: request bodies, the state after an answer, and the inputs read back from a state."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from lab.plugin.cloudflare.attributes import Form, camel_case, is_zero, snake_case
from lab.plugin.properties import UNKNOWN, Properties, Value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lab.plugin.cloudflare.attributes import Attribute, Table

_FRACTION: Final = re.compile(r"\.\d+(?=Z|[+-])")


def create_body(table: Table, planned: Mapping[str, Value]) -> dict[str, object]:
    """Write the JSON to create with: what is set."""
    return update_body(table, {}, planned)


def update_body(table: Table, prior: Mapping[str, Value], planned: Mapping[str, Value]) -> dict[str, object]:
    """Write the JSON to overwrite with: what is set, and null for what was set and no longer is."""
    body: dict[str, object] = {}
    for attribute in sorted(table, key=lambda attribute: attribute.field):
        value = planned.get(attribute.name)
        was_set = prior.get(attribute.name) is not None
        if attribute.in_json and attribute.is_input and value is not UNKNOWN and (value is not None or was_set):
            body[attribute.field] = _to_json(attribute, value)
    return body


def after_write(table: Table, planned: Mapping[str, Value], answer: Mapping[str, object]) -> Properties:
    """Make the state after a create or an update: the plan, with the API's word only for what is computed.

    So a value that the API stores in another form than it was sent in stays in state as it was sent.
    """
    state: Properties = {}
    for attribute in table:
        value = planned.get(attribute.name)
        asked = attribute.computed and (not attribute.is_input or value is None or value is UNKNOWN)
        if asked and attribute.in_json and attribute.field in answer:
            value = _from_json(attribute, answer[attribute.field])
        elif attribute.inner:
            value = _answered(attribute.inner, value, answer.get(attribute.field))
        state[attribute.name] = None if value is UNKNOWN else value
    return state


def _answered(table: Table, planned: Value, answer: object) -> Value:
    """Fill in what was awaited inside; objects of a list are matched by their places in it."""
    if isinstance(planned, dict):
        return after_write(table, planned, answer if isinstance(answer, dict) else {})
    if isinstance(planned, list):
        answers = [*(answer if isinstance(answer, list) else []), *[None] * len(planned)]
        return [_answered(table, one, told) for one, told in zip(planned, answers, strict=False)]
    return planned


def after_read(table: Table, prior: Mapping[str, Value], answer: Mapping[str, object]) -> Properties:
    """Make the state after a read: the API's word for everything that it answers."""
    return {
        attribute.name: _from_json(attribute, answer[attribute.field])
        if attribute.in_json and attribute.field in answer
        else prior.get(attribute.name)
        for attribute in table
    }


def inputs_after_refresh(inputs: Mapping[str, Value], state: Mapping[str, Value]) -> Properties:
    """Return the inputs that a refresh leaves: those that were there, with the values now in state."""
    return {name: _kept(value, state[name]) for name, value in inputs.items() if state.get(name) is not None}


def _kept(given: Value, now: Value) -> Value:
    if isinstance(given, dict) and isinstance(now, dict):
        return {name: _kept(value, now[name]) for name, value in given.items() if now.get(name) is not None}
    if isinstance(given, list) and isinstance(now, list):
        return [*map(_kept, given, now), *map(without_nulls, now[len(given) :])]
    return without_nulls(now)


def without_nulls(value: Value) -> Value:
    """Return a value without what is not set in its objects, at any depth."""
    if isinstance(value, dict):
        return {name: without_nulls(inner) for name, inner in value.items() if inner is not None}
    return [without_nulls(one) for one in value] if isinstance(value, list) else value


def inputs_after_import(table: Table, state: Mapping[str, Value]) -> Properties:
    """Return the inputs that an import makes: what is required, and what else is set and not empty."""
    return {
        attribute.name: without_nulls(state[attribute.name])
        for attribute in table
        if attribute.is_input and (attribute.required or not is_zero(state[attribute.name]))
    }


def _to_json(attribute: Attribute, value: Value) -> object:
    if attribute.form is not Form.OBJECT:
        return value
    return _inner_to_json(attribute.inner, value) if attribute.inner else _object_to_json(value)


def _inner_to_json(table: Table, value: Value) -> object:
    if isinstance(value, dict):
        return create_body(table, value)
    return [_inner_to_json(table, one) for one in value] if isinstance(value, list) else value


def _object_to_json(value: Value) -> object:
    if isinstance(value, dict):
        return {snake_case(name): _object_to_json(inner) for name, inner in sorted(value.items()) if inner is not None}
    if isinstance(value, list):
        return [_object_to_json(item) for item in value]
    return value


def _from_json(attribute: Attribute, value: object) -> Value:
    if value is None:
        return None
    match attribute.form:
        case Form.JSON:
            return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
        case Form.TIME:
            return _FRACTION.sub("", str(value))
        case Form.OBJECT:
            return _inner_from_json(attribute.inner, value) if attribute.inner else _object_from_json(value)
        case _:
            return _plain_from_json(value)


def _inner_from_json(table: Table, value: object) -> Value:
    if isinstance(value, dict):
        return after_read(table, {}, value)
    return [_inner_from_json(table, one) for one in value] if isinstance(value, list) else None


def _object_from_json(value: object) -> Value:
    if isinstance(value, dict):
        return {camel_case(name): _object_from_json(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_object_from_json(item) for item in value]
    return _plain_from_json(value)


def _plain_from_json(value: object) -> Value:
    if isinstance(value, list):
        return [_plain_from_json(item) for item in value]
    if isinstance(value, dict):
        return {str(name): _plain_from_json(inner) for name, inner in value.items()}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"not a JSON value: {value!r}")
