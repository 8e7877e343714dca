"""Find all models of the settings, and the text below each of their fields."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from stacks.settings.stack import Settings


@dataclass(frozen=True, slots=True)
class Section:
    """The settings of a model. path: their place in the settings file."""

    path: str
    model: type[BaseModel]


def sections() -> Iterator[Section]:
    """Yield all models, each once, after the model that refers to it."""
    met: set[type[BaseModel]] = set()
    waiting = [Section("", Settings)]
    while waiting:
        section = waiting.pop(0)
        if section.model in met:
            continue
        met.add(section.model)
        yield section
        waiting[:0] = [
            Section(f"{section.path}.{name}".lstrip(".") + suffix, model)
            for name, field in section.model.model_fields.items()
            for model, suffix in models_in(field.annotation)
        ]


@cache
def field_texts(model: type[BaseModel]) -> dict[str, str]:
    """Return the text below each field of a model and its bases, in one line."""
    found: dict[str, str] = {}
    for one in reversed([base for base in model.__mro__ if issubclass(base, BaseModel) and base is not BaseModel]):
        (body,) = ast.parse(textwrap.dedent(inspect.getsource(one))).body
        if not isinstance(body, ast.ClassDef):
            raise TypeError(f"{one.__name__} is no class")
        for field, after in pairwise(body.body):
            match field, after:
                case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                    found[name] = " ".join(text.split())
    return found


def models_in(annotation: Any) -> Iterator[tuple[type[BaseModel], str]]:  # noqa: ANN401 - any annotation
    """Yield the models in an annotation, with the suffix that a setting's name gets in paths to them."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation, ""
    elif origin in {tuple, list}:
        yield from ((model, "[]") for model, _ in models_in(arguments[0]))
    elif origin is dict:
        yield from ((model, ".NAME") for model, _ in models_in(arguments[1]))
    elif origin in {Union, UnionType, Annotated}:
        for one in arguments[:1] if origin is Annotated else arguments:
            yield from models_in(one)
