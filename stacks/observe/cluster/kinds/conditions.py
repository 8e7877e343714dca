"""What a controller's conditions say of an object (Kubernetes API, `Condition`). Pure."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from stacks.kube.objects import Manifest


class Verdict(Enum):
    """What a condition says. STALE: of an earlier generation of the object; PENDING: nothing yet."""

    TRUE = "is true"
    FALSE = "is false"
    STALE = "is about an earlier generation"
    PENDING = "has not been decided"


def verdict(conditions: Iterable[Manifest] | None, kind: str, generation: int) -> Verdict:
    """What the condition of a kind says. A controller that names no generation is believed."""
    for condition in conditions or ():
        if condition.get("type") == kind:
            if (condition.get("observedGeneration") or generation) < generation:
                return Verdict.STALE
            return {"True": Verdict.TRUE, "False": Verdict.FALSE}.get(condition.get("status", ""), Verdict.PENDING)
    return Verdict.PENDING


def best(verdicts: Iterable[Verdict]) -> Verdict:
    """What several controllers say together: one that agrees is enough, and one that is behind may yet agree."""
    found = set(verdicts)
    return next((one for one in (Verdict.TRUE, Verdict.STALE, Verdict.FALSE) if one in found), Verdict.PENDING)
