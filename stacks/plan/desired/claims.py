"""Several objects, of one or several clusters, that wish for one name. Pure; the order of the wishes plays no part.

Targets of wishes that agree in type and settings are merged. Where they do not agree the older object wins, of two of
one age that with the lesser key, and the other's owner is told. A CNAME stands alone at its name (RFC 1034, 3.6.2) and
has one target, so CNAMEs are never merged.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from stacks.model.claims import Claim, Complaint, Detected, ObjectKey, Targets
from stacks.model.values import Known, Unknown

ALIAS = "CNAME"
_SETTINGS = ("ttl", "proxied", "comment", "tags")
_AFTER_ADDRESSES = "AB"
"""Sorts behind A and AAAA, and before CNAME."""


@dataclass(frozen=True, slots=True)
class _TypedClaim:
    """A wish's claim to the records of one type. Not certain: its targets are unknown, and may be of another."""

    type: str
    wish: Claim
    certain: bool


def settle(wishes: Iterable[Claim]) -> tuple[tuple[Claim, ...], tuple[Complaint, ...]]:
    """One wish at most for each name and type, and what the objects that lost have to know.

    Where one of several targets is unknown, so are all. Who may turn out to have no claim to a type neither loses it
    nor is told anything yet; whether a younger one gets it is unknown until then.
    """
    by_name: dict[str, list[Claim]] = {}
    for wish in wishes:
        by_name.setdefault(wish.name, []).append(wish)
    kept: list[Claim] = []
    complaints: dict[Complaint, None] = {}
    for name in sorted(by_name):
        found = by_name[name]
        if _are_apart(found):
            kept += sorted(found, key=_age)
        else:
            kept += _of_name(sorted(set(found), key=_age), complaints)
    return tuple(kept), tuple(complaints)


def _are_apart(wishes: Sequence[Claim]) -> bool:
    """Whether they have nothing to do with each other, as most have not: so these cost next to nothing."""
    types = {wish.type for wish in wishes}
    return len(wishes) == 1 or (len(types) == len(wishes) and not types & {None, ALIAS})


def _age(wish: Claim) -> tuple[object, ...]:
    """What orders wishes: the age of their objects, the objects' keys, and of one object's the rest.

    What an object's unknown targets turn out to be does not keep its own addresses from it, but it does an alias.
    """
    kind = wish.type or (_AFTER_ADDRESSES if isinstance(wish.targets, Unknown) else "")
    return wish.created, wish.object, kind, repr(wish)


def _of_name(wishes: Sequence[Claim], complaints: dict[Complaint, None]) -> Iterator[Claim]:
    """What remains of the wishes for one name, oldest first."""
    claims: dict[str, list[_TypedClaim]] = {}
    for claim in _beside_each_other([claim for wish in wishes for claim in _claims(wish)], complaints):
        claims.setdefault(claim.type, []).append(claim)
    won = {record_type: _of_type(claims[record_type], complaints) for record_type in sorted(claims)}
    whole = {
        wish
        for wish in wishes
        if wish.type is None
        and all(claims.get(one.type, [None])[0] == one for one in _claims(wish))
        and len({won[one.type].targets for one in _claims(wish)}) == 1
    }
    for record_type, wish in won.items():
        origin = claims[record_type][0].wish
        if origin not in whole:
            yield wish
        elif record_type == _claims(origin)[0].type:
            yield replace(wish, type=None)


def _claims(wish: Claim) -> tuple[_TypedClaim, ...]:
    if wish.type is not None:
        return (_TypedClaim(wish.type, wish, certain=True),)
    if isinstance(wish.targets, Detected):
        return tuple(_TypedClaim(one, wish, certain=True) for one in ("A", "AAAA"))
    return tuple(_TypedClaim(one, wish, certain=False) for one in ("A", "AAAA", ALIAS))


def _beside_each_other(claims: list[_TypedClaim], complaints: dict[Complaint, None]) -> Iterator[_TypedClaim]:
    """The claims without those that cannot stand beside the oldest certain one: a CNAME, or what is beside a CNAME."""
    first = next((position for position, claim in enumerate(claims) if claim.certain), None)
    for position, claim in enumerate(claims):
        if first is None or (claim.type == ALIAS) == (claims[first].type == ALIAS):
            yield claim
        elif claim.certain:
            complaint = _lost(claim.wish, claims[first].wish, "a CNAME stands alone at its name (RFC 1034, 3.6.2)")
            complaints[complaint] = None
        elif position < first:
            yield claim


def _of_type(claims: Sequence[_TypedClaim], complaints: dict[Complaint, None]) -> Claim:
    """The oldest wish, with the targets of those that agree with it."""
    winner = claims[0]
    merged: list[tuple[ObjectKey, Targets]] = []
    for claim in claims:
        difference = _difference(claim, winner)
        if not difference:
            merged.append((claim.wish.object, claim.wish.targets))
        elif claim.certain and winner.certain:
            complaints[_lost(claim.wish, winner.wish, difference)] = None
    targets = winner.wish.targets if winner.type == ALIAS else _merged([one for _, one in merged])
    return replace(winner.wish, type=winner.type, targets=targets, parts=tuple(merged) if len(merged) > 1 else ())


def _difference(claim: _TypedClaim, winner: _TypedClaim) -> str:
    """Why the two cannot be merged; "" where they can."""
    one, other = claim.wish, winner.wish
    for setting in _SETTINGS:
        mine, its = getattr(one, setting), getattr(other, setting)
        if mine != its:
            return f"its {setting} is {_spelled(its)}, not {_spelled(mine)}"
    if isinstance(one.targets, Detected) != isinstance(other.targets, Detected):
        return "one of the two points at detected addresses, and the other does not"
    if claim.type == ALIAS and one.targets != other.targets:
        return "a name has one CNAME"
    return ""


def _merged(targets: Sequence[Targets]) -> Targets:
    for one in targets:
        if isinstance(one, Unknown):
            return one
    if any(isinstance(one, Detected) for one in targets):
        return Detected(tuple(sorted({link for one in targets if isinstance(one, Detected) for link in one.links})))
    return Known(tuple(sorted({target for one in targets if isinstance(one, Known) for target in one.value})))


def _lost(loser: Claim, winner: Claim, reason: str) -> Complaint:
    if loser.object == winner.object:
        text = f"{loser.object}: what stands behind its name {loser.name} does not agree: {reason}"
        return Complaint(loser.object, "", "", "", text)
    text = (
        f"{loser.object}: {winner.object} has {loser.name} because it is older (or first by name, of two of one age), "
        f"and the two cannot be merged: {reason}"
    )
    return Complaint(loser.object, "", "", "", text)


def _spelled(value: object) -> str:
    return "not set" if value is None else str(value)
