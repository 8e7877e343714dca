"""Patterns of DNS names, label by label, for the names that an administrator allows. Pure.

| in a pattern         | stands for                                                                             |
|----------------------|----------------------------------------------------------------------------------------|
| `*` within a label   | one character or more of that label                                                    |
| `**` as first label  | one label or more; a wildcard too, as a wildcard answers for names of any depth        |
| anything else        | itself                                                                                 |

A label that begins with `_` is only matched by one that is written with `_` at its beginning: such names carry keys,
challenges and policies (RFC 8552), and nobody means them by `*`. No text from outside becomes a regular expression.
`components/operator/policy.py` says the same in CEL.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from components.plain_text import quoted

ANY_LABELS = "**"
WILDCARD = "*"
LONGEST_PATTERN = 253
_LABEL = re.compile(r"[a-z0-9_*-]{1,63}")
_NAMESPACE = re.compile(r"[a-z0-9*-]{1,63}")


def check_pattern(pattern: str) -> str:
    """Return a pattern of names. Raises ValueError, with what is wrong, for a text that is none."""
    if len(pattern) > LONGEST_PATTERN:
        raise ValueError(f"the pattern {quoted(pattern)} is longer than {LONGEST_PATTERN} characters")
    first, *others = pattern.split(".")
    for label in ([] if first == ANY_LABELS else [first]) + others:
        if not _LABEL.fullmatch(label) or ANY_LABELS in label:
            raise ValueError(
                f"{quoted(label)} in {quoted(pattern)} is no label of a pattern (letters in lower case, digits, -, _; "
                "* for a part of a label; ** for any labels, and only in front)"
            )
    return pattern


def check_namespace(pattern: str) -> str:
    """Return a pattern of namespaces, in which `*` is one character or more. Raises ValueError for another text."""
    if not _NAMESPACE.fullmatch(pattern) or ANY_LABELS in pattern:
        raise ValueError(
            f"{quoted(pattern)} is no pattern of namespaces (letters in lower case, digits and -; * for a part)"
        )
    return pattern


def matches(pattern: str, name: str) -> bool:
    """Whether a pattern matches a name in lower case; none does a text that is too long for a name."""
    if len(name) > LONGEST_PATTERN:
        return False
    wanted, labels = pattern.split("."), name.split(".")
    if wanted[0] == ANY_LABELS:
        free = len(labels) - len(wanted) + 1
        if free < 1 or not all(_is_any(label, first=not at) for at, label in enumerate(labels[:free])):
            return False
        wanted, labels = wanted[1:], labels[free:]
    return len(wanted) == len(labels) and all(map(_label_matches, wanted, labels))


def reaches(pattern: str, name: str) -> bool:
    """Whether a pattern matches a name, or any name that a wildcard answers for."""
    if matches(pattern, name):
        return True
    if not name.startswith("*."):
        return False
    labels, base = pattern.split("."), name.removeprefix("*.")
    if labels[0] == ANY_LABELS and matches(pattern, base):
        return True
    return any(matches(".".join(labels[at:]), base) for at in range(1, len(labels)))


def glob_matches(pattern: str, text: str) -> bool:
    """Whether a pattern with `*` for one character or more matches a whole text, in time linear in both."""
    first, *others = pattern.split(WILDCARD)
    if not others:
        return text == first
    if not text.startswith(first):
        return False
    at = len(first)
    for part in others[:-1]:
        at = text.find(part, at + 1)
        if at < 0:
            return False
        at += len(part)
    last = others[-1]
    return text.endswith(last) and len(text) - len(last) > at


def any_matches(patterns: Iterable[str], name: str) -> bool:
    """Whether one of several patterns matches a name."""
    return any(matches(pattern, name) for pattern in patterns)


def reserved_labels(name: str) -> Sequence[str]:
    """Return the labels of a name that begin with `_`."""
    return [label for label in name.split(".") if label.startswith("_")]


def _is_any(label: str, *, first: bool) -> bool:
    """Whether a label is one that `**` stands for."""
    return not label.startswith("_") and (first or label != WILDCARD)


def _label_matches(pattern: str, label: str) -> bool:
    if label == WILDCARD or (label.startswith("_") and not pattern.startswith("_")):
        return False
    return glob_matches(pattern, label)
