"""The conditions that controllers write into an object's status (Kubernetes API, `Condition`). Pure.

A condition that is False is no refusal by itself: a controller also says so of what is not ready for a while, each with
reasons of its own. Only the reasons for which the Gateway API has a route, a ListenerSet or a listener not attached
refuse it; any other takes nothing away. Programmed and ResolvedRefs are about readiness and not read at all: a listener
without its certificate keeps its names, and gets new ones, as the certificate may wait for the very record (ACME).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from components.plain_text import LONGEST_QUOTE, quoted
from stacks.kube.objects import Manifest

ROUTE_REFUSALS = frozenset(
    {"NotAllowedByListeners", "NoMatchingListenerHostname", "NoMatchingParent", "UnsupportedValue"}
)
"""Gateway API v1, `RouteConditionReason`. Pending, IncompatibleFilters and controllers' own reasons are none."""
SET_REFUSALS = frozenset({"NotAllowed"})
"""Gateway API v1, `ListenerSetConditionReason`. ListenersNotValid is for the listeners to say, each of itself."""
LISTENER_REFUSALS = frozenset(
    {
        *("UnsupportedProtocol", "UnsupportedValue", "UnsupportedAddress", "PortUnavailable", "TooManyListeners"),
        *("HostnameConflict", "ProtocolConflict", "ListenerConflict"),
    }
)
"""Gateway API v1, `ListenerConditionReason`, `ListenerEntryConditionReason`: the listener is not configured at all."""


class Verdict(Enum):
    """The verdict of a condition.

    REFUSED: False for a reason that means "not attached"; UNREADY: False for any other. STALE: about an earlier
    generation of the object; PENDING: none yet.
    """

    TRUE = "is true"
    REFUSED = "is false"
    UNREADY = "is false for now"
    STALE = "is about an earlier generation"
    PENDING = "has not been decided"


@dataclass(frozen=True, slots=True)
class Ruling:
    """The verdict of a condition with the reason that the controller gives.

    was_true: whether the condition is True, be it about an earlier generation.
    """

    verdict: Verdict
    reason: str = ""
    was_true: bool = False

    def __str__(self) -> str:
        return f"{self.verdict.value} ({_shown(self.reason)})" if self.reason else self.verdict.value


UNDECIDED = Ruling(Verdict.PENDING)
ACCEPTED = Ruling(Verdict.TRUE, was_true=True)
_PREFERRED = (Verdict.TRUE, Verdict.STALE, Verdict.UNREADY, Verdict.PENDING, Verdict.REFUSED)


def ruling(
    conditions: Iterable[Manifest] | None, refusals: frozenset[str], generation: int, kind: str = "Accepted"
) -> Ruling:
    """Return the ruling of the condition of a type. One without a generation counts for the present one.

    refusals: the reasons that mean "not attached".
    """
    for condition in conditions or ():
        if condition.get("type") == kind:
            status, reason = condition.get("status", ""), condition.get("reason") or ""
            if _is_stale(condition, generation):
                return Ruling(Verdict.STALE, was_true=status == "True")
            if status == "False":
                return Ruling(Verdict.REFUSED if reason in refusals else Verdict.UNREADY, reason)
            return ACCEPTED if status == "True" else UNDECIDED
    return UNDECIDED


def listener_ruling(conditions: Iterable[Manifest] | None, generation: int) -> Ruling:
    """Return the ruling on a listener, by its conditions Accepted and Conflicted; a conflicted one is not served."""
    if not conditions:
        return UNDECIDED
    listed = tuple(conditions)
    for condition in listed:
        if condition.get("type") == "Conflicted" and condition.get("status") == "True":
            if _is_stale(condition, generation):
                return Ruling(Verdict.STALE)
            return Ruling(Verdict.REFUSED, condition.get("reason") or "Conflicted")
    return ruling(listed, LISTENER_REFUSALS, generation)


def best(rulings: Iterable[Ruling]) -> Ruling:
    """Return the ruling of several controllers together: TRUE needs only one, and all must refuse."""
    return min(rulings, key=lambda one: _PREFERRED.index(one.verdict), default=UNDECIDED)


def _is_stale(condition: Manifest, generation: int) -> bool:
    return bool((condition.get("observedGeneration") or generation) < generation)


def _shown(reason: str) -> str:
    """Return a reason as it is shown: the API asks for a word, which nobody holds every controller to."""
    return reason if reason.isascii() and reason.isalnum() and len(reason) <= LONGEST_QUOTE else quoted(reason)
