"""Merging of the claims of objects that may share a name. Pure; their order alone decides.

Targets of claims that agree in type and settings are merged; otherwise the first object has the type, and the other
gets a complaint. A CNAME stands alone at its name (RFC 1034, 3.6.2) and has one target, so CNAMEs are never merged.
Of one object that claim comes first that its user has written first (`Claim.rank`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from components.plain_text import listed
from stacks.model.claims import Claim, Complaint, Detected, ObjectKey, Targets
from stacks.model.values import Known, Unknown

ALIAS = "CNAME"
SETTINGS = ("ttl", "proxied", "comment", "tags")
_AFTER_ADDRESSES = "AB"
"""Sorts behind A and AAAA, and before CNAME."""

MOST_SHOWN = 3
"""Targets in a message."""

Told = dict[Complaint, None]
"""The complaints so far, each once, in their order."""


@dataclass(frozen=True, slots=True)
class _TypedClaim:
    """The part of a claim for records of one type. certain: False where its unknown targets may be of another type."""

    type: str
    claim: Claim
    certain: bool


def merge(found: Sequence[Claim], order: Mapping[ObjectKey, int], most: int, complaints: Told) -> Iterator[Claim]:
    """Yield one claim at most for each type of a name, of objects that may share it.

    order: the place of each object, the first of which has the name. most: targets of a name.
    """
    if _are_apart(found):
        yield from in_order(found, order)
        return
    claims = in_order(set(found), order)
    typed_claims: dict[str, list[_TypedClaim]] = {}
    for typed in _beside_each_other([typed for claim in claims for typed in _typed(claim)], complaints):
        typed_claims.setdefault(typed.type, []).append(typed)
    won = {kind: _of_type(typed_claims[kind], most, complaints) for kind in sorted(typed_claims)}
    whole = {
        claim
        for claim in claims
        if claim.type is None
        and all(typed_claims.get(one.type, [None])[0] == one for one in _typed(claim))
        and len({won[one.type].targets for one in _typed(claim)}) == 1
    }
    for record_type, claim in won.items():
        origin = typed_claims[record_type][0].claim
        if origin not in whole:
            yield claim
        elif record_type == _typed(origin)[0].type:
            yield replace(claim, type=None)


def in_order(claims: Collection[Claim], order: Mapping[ObjectKey, int]) -> list[Claim]:
    """Return claims by the place of their objects, those of one object as its user has written them.

    Unknown targets come after the addresses of their object, unless it has written an alias before these.
    """
    written = sorted(claims, key=_as_written)
    first: dict[ObjectKey, Claim] = {}
    for claim in written:
        if not _is_open(claim):
            first.setdefault(claim.object, claim)
    wait = {key for key, claim in first.items() if claim.type != ALIAS}
    return sorted(written, key=lambda one: (order[one.object], one.object, one.object in wait and _is_open(one)))


def _as_written(claim: Claim) -> tuple[object, ...]:
    """Return the sort key of a claim of an object. Of what it says at one place all can be merged: no text decides."""
    return claim.rank, claim.type or (_AFTER_ADDRESSES if _is_open(claim) else ""), repr(claim)


def _is_open(claim: Claim) -> bool:
    """Whether it is not known of which type the targets are."""
    return claim.type is None and isinstance(claim.targets, Unknown)


def _of_type(typed_claims: Sequence[_TypedClaim], most: int, complaints: Told) -> Claim:
    """Return the first claim, with the targets of the claims that agree with it, as many as the settings allow."""
    winner = typed_claims[0]
    merged: list[tuple[ObjectKey, Targets]] = []
    given: set[str] = set()
    for typed in typed_claims:
        difference = _difference(typed, winner) or _too_many(typed, winner, given, most)
        if not difference:
            merged.append((typed.claim.object, typed.claim.targets))
            given |= set(values(typed.claim.targets))
        elif typed.certain and winner.certain:
            complaints[_lost(typed.claim, winner.claim, difference)] = None
    targets = winner.claim.targets if winner.type == ALIAS else _merged([one for _, one in merged])
    return replace(winner.claim, type=winner.type, targets=targets, parts=tuple(merged) if len(merged) > 1 else ())


def _are_apart(claims: Collection[Claim]) -> bool:
    """Whether no two claims can meet."""
    types = {claim.type for claim in claims}
    return len(claims) == 1 or (len(types) == len(claims) and not types & {None, ALIAS})


def _typed(claim: Claim) -> tuple[_TypedClaim, ...]:
    if claim.type is not None:
        return (_TypedClaim(claim.type, claim, certain=True),)
    if isinstance(claim.targets, Detected):
        return tuple(_TypedClaim(one, claim, certain=True) for one in ("A", "AAAA"))
    return tuple(_TypedClaim(one, claim, certain=False) for one in ("A", "AAAA", ALIAS))


def _beside_each_other(typed_claims: list[_TypedClaim], complaints: Told) -> Iterator[_TypedClaim]:
    """Yield the claims that can stand beside the first certain one: a CNAME stands alone."""
    first = next((position for position, typed in enumerate(typed_claims) if typed.certain), None)
    for position, typed in enumerate(typed_claims):
        if first is None or (typed.type == ALIAS) == (typed_claims[first].type == ALIAS):
            yield typed
        elif typed.certain:
            complaint = _lost(
                typed.claim, typed_claims[first].claim, "a CNAME stands alone at its name (RFC 1034, 3.6.2)"
            )
            complaints[complaint] = None
        elif position < first:
            yield typed


def _difference(typed: _TypedClaim, winner: _TypedClaim) -> str:
    """Return the reason why two claims cannot be merged; "" where they can."""
    one, other = typed.claim, winner.claim
    for setting in SETTINGS:
        mine, its = getattr(one, setting), getattr(other, setting)
        if mine != its:
            return f"its {setting} is {_spelled(its)}, not {_spelled(mine)}"
    if isinstance(one.targets, Detected) != isinstance(other.targets, Detected):
        return "one of the two points at detected addresses, and the other does not"
    if (mine := _hosts(one.targets)) != (its := _hosts(other.targets)):
        return f"its host6 is {its or 'not set'}, not {mine or 'not set'}"
    if typed.type == ALIAS and one.targets != other.targets:
        return "a name has one CNAME"
    return ""


def _too_many(typed: _TypedClaim, winner: _TypedClaim, given: set[str], most: int) -> str:
    """Return the reason why the targets of one more object do not fit; "" where they do."""
    if typed is winner or len(given | set(values(typed.claim.targets))) <= most:
        return ""
    return f"a name has {most} targets at most (cluster.targets_per_name)"


def values(targets: Targets) -> tuple[str, ...]:
    return targets.value if isinstance(targets, Known) else ()


def _merged(targets: Sequence[Targets]) -> Targets:
    for one in targets:
        if isinstance(one, Unknown):
            return one
    if detected := [one for one in targets if isinstance(one, Detected)]:
        return Detected(tuple(sorted({link for one in detected for link in one.links})), detected[0].hosts)
    return Known(tuple(sorted({target for one in targets for target in values(one)})))


def _hosts(targets: Targets) -> str:
    return ", ".join(map(str, targets.hosts)) if isinstance(targets, Detected) else ""


def _lost(loser: Claim, winner: Claim, reason: str) -> Complaint:
    if loser.object == winner.object:
        text = (
            f"{loser.object}: what stands behind its name {loser.name} does not agree: {reason}. What it names first "
            f"counts: {_shown(winner.targets)}, and not {_shown(loser.targets)}"
        )
        return Complaint(loser.object, "", "", "", text, is_choice=True)
    text = (
        f"{loser.object}: {winner.object} has {loser.name} because it asked for it first (of two at once the first by "
        f"name), and the two cannot be merged: {reason}"
    )
    return Complaint(loser.object, "", "", "", text)


def _shown(targets: Targets) -> str:
    if isinstance(targets, Detected):
        return "the detected addresses"
    if isinstance(targets, Unknown):
        return "what is not known yet"
    return listed(targets.value, MOST_SHOWN)


def _spelled(value: object) -> str:
    return "not set" if value is None else str(value)
