"""Records at wanted names that nobody has marked, and which of them a person takes over. Pure.

Of the tools that mark nothing routeflare's users have their names to themselves. Three of the four that are called
cloudflare-ddns write a comment at most: what names the tool there is taken, and what is at the detected address.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stacks.plan.records.cases import Case

if TYPE_CHECKING:
    from components.records.record import Record

LONGEST_PATTERN = 256
LONGEST_COMMENT = 500
"""Characters: no provider stores longer comments."""
MOST_REPEATED, MOST_CHOICES = 2, 8
"""Signs *, + and {, and signs ? and |, in a pattern: with more the search could take longer than anybody waits."""
_REPEATED_GROUP = re.compile(r"\)[*+?{]")
_NAMES_THE_TOOL = re.compile("cloudflare-ddns", re.IGNORECASE)


def comment_pattern(text: str) -> re.Pattern[str]:
    """Return the pattern of comments in a text. Raises ValueError for one that is none, or could take too long."""
    if not text or len(text) > LONGEST_PATTERN:
        raise ValueError(f"a pattern of comments has 1 to {LONGEST_PATTERN} characters")
    plain = re.sub(r"\\.", "", text)
    repeated, choices = (sum(map(plain.count, signs)) for signs in ("*+{", "?|"))
    if _REPEATED_GROUP.search(plain) or repeated > MOST_REPEATED or choices > MOST_CHOICES:
        raise ValueError(
            f"it repeats a group, or has more than {MOST_REPEATED} of *, + and {{, or {MOST_CHOICES} of ? and |"
        )
    try:
        return re.compile(text)
    except re.error as error:
        raise ValueError(f"it is no regular expression: {error}") from None


@dataclass(frozen=True, slots=True)
class Unmarked:
    """The records without a mark that a takeover takes. names: those at which anything is taken.

    comment: a pattern of comments, from a person.
    """

    names: frozenset[str] = frozenset()
    comment: re.Pattern[str] | None = None

    def takes(self, there: Record, case: Case, wished: Record, tool: str) -> str:
        """Return why a record without a mark is taken over; "" where it is not.

        wished: the settings of its set. tool: that from which is taken over.
        """
        if there.name in self.names:
            return "nobody has marked it, and --name takes what is there"
        if self.comment:
            return "its comment is as --from-comment says" if _found(self.comment, there.comment) else ""
        if tool == "routeflare":
            return "nobody has marked it, as routeflare marks nothing"
        if tool == "cloudflare-ddns":
            return _of_cloudflare_ddns(there, case, wished)
        return ""


NONE_UNMARKED = Unmarked()


def _of_cloudflare_ddns(there: Record, case: Case, wished: Record) -> str:
    if _found(_NAMES_THE_TOOL, there.comment):
        return "its comment names cloudflare-ddns"
    if case is Case.OTHER_CONTENT or there.proxied != wished.proxied:
        return ""
    return "nobody has marked it, and its content and proxy are as wished"


def _found(pattern: re.Pattern[str], comment: str) -> bool:
    return pattern.search(comment[:LONGEST_COMMENT]) is not None
