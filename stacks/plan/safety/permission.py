"""What a person has allowed of that which the guard refuses, and the refusal of what nobody has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from stacks.model.errors import Problem, Refused
from stacks.plan.safety.guard import Refusal, word
from stacks.settings.stack import Settings

FORCE_VARIABLE = "TRUENORTH_FORCE"
TRUE = frozenset({"1", "true", "yes", "on"})
NEVER = "nothing allows this: mend what keeps it from being known, or change the record at the provider by hand"


@dataclass(frozen=True, slots=True)
class Permission:
    """What may be done although the guard refuses it.

    by: what allows whatever is refused, in words for a message; "" for nothing. word: the one given, beside that of
    the setting guard.allow. adopted: the records just taken over; whatever makes them as wished was asked for then.
    """

    by: str = ""
    word: str = ""
    adopted: frozenset[str] = frozenset()

    def words(self, settings: Settings) -> frozenset[str]:
        """The words that have been given."""
        return frozenset({self.word, settings.guard.allow} - {""})

    def allowing(self, found: Sequence[Refusal], settings: Settings) -> str:
        """What allows all of this, in words for a message; "" where it is not allowed, or nothing is refused."""
        if not found or not all(refusal.allowable for refusal in found):
            return ""
        if self.by:
            return self.by
        needed = word(found)
        return f"the word {needed}" if needed in self.words(settings) else ""


def from_environment(environment: Mapping[str, str]) -> Permission:
    """What a plain `pulumi up` may do: TRUENORTH_FORCE=1 allows whatever is refused."""
    forced = environment.get(FORCE_VARIABLE, "").strip().lower() in TRUE
    return Permission(by=f"{FORCE_VARIABLE}=1" if forced else "")


def refused(found: Sequence[Refusal], permission: Permission, settings: Settings) -> Refused:
    """The error that says what is refused and how it can be allowed."""
    needed, given = word(found), permission.words(settings)
    do = (
        f"look at it with `truenorth preview`; `truenorth up --allow {needed}` or the setting guard.allow: {needed} "
        f"allows exactly this, so once; --force (for a plain `pulumi up` {FORCE_VARIABLE}=1) whatever is refused"
    )
    if given:
        do += f"; the word given, {' or '.join(sorted(given))}, is of other changes"
    problems = [Problem(one.what, one.where, do if one.allowable else NEVER) for one in found]
    return Refused(tuple(problems), needed)
