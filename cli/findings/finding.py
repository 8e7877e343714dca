"""A finding, and how many findings are made few enough to be read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Literal

Severity = Literal["bad", "warning", "note", "good"]
"""`bad` (nothing, or not all, is carried out), `warning` (a person has to look), `note` (it needs nobody), `good`."""
Kind = Literal[
    "address",
    "balancing",
    "begin",
    "cache",
    "change",
    "choice",
    "complaint",
    "confirmation",
    "conflict",
    "deferred",
    "failure",
    "fatal",
    "feedback",
    "frozen",
    "health",
    "ignored",
    "kept",
    "leadership",
    "leaving",
    "lists",
    "planned",
    "process",
    "refusal",
    "rejected",
    "repair",
    "result",
    "settings",
    "source",
    "unconfirmed",
    "waiting",
    "webhook",
    "zone",
]
SHOWN = 10
"""Findings that are listed one by one where many say the same, and names of one finding."""
_SEVERAL: Mapping[str, tuple[str, str]] = {
    "choice": ("objects", "say several things of one name"),
    "complaint": ("objects", "are not as they should be"),
    "conflict": ("names", "are in conflict"),
    "frozen": ("record sets", "are frozen"),
    "ignored": ("objects", "say something that is left out"),
    "kept": ("record sets", "stay as they were set at the provider"),
    "leaving": ("record sets", "are not wanted any more"),
    "rejected": ("records", "are refused by the provider"),
    "source": ("sources", "cannot be read"),
    "unconfirmed": ("record sets", "are not confirmed by the name servers"),
    "waiting": ("objects", "wait"),
}
MANY: Collection[str] = frozenset({"frozen", "ignored", "kept"})
"""Kinds of findings of which a plan may have one for each name or object, and that need nobody at once."""
_ALIKE: Collection[str] = frozenset(
    {"choice", "complaint", "conflict", "ignored", "kept", "leaving", "unconfirmed", "waiting"}
)
"""Kinds of findings that are alike whatever the reason of each is."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A fact: its subject (a name and type, a zone, an object, or ""), a predicate, its reason and advice.

    what: the predicate, which follows the subject. names: record sets or addresses that the fact is about,
    if it is about several; more: the number of those that are left out.
    """

    kind: Kind
    severity: Severity
    subject: str
    what: str
    why: str = ""
    do: str = ""
    names: tuple[str, ...] = ()
    more: int = 0

    @property
    def title(self) -> str:
        """The fact without its reason."""
        return f"{self.subject} {self.what}".strip()

    @property
    def heading(self) -> str:
        """The title with a capital letter, unless it begins with the name of a record."""
        plain = self.title.partition(" ")[0].rstrip(":").isalpha()
        return self.title[:1].upper() + self.title[1:] if plain else self.title

    @property
    def sentence(self) -> str:
        """The fact with the names and the reason."""
        return with_reason(f"{self.title}{self._names()}", self.why)

    @property
    def predicate(self) -> str:
        """The sentence without its subject."""
        return with_reason(self.what, self.why)

    def _names(self) -> str:
        if not self.names:
            return ""
        more = f" and {self.more} more" if self.more else ""
        return f" ({', '.join(self.names)}{more})"

    def document(self) -> dict[str, object]:
        """The JSON of the finding."""
        return {**asdict(self), "names": list(self.names)}


def with_reason(what: str, why: str) -> str:
    """Return a fact and its reason as one sentence; a fact that has a colon already is followed by a semicolon."""
    return f"{what}{'; ' if ':' in what else ': '}{why}" if what and why else what or why


def plural(count: int, noun: str) -> str:
    """Return a number with its noun, e.g. `1 record set`, `1,000 record sets`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def shortened(findings: Iterable[Finding], kinds: Collection[str] = tuple(_SEVERAL)) -> Iterator[Finding]:
    """Yield the findings; of these kinds at most `SHOWN` alike, then a finding with the number of the others."""
    together = _together(findings, kinds)
    for alike in together:
        yield from alike[:SHOWN]
        if len(alike) > SHOWN:
            first, left = alike[0], len(alike) - SHOWN
            why = "" if first.kind in _ALIKE else first.why
            yield Finding(first.kind, first.severity, f"{left:,} more", f"{_noun(first.kind, left)} like these", why)


def grouped(findings: Iterable[Finding], kinds: Collection[str]) -> Iterator[Finding]:
    """Yield the findings; of these kinds all that are alike as one finding, with their subjects as its names."""
    for alike in _together(findings, kinds):
        first, count = alike[0], len(alike)
        if count == 1:
            yield first
            continue
        names = tuple(one.subject for one in alike)
        subject, what = f"{count:,} {_noun(first.kind, count)}", _SEVERAL[first.kind][1]
        yield Finding(
            first.kind, first.severity, subject, what, first.why, first.do, names[:SHOWN], count - len(names[:SHOWN])
        )


def _noun(kind: Kind, count: int) -> str:
    noun = _SEVERAL[kind][0]
    return noun if count != 1 else noun.removesuffix("s")


def _together(findings: Iterable[Finding], kinds: Collection[str]) -> list[list[Finding]]:
    """Return the findings in lists of those that are alike, in the order of the first of each list."""
    found: dict[object, list[Finding]] = defaultdict(list)
    for number, one in enumerate(findings):
        key: object = (one.kind, one.severity, "" if one.kind in _ALIKE else one.why) if one.kind in kinds else number
        found[key].append(one)
    return list(found.values())
