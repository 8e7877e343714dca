"""Read the registries of an estate's stacks and unite them; no engine is started where state lies in a folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from typing import TYPE_CHECKING

from cli.session.backend import state_folder
from cli.state.checkpoint_cache import summary_of
from cli.state.listing import UNREADABLE_HERE
from components import urns
from stacks.model.errors import ObservationError
from stacks.model.observation import Registry
from stacks.model.shards import estate_of
from stacks.model.values import RegisteredRecord
from stacks.observe.registry import read_registry
from stacks.plan.safety.state import require_known, require_own

if TYPE_CHECKING:
    from pathlib import Path

    from cli.session.session import Session

AT_ONCE = 4
"""Engines that export state side by side, each of which takes half a second of a core."""


@dataclass(frozen=True, slots=True)
class EstateRegistry:
    """The united registry of an estate.

    twice: records that a second stack holds too, as a move that was cut off leaves them. of: each stack's own registry.
    """

    registry: Registry
    twice: tuple[RegisteredRecord, ...] = ()
    of: Mapping[str, Registry] = field(default_factory=dict)


def registry_of_estate(session: Session) -> Registry:
    """Return the registry of what state holds in all stacks of the session's estate; empty where there is none yet.

    Raises UserError for state of a newer TrueNorth, or with resources of other programs; ObservationError.
    """
    session.state.pull()
    found = registry_of(session, (session.stack, *session.state.shards()))
    for stack, registry in found.of.items():
        require_known(registry, stack, version("truenorth"))
        require_own(registry, stack)
    return replace(found.registry, twice=found.twice) if found.twice else found.registry


def registry_of(session: Session, stacks: Sequence[str], prefer: Callable[[str], str] | None = None) -> EstateRegistry:
    """Return the united registry of these stacks. Their state has to be there already (`StateStore.pull`).

    prefer: returns the stack to which a record belongs, by its logical name; of two stacks that hold a record that one
    counts, else the first. Raises ObservationError where the state of a stack cannot be read.
    """
    folder = state_folder(session.backend)
    found = (
        {stack: _read_here(folder, session.project.name, stack) for stack in stacks}
        if folder
        else dict.fromkeys(stacks)
    )
    missing = [stack for stack, registry in found.items() if registry is None]
    with ThreadPoolExecutor(AT_ONCE, "state export") as pool:
        exported = dict(zip(missing, pool.map(lambda stack: _exported(session, stack), missing), strict=True))
    return united({stack: registry or exported[stack] for stack, registry in found.items()}, prefer)


def united(found: Mapping[str, Registry], prefer: Callable[[str], str] | None = None) -> EstateRegistry:
    """Unite registries; for values that occur once, the estate's own stack counts. Pure."""
    if len(found) == 1:
        return EstateRegistry(next(iter(found.values())), of=found)
    # The estate's own stack is last: it comes over the others.
    order = sorted(found, key=lambda stack: stack == estate_of(stack))
    base = found[order[-1]] if order else Registry()
    records, twice = _once([one for stack in found for one in found[stack].records], prefer)
    registry = Registry(
        records=records,
        zone_ids=tuple(sorted({name: zone for stack in order for name, zone in found[stack].zone_ids}.items())),
        stack_urn=base.stack_urn,
        interrupted=tuple(sorted(urn for one in found.values() for urn in one.interrupted)),
        links=base.links or next((one.links for one in found.values() if one.links), ()),
        shared=tuple({(one.name, one.type): one for stack in order for one in found[stack].shared}.values()),
        queues=base.queues,
        geo=base.geo,
        lists=base.lists,
        layout=base.layout,
        signers=tuple(sorted({signer for one in found.values() for signer in one.signers})),
        instance=base.instance or next((one.instance for one in found.values() if one.instance), ""),
        memory=replace(base.memory, spent=tuple(spent for one in found.values() for spent in one.memory.spent)),
        refused=tuple(dict.fromkeys(refused for stack in order for refused in found[stack].refused)),
        files=tuple(dict.fromkeys(file for stack in order for file in found[stack].files)),
    )
    return EstateRegistry(registry, twice, found)


def _once(
    records: Sequence[RegisteredRecord], prefer: Callable[[str], str] | None
) -> tuple[tuple[RegisteredRecord, ...], tuple[RegisteredRecord, ...]]:
    """Return the records, each of one stack only, and the duplicates in other stacks."""
    holders: dict[tuple[str, str, str], dict[str, None]] = {}
    for one in records:
        holders.setdefault(_identity(one), {})[urns.stack(one.urn)] = None
    if all(len(stacks) == 1 for stacks in holders.values()):
        return tuple(records), ()
    kept: list[RegisteredRecord] = []
    twice: list[RegisteredRecord] = []
    for one in records:
        stacks = holders[_identity(one)]
        wished = prefer(one.logical_name) if prefer else ""
        holder = wished if wished in stacks else next(iter(stacks))
        (kept if urns.stack(one.urn) == holder else twice).append(one)
    return tuple(kept), tuple(twice)


def _identity(record: RegisteredRecord) -> tuple[str, str, str]:
    return record.provider, record.zone_id, record.id


def _read_here(folder: Path, project: str, stack: str) -> Registry | None:
    """Return the registry in a checkpoint in a folder; None for one that only the engine can read."""
    stacks = folder / "stacks" / project
    if any((stacks / f"{stack}{ending}").exists() for ending in UNREADABLE_HERE):
        return None
    try:
        there = summary_of(folder, project, stack)
    except OSError as error:
        raise ObservationError(f"the state of stack {stack} could not be read: {error.strerror}") from error
    if there is None:
        return Registry()
    return there.registry if there.is_sound else None


def _exported(session: Session, stack: str) -> Registry:
    return read_registry(stack, session.environment, pulumi=session.engine.pulumi, cwd=session.project.folder)
