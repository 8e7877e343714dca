"""The composition root: observe -> plan -> declare. `pulumi up` and the CLI both run this."""

from __future__ import annotations

import os
from pathlib import Path

import pulumi
from pulumi.runtime import config

from components.owned_record import OwnedRecord, OwnedRecordArgs
from stacks.observe.registry import read_registry
from stacks.observe.world import observe
from stacks.plan.planner import import_ids, make_plan
from stacks.settings import Settings, credentials, from_pulumi
from stacks.values import Observation, Plan, RecordSet


def program(observation: Observation | None = None, settings: Settings | None = None) -> None:
    """Declare the plan for the world as it is; a loop that has read and observed already passes both in."""
    stack = pulumi.get_stack()
    if settings is None:
        settings = from_pulumi({**config.get_config_env(), **config.CONFIG.get()}, os.environ, stack)
    if observation is None:
        observation = observe(
            settings,
            credentials(os.environ),
            registry=lambda: read_registry(stack, os.environ, cwd=Path.cwd()),
        )
    plan = make_plan(settings, observation)
    report(plan)
    for record_set in plan.record_sets:
        OwnedRecord(arguments(record_set))
    pulumi.export("zones", {settings.zone: observation.zone.zone_id})
    if plan.links:
        pulumi.export("links", links_output(plan))
    pulumi.export("records", {f"{s.name}/{s.type}": [slot.target for slot in s.slots] for s in plan.record_sets})


def links_output(plan: Plan) -> dict[str, dict[str, list[str]]]:
    """The addresses of the links for the state, which is where the next run reads what was published of each."""
    output: dict[str, dict[str, list[str]]] = {}
    for one in plan.links:
        output.setdefault(one.link, {})[one.family.value] = list(one.addresses)
    return output


def report(plan: Plan) -> None:
    """Tell what is not declared, and why, among the engine's messages."""
    for conflict in plan.conflicts:
        pulumi.log.warn(f"conflict at {conflict.name} {conflict.type}: {conflict.held_by}: {conflict.reason}")
    for frozen in plan.frozen:
        kept = f"stays at {', '.join(frozen.kept)}" if frozen.kept else "is not made yet"
        pulumi.log.warn(f"{frozen.name} {frozen.type} {kept}: {frozen.reason}")


def arguments(record_set: RecordSet) -> OwnedRecordArgs:
    """The component's arguments for a planned record set."""
    return OwnedRecordArgs(
        zone_id=record_set.zone_id,
        name=record_set.name,
        type=record_set.type,
        targets={slot.number: slot.target for slot in record_set.slots},
        import_ids=import_ids(record_set),
        ttl=record_set.ttl,
        proxied=record_set.proxied,
        comment=record_set.comment,
        mark_name=record_set.mark_name,
        mark_content=record_set.mark_content,
    )
