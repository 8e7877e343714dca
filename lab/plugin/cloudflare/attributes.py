"""What the bridge and the Terraform framework do with any resource, from a table of its attributes.

That is: the plan, request bodies, the state after an answer, and the inputs read back from a state. A state is a dict
by Pulumi's property names with an entry for every attribute; null stands for "not set".
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

from lab.plugin.properties import UNKNOWN, Properties, Value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Form(Enum):
    """How a value stands in the API's JSON."""

    PLAIN = "plain"
    OBJECT = "object"  # an object of attributes: its names are snake_case in JSON, camelCase in Pulumi
    TIME = "time"  # RFC 3339; the provider keeps whole seconds
    JSON = "json"  # any JSON, kept as its text
    PATH = "path"  # a part of the URL, not in JSON
    ABSENT = "absent"  # neither in JSON nor in the URL's path


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute of a Terraform resource. `computed` alone: the API sets it; with `optional`: where unset."""

    name: str
    required: bool = False
    optional: bool = False
    computed: bool = False
    form: Form = Form.PLAIN
    default: Value = None
    replaces: bool = False
    kept: bool = False  # an unset computed value is planned as it was, even when the resource changes
    description: str = ""

    @property
    def is_input(self) -> bool:
        """Whether a program may set it."""
        return self.required or self.optional

    @property
    def in_json(self) -> bool:
        """Whether the API's JSON has it."""
        return self.form not in {Form.PATH, Form.ABSENT}

    @property
    def field(self) -> str:
        """Its name in the API's JSON."""
        return snake_case(self.name)


Table = tuple[Attribute, ...]
_FRACTION: Final = re.compile(r"\.\d+(?=Z|[+-])")


def snake_case(name: str) -> str:
    """Turn `flattenCname` into `flatten_cname`."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", lambda letter: f"_{letter[1].lower()}", name)


def camel_case(name: str) -> str:
    """Turn `flatten_cname` into `flattenCname`."""
    return re.sub(r"_([a-z0-9])", lambda letter: letter[1].upper(), name)


def missing(table: Table, inputs: Mapping[str, Value]) -> list[str]:
    """Write a message for each required attribute that is not set, as the bridge words it."""
    return [
        f"Missing required property '{attribute.name}': {attribute.description}"
        for attribute in table
        if attribute.required and inputs.get(attribute.name) is None
    ]


def plan(table: Table, prior: Properties | None, inputs: Mapping[str, Value]) -> Properties:
    """Plan the state that the inputs ask for; what only the API can tell is UNKNOWN.

    A change anywhere makes every unset computed attribute unknown, unless its table entry says that it is kept.
    """
    proposed = {attribute.name: _proposed(attribute, prior, inputs) for attribute in table}
    if prior is not None and all(proposed[attribute.name] == prior.get(attribute.name) for attribute in table):
        return proposed
    for attribute in table:
        unset = inputs.get(attribute.name) is None and attribute.default is None
        if attribute.computed and unset and not (attribute.kept and prior is not None):
            proposed[attribute.name] = UNKNOWN
    return proposed


def _proposed(attribute: Attribute, prior: Properties | None, inputs: Mapping[str, Value]) -> Value:
    value = inputs.get(attribute.name)
    if value is not None:
        return value
    if attribute.default is not None:
        return attribute.default
    return prior.get(attribute.name) if attribute.computed and prior is not None else None


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
            body[attribute.field] = _to_json(value) if attribute.form is Form.OBJECT else value
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
        state[attribute.name] = None if value is UNKNOWN else value
    return state


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
    return {name: state[name] for name in inputs if state.get(name) is not None}


def inputs_after_import(table: Table, state: Mapping[str, Value]) -> Properties:
    """Return the inputs that an import makes: what is required, and what else is set and not empty."""
    return {
        attribute.name: state[attribute.name]
        for attribute in table
        if attribute.is_input and (attribute.required or not is_zero(state[attribute.name]))
    }


def is_zero(value: Value) -> bool:
    """Tell whether a value is not set, or holds nothing but what an unset one would hold."""
    if isinstance(value, dict):
        return all(is_zero(inner) for inner in value.values())
    return value in (None, False, 0, "", [])


def _to_json(value: Value) -> object:
    if isinstance(value, dict):
        return {snake_case(name): _to_json(inner) for name, inner in sorted(value.items()) if inner is not None}
    if isinstance(value, list):
        return [_to_json(item) for item in value]
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
            return _object_from_json(value)
        case _:
            return _plain_from_json(value)


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


def replacing(table: Table) -> Sequence[str]:
    """Return the names whose change needs a new resource."""
    return [attribute.name for attribute in table if attribute.replaces]
