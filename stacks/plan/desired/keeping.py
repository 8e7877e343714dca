"""Fit the settings of records to their zone: a setting that it cannot keep is clamped or left out, and told. Pure.

Settings never cost a name its record. The limits are those of the provider, of the zone's plan, and of the zone's
settings, which may be lower. What does not matter, such as the ttl of a proxied record, is not looked at.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from components.marks import in_comments
from components.plain_text import LONGEST_QUOTE, cut, listed, quoted
from components.records import canonical
from components.records.plan_limits import NOT_KNOWN, USUAL_COMMENT, PlanLimits
from components.records.types import PROXIED_TYPES
from stacks.model.claims import Claim, Complaint, ObjectKey
from stacks.model.scope import tunnel_of
from stacks.model.values import Known

if TYPE_CHECKING:
    from stacks.settings.zone import ZoneSettings

ALIAS = "CNAME"
_PROXIED_CLAIMS = frozenset({*PROXIED_TYPES, None})
"""None: a claim whose type is that of its addresses."""
_CUT = "..."
_TAG = re.compile(r"[A-Za-z0-9_-]{1,32}(?::.{0,100})?")
"""https://developers.cloudflare.com/dns/manage-dns-records/reference/record-attributes/"""
_TAGS = "NAME or NAME:VALUE, the name of 32 letters, digits, - and _ at most, the value of 100 characters"


@dataclass(frozen=True, slots=True)
class Keeping:
    """The settings that a zone keeps. owner: of the marks."""

    zone: ZoneSettings
    limits: PlanLimits = NOT_KNOWN
    owner: str = ""

    @property
    def shortest_ttl(self) -> int:
        """Seconds."""
        return max(self.zone.traits.shortest_ttl, self.limits.shortest_ttl or 0)

    @property
    def longest_comment(self) -> int:
        """Characters, of a comment with the mark in it."""
        known = [one for one in (self.zone.comment_limit or None, self.limits.comment) if one is not None]
        return min(known, default=USUAL_COMMENT)

    @property
    def own_mark(self) -> str:
        """The mark that stands in each comment; "" where marks are no comments."""
        if not self.owner or self.zone.marks != "comment":
            return ""
        return in_comments.encode("", self.owner, self.longest_comment)

    @property
    def room(self) -> int:
        """Characters of a comment beside our mark."""
        mark = self.own_mark
        return max(0, self.longest_comment - (len(mark) + 1 if mark else 0))

    @property
    def most_tags(self) -> int:
        """Tags of a record."""
        if not self.zone.traits.comments:
            return 0
        known = [one for one in (self.zone.tag_limit or None, self.limits.tags) if one is not None]
        return min(known, default=0)

    def ttl(self, seconds: int) -> int:
        """Return the nearest ttl that the zone keeps."""
        if seconds == canonical.AUTOMATIC_TTL:
            return seconds
        return min(max(seconds, self.shortest_ttl), self.zone.traits.longest_ttl)

    def comment(self, text: str) -> str:
        """Return as much of a comment as the zone keeps."""
        if not self.zone.traits.comments or in_comments.speaks_of_a_mark(text):
            return ""
        if len(text) <= self.room:
            return text
        return f"{text[: self.room - len(_CUT)].rstrip()}{_CUT}" if self.room > len(_CUT) else ""

    def tags(self, given: tuple[str, ...]) -> tuple[str, ...]:
        """Return the tags that the zone keeps: those that are possible, and none where they are too many."""
        fitting = tuple(filter(_TAG.fullmatch, given))
        return fitting if len(fitting) <= self.most_tags else ()

    @property
    def plan(self) -> str:
        """The zone in words, with its plan where that is known."""
        return f"the zone {self.zone.zone}" + (f" (plan {self.limits.plan})" if self.limits.plan else "")


@dataclass(frozen=True, slots=True)
class _Lost:
    """A setting of a claim that a zone does not keep. done: what becomes of it, in words."""

    setting: str
    value: str
    allowed: str
    done: str


def kept(claims: Iterable[Claim], keeping_of: Callable[[Claim], Keeping]) -> tuple[list[Claim], tuple[Complaint, ...]]:
    """Return the claims with the settings that their zones keep, and one complaint to each object for each setting."""
    found: list[Claim] = []
    told: dict[tuple[ObjectKey, str, str, _Lost], dict[str, None]] = defaultdict(dict)
    for claim in claims:
        if claim.ttl is None and claim.proxied is None and claim.comment is None and not claim.tags:
            found.append(_with_proxy_of_its_tunnel(claim, keeping_of))
            continue
        keeping = keeping_of(claim)
        found.append(_kept(claim, keeping))
        for lost in _lost(claim, keeping):
            annotation = dict(claim.spelled).get(lost.setting, f"truenorth/{lost.setting}")
            told[claim.object, annotation, keeping.plan, lost][claim.name] = None
    return found, tuple(_complaint(*which, tuple(names)) for which, names in told.items())


def wants_proxy(claim: Claim, zone: ZoneSettings) -> bool:
    """Return whether a claim's records are to be proxied, as far as the zone has a proxy for their type."""
    if not zone.traits.proxies or claim.type not in _PROXIED_CLAIMS:
        return False
    if _is_tunnel(claim, zone):
        return True
    return zone.proxies(claim.name) if claim.proxied is None else claim.proxied


def _is_tunnel(claim: Claim, zone: ZoneSettings) -> bool:
    return (
        claim.type == ALIAS
        and isinstance(claim.targets, Known)
        and any(tunnel_of(one) == zone.provider for one in claim.targets.value)
    )


def _with_proxy_of_its_tunnel(claim: Claim, keeping_of: Callable[[Claim], Keeping]) -> Claim:
    return replace(claim, proxied=True) if claim.type == ALIAS and _is_tunnel(claim, keeping_of(claim).zone) else claim


def _kept(claim: Claim, keeping: Keeping) -> Claim:
    zone = keeping.zone
    proxied = None if claim.proxied and not zone.traits.proxies else claim.proxied
    ttl = None if claim.ttl is None or wants_proxy(claim, zone) else keeping.ttl(claim.ttl)
    return replace(
        claim,
        proxied=True if _is_tunnel(claim, zone) else proxied,
        ttl=ttl,
        comment=None if claim.comment is None else keeping.comment(claim.comment),
        tags=None if claim.tags is None else keeping.tags(claim.tags),
    )


def _lost(claim: Claim, keeping: Keeping) -> Iterator[_Lost]:
    """Yield what the zone does not keep of a claim's settings."""
    zone, traits = keeping.zone, keeping.zone.traits
    if claim.ttl is not None and not wants_proxy(claim, zone) and (ttl := keeping.ttl(claim.ttl)) != claim.ttl:
        allowed = f"seconds, {keeping.shortest_ttl} to {traits.longest_ttl} at {traits.title}, or auto"
        yield _Lost("ttl", str(claim.ttl), allowed, f"with a ttl of {ttl}")
    if claim.proxied and not traits.proxies:
        yield _Lost("proxied", "true", f"false; {traits.title} has no proxy", "without a proxy")
    if claim.proxied is False and _is_tunnel(claim, zone):
        yield _Lost("proxied", "false", "true: only the proxy leads to a tunnel", "proxied")
    yield from _lost_of_text(claim, keeping)


def _lost_of_text(claim: Claim, keeping: Keeping) -> Iterator[_Lost]:
    text, traits = claim.comment or "", keeping.zone.traits
    if in_comments.speaks_of_a_mark(text):
        yield _Lost("comment", text, "a comment that is not like an ownership mark", "without a comment")
    elif traits.comments and len(text) > keeping.room:
        beside = f" beside our mark {keeping.own_mark}" if keeping.own_mark else ""
        done = f"with the first {keeping.room} of them" if keeping.comment(text) else "without a comment"
        yield _Lost("comment", text, f"at most {keeping.room} characters{beside}", done)
    given = claim.tags or ()
    kept = keeping.tags(given)
    if not kept and len(given) > keeping.most_tags:
        yield _Lost("tags", ",".join(given), _allowed_tags(keeping), "without tags")
    elif strange := [one for one in given if one not in kept]:
        yield _Lost("tags", ",".join(strange), _TAGS, "without that")


def _allowed_tags(keeping: Keeping) -> str:
    many, zone = keeping.most_tags or "no", keeping.zone
    if zone.tag_limit and zone.tag_limit == keeping.most_tags:
        return f"{many} tags, as the setting tag_limit of the zone {zone.zone} says"
    return f"{many} tags, as {keeping.plan} has it"


def _complaint(key: ObjectKey, annotation: str, where: str, lost: _Lost, names: tuple[str, ...]) -> Complaint:
    text = (
        f"{key}: the annotation {annotation} has the value {quoted(lost.value)}; allowed: {lost.allowed}. "
        f"{listed(names)} in {where}: made {lost.done}"
    )
    return Complaint(key, annotation, cut(lost.value, LONGEST_QUOTE), lost.allowed, text, minor=True)
