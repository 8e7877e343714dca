"""Selectors over labels or annotations, written as kubectl takes them: `team=web,stage in (test,live),!old`. Pure.

Sources: Kubernetes API, `LabelSelector`; k8s.io/apimachinery, `labels.Parse`. The value of an annotation may hold any
character but a space and one of `=!,()<>`, as in external-dns's `--annotation-filter`; that of a label holds fewer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

LONGEST_SELECTOR = 4096
"""Characters."""
_TOKEN = re.compile(r"==|!=|[=!(),<>]|[^\s=!(),<>]+")
_PREFIX = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")
_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?")
_NUMBER = re.compile(r"-?[0-9]{1,18}")
_SYMBOLS = frozenset({"=", "==", "!=", "!", "(", ")", ",", "<", ">"})
_MEANINGS = {"=": "In", "==": "In", "!=": "NotIn", "in": "In", "notin": "NotIn"}


@dataclass(frozen=True, slots=True)
class Requirement:
    """A condition on one label or annotation. operator: In, NotIn, Exists, DoesNotExist; > or < for a number."""

    key: str
    operator: str
    values: tuple[str, ...] = ()

    def holds(self, texts: Mapping[str, str]) -> bool:
        """Return whether an object with these labels fulfils it. None does with an unknown operator."""
        value = texts.get(self.key)
        match self.operator:
            case "In":
                return value in self.values
            case "NotIn":
                return value not in self.values  # a label that is missing is in no set
            case "Exists":
                return value is not None
            case "DoesNotExist":
                return value is None
            case ">" | "<" if value is not None and all(map(_NUMBER.fullmatch, (value, *self.values))):
                bound = int(*self.values)
                return int(value) > bound if self.operator == ">" else int(value) < bound
        return False


Selector = tuple[Requirement, ...]
"""Requirements that all have to be fulfilled; () selects everything."""


def selects(selector: Selector, texts: Mapping[str, str]) -> bool:
    """Return whether an object with these labels, or annotations, is selected."""
    return all(one.holds(texts) for one in selector)


def over_labels(text: str) -> Selector:
    """Return a selector over labels. Raises ValueError, with what is wrong, for a text that is none."""
    selector = over_annotations(text)
    for one in selector:
        for value in one.values:
            if value and not _NAME.fullmatch(value):
                raise ValueError(f"{value!r} is no value of a label")
    return selector


def over_annotations(text: str) -> Selector:
    """Return a selector over annotations. Raises ValueError with the fault of the text."""
    if len(text) > LONGEST_SELECTOR:
        raise ValueError(f"a selector has at most {LONGEST_SELECTOR} characters")
    tokens = _TOKEN.findall(text)
    return tuple(map(_requirement, _parts(tokens))) if tokens else ()


def _parts(tokens: Sequence[str]) -> Iterator[list[str]]:
    """Yield the tokens of each requirement: those between the commas that stand in no brackets."""
    part: list[str] = []
    for word in tokens:
        if word == "," and part.count("(") == part.count(")"):
            yield part
            part = []
        else:
            part.append(word)
    yield part


def _requirement(part: list[str]) -> Requirement:
    match part:
        case [key] if _is_key(key):
            return Requirement(key, "Exists")
        case ["!", key] if _is_key(key):
            return Requirement(key, "DoesNotExist")
        case [key, "=" | "==" | "!=" as sign, *value] if _is_key(key) and len(value) <= 1 and _are_words(value):
            return Requirement(key, _MEANINGS[sign], tuple(value) or ("",))
        case [key, "<" | ">" as sign, number] if _is_key(key) and _NUMBER.fullmatch(number):
            return Requirement(key, sign, (number,))
        case [key, "in" | "notin" as word, "(", *inner, ")"] if _is_key(key) and inner and _are_listed(inner):
            return Requirement(key, _MEANINGS[word], tuple(_listed(inner)))
    raise ValueError(f"{' '.join(part)!r} is no requirement of a selector")


def _is_key(text: str) -> bool:
    prefix, slash, name = text.rpartition("/")
    return bool(_NAME.fullmatch(name)) and (not slash or bool(_PREFIX.fullmatch(prefix)))


def _are_words(tokens: Sequence[str]) -> bool:
    return not _SYMBOLS.intersection(tokens)


def _are_listed(tokens: Sequence[str]) -> bool:
    """Return whether the tokens are words, with a comma at least between any two."""
    return _are_words([word for word in tokens if word != ","]) and all("," in pair for pair in pairwise(tokens))


def _listed(tokens: Sequence[str]) -> Iterator[str]:
    """Yield the values of a list; between two commas stands the empty one."""
    value = ""
    for word in tokens:
        if word == ",":
            yield value
        value = "" if word == "," else word
    yield value
