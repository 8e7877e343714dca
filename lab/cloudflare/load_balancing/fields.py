"""What a client may send, as tables: each field has a rule that checks it, and a default that the API fills in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lab.cloudflare.errors import failed_validation

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    Rule = Callable[[str, object], object]

_NEAR = 1e-9  # how far a decimal may be off its step, in steps: 0.29 is no whole number of hundredths in binary


@dataclass(frozen=True, slots=True)
class Field:
    """`rule` gives back what is stored, or raises ApiError. `default` None: left out of the answer when it is unset."""

    rule: Rule
    default: object = None
    required: bool = False


def accepted(fields: Mapping[str, Field], body: Mapping[str, object], path: str = "") -> dict[str, object]:
    """Return what is stored for `body`. Null is unset; what no field knows is ignored, as the API does."""
    stored: dict[str, object] = {}
    for name, field in fields.items():
        value = body.get(name)
        if value is None:
            if field.required:
                raise failed_validation(f"{path}{name} must be set")
            value = field.default
        else:
            value = field.rule(path + name, value)
        if value is not None:
            stored[name] = value
    return stored


def text(path: str, value: object) -> str:
    """Take a string."""
    if not isinstance(value, str):
        raise failed_validation(f"{path} must be a string")
    return value


def flag(path: str, value: object) -> bool:
    """Take true or false."""
    if not isinstance(value, bool):
        raise failed_validation(f"{path} must be a boolean")
    return value


def matching(pattern: str, allowed: str) -> Rule:
    """Take a string that matches the whole pattern; `allowed` says what that is."""
    compiled = re.compile(pattern)

    def rule(path: str, value: object) -> str:
        given = text(path, value)
        if not compiled.fullmatch(given):
            raise failed_validation(f"{path} {allowed}")
        return given

    return rule


def choice(options: Collection[str]) -> Rule:
    """Take one of the options."""

    def rule(path: str, value: object) -> str:
        given = text(path, value)
        if given not in options:
            raise failed_validation(f"{path} must be one of [{' '.join(options)}]")
        return given

    return rule


def number(least: float, most: float, step: float | None = None) -> Rule:
    """Take a number of this range, in steps if given. Whole ones become integers, as the API writes them."""

    def rule(path: str, value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise failed_validation(f"{path} must be a number")
        if not least <= value <= most:
            raise failed_validation(f"{path} must be in range [{least:g}, {most:g}]")
        if step is not None and abs(value / step - round(value / step)) > _NEAR:
            raise failed_validation(f"{path} must be a multiple of {step:g}")
        return int(value) if value == int(value) else value

    return rule


def listing(rule: Rule, least: int, most: int, called: str) -> Callable[[str, object], list[object]]:
    """Take a list of this many elements, each by its rule."""

    def whole(path: str, value: object) -> list[object]:
        if not isinstance(value, list):
            raise failed_validation(f"{path} must be a list")
        if not least <= len(value) <= most:
            raise failed_validation(f"the {called} list length must be in range [{least}, {most}]")
        return [rule(f"{path}[{index}]", one) for index, one in enumerate(value)]

    return whole


def mapping(rule: Rule, keys: Rule = text) -> Rule:
    """Take an object of any number of entries, keys and values each by their rule."""

    def whole(path: str, value: object) -> dict[str, object]:
        return {str(keys(path, key)): rule(f"{path}.{key}", inner) for key, inner in _object(path, value).items()}

    return whole


def record(fields: Mapping[str, Field]) -> Rule:
    """Take an object of these fields."""
    return lambda path, value: accepted(fields, _object(path, value), f"{path}.")


def _object(path: str, value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise failed_validation(f"{path} must be an object")
    return value
