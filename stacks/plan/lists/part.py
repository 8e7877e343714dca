"""Address lists in a plan. Pure.

| when                                                  | then                                                        |
|-------------------------------------------------------|-------------------------------------------------------------|
| the account has no list of the name                   | it is made, and is ours                                     |
| it has one that state does not know                   | it is another's: only our items are put into it             |
| an address is unknown                                 | the items of its family stay; of several links those that   |
|                                                       | are known come in                                           |
| an item of others is at an address, with our comment  | it is taken over                                            |
| likewise, with another comment                        | it stays another's, and no second one is made: a note       |
| an item has our comment, and state does not know it   | it stays: a note. It may be another stack's                 |
| the account cannot be read                            | all that is ours is declared unchanged                      |
| a list is not in the settings any more                | our items go, and the list where we made it; one with items |
|                                                       | of others, or to which rules refer, stays and is dropped    |
|                                                       | from state                                                  |
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from components.lists.values import AddressList, AddressListItem
from components.plain_text import quoted
from stacks.model.lists.lists import ListKey, ListMemory, ListsPlan, LiveList, RegisteredItem
from stacks.model.lists.networks import network_of, of_version
from stacks.model.observation import Observation
from stacks.model.values import Known, Unknown
from stacks.settings.lists.address_list import AddressListSettings

if TYPE_CHECKING:
    from stacks.settings.stack import Settings


@dataclass(frozen=True, slots=True)
class _Part:
    """What becomes of one list; declared: None for nothing of it."""

    declared: AddressList | None
    notes: tuple[str, ...] = ()
    again: bool = False


def lists_part(settings: Settings, observation: Observation) -> ListsPlan | None:
    """Return the plan of the address lists; None where none is wanted, nor ours."""
    wanted = {ListKey(one.account_id, one.name): one for one in settings.address_lists}
    parts = []
    for sight in observation.lists:
        ours = observation.registry.lists.of(sight.key)
        entry = wanted.get(sight.key)
        if isinstance(sight.found, Unknown):
            parts.append(_Part(as_registered(sight.key, ours)))
        elif entry:
            parts.append(_kept_true(sight.key, entry, sight.found.value, ours, settings.owner, observation))
        else:
            parts.append(_left(sight.key, sight.found.value, ours))
    if not parts:
        return None
    return ListsPlan(
        tuple(one.declared for one in parts if one.declared),
        tuple(note for one in parts for note in one.notes),
        again=any(one.again for one in parts),
    )


def as_registered(key: ListKey, ours: ListMemory) -> AddressList | None:
    """Return a list with what is ours of it, as state has it; None for nothing."""
    if not ours.lists and not ours.items:
        return None
    own = next(iter(ours.lists), None)
    return AddressList(
        *key,
        tuple(AddressListItem(one.network, one.comment) for one in ours.items),
        list_id="" if own else ours.items[0].list_id,
        description=own.description if own else "",
        retain=own.retained if own else False,
    )


def _kept_true(
    key: ListKey,
    entry: AddressListSettings,
    live: LiveList | None,
    ours: ListMemory,
    owner: str,
    observation: Observation,
) -> _Part:
    """Return the part of a wanted list. live: None where the account has none of the name."""
    comment = entry.item_comment(owner)
    networks = sorted(_wanted(entry, observation, ours.items))
    is_own = live is None or any(one.id == live.id for one in ours.lists)
    known = {one.id for one in ours.items}
    others = {one.network: one for one in live.items if one.id not in known} if live else {}
    items, notes = [], []
    for network in networks:
        there = others.get(network)
        if there and there.comment != comment:
            said = f"with the comment {quoted(there.comment)}" if there.comment else "without a comment"
            notes.append(f"{network} is in the list {key.name} already, {said}: it is not ours, and stays as it is")
        else:
            items.append(
                AddressListItem(network, comment, f"{key.account_id}/{live.id}/{there.id}" if there and live else "")
            )
    notes += [
        f"{one.network} in the list {key.name} has our comment, and state does not know it: it stays. Take it out"
        " by hand, unless another stack keeps it"
        for one in others.values()
        if comment and one.comment == comment and one.network not in networks
    ]
    return _Part(
        AddressList(
            *key,
            tuple(items),
            list_id="" if is_own or live is None else live.id,
            description=entry.description,
            retain=is_own and _must_stay(live, ours),
        ),
        tuple(notes),
    )


def _left(key: ListKey, live: LiveList | None, ours: ListMemory) -> _Part:
    """Return the part of a list that is not wanted any more."""
    own = next((one for one in ours.lists if live and one.id == live.id), None)
    if own is None or live is None:
        return _Part(None)
    stays = _must_stay(live, ours)
    notes = (f"the list {key.name} stays: it has items of others, or rules refer to it",) if stays else ()
    if own.retained == stays:
        return _Part(None, notes)
    # What happens to it when it leaves state has to stand there before it does.
    return _Part(AddressList(*key, (), description=own.description, retain=stays), notes, again=True)


def _must_stay(live: LiveList | None, ours: ListMemory) -> bool:
    """Return whether a list of ours has come to be used by others."""
    known = {one.id for one in ours.items}
    return live is not None and (live.is_used or any(one.id not in known for one in live.items))


def _wanted(entry: AddressListSettings, observation: Observation, ours: Iterable[RegisteredItem]) -> Iterator[str]:
    """Yield the networks of the detected addresses, and of an unknown one those that are in state."""
    held = frozenset(one.network for one in ours)
    found: dict[str, None] = {}
    for one in observation.addresses:
        if one.link in entry.each_link and (not entry.families or one.family.value in entry.families):
            if isinstance(one.addresses, Known):
                found |= dict.fromkeys(
                    network_of(address, entry.length(address.version)) for address in one.addresses.value
                )
            else:
                found |= dict.fromkeys(of_version(held, one.family.version))
    yield from found
