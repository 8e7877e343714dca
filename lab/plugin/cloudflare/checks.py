"""What is wrong with inputs, by a resource's table, as the bridge words it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lab.plugin.cloudflare.attributes import Attribute, Table
    from lab.plugin.properties import Value


def failures(name: str, table: Table, inputs: Mapping[str, Value]) -> list[str]:
    """Write a message for each thing that is wrong with the inputs of the resource called `name`.

    What is not known yet is not checked; the rest is left to the API.
    """
    missing = [
        f"Missing required property '{attribute.name}': {attribute.description}"
        for attribute in table
        if attribute.required and inputs.get(attribute.name) is None
    ]
    return [*missing, *_wrong(name, "", "", table, inputs)]


def _wrong(name: str, at: str, field: str, table: Table, inputs: Mapping[str, Value]) -> Iterator[str]:
    """Look at every value; `at` and `field` are the path so far, in Pulumi's and in Terraform's names."""
    for attribute in table:
        value = inputs.get(attribute.name)
        places = [(f"[{index}]", one) for index, one in enumerate(value)] if isinstance(value, list) else [("", value)]
        for place, one in places:
            path, terraform_path = f"{at}{attribute.name}{place}", f"{field}{attribute.field}{place}"
            problem = _problem(attribute, terraform_path, one)
            if problem:
                yield f"{problem} Examine values at '{name}.{path}'."
            if attribute.inner and isinstance(one, dict):
                yield from _wrong(name, f"{path}.", f"{terraform_path}.", attribute.inner, one)


def _problem(attribute: Attribute, path: str, value: Value) -> str:
    options, bounds = attribute.options, attribute.bounds
    if options and isinstance(value, str) and value.lower() not in {option.lower() for option in options}:
        allowed = " ".join(f'"{option}"' for option in options)
        return f'Invalid Attribute Value Match. Attribute {path} value must be one of: [{allowed}], got: "{value}".'
    if bounds and isinstance(value, int | float) and not bounds[0] <= value <= bounds[1]:
        least, most = bounds
        return (
            f"Invalid Attribute Value. Attribute {path} value must be between {least:f} and {most:f}, got: {value:f}."
        )
    return ""
