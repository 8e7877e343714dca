"""Shards: the stacks over which the names of an estate are spread, and their names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

Spread = Literal["names", "zone", "cluster", "namespace"]
INFIX = "-shard-"
"""The text between the name of an estate's own stack and the label of a shard."""
_UNFIT = re.compile(r"[^a-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Layout:
    """The way in which names are spread: over `count` stacks by a hash, or by zone, cluster or namespace."""

    by: Spread = "names"
    count: int = 1

    @property
    def is_spread(self) -> bool:
        """Whether there are shards. Without them the estate's own stack holds everything."""
        return self.by != "names" or self.count > 1

    def as_output(self) -> dict[str, Any]:
        """Return the output of the estate's own stack that `remembered` reads."""
        return {"by": self.by, "count": self.count}


ONE_STACK = Layout()
"""All names are in the estate's own stack."""


def remembered(output: Any) -> Layout:  # noqa: ANN401 - whatever state holds
    """Return the layout in a stack's output; ONE_STACK for an output without one."""
    match output:
        case {"by": "zone" | "cluster" | "namespace" as by}:
            return Layout(by)
        case {"by": "names", "count": int() | float() as count} if count >= 1:
            return Layout("names", int(count))
    return ONE_STACK


def stack_of(estate: str, label: str) -> str:
    """Return the name of a shard's stack, like `home-shard-7`; that of the estate's own stack for the label ""."""
    return f"{estate}{INFIX}{_UNFIT.sub('-', label.lower())}" if label else estate


def estate_of(stack: str) -> str:
    """Return the estate of a stack: the stack itself where it is no shard."""
    return stack.partition(INFIX)[0]


def label_of(stack: str) -> str:
    """Return the label of a shard's stack; "" for an estate's own stack."""
    return stack.partition(INFIX)[2]


def root_of(stack: str, project: str) -> str:
    """Return the URN of a stack's own resource."""
    return f"urn:pulumi:{stack}::{project}::pulumi:pulumi:Stack::{project}-{stack}"
