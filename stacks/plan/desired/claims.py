"""Claims of several objects, of one or several clusters, for one name. Pure; their order plays no part.

| an object that asks for the name                          | gets                                                     |
|-----------------------------------------------------------|----------------------------------------------------------|
| has it already                                            | it, as long as it asks for it                            |
| is the first of those that came since                     | it, if nobody has it                                     |
| may share it (the setting `merge`), its settings agree    | a part in it: the targets are merged                     |
| asks for exactly what the one that has it asks for        | nothing else, and no complaint                           |
| any other                                                 | a complaint that names the one that has it               |
| cannot be read, and has no part in the name               | nothing yet; it keeps nobody from it                     |

`merging` says what becomes of those that may share it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from stacks.model.claims import Claim, Complaint, Detected, ObjectKey, Targets
from stacks.model.values import WAN, Known, NameQueue
from stacks.plan.desired.merging import ALIAS, SETTINGS, Told, in_order, merge
from stacks.plan.desired.tenure import HiddenHolder, Tenure

MOST_TARGETS = 1_000
"""Of a name, where no setting says less."""


@dataclass(frozen=True, slots=True)
class SharingRules:
    """The rules by which objects share a name, by cluster. detected: the links with an address."""

    merging_all: frozenset[str] = frozenset()
    """The clusters whose objects share names with those of any namespace."""
    most_targets: Mapping[str, int] = field(default_factory=dict)
    """The number of targets that a name may have."""
    detected: frozenset[str] = frozenset({WAN})

    def share(self, one: ObjectKey, other: ObjectKey | HiddenHolder) -> bool:
        """Whether an object may share the name of another."""
        if one.namespace == other.namespace:
            return True
        clusters = {one.cluster, *([other.cluster] if isinstance(other, ObjectKey) else [])}
        return clusters <= self.merging_all

    def is_readable(self, claim: Claim) -> bool:
        """Whether it is known where a claim points at."""
        if isinstance(claim.targets, Detected):
            return any(link in self.detected for link in claim.targets.links)
        return isinstance(claim.targets, Known)


@dataclass(frozen=True, slots=True)
class Settlement:
    """One claim at most for each name and type, the complaints of the losing objects, and the queue of each name."""

    claims: tuple[Claim, ...]
    complaints: tuple[Complaint, ...]
    queues: tuple[NameQueue, ...] = ()


class _Settling:
    """The settlement of all names, as it is made. order: the place of each object at the present name."""

    def __init__(self, tenure: Tenure, rules: SharingRules) -> None:
        self.tenure = tenure
        self.rules = rules
        self.order: dict[ObjectKey, int] = {}
        self.complaints: Told = {}
        self.queues: list[NameQueue] = []

    def of_name(self, name: str, found: Sequence[Claim]) -> Iterator[Claim]:
        """Yield the claims that remain for one name."""
        asking = {claim.object.resource: claim.object for claim in found}
        having = self.tenure.holdings(name, asking) if len(asking) > 1 or not self.tenure.all_seen else {}
        hidden = None if having.keys() & asking.keys() else self.tenure.hidden_holder(having)
        if hidden is None and len(asking) == 1:
            self.order = {claim.object: 0 for claim in found}
            yield from self._merged(found)
            return
        arrived = self.tenure.order(name, asking.values(), having)
        readable = {claim.object for claim in found if self.rules.is_readable(claim)}
        counting = [key for key in arrived if key.resource in having or key in readable] or arrived
        leader = hidden or counting[0]
        camp = [key for key in counting if key == leader or self.rules.share(key, leader)]
        self.order = {key: at for at, key in enumerate(camp)}
        kept = tuple(self._shared([claim for claim in found if claim.object in self.order], having))
        yield from self._agreeing(kept, [claim for claim in found if claim.object not in self.order], leader)
        if {key for claim in kept for key, _ in _parts(claim)} != set(arrived):
            self.queues.append(self.tenure.queue(name, arrived))

    def _shared(self, found: Sequence[Claim], having: Mapping[str, frozenset[str]]) -> Iterator[Claim]:
        """Yield the remaining claims of a camp. An object with an unreadable claim keeps its records, no more."""
        readable = [claim for claim in found if self.rules.is_readable(claim)]
        if len(self.order) == 1 or not readable:
            yield from self._merged(found)
            return
        kept: dict[str | None, Claim] = {}
        unread = in_order([claim for claim in found if not self.rules.is_readable(claim)], self.order)
        typed = [(claim, kind) for claim in unread for kind in _held(claim, having) if kind]
        aliased = {kind == ALIAS for _, kind in typed}
        # What may still be wanted stays, and keeps what cannot stand beside it from the name.
        readable = [claim for claim in readable if aliased <= {claim.type == ALIAS}]
        for claim in self._merged(readable):
            kinds = ("A", "AAAA") if claim.type is None and typed else (claim.type,)
            kept |= {kind: replace(claim, type=kind) for kind in kinds}
        for claim, kind in typed:
            if kind == ALIAS and kind in kept and self.order[kept[kind].object] < self.order[claim.object]:
                continue  # a name has one CNAME
            if kind in kept:
                parts = (*_parts(kept[kind]), (claim.object, claim.targets))
                # The mark names whoever has it, and need not be written because that one cannot be read for a while.
                first = min(kept[kind].object, claim.object, key=lambda one: self.order[one])
                kept[kind] = replace(kept[kind], object=first, targets=claim.targets, parts=parts)
            else:
                kept[claim.type] = claim
        yield from kept.values()

    def _merged(self, found: Sequence[Claim]) -> Iterator[Claim]:
        most = min((self.rules.most_targets.get(key.cluster, MOST_TARGETS) for key in self.order), default=MOST_TARGETS)
        return merge(found, self.order, most, self.complaints)

    def _agreeing(
        self, kept: Sequence[Claim], others: Sequence[Claim], leader: ObjectKey | HiddenHolder
    ) -> Iterator[Claim]:
        """Yield the claims of objects sharing the name, each with the objects asking for the same; tell the others.

        An object that cannot be read waits until it can.
        """
        agreeing: dict[Claim, dict[ObjectKey, None]] = {}
        for claim in sorted(others, key=lambda one: one.object):
            same = next((one for one in kept if _is_same(one, claim)), None)
            if same is not None:
                agreeing.setdefault(same, {})[claim.object] = None
            elif self.rules.is_readable(claim):
                self.complaints[_of_another_namespace(claim, leader)] = None
        for one in kept:
            yield replace(one, agreeing=tuple(agreeing[one])) if one in agreeing else one


NOBODY = Tenure()
USUAL = SharingRules()


def settle(claims: Iterable[Claim], tenure: Tenure = NOBODY, rules: SharingRules = USUAL) -> Settlement:
    """Return one claim at most for each name and type, and the complaints to the objects that lost.

    Where one of several targets is unknown, so are all. An object with an uncertain claim to a type neither loses it
    nor gets a complaint; whether a later one gets the type is unknown until then.
    """
    by_name: dict[str, list[Claim]] = {}
    for claim in claims:
        by_name.setdefault(claim.name, []).append(claim)
    settling = _Settling(tenure, rules)
    kept: list[Claim] = []
    for name in sorted(by_name):
        found = by_name[name]
        if len(found) == 1 and _is_plain(found[0], tenure):  # as is usual: such names cost next to nothing
            kept += found
        else:
            kept += settling.of_name(name, found)
    return Settlement(tuple(kept), tuple(settling.complaints), tuple(settling.queues))


def _is_plain(claim: Claim, tenure: Tenure) -> bool:
    """Return whether the only object asking for a name has it already, or no other object can be hidden."""
    return tenure.all_seen or tenure.is_marked_for((claim.name, claim.type or ""), claim.object.resource)


def _parts(claim: Claim) -> tuple[tuple[ObjectKey, Targets], ...]:
    return claim.parts or ((claim.object, claim.targets),)


def _held(claim: Claim, having: Mapping[str, frozenset[str]]) -> Iterator[str]:
    """Yield the types of the records that a claim is about and its object has."""
    held = having.get(claim.object.resource, frozenset())
    yield from sorted(held if claim.type is None else held & {claim.type})


def _is_same(kept: Claim, claim: Claim) -> bool:
    """Whether a claim asks for exactly what is kept of the claims for a name."""
    return (
        isinstance(claim.targets, Known | Detected)
        and (kept.type, kept.targets) == (claim.type, claim.targets)
        and all(getattr(kept, setting) == getattr(claim, setting) for setting in SETTINGS)
    )


def _of_another_namespace(loser: Claim, holder: ObjectKey | HiddenHolder) -> Complaint:
    text = (
        f"{loser.object}: {holder} has {loser.name} because it asked for it first (of two at once the first by name), "
        "and objects of different namespaces share no name (cluster.merge)"
    )
    return Complaint(loser.object, "", "", "", text)
