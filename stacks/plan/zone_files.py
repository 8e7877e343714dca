"""The text of zones that are written whole: the records of a plan, and those of others. Pure."""

from __future__ import annotations

from components.coredns import zone_file
from components.coredns.names import ZoneFilePlace
from components.records import zone_file_names
from components.records.record import Record
from components.views import bare
from components.zone_set import ZoneSet
from stacks.model.errors import UserError
from stacks.model.observation import Observation
from stacks.model.plan import Plan
from stacks.model.values import ZoneSnapshot
from stacks.plan.records.record_sets import declared_records
from stacks.settings.protocols.coredns import CoreDnsSettings
from stacks.settings.stack import Settings


def check_files(settings: Settings, plan: Plan, observation: Observation) -> None:
    """Raise UserError where the file of a zone does not hold what is planned for it."""
    listed = {one.zone: one for one in observation.zones if isinstance(one, ZoneSnapshot)}
    for zone in settings.each_zone():
        if zone.traits.whole_zones and zone.coredns and (there := listed.get(zone.zone)):
            file_of(there, plan, observation, place_of(zone.coredns))


def place_of(own: CoreDnsSettings) -> ZoneFilePlace:
    """Return the place of a zone's file, by the settings."""
    return ZoneFilePlace(own.namespace, own.config_map, own.file)


def file_of(zone: ZoneSnapshot, plan: Plan, observation: Observation, place: ZoneFilePlace) -> str:
    """Return the text of a zone's file after a run with this plan; the present one where nothing changes in it.

    Raises UserError where it does not hold all of them.
    """
    domain = bare(zone.zone)
    sets = [_set(one, domain) for one in _records(zone, plan, observation)]
    try:
        text = zone_file.render(domain, sets, zone.file, observation.now)
    except ValueError as error:
        raise UserError(str(error), place.said, f"take the record out of the settings of {zone.zone}") from None
    if (size := len(text.encode())) > zone_file.LONGEST:
        raise UserError(
            f"the file of the zone {zone.zone} has {size:,} bytes, and a ConfigMap holds {zone_file.LONGEST:,}",
            place.said,
            "put a part of the names into a zone of their own (apps.example.com), with a ConfigMap of its own",
        )
    return text


def _records(zone: ZoneSnapshot, plan: Plan, observation: Observation) -> list[Record]:
    """Return all records for the file: those declared, and those in the zone for others to change."""
    here = [one for one in plan.record_sets if one.zone == zone.zone]
    staying = {(name, record.type) for one in here if one.untouched for name, record in declared_records(one).items()}
    ours = {one.id for one in observation.registry.records if (one.logical_name, one.record.type) not in staying}
    declared = [record for one in here if not one.untouched for record in declared_records(one).values()]
    found = {(live.record.name, live.record.type): live.record for live in zone.records if live.id not in ours}
    return list((found | {(one.name, one.type): one for one in declared}).values())


def _set(record: Record, domain: str) -> ZoneSet:
    name = zone_file_names.relative(bare(record.name), domain)
    values = zone_file_names.values(record.type, record.content)
    return ZoneSet(domain, name, record.type, record.ttl, tuple(values))
