"""Shards: the ordinary stacks over which the names of an estate are spread, how, and what they are called."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

Spread = Literal["names", "zone", "cluster", "namespace"]
INFIX = "-shard-"
"""Between an estate's own stack and the label of a shard."""
_UNFIT = re.compile(r"[^a-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Layout:
    """How names are spread: over `count` stacks by a hash of the name, or by zone, cluster or namespace."""

    by: Spread = "names"
    count: int = 1

    @property
    def is_spread(self) -> bool:
        """Whether there are shards at all; else the estate's own stack holds everything."""
        return self.by != "names" or self.count > 1

    def as_output(self) -> dict[str, Any]:
        """What the estate's own stack remembers."""
        return {"by": self.by, "count": self.count}


ONE_STACK = Layout()
"""All names are in the estate's own stack."""


def remembered(output: Any) -> Layout:  # noqa: ANN401 - whatever state holds
    """The layout that state remembers; one stack where it says nothing of it."""
    match output:
        case {"by": "zone" | "cluster" | "namespace" as by}:
            return Layout(by)
        case {"by": "names", "count": int() | float() as count} if count >= 1:
            return Layout("names", int(count))
    return ONE_STACK


def stack_of(estate: str, label: str) -> str:
    """The stack of a shard: `home-shard-7`; the estate's own stack for the label ""."""
    return f"{estate}{INFIX}{_UNFIT.sub('-', label.lower())}" if label else estate


def estate_of(stack: str) -> str:
    """The estate that a stack belongs to, itself where it is no shard."""
    return stack.partition(INFIX)[0]


def label_of(stack: str) -> str:
    """The label of a shard's stack; "" for an estate's own."""
    return stack.partition(INFIX)[2]


def root_of(stack: str, project: str = "truenorth") -> str:
    """The URN of a stack's own resource."""
    return f"urn:pulumi:{stack}::{project}::pulumi:pulumi:Stack::{project}-{stack}"
