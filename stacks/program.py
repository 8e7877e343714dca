"""The composition root: observe, plan, declare.

`pulumi up` runs `run`; a command, which has observed and planned by itself, runs `declare_plan` in its own process.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from functools import partial
from importlib.metadata import version
from pathlib import Path

import pulumi
from pulumi.runtime import config

from components.records.record_set import RecordSetArgs, declare, explicit_provider
from components.views import OUTSIDE, bare, view_of
from stacks import declare_files, extras
from stacks.declare_geo import declare as declare_geo
from stacks.declare_lists import declare as declare_lists
from stacks.model.errors import ObservationError, Refused, UserError
from stacks.model.memory import new_instance, refused_output
from stacks.model.observation import Observation, Registry
from stacks.model.plan import Plan
from stacks.model.shards import estate_of, label_of
from stacks.model.values import RecordSet, Rejected, SharedSet, ZoneSnapshot
from stacks.observe.geo.registry import output as geo_output
from stacks.observe.project import projects_above
from stacks.observe.registry import MADE_BY, REFUSED, read_registry
from stacks.observe.world import look_around, observe
from stacks.observe.zone.found import find_zones
from stacks.plan.changes import changes
from stacks.plan.planner import make_plan
from stacks.plan.records.record_sets import declared_records, import_ids
from stacks.plan.safety.guard import refusals
from stacks.plan.safety.identities import identities
from stacks.plan.safety.permission import Permission, from_environment, refused
from stacks.plan.safety.spending import Ledger
from stacks.plan.safety.state import require_known
from stacks.plan.sharding import split
from stacks.settings.checks.geo import BALANCING
from stacks.settings.credentials import check_plugins_can_sign, credentials
from stacks.settings.files import from_pulumi
from stacks.settings.lists.address_list import PROVIDER as LISTS_AT
from stacks.settings.stack import Settings
from stacks.settings.zone import ZoneSettings


def run() -> None:
    """Run `program`, and end the run of the engine with what is wrong. Raises pulumi.RunError."""
    try:
        program()
    except (UserError, ObservationError, Refused) as error:
        raise pulumi.RunError(str(error)) from None


def program() -> None:
    """Observe, plan and declare the stack that `pulumi up` runs. Raises UserError, ObservationError and Refused."""
    stack, environment, folder = pulumi.get_stack(), os.environ, Path.cwd()
    configuration = {**config.get_config_env(), **config.CONFIG.get()}
    files = next((project.settings_folder for project in projects_above(folder)), folder)
    settings = from_pulumi(configuration, environment, stack, files)

    if settings.geo:
        extras.require("geo", "truenorth:geo")

    def registry(of: str = stack) -> Registry:
        found = read_registry(of, environment, cwd=folder)
        require_known(found, of, version("truenorth"))
        return found

    signed = credentials(settings, environment)
    check_plugins_can_sign(signed, environment)
    if settings.finding:
        settings = find_zones(settings, signed, registry())
        signed = credentials(settings, environment)
        if settings.found.unlisted:
            pulumi.log.warn(f"no further zone of the token is taken: {settings.found.unlisted}")
    observation = observe(settings, signed, registry, lambda: look_around(settings, environment))
    observation = replace(observation, instance=instance_of(observation.registry, stack, registry), now=time.time())
    plan = own_part(make_plan(settings, observation), observation.registry, settings, stack, registry)
    allowed_by = guard(settings, plan, observation, from_environment(environment))
    ledger = Ledger.of(settings.guard, plan, observation, is_allowed=bool(allowed_by))
    memory = ledger.after(identities(observation, kept=False), stack, changes(plan, observation))
    plan = replace(plan, memory=memory)
    report(plan)
    declare_plan(observation, settings, plan)


def declare_plan(
    observation: Observation,
    settings: Settings,
    plan: Plan,
    batching: Collection[str] = frozenset(),
    refused: Callable[[], Iterable[Rejected]] | None = None,
) -> None:
    """Declare the resources and outputs of a plan, in the running Pulumi program.

    batching: the providers with APIs that get a set and its mark in one transaction, whatever the engine asks first.
    refused: returns what providers have refused, once all is registered; None to keep what state has.
    """
    providers: dict[tuple[str, ...], pulumi.ProviderResource] = {}
    whole = not label_of(pulumi.get_stack())
    files = declare_files.declare(settings, plan, observation, partial(options, providers=providers)) if whole else {}
    declared = [*files.values(), *_declare_record_sets(settings, plan, batching, providers, files)]
    if plan.geo:
        zones = {zone_id: name for name, zone_id in zones_output(observation).items() if balances(settings, name)}
        declare_geo(plan.geo, observation.geo, zones, lambda zone: options(settings.of_zone(zone), providers))
        pulumi.export("geo", geo_output(plan.geo.wished))
    if plan.lists:
        signing = next((zone for zone in settings.each_zone() if zone.provider == LISTS_AT), None)
        declare_lists(plan.lists, options(signing, providers) if signing else None)
    if observation.instance:
        pulumi.export("instance", observation.instance)
    pulumi.export("guard", plan.memory.as_output())
    pulumi.export("zones", dict(plan.memory.zones) or zones_output(observation))
    if plan.links:
        pulumi.export("links", links_output(plan))
    if plan.shared:
        pulumi.export("shared", {f"{one.name}/{one.type}": shared_output(one) for one in plan.shared})
    if ways := {f"{one.name}/{one.type}": ways_output(one) for one in plan.shared if one.ways}:
        pulumi.export("ways", ways)
    if plan.queues:
        pulumi.export("queues", {one.name: list(one.resources) for one in plan.queues})
    if plan.layout.is_spread and not label_of(pulumi.get_stack()):
        pulumi.export("shards", plan.layout.as_output())
    pulumi.export(REFUSED, refusals_output(declared, refused or (lambda: observation.registry.refused)))
    pulumi.export(MADE_BY, version("truenorth"))
    pulumi.export("records", {f"{s.name}/{s.type}": [slot.target for slot in s.slots] for s in plan.record_sets})


def refusals_output(
    declared: Iterable[pulumi.Resource], refused: Callable[[], Iterable[Rejected]]
) -> pulumi.Output[str | None]:
    """Return the output of what providers have refused by the time that each of these resources is made, or is not."""

    async def settled() -> str | None:
        await asyncio.gather(*(one.urn.future() for one in declared), return_exceptions=True)
        return refused_output(refused())

    return pulumi.Output.from_input(settled())


def own_part(
    plan: Plan, registry: Registry, settings: Settings, stack: str, registry_of: Callable[[str], Registry]
) -> Plan:
    """Return the part of a plan that a plain `pulumi up` of one stack declares.

    The layout stays as the estate's state has it: only `truenorth` changes it. registry: that of the stack.
    registry_of: reads that of another stack.
    """
    layout = plan.layout
    estate = estate_of(stack)
    if settings.shards == "auto":
        layout = (registry if stack == estate else registry_of(estate)).layout
    parts = split(replace(plan, layout=layout), registry, estate)
    return parts.get(stack) or replace(
        parts[estate], record_sets=(), shared=(), links=(), queues=(), geo=None, lists=None
    )


def instance_of(registry: Registry, stack: str, registry_of: Callable[[str], Registry]) -> str:
    """Return the id of the state: that of the stack's own or of its estate's, else a new one.

    registry: that of the stack. registry_of: reads that of another stack.
    """
    estate = estate_of(stack)
    of_estate = registry_of(estate).instance if not registry.instance and stack != estate else ""
    return registry.instance or of_estate or new_instance()


def balances(settings: Settings, zone: str) -> bool:
    """Return whether a zone is in the settings, at a provider with load balancing."""
    return any(one.zone == zone and one.provider == BALANCING for one in settings.each_zone())


def guard(settings: Settings, plan: Plan, observation: Observation, permission: Permission) -> str:
    """Check a run by the guard, and return what allows the changes that it refuses; "" for none.

    Raises Refused for changes that nobody allows; a preview is only warned.
    """
    found = refusals(settings, plan, changes(plan, observation), observation)
    if not found:
        return ""
    if allowed_by := permission.allowing(found, settings):
        for refusal in found:
            pulumi.log.warn(f"allowed by {allowed_by}: {refusal.what}; {refusal.where}")
        return allowed_by
    error = refused(found, permission, settings)
    if not pulumi.runtime.is_dry_run():
        raise error
    pulumi.log.warn(f"would be refused: {error}")
    return ""


def _declare_record_sets(
    settings: Settings,
    plan: Plan,
    batching: Collection[str],
    providers: dict[tuple[str, ...], pulumi.ProviderResource],
    files: Mapping[str, pulumi.Resource],
) -> list[pulumi.Resource]:
    """Declare the record sets of a plan, a DS after the NS of its name, and return their resources.

    files: those of zones that are written whole: state notes a set once its file has it.

    BIND leaves out, without a word, a DS that comes before that NS.
    """
    declared: list[pulumi.Resource] = []
    delegations: dict[str, list[pulumi.Resource]] = {}
    for record_set in sorted(plan.record_sets, key=lambda one: one.type == "DS"):
        args = replace(arguments(record_set), mark_last=record_set.covered and record_set.provider not in batching)
        own = options(settings.of_zone(record_set.zone), providers)
        if file := files.get(record_set.zone):
            own = pulumi.ResourceOptions.merge(own, pulumi.ResourceOptions(depends_on=[file]))
        if after := delegations.get(record_set.name) if record_set.type == "DS" else None:
            own = pulumi.ResourceOptions.merge(own, pulumi.ResourceOptions(depends_on=after))
        made = list(declare(args, own).values())
        if record_set.type == "NS":
            delegations[record_set.name] = made
        declared += made
    return declared


def options(
    zone: ZoneSettings, providers: dict[tuple[str, ...], pulumi.ProviderResource]
) -> pulumi.ResourceOptions | None:
    """Return options with the provider of a zone that has a token or a server of its own, else None.

    providers: those made so far by provider, variable of the token and place; a new one is added.
    """
    place = zone.place_of(zone.provider)
    if not zone.token and not place:
        return None
    key = (zone.provider, zone.token or zone.traits.token_variable, *place)
    if key not in providers:
        providers[key] = explicit_provider(*key)
    return pulumi.ResourceOptions(providers=[providers[key]])


def zones_output(observation: Observation) -> dict[str, str]:
    """Return the zones' ids by name. State keeps them, so that the next run need not look them up."""
    listed = {zone.zone: zone.zone_id for zone in observation.zones if isinstance(zone, ZoneSnapshot)}
    return {**dict(observation.registry.zone_ids), **listed}


def links_output(plan: Plan) -> dict[str, dict[str, list[str]]]:
    """Return the addresses that a plan publishes, by link and family. State keeps them for the next run."""
    output: dict[str, dict[str, list[str]]] = {}
    for one in plan.links:
        output.setdefault(one.link, {})[one.family.value] = list(one.addresses)
    return output


def shared_output(shared: SharedSet) -> dict[str, list[str]]:
    """Return the targets that each object gives to a record set. State keeps them for the next run."""
    return {resource: list(targets) for resource, targets in shared.parts}


def ways_output(shared: SharedSet) -> dict[str, dict[str, list[str]]]:
    """Return the targets that the parents of each object give to a record set. State keeps them for the next run."""
    return {resource: {parent: list(targets) for parent, targets in ways} for resource, ways in shared.ways}


def report(plan: Plan) -> None:
    """Write among the engine's messages what a plan does not declare, and why."""
    for conflict in plan.conflicts:
        pulumi.log.warn(f"conflict at {conflict.name} {conflict.type}: {conflict.held_by}: {conflict.reason}")
    for frozen in plan.frozen:
        kept = f"stays at {', '.join(frozen.kept)}" if frozen.kept else "is not made yet"
        pulumi.log.warn(f"{frozen.name} {frozen.type} {kept}: {frozen.reason}")
    for full in plan.full:
        left = ", ".join(" ".join(key) for key in full.left_out[:10])
        pulumi.log.warn(f"the zone {full.zone} {full.what}: not made: {left}; {full.do}")
    for advice in plan.advice:
        pulumi.log.warn(f"{advice.subject} {advice.what}: {advice.do}")
    for complaint in plan.complaints:
        (pulumi.log.info if complaint.is_note else pulumi.log.warn)(complaint.text)


def arguments(record_set: RecordSet) -> RecordSetArgs:
    """Return the component's arguments for a planned record set; of its view only the logical names know."""
    records, imported = declared_records(record_set), import_ids(record_set)
    if view_of(record_set.zone) != OUTSIDE:
        records = {key: replace(one, name=bare(one.name)) for key, one in records.items()}
        imported = {key: bare(record_id) for key, record_id in imported.items()}
    return RecordSetArgs(
        provider=record_set.provider,
        zone_id=bare(record_set.zone_id),
        name=record_set.name,
        type=record_set.type,
        records=records,
        import_ids=imported,
        untouched=record_set.untouched,
    )
