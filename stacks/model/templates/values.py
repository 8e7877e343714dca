"""The values that a template meets, with Go's meaning of fields, truth and text. Pure.

Sources: Go, text/template. The types of objects are not known here: a field that an object does not have is empty, as
in Go that of a struct is; an entry that labels or JSON do not have is `<no value>`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from components.plain_text import quoted

LONGEST_TEXT = 16_384
"""Characters of what a template, or a function in it, gives."""
EMPTY: Any = type("Empty", (), {"__repr__": lambda _: "EMPTY"})()
"""The zero value of a type that is not known: no text, no list, false."""
NO_VALUE = "<no value>"


class TemplateError(ValueError):
    """A fault of a template, or of what it makes of an object."""


class Texts(dict[str, Any]):
    """Labels or annotations: texts by keys that are spelled as they are."""

    absent: Any = ""
    """The item that is not there. A field that is not is `<no value>`."""


class Json(Texts):
    """A map of a JSON text."""

    absent = None


def field(value: Any, name: str) -> Any:  # noqa: ANN401 - JSON
    """Return the field of a value. Names in Go and in JSON differ in upper and lower case (`.Spec.TLS`, `tls`)."""
    if value is EMPTY or value is None:
        return value
    if isinstance(value, Texts):
        return value.get(name)
    if not isinstance(value, Mapping):
        raise TemplateError(f".{name} is asked of {_called(value)}")
    if name in value:
        return value[name]
    return next((inner for key, inner in value.items() if key.lower() == name.lower()), EMPTY)


def item(value: Any, *keys: Any) -> Any:  # noqa: ANN401 - JSON
    """Return the item of a list or a map, and of that the next: Go's `index`."""
    for key in keys:
        if value is EMPTY:
            return EMPTY
        if isinstance(value, Mapping) and isinstance(key, str):
            value = value.get(key, value.absent if isinstance(value, Texts) else EMPTY)
        elif isinstance(value, list | tuple) and type(key) is int and 0 <= key < len(value):
            value = value[key]
        else:
            raise TemplateError(f"{quoted(str(key))} is no index of {_called(value)}")
    return value


def entries(value: Any) -> list[tuple[Any, Any]]:  # noqa: ANN401 - JSON
    """Return the entries that a range goes through, with their keys: those of a map are sorted."""
    if value is EMPTY or value is None:
        return []
    if isinstance(value, Mapping):
        return sorted(value.items())
    if isinstance(value, list | tuple):
        return list(enumerate(value))
    raise TemplateError(f"range goes through lists and maps, not through {_called(value)}")


def truth(value: Any) -> bool:  # noqa: ANN401 - JSON
    """Return whether a value counts as true: all but false, 0, nothing, and what is empty."""
    return value is not EMPTY and bool(value)


def same(one: Any, *others: Any) -> bool:  # noqa: ANN401 - JSON
    """Return whether a value equals one of the others."""
    return any(_equal(one, other) for other in others)


def _equal(one: Any, other: Any) -> bool:  # noqa: ANN401 - JSON
    if one is None or other is None:
        return one is other
    if one is EMPTY or other is EMPTY:
        return not truth(one) and not truth(other)
    kinds = {type(one), type(other)}
    if not kinds <= {str, bool, int, float} or (len(kinds) > 1 and not kinds <= {int, float}):
        raise TemplateError(f"{_called(one)} and {_called(other)} cannot be compared")
    return bool(one == other)


def text_of(value: Any) -> str:  # noqa: ANN401 - JSON
    """Return a value that a function takes as a text."""
    if value is EMPTY:
        return ""
    if not isinstance(value, str):
        raise TemplateError(f"a text is needed, not {_called(value)}")
    return value


def shown(value: Any) -> str:  # noqa: ANN401 - JSON
    """Return the text that stands for a value in a name."""
    if value is None:
        return NO_VALUE
    if value is EMPTY:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() and abs(value) < 1e21 else str(value)  # noqa: PLR2004 - as Go has it
    if isinstance(value, str | int):
        return str(value)
    raise TemplateError(f"{_called(value)} is no part of a name")


def _called(value: Any) -> str:  # noqa: ANN401 - JSON
    if value is None or value is EMPTY:
        return "nothing"
    kinds = {str: "a text", bool: "true or false", int: "a number", float: "a number", list: "a list", tuple: "a list"}
    return kinds.get(type(value), "a map")
