"""The attributes of a resource, as a table of what the bridge and the Terraform framework know of each."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from lab.plugin.properties import Value

if TYPE_CHECKING:
    from collections.abc import Sequence


class Form(Enum):
    """How a value stands in the API's JSON."""

    PLAIN = "plain"
    OBJECT = "object"  # attributes, or a list of such: its names are snake_case in JSON, camelCase in Pulumi
    TIME = "time"  # RFC 3339; the provider keeps whole seconds
    JSON = "json"  # any JSON, kept as its text
    PATH = "path"  # a part of the URL, not in JSON
    ABSENT = "absent"  # neither in JSON nor in the URL's path


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute of a Terraform resource. `computed` alone: the API sets it; with `optional`: where unset.

    `inner`: the attributes of an object, or of each object of a list. `alias`: its name in JSON, where that differs.
    `options`: what it may be, in any letters; `bounds`: its least and greatest value. Of a list: each of its elements.
    """

    name: str
    required: bool = False
    optional: bool = False
    computed: bool = False
    form: Form = Form.PLAIN
    default: Value = None
    replaces: bool = False
    kept: bool = False  # an unset computed value is planned as it was, even when the resource changes
    description: str = ""
    inner: tuple[Attribute, ...] = ()
    options: tuple[str, ...] = ()
    bounds: tuple[float, float] | None = None
    alias: str = ""

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
        return self.alias or snake_case(self.name)


Table = tuple[Attribute, ...]


def snake_case(name: str) -> str:
    """Turn `flattenCname` into `flatten_cname`."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", lambda letter: f"_{letter[1].lower()}", name)


def camel_case(name: str) -> str:
    """Turn `flatten_cname` into `flattenCname`."""
    return re.sub(r"_([a-z0-9])", lambda letter: letter[1].upper(), name)


def is_zero(value: Value) -> bool:
    """Tell whether a value is not set, or holds nothing but what an unset one would hold."""
    if isinstance(value, dict):
        return all(is_zero(inner) for inner in value.values())
    return value in (None, False, 0, "", [])


def replacing(table: Table) -> Sequence[str]:
    """Return the names whose change needs a new resource."""
    return [attribute.name for attribute in table if attribute.replaces]
