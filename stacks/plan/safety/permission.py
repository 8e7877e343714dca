"""Permission for changes that the guard refuses, and the error where nobody has allowed them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from stacks.model.errors import Problem, Refused
from stacks.plan.safety.guard import word
from stacks.plan.safety.refusal import Refusal
from stacks.settings.stack import Settings

FORCE_VARIABLE = "TRUENORTH_FORCE"
TRUE = frozenset({"1", "true", "yes", "on"})
NEVER = "nothing allows this: mend what keeps it from being known, or change the record at the provider by hand"


@dataclass(frozen=True, slots=True)
class Permission:
    """A permission for refused changes.

    by: the option that allows all of them, in words for a message; "" for none. word: the one given, beside that of
    the setting guard.allow. adopted: the records just taken over; changes that make them as wished were asked for.
    """

    by: str = ""
    word: str = ""
    adopted: frozenset[str] = frozenset()

    def words(self, settings: Settings) -> frozenset[str]:
        """Return the words that have been given."""
        return frozenset({self.word, settings.guard.allow} - {""})

    def allowing(self, found: Sequence[Refusal], settings: Settings) -> str:
        """Return the option or word that allows these changes, for a message; "" where none does, or for none."""
        if not found or not all(refusal.allowable for refusal in found):
            return ""
        if self.by:
            return self.by
        needed = word(found)
        return f"the word {needed}" if needed in self.words(settings) else ""


def from_environment(environment: Mapping[str, str]) -> Permission:
    """Return the permission of a plain `pulumi up`: TRUENORTH_FORCE=1 allows all changes."""
    forced = environment.get(FORCE_VARIABLE, "").strip().lower() in TRUE
    return Permission(by=f"{FORCE_VARIABLE}=1" if forced else "")


def refused(found: Sequence[Refusal], permission: Permission, settings: Settings) -> Refused:
    """Return the error with the refused changes and the ways to allow them."""
    needed, given = word(found), permission.words(settings)
    do = (
        f"look at it with `truenorth preview`; `truenorth up --allow {needed}` or the setting guard.allow: {needed} "
        f"allows exactly this, so once; --force (for a plain `pulumi up` {FORCE_VARIABLE}=1) whatever is refused"
    )
    if given:
        do += f"; the word given, {' or '.join(sorted(given))}, is of other changes"
    problems = [
        Problem(one.what, one.where, "; ".join(filter(None, (one.do, do))) if one.allowable else one.do or NEVER)
        for one in found
    ]
    return Refused(tuple(problems), needed)
