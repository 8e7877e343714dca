"""Merging of the claims of objects that may share a name. Pure; their order alone decides.

Targets of claims that agree in type and settings are merged; otherwise the first object has the type, and the other
gets a complaint. A CNAME stands alone at its name (RFC 1034, 3.6.2) and has one target, so CNAMEs are never merged.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from stacks.model.claims import Claim, Complaint, Detected, ObjectKey, Targets
from stacks.model.values import Known, Unknown

ALIAS = "CNAME"
SETTINGS = ("ttl", "proxied", "comment", "tags")
_AFTER_ADDRESSES = "AB"
"""Sorts behind A and AAAA, and before CNAME."""

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
        yield from sorted(found, key=partial(place, order=order))
        return
    claims = sorted(set(found), key=partial(place, order=order))
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


def place(claim: Claim, order: Mapping[ObjectKey, int]) -> tuple[object, ...]:
    """Return the sort key of a claim: the place and the key of its object, then its other fields.

    Unknown targets of an object come after its own addresses, and before an alias.
    """
    kind = claim.type or (_AFTER_ADDRESSES if isinstance(claim.targets, Unknown) else "")
    return order[claim.object], claim.object, kind, repr(claim)


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
    if any(isinstance(one, Detected) for one in targets):
        return Detected(tuple(sorted({link for one in targets if isinstance(one, Detected) for link in one.links})))
    return Known(tuple(sorted({target for one in targets for target in values(one)})))


def _lost(loser: Claim, winner: Claim, reason: str) -> Complaint:
    if loser.object == winner.object:
        text = f"{loser.object}: what stands behind its name {loser.name} does not agree: {reason}"
        return Complaint(loser.object, "", "", "", text)
    text = (
        f"{loser.object}: {winner.object} has {loser.name} because it asked for it first (of two at once the first by "
        f"name), and the two cannot be merged: {reason}"
    )
    return Complaint(loser.object, "", "", "", text)


def _spelled(value: object) -> str:
    return "not set" if value is None else str(value)
