"""Turn the faults that pydantic finds into problems for the user: the setting, its value, the allowed values."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from components.plain_text import cut, quoted
from stacks.model.errors import Problem

LONGEST_NAME = 80
"""Characters of a misspelt setting that are compared with its possible names."""
LONGEST_FAULT = 600
"""Characters of a fault: it quotes the setting."""
EXPECTED = {
    "bool_parsing": "write true or false",
    "bool_type": "write true or false",
    "int_parsing": "write a whole number",
    "int_type": "write a whole number",
    "int_from_float": "write a whole number",
    "float_parsing": "write a number",
    "float_type": "write a number",
    "string_type": "write a text",
    "tuple_type": "write a list, one entry a line with a leading dash",
    "list_type": "write a list, one entry a line with a leading dash",
    "model_type": "write a mapping of settings",
    "missing": "set it",
}


@dataclass(frozen=True, slots=True)
class Origins:
    """The origins of settings, for messages. by_name: those that are known; otherwise: that of all others."""

    by_name: Mapping[str, str] = field(default_factory=dict, compare=False)
    otherwise: str = field(default="", compare=False)

    def of(self, path: str) -> str:
        """Return the origin of the setting at a path, else that of the setting around it, else `otherwise`."""
        return self.by_name.get(path) or self.by_name.get(re.split(r"[.\[]", path, maxsplit=1)[0], self.otherwise)


def fault(what: str, remedy: str, location: Sequence[str | int] = ()) -> PydanticCustomError:
    """Return the fault that a validator of ours raises. remedy: advice. location: path below the validated model."""
    return PydanticCustomError("fault", "{what}", {"what": what, "remedy": remedy, "location": tuple(location)})


def short(error: Exception) -> str:
    """Return an error's text in one line."""
    return " ".join(str(error).split())


def problems_of(
    error: ValidationError, model: type[BaseModel], origin: Callable[[str], str], namespace: str
) -> list[Problem]:
    """Return the problems in a validation error. origin: gives the file or variable of the setting at a path."""
    found = error.errors()
    # A list is too short for want of the entries that are told themselves.
    told = {details["loc"][:end] for details in found for end in range(len(details["loc"]))}
    counted = (one for one in found if one["type"] != "too_short" or one["loc"] not in told)
    return [_problem(details, model, origin, namespace) for details in counted]


def _problem(details: ErrorDetails, model: type[BaseModel], origin: Callable[[str], str], namespace: str) -> Problem:
    context = details.get("ctx", {})
    location = (*details["loc"], *context.get("location", ()))
    setting = f"{namespace}:{cut(_path(location), LONGEST_FAULT)}" if location else f"{namespace} settings"
    where = f"{setting} in {origin(_path(location))}"
    kind, given = details["type"], details.get("input")
    if kind == "fault":
        return Problem(cut(str(context["what"]), LONGEST_FAULT), where, str(context["remedy"]))
    if kind == "value_error":
        what = cut(str(context["error"]), LONGEST_FAULT)
        return Problem(what, where, "mend the value; docs/settings.md lists what is allowed")
    if kind == "extra_forbidden":
        return Problem(f"there is no setting {quoted(_path(location))}", where, _nearest(model, location))
    if kind == "missing":
        return Problem(f"the setting {_path(location)!r} is missing", where, "set it")
    if kind == "literal_error":
        return Problem(f"{_shown(given)} is not possible here", where, f"use {context['expected']}")
    reason = "" if kind in EXPECTED else f": {details['msg']}"
    return Problem(f"{_shown(given)} is not possible here{reason}", where, EXPECTED.get(kind, "mend the value"))


def _shown(given: object) -> str:
    return quoted(given) if isinstance(given, str) else cut(repr(given), LONGEST_FAULT)


def _path(location: Sequence[str | int]) -> str:
    text = ""
    for part in (one for one in location if not str(one).startswith("[")):  # words for the key, or kind, of an entry
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def _nearest(model: type[BaseModel], location: Sequence[str | int]) -> str:
    """Return advice for a misspelt setting: the nearest name on its level, else all names."""
    level: Any = model
    for part in location[:-1]:
        if isinstance(part, str) and (known := level.model_fields.get(part)) is not None:
            level = _inner_model(known.annotation) or level
    names = sorted(level.model_fields)
    written = str(location[-1])[:LONGEST_NAME].lower().replace("-", "_")
    close = difflib.get_close_matches(written, names, n=1, cutoff=0.5)
    return f"did you mean {close[0]!r}?" if close else f"use one of: {', '.join(names)}"


def _inner_model(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _inner_model(part))), None)
