"""Claims without those of their targets that a rule leaves out, and what their objects' owners are told. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from stacks.model.claims import Claim, Complaint, ObjectKey
from stacks.model.scope import Reach
from stacks.model.values import Known, Unknown
from stacks.plan.desired.admission import without_targets

SHOWN = 3
"""Targets in a complaint about several."""
Out = tuple[tuple[str, Reach], ...]
"""Targets that are left out, each with the reason."""


@dataclass(frozen=True, slots=True)
class Targets:
    """The targets of a claim: those that are left, and those that are not."""

    left: tuple[str, ...]
    out: Out


def leave_out(
    claims: Iterable[Claim],
    sort_out: Callable[[Claim, Sequence[str]], Targets],
    place_of: Callable[[Claim], str],
    why: Callable[[str, Out], str],
    allowed: str = "",
) -> tuple[list[Claim], tuple[Complaint, ...]]:
    """Return the claims with the targets that are left, and one complaint to each object and place about the others.

    sort_out: sorts the known targets of a claim. place_of: the zone of a claim, or "". why: the reason in a complaint,
    from the place and all that is left out. allowed: what would not be; "" where nobody has to mend anything. An object
    that has no other claim to a name keeps what it has there; one that has gives up the claim without targets.
    """
    kept: list[Claim] = []
    bare: dict[tuple[ObjectKey, str], list[Claim]] = defaultdict(list)
    out: dict[tuple[ObjectKey, str], dict[tuple[str, Reach], None]] = defaultdict(dict)
    for claim in claims:
        found = sort_out(claim, claim.targets.value) if isinstance(claim.targets, Known) else None
        if found is None or not found.out:
            kept.append(claim)
            continue
        out[claim.object, place_of(claim)] |= dict.fromkeys(found.out)
        if found.left:
            kept.append(replace(claim, targets=Known(found.left)))
        else:
            bare[claim.object, claim.name].append(claim)
    if not out:
        return kept, ()
    having = {(one.object, one.name) for one in kept if not isinstance(one.targets, Unknown)}
    lost = {where: several for where, several in bare.items() if where not in having}
    losing = {(key, place_of(several[0])) for (key, _), several in lost.items()}
    told = {
        (key, place): _complaint(key, tuple(given), why(place, tuple(given)), allowed, minor=(key, place) not in losing)
        for (key, place), given in out.items()
    }
    for (key, _), several in lost.items():
        reason = told[key, place_of(several[0])].text
        kept.append(without_targets(several[0], Unknown(reason)))
    return kept, tuple(told.values())


def _complaint(key: ObjectKey, out: Out, why: str, allowed: str, *, minor: bool) -> Complaint:
    """Return the complaint about the targets that are left out. minor: whether each name has others."""
    what = "; ".join(f"{target} is {found.what}" for target, found in out[:SHOWN])
    more = f"; and {len(out) - SHOWN} more like these" if len(out) > SHOWN else ""
    left = "" if minor else ". What it has stays, and nothing new is made"
    text = f"{key}: {what}{more}{why}{left}"
    return Complaint(key, "", "", allowed, text, minor=minor, waits=not minor)
