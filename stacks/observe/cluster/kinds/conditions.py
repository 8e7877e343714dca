"""The conditions that controllers write into an object's status (Kubernetes API, `Condition`). Pure."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from stacks.kube.objects import Manifest


class Verdict(Enum):
    """The verdict of a condition. STALE: about an earlier generation of the object; PENDING: none yet."""

    TRUE = "is true"
    FALSE = "is false"
    STALE = "is about an earlier generation"
    PENDING = "has not been decided"


def verdict(conditions: Iterable[Manifest] | None, kind: str, generation: int) -> Verdict:
    """Return the verdict of the condition of a kind. A condition without a generation counts for the present one."""
    for condition in conditions or ():
        if condition.get("type") == kind:
            if (condition.get("observedGeneration") or generation) < generation:
                return Verdict.STALE
            return {"True": Verdict.TRUE, "False": Verdict.FALSE}.get(condition.get("status", ""), Verdict.PENDING)
    return Verdict.PENDING


def best(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the verdict of several controllers together: TRUE needs only one, and a STALE one may yet be TRUE."""
    found = set(verdicts)
    return next((one for one in (Verdict.TRUE, Verdict.STALE, Verdict.FALSE) if one in found), Verdict.PENDING)
