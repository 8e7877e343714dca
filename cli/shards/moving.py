"""Move record sets from one stack of an estate to another, or out of all, in their states alone: no zone is touched.

Targets are written first, then the sources. Whoever dies in between leaves what moved in both, where `united` of
`cli.state.registries` finds it: then `drop` takes it out of the one that it does not belong to. It is never in none.
`pulumi state move` does the same for one pair of stacks a call, and asks each time; a new number of shards has
thousands of pairs.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from cli.session.stack import make_stack
from cli.shards import transfer
from cli.state.deployments import deployment_of, replace_deployment
from components.plain_text import listed
from stacks.model.errors import NotNow, ObservationError

if TYPE_CHECKING:
    from cli.session.session import Session
    from cli.shards.transfer import Deployment, Resource

AT_ONCE = 4
"""Engines that take in state side by side."""
MOST_TOLD = 5
"""Stacks that are named."""
T = TypeVar("T")
Told = Callable[[str], None]
Moves = Mapping[tuple[str, str], Collection[str]]
"""URNs of records or of their components, by the two stacks: from, to."""


def move(session: Session, moves: Moves, told: Told) -> None:
    """Move records, each with all the records and marks of its set; URNs that a stack holds no more are left out.

    A stack that is missing is made. told: hears what was moved, and what cannot be: the target has its name for
    another record.
    Raises NotNow where a run was cut off that has to be mended first, ObservationError where a state cannot be read or
    has changed meanwhile, RunFailed where it cannot be written: what has moved by then is in both.
    """
    targets = sorted({to for _, to in moves})
    gone: dict[str, list[Resource]] = {}
    changed: set[str] = set()
    with ExitStack() as written:
        _begin(written, session, targets)
        _on_each(partial(_make, session), targets)
        there = _read(session, sorted({stack for pair in moves for stack in pair}))
        for origin in sorted({origin for origin, _ in moves}):
            if transfer.holds_secrets(there[origin]):
                there[origin] = deployment_of(session.at(origin), decrypted=True) or {}
        after = dict(there)
        for (origin, to), urns in sorted(moves.items()):
            if moved := _fit(there[origin], after[to], urns, to, told):
                after[to] = transfer.added(after[to], there[origin], moved, to)
                gone.setdefault(origin, []).extend(moved)
                changed.add(to)
        _on_each(lambda stack: replace_deployment(session.at(stack), after[stack]), changed)
    _remove(session, gone)
    if changed:
        count = _count([one for resources in gone.values() for one in resources])
        told(f"{count} moved from {_named(gone)} to {_named(changed)}, in the state alone: no zone was touched")


def drop(session: Session, stack: str, urns: Collection[str], told: Told) -> None:
    """Drop records, with their whole sets, from a stack's state, because another holds them too. Raises as `move`."""
    found = transfer.whole(_read(session, [stack])[stack], urns)
    if found:
        _remove(session, {stack: found})
        told(f"{_count(found)} of stack {stack} dropped from its state: another stack holds them")


def forget(session: Session, stacks: Collection[str], ids: Mapping[str, str]) -> None:
    """Take records out of the states of an estate; no zone is touched, and what is left is nobody's there.

    stacks: all of the estate. ids: of all records of the sets, their marks too, by URN. Where nothing is left in any
    stack, all are emptied, the estate's own last: it remembers how many there are. Raises as `move`; ObservationError
    also where a set has other records by now.
    """
    with ExitStack() as written:
        _begin(written, session, stacks)
        there = _read(session, stacks)
        after: dict[str, Deployment] = {}
        for stack, state in there.items():
            resources = transfer.whole(state, ids.keys())
            if any(ids.get(one["urn"]) != one.get("id", "") for one in resources if one.get("custom")):
                raise ObservationError(f"the state of stack {stack} has changed meanwhile: try again")
            after[stack] = transfer.removed(state, _urns(resources))
        if all(map(transfer.holds_nothing, after.values())):
            after = {stack: transfer.emptied(state) for stack, state in after.items()}
        changed = [stack for stack in stacks if after[stack] != there[stack]]
        own = session.stack
        _on_each(lambda one: replace_deployment(session.at(one), after[one]), [one for one in changed if one != own])
        _on_each(lambda one: replace_deployment(session.at(one), after[one]), [one for one in changed if one == own])


def _remove(session: Session, gone: Mapping[str, Collection[Resource]]) -> None:
    """Remove from these stacks the records that others hold by now. Raises ObservationError where state has changed."""
    with ExitStack() as written:
        _begin(written, session, gone)
        there = _read(session, gone)
        for stack, resources in gone.items():
            now = [(one["urn"], one.get("id", "")) for one in transfer.whole(there[stack], _urns(resources))]
            if sorted(now) != sorted((one["urn"], one.get("id", "")) for one in resources):
                raise ObservationError(f"the state of stack {stack} has changed while records were moved: try again")
        _on_each(lambda one: replace_deployment(session.at(one), transfer.removed(there[one], _urns(gone[one]))), gone)


def _begin(written: ExitStack, session: Session, stacks: Iterable[str]) -> None:
    for stack in stacks:
        written.enter_context(session.at(stack).state.writing(session.hold))


def _make(session: Session, stack: str) -> None:
    if deployment_of(session.at(stack)) is None:
        make_stack(session.at(stack))


def _read(session: Session, stacks: Iterable[str]) -> dict[str, Deployment]:
    """Return the states of stacks. Raises NotNow where the engine has noted that a run was cut off."""
    found = {stack: state or {} for stack, state in _on_each(lambda one: deployment_of(session.at(one)), stacks)}
    for stack, state in found.items():
        if state.get("pending_operations"):
            raise NotNow(
                f"a run of stack {stack} was cut off, and what it began is not known yet",
                f"stack {stack}",
                "nothing was moved: run `truenorth up`, which finds what landed, and moves then",
            )
    return found


def _fit(source: Deployment, target: Deployment, urns: Collection[str], to: str, told: Told) -> tuple[Resource, ...]:
    """Return the resources of the source that can move to a target of this name."""
    moved = transfer.whole(source, urns)
    if not moved:
        return ()
    clashing = transfer.clashing(target, source, moved, to)
    for urn in sorted(clashing & set(urns)):
        told(f"{urn} stays where it is: stack {to} has that name for another record")
    return tuple(one for one in moved if one["urn"] not in clashing)


def _on_each(work: Callable[[str], T], stacks: Iterable[str]) -> list[tuple[str, T]]:
    with ThreadPoolExecutor(AT_ONCE, "moving") as pool:
        return list(pool.map(lambda stack: (stack, work(stack)), stacks))


def _urns(resources: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    return frozenset(one["urn"] for one in resources)


def _named(stacks: Collection[str]) -> str:
    return listed(sorted(stacks), MOST_TOLD)


def _count(resources: Iterable[Resource]) -> str:
    number = sum(1 for one in resources if one.get("custom"))
    return f"{number} record{'' if number == 1 else 's'}"
