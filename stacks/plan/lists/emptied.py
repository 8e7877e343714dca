"""Refusals of runs that take our addresses out of a list, because the settings do not name it any more. Pure.

A lost settings file shows like that; and rules that let in who is in the list would lock its owner out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from components import urns
from components.records.record import Record
from stacks.model.lists.lists import ListKey
from stacks.model.observation import Observation
from stacks.model.plan import Plan
from stacks.plan.changes import Action, Change
from stacks.plan.lists.changes import ListAction, changes_of_lists
from stacks.plan.lists.part import as_registered
from stacks.plan.safety.refusal import Refusal

if TYPE_CHECKING:
    from stacks.settings.stack import Settings


def of_lists(settings: Settings, plan: Plan, observation: Observation) -> Iterator[Refusal]:
    """Yield a refusal for each list with addresses of ours that is not wanted any more."""
    wanted = {(one.account_id, one.name) for one in settings.address_lists}
    going = {one.urn for one in changes_of_lists(plan, observation) if one.action is ListAction.DELETE}
    memory = observation.registry.lists
    for key in sorted(memory.keys - wanted):
        items = [one for one in memory.of(key).items if one.urn in going]
        if items:
            what = f"the list {key.name} is not in the settings any more, and would lose all addresses that are ours"
            changes = tuple(
                Change(
                    Action.DELETE,
                    urns.logical_name(one.urn),
                    Record(
                        one.network, f"in the list {key.name}", one.network, ttl=1, proxied=False, comment=one.comment
                    ),
                    None,
                    one.urn,
                    key.account_id,
                )
                for one in items
            )
            do = "the setting guard.emptying: true lets such runs pass unasked"
            yield Refusal(key.account_id, what, changes, do=do, place=f"account {key.account_id}")


def with_held_lists(plan: Plan, refused: Sequence[Refusal], observation: Observation) -> Plan:
    """Return the plan in which the lists of refused changes stay as state has them."""
    urns_held = {change.urn for one in refused for change in one.changes}
    memory = observation.registry.lists
    keys = {one.key for one in memory.items if one.urn in urns_held}
    if plan.lists is None or not keys:
        return plan
    others = [one for one in plan.lists.lists if ListKey(one.account_id, one.name) not in keys]
    held = [one for key in sorted(keys) if (one := as_registered(key, memory.of(key)))]
    return replace(plan, lists=replace(plan.lists, lists=(*others, *held)))
