"""What a person has allowed of that which the guard refuses, and the refusal of what nobody has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from stacks.errors import Problem, Refused
from stacks.plan.guard import Refusal, word

FORCE_VARIABLE = "TRUENORTH_FORCE"
TRUE = frozenset({"1", "true", "yes", "on"})


@dataclass(frozen=True, slots=True)
class Permission:
    """by: who allows whatever is refused, in words for a message; "" for nobody. words: those given."""

    by: str = ""
    words: frozenset[str] = frozenset()

    def allowing(self, refused: Sequence[Refusal]) -> str:
        """What allows all of this, in words for a message; "" where it is not allowed, or nothing is refused."""
        if not refused or not all(refusal.allowable for refusal in refused):
            return ""
        if self.by:
            return self.by
        allowed = word(refused)
        return f"the word {allowed}" if allowed in self.words else ""


def from_environment(environment: Mapping[str, str]) -> Permission:
    """What a plain `pulumi up` may do: TRUENORTH_FORCE=1 allows whatever is refused."""
    forced = environment.get(FORCE_VARIABLE, "").strip().lower() in TRUE
    return Permission(by=f"{FORCE_VARIABLE}=1" if forced else "")


def refused(found: Sequence[Refusal], words: frozenset[str] = frozenset()) -> Refused:
    """The error that says what is refused and how it can be allowed. words: those that allow other changes."""
    allowed = word(found)
    do = (
        f"look at it with `truenorth preview`; `truenorth up --allow {allowed}` allows exactly this, once "
        f"(so does the setting guard.allow), --force whatever is refused; plain `pulumi up`: {FORCE_VARIABLE}=1"
    )
    if words:
        do += f" (what {', '.join(sorted(words))} allows is not this)"
    never = "nothing allows this; mend what keeps it from being known, or change the record at the provider by hand"
    problems = [Problem(one.what, one.where, do if one.allowable else never) for one in found]
    return Refused(tuple(problems), allowed)
