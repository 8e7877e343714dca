"""Confirms the changes of a run: asks the zones' name servers until they answer with them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from components.records import canonical_content
from components.records.aliases import ALIASES
from components.views import bare, qualified
from stacks.model.confirmation import Confirmed, Unconfirmed
from stacks.model.values import ZoneSnapshot
from stacks.plan.records.record_sets import is_proxied

if TYPE_CHECKING:
    from cli.reconcile.result import Convergence
    from stacks.observe.wan.sources.deadline import Deadline
    from stacks.observe.zone.confirmation import Expectation
    from stacks.settings.stack import Settings

Outcome: TypeAlias = Confirmed | Unconfirmed
Waiting = Callable[[float], "float | Deadline"]
"""Makes the limit of a confirmation from its seconds."""


@dataclass(frozen=True, slots=True)
class Confirmation:
    """The answers of the name servers after a convergence."""

    outcomes: tuple[Outcome, ...]


def confirmations(
    settings: Settings, done: Convergence, waiting: Waiting = lambda seconds: seconds
) -> tuple[Confirmed | Unconfirmed, ...]:
    """Ask the name servers for the changed record sets of a convergence; return () where no engine ran.

    At most as long as the longest of the zones' settings `confirm`. Raises nothing for what the network does.
    """
    from stacks.observe.zone.confirmation import confirm  # noqa: PLC0415 - a DNS library, only where a run has changed

    asked = expectations(settings, done) if done.runs else {}
    if not asked:
        return ()

    def ask(domain: str) -> tuple[Outcome, ...]:
        zone = settings.of_zone(domain)
        questions = [replace(one, name=bare(one.name)) for one in asked[domain]]
        outcomes = confirm(zone.domain, questions, zone.asked_servers, waiting(zone.seconds_to_confirm))
        return tuple(replace(one, name=qualified(one.name, zone.view)) for one in outcomes)

    with ThreadPoolExecutor(max_workers=len(asked), thread_name_prefix="confirm") as pool:
        return tuple(outcome for found in pool.map(ask, asked) for outcome in found)


def expectations(settings: Settings, done: Convergence) -> dict[str, tuple[Expectation, ...]]:
    """Return the answers that each zone's name servers should give for the changed record sets.

    Left out: marks, zones with `confirm: 0`, and what no name server answers as it was written: proxied names, an alias
    at the apex, deleted names that a wildcard covers.
    """
    from stacks.observe.zone.confirmation import Expectation  # noqa: PLC0415 - see confirmations

    planned = {(one.name, one.type): one for one in done.plan.record_sets}
    found: dict[str, dict[tuple[str, str], Expectation]] = defaultdict(dict)
    wildcards = _wildcards(done)
    for change in done.changes:
        name, record_type = change.resource.record_set
        if not change.resource.is_record or change.zone not in {zone.zone for zone in settings.each_zone()}:
            continue
        record_set = planned.get((name, record_type))
        wanted = record_set.slots if record_set else ()
        proxied = is_proxied(record_set) if record_set else change.record.proxied
        flattened = record_type in ALIASES and name == change.zone
        covered = not wanted and any(name.endswith(wildcard[1:]) for wildcard in wildcards)
        if settings.of_zone(change.zone).seconds_to_confirm and not (proxied or flattened or covered):
            values = frozenset(value for slot in wanted for value in canonical_content.split(slot.target))
            found[change.zone][name, record_type] = Expectation(name, record_type, values)
    return {domain: tuple(asked.values()) for domain, asked in found.items()}


def _wildcards(done: Convergence) -> frozenset[str]:
    listed = [zone for zone in done.observation.zones if isinstance(zone, ZoneSnapshot)]
    names = {live.record.name for zone in listed for live in zone.records}
    return frozenset(name for name in names | {one.name for one in done.plan.record_sets} if name.startswith("*"))
