"""The functions of templates: those that external-dns adds, and of Go's own the harmless ones. Pure.

Sources: external-dns, source/template/functions.go; Go, text/template. `and` and `or` are the parser's, as they do not
look at all of their arguments.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from components.records.canonical import is_address
from stacks.model.templates.values import LONGEST_TEXT, Json, TemplateError, item, same, shown, text_of, truth

LONGEST_JSON = 65_536
"""Characters of a JSON text that a template reads."""
_VERB = re.compile(r"%(.?)", re.DOTALL)
_SPACES = " \t\n\v\f\r\x85\xa0"


@dataclass(frozen=True, slots=True)
class Function:
    """A function with the numbers of arguments that it takes."""

    call: Callable[..., Any]
    least: int
    most: int


def _on_texts(call: Callable[..., Any], number: int) -> Function:
    return Function(lambda *values: call(*map(text_of, values)), number, number)


def _replace(old: str, new: str, text: str) -> str:
    number = text.count(old)
    if len(text) + number * (len(new) - len(old)) > LONGEST_TEXT:
        raise TemplateError(f"it would give more than {LONGEST_TEXT:,} characters")
    return text.replace(old, new)


def _has_key(texts: Any, key: Any) -> bool:  # noqa: ANN401 - JSON
    return isinstance(texts, Mapping) and text_of(key) in texts


def _from_json(text: str) -> Any:  # noqa: ANN401 - JSON
    """Return the value of a JSON text; nothing for a text that is none. Raises TemplateError for one too long."""
    if len(text) > LONGEST_JSON:
        raise TemplateError(f"fromJson takes at most {LONGEST_JSON:,} characters")
    try:
        return json.loads(text, object_hook=Json, parse_int=float, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None


def _refuse(word: str) -> None:
    raise ValueError(word)


def _printf(form: Any, *values: Any) -> str:  # noqa: ANN401 - JSON
    """Return a text with the values in place of its verbs: %s, %v and %d."""
    form, left = text_of(form), [*values]
    check_format(form, len(left))
    return _VERB.sub(lambda verb: "%" if verb[1] == "%" else _printed(verb[1], left.pop(0)), form)


def _printed(verb: str, value: Any) -> str:  # noqa: ANN401 - JSON
    if verb == "s":
        return text_of(value)
    if verb == "d" and type(value) is not int:
        raise TemplateError("%d does not take a value like that")
    return shown(value)


def check_format(form: str, values: int) -> None:
    """Raise TemplateError for a format of printf with other verbs, or another number of them."""
    verbs = [verb for verb in _VERB.findall(form) if verb != "%"]
    if not {*verbs} <= {"s", "v", "d"} or len(verbs) != values:
        raise TemplateError("printf takes %s, %v and %d, each with a value")


FUNCTIONS: Mapping[str, Function] = {
    "contains": _on_texts(lambda text, part: part in text, 2),
    "trimPrefix": _on_texts(str.removeprefix, 2),
    "trimSuffix": _on_texts(str.removesuffix, 2),
    "trim": _on_texts(lambda text: text.strip(_SPACES), 1),
    "toLower": _on_texts(str.lower, 1),
    "replace": _on_texts(_replace, 3),
    "isIPv4": _on_texts(lambda text: is_address(text) and ":" not in text, 1),
    "isIPv6": _on_texts(lambda text: is_address(text) and ":" in text, 1),
    "hasKey": Function(_has_key, 2, 2),
    "fromJson": _on_texts(_from_json, 1),
    "eq": Function(same, 2, 20),
    "ne": Function(lambda one, other: not same(one, other), 2, 2),
    "not": Function(lambda value: not truth(value), 1, 1),
    "index": Function(item, 2, 20),
    "printf": Function(_printf, 1, 20),
}
