"""Changes of a run to address lists: the plan compared with state and with the account. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Literal

from components.lists.values import AddressList
from stacks.model.lists.lists import ListKey, ListMemory, LiveItem, LiveList, RegisteredItem, RegisteredList
from stacks.model.observation import Observation
from stacks.model.plan import Plan
from stacks.model.values import Known


class ListAction(Enum):
    """The kind of a change; the value is its name in tables, JSON and metrics."""

    CREATE = "create"
    IMPORT = "import"
    """It is there with our comment, and state does not know it: it comes into state."""
    UPDATE = "update"
    RESTORE = "restore"
    """Ours, and gone behind our back: it is made again."""
    RETAIN = "retain"
    """State alone changes: whether it stays when it leaves the program."""
    DELETE = "delete"
    DROP = "drop"
    """It leaves state and stays where it is, because others use it."""
    FORGET = "forget"
    """Not wanted any more, and gone already: state forgets it."""


@dataclass(frozen=True, slots=True)
class ListChange:
    """A change of a list or an item. name: the list's; network: the item's, "" for the list itself.

    refresh: whether state has to be refreshed first, because the account differs from it.
    """

    action: ListAction
    name: str
    network: str = ""
    says: str = ""
    urn: str = ""
    refresh: bool = False

    @property
    def kind(self) -> Literal["list", "item"]:
        """What is changed."""
        return "item" if self.network else "list"

    @property
    def subject(self) -> str:
        """What is changed, in words."""
        return f"{self.network} in the list {self.name}" if self.network else f"list {self.name}"

    def __str__(self) -> str:
        return f"{self.action.value} {self.subject}" + (f": {self.says}" if self.says else "")


def changes_of_lists(plan: Plan, observation: Observation) -> tuple[ListChange, ...]:
    """Return the changes of a run with this plan; none of lists that could not be read. Deletions are last."""
    if plan.lists is None:
        return ()
    declared = {ListKey(one.account_id, one.name): one for one in plan.lists.lists}
    found: list[ListChange] = []
    gone: list[ListChange] = []
    for sight in observation.lists:
        if isinstance(sight.found, Known):
            ours = observation.registry.lists.of(sight.key)
            args = declared.get(sight.key)
            found += _made(args, sight.found.value, ours) if args else ()
            gone += _gone(args, sight.found.value, ours)
    return (*found, *gone)


def _made(args: AddressList, live: LiveList | None, ours: ListMemory) -> Iterator[ListChange]:
    """Yield the changes of what is declared of one list."""
    if not args.list_id:
        yield from _of_list(args, live, next(iter(ours.lists), None))
    there = {one.id: one for one in live.items} if live else {}
    known = {one.network: one for one in ours.items}
    for item in args.items:
        mine = known.get(item.network)
        urn = mine.urn if mine else ""
        is_there = mine is not None and _is_there(mine, live, there)
        if item.import_id:
            yield ListChange(ListAction.IMPORT, args.name, item.network, urn=urn, refresh=bool(mine))
        elif mine is None:
            yield ListChange(ListAction.CREATE, args.name, item.network)
        elif not is_there:
            yield ListChange(ListAction.RESTORE, args.name, item.network, urn=urn, refresh=True)
        elif there[mine.id].comment != item.comment:
            drifted = there[mine.id].comment != mine.comment
            yield ListChange(ListAction.UPDATE, args.name, item.network, "comment", urn, drifted)


def _of_list(args: AddressList, live: LiveList | None, own: RegisteredList | None) -> Iterator[ListChange]:
    if live is None:
        action = ListAction.RESTORE if own else ListAction.CREATE
        yield ListChange(action, args.name, urn=own.urn if own else "", refresh=own is not None)
    elif own and live.description != args.description:
        yield ListChange(ListAction.UPDATE, args.name, "", "description", own.urn, live.description != own.description)
    elif own and own.retained != args.retain:
        stays = "it stays when it leaves state" if args.retain else "it is deleted when it leaves state"
        yield ListChange(ListAction.RETAIN, args.name, "", stays, own.urn)


def _gone(args: AddressList | None, live: LiveList | None, ours: ListMemory) -> Iterator[ListChange]:
    """Yield the changes of what is in state and not declared, items first."""
    there = {one.id: one for one in live.items} if live else {}
    declared = {one.network for one in args.items} if args else frozenset[str]()
    for mine in ours.items:
        if mine.network not in declared:
            is_there = _is_there(mine, live, there)
            action = ListAction.DELETE if is_there else ListAction.FORGET
            yield ListChange(action, mine.key.name, mine.network, urn=mine.urn, refresh=not is_there)
    for own in ours.lists:
        if args is None or args.list_id:
            is_there = live is not None and live.id == own.id
            action = (ListAction.DROP if own.retained else ListAction.DELETE) if is_there else ListAction.FORGET
            yield ListChange(action, own.key.name, urn=own.urn, refresh=not is_there)


def _is_there(mine: RegisteredItem, live: LiveList | None, there: dict[str, LiveItem]) -> bool:
    return live is not None and live.id == mine.list_id and mine.id in there
