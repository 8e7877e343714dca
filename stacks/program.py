"""The composition root: observe -> plan -> declare. `pulumi up` and the CLI both run this."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pulumi
from pulumi.runtime import config

from components.records.owned_record import OwnedRecordArgs, declare, explicit_provider
from stacks.declare_geo import declare as declare_geo
from stacks.model.shards import estate_of, label_of
from stacks.model.values import Observation, Plan, RecordSet, Registry, SharedSet, ZoneSnapshot
from stacks.observe.geo.registry import output as geo_output
from stacks.observe.registry import read_registry
from stacks.observe.world import look_around, observe
from stacks.plan.changes import changes
from stacks.plan.planner import make_plan
from stacks.plan.records.record_sets import declared_records, import_ids
from stacks.plan.safety.guard import refusals
from stacks.plan.safety.permission import from_environment, refused
from stacks.plan.sharding import split
from stacks.settings.credentials import credentials
from stacks.settings.files import from_pulumi
from stacks.settings.geo_checks import BALANCING
from stacks.settings.stack import Settings
from stacks.settings.zone import ZoneSettings


def program(observation: Observation | None = None, settings: Settings | None = None, plan: Plan | None = None) -> None:
    """Declare the plan for the world as it is; a loop that has read, observed and planned already passes all in."""
    stack = pulumi.get_stack()
    if settings is None:
        settings = from_pulumi({**config.get_config_env(), **config.CONFIG.get()}, os.environ, stack, Path.cwd())
    if observation is None:
        observation = observe(
            settings,
            credentials(settings, os.environ),
            registry=lambda: read_registry(stack, os.environ, cwd=Path.cwd()),
            sights=lambda: look_around(settings, os.environ),
        )
    if plan is None:
        plan = own_part(make_plan(settings, observation), observation.registry, settings, stack)
        guard(settings, plan, observation)
        report(plan)
    providers: dict[tuple[str, str], pulumi.ProviderResource] = {}
    for record_set in plan.record_sets:
        declare(arguments(record_set), options(settings.of_zone(record_set.zone), providers))
    if plan.geo:
        zones = {zone_id: name for name, zone_id in zones_output(observation).items() if balances(settings, name)}
        declare_geo(plan.geo, observation.geo, zones, lambda zone: options(settings.of_zone(zone), providers))
        pulumi.export("geo", geo_output(plan.geo.wished))
    pulumi.export("zones", zones_output(observation))
    if plan.links:
        pulumi.export("links", links_output(plan))
    if plan.shared:
        pulumi.export("shared", {f"{one.name}/{one.type}": dict_of(one) for one in plan.shared})
    if plan.layout.is_spread and not label_of(stack):
        pulumi.export("shards", plan.layout.as_output())
    pulumi.export("records", {f"{s.name}/{s.type}": [slot.target for slot in s.slots] for s in plan.record_sets})


def own_part(plan: Plan, registry: Registry, settings: Settings, stack: str) -> Plan:
    """What a plain `pulumi up` of one stack declares. Over how many the names are spread, only `truenorth` changes."""
    layout = plan.layout
    estate = estate_of(stack)
    if settings.shards == "auto":
        of_estate = registry
        if stack != estate:
            of_estate = read_registry(estate, os.environ, cwd=Path.cwd())
        layout = of_estate.layout
    parts = split(replace(plan, layout=layout), registry, estate)
    return parts.get(stack) or replace(parts[estate], record_sets=(), shared=(), links=(), geo=None)


def balances(settings: Settings, zone: str) -> bool:
    """Whether a zone is ours, and its provider balances loads."""
    return any(one.zone == zone and one.provider == BALANCING for one in settings.each_zone())


def guard(settings: Settings, plan: Plan, observation: Observation) -> None:
    """Raise Refused where the guard refuses what a run would do and nobody allows it; a preview is only warned."""
    found = refusals(settings, plan, changes(plan, observation), observation)
    permission = from_environment(os.environ)
    if not found:
        return
    if allowed_by := permission.allowing(found, settings):
        for refusal in found:
            pulumi.log.warn(f"allowed by {allowed_by}: {refusal.what}; {refusal.where}")
        return
    error = refused(found, permission, settings)
    if not pulumi.runtime.is_dry_run():
        raise error
    pulumi.log.warn(f"would be refused: {error}")


def options(
    zone: ZoneSettings, providers: dict[tuple[str, str], pulumi.ProviderResource]
) -> pulumi.ResourceOptions | None:
    """The provider of a zone with a token of its own; made once for each token."""
    if not zone.token:
        return None
    key = (zone.provider, zone.token)
    if key not in providers:
        providers[key] = explicit_provider(*key)
    return pulumi.ResourceOptions(providers=[providers[key]])


def zones_output(observation: Observation) -> dict[str, str]:
    """The ids of the zones by name for the state, so that the next run need not look them up."""
    listed = {zone.zone: zone.zone_id for zone in observation.zones if isinstance(zone, ZoneSnapshot)}
    return {**dict(observation.registry.zone_ids), **listed}


def links_output(plan: Plan) -> dict[str, dict[str, list[str]]]:
    """The addresses of the links for the state, which is where the next run reads what was published of each."""
    output: dict[str, dict[str, list[str]]] = {}
    for one in plan.links:
        output.setdefault(one.link, {})[one.family.value] = list(one.addresses)
    return output


def dict_of(shared: SharedSet) -> dict[str, list[str]]:
    """What each object gives to a set for the state, which is where the next run reads it."""
    return {resource: list(targets) for resource, targets in shared.parts}


def report(plan: Plan) -> None:
    """Tell what is not declared, and why, among the engine's messages."""
    for conflict in plan.conflicts:
        pulumi.log.warn(f"conflict at {conflict.name} {conflict.type}: {conflict.held_by}: {conflict.reason}")
    for frozen in plan.frozen:
        kept = f"stays at {', '.join(frozen.kept)}" if frozen.kept else "is not made yet"
        pulumi.log.warn(f"{frozen.name} {frozen.type} {kept}: {frozen.reason}")
    for complaint in plan.complaints:
        pulumi.log.warn(complaint.text)


def arguments(record_set: RecordSet) -> OwnedRecordArgs:
    """The component's arguments for a planned record set."""
    return OwnedRecordArgs(
        provider=record_set.provider,
        zone_id=record_set.zone_id,
        name=record_set.name,
        type=record_set.type,
        records=declared_records(record_set),
        import_ids=import_ids(record_set),
        untouched=record_set.untouched,
    )
