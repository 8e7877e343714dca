"""Record sets: all records of one name and type, with their ownership mark, under one Pulumi component."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import ModuleType

import pulumi

from components.records.logical_name import MARK, LogicalName
from components.records.providers import PROVIDERS
from components.records.record import Record

TYPE_TOKEN = "truenorth:dns:OwnedRecord"  # noqa: S105 - a type token, no secret


@dataclass(frozen=True, slots=True)
class RecordSetArgs:
    """The declaration of a record set.

    provider: as in `providers`. zone_id: the provider's id of the zone. name: an FQDN in lower case. records: those of
    the set and its marks, by logical name. import_ids: ids of records in the zone to take over, by logical name; only
    for records that state does not hold, because the engine replaces (deletes) a record of its own that is imported
    again. untouched: the engine keeps the records in state, whatever is declared. contents: those that only the run
    tells, by logical name, in place of the records' own. mark_last: whether the mark is made after the records, and
    removed before them: `declare_records`.
    """

    provider: str
    zone_id: pulumi.Input[str]
    name: str
    type: str
    records: Mapping[str, Record]
    import_ids: Mapping[str, str] = field(default_factory=dict)
    untouched: bool = False
    contents: Mapping[str, pulumi.Output[str]] = field(default_factory=dict)
    mark_last: bool = False


def declare(args: RecordSetArgs, opts: pulumi.ResourceOptions | None = None) -> dict[str, pulumi.Resource]:
    """Declare a record set with its mark and return its records by logical name.

    A function, not a class: see `official`.
    """
    component = pulumi.ComponentResource(TYPE_TOKEN, LogicalName(args.name, args.type).component, None, opts)
    resources = declare_records(args, component, str(LogicalName(args.name, args.type, MARK)))
    component.register_outputs({"contents": [record.content for record in args.records.values()]})
    return resources


def declare_records(
    args: RecordSetArgs, component: pulumi.ComponentResource, mark_name: str
) -> dict[str, pulumi.Resource]:
    """Declare the records of a set in a component and return them by logical name. mark_name: that of the mark.

    The mark is made first and removed last, so that no record of ours ever stands unmarked, not even after a crash
    between the two. Under a wildcard that is wrong: a mark alone makes its name exist, without any record, and so hides
    what the wildcard answers for it (RFC 4592, 2.2.2), for good where the record is refused. There it comes last.
    A new type or zone replaces a record; the old one goes first, because A and CNAME cannot coexist.
    """
    resources: dict[str, pulumi.Resource] = {}
    for logical_name in sorted(args.records, key=lambda name: ((name != mark_name) != args.mark_last, name)):
        is_second = (logical_name == mark_name) == args.mark_last
        before = [one for name, one in resources.items() if is_second and (name == mark_name) != args.mark_last]
        resources[logical_name] = _declare_record(logical_name, args, component, before[:1])
    return resources


def _declare_record(
    logical_name: str, args: RecordSetArgs, component: pulumi.ComponentResource, before: list[pulumi.Resource]
) -> pulumi.Resource:
    module = component_of(args.provider)
    record_id = args.import_ids.get(logical_name)
    options = pulumi.ResourceOptions(
        parent=component,
        delete_before_replace=True,
        depends_on=before,
        import_=module.import_id(record_id, args.zone_id) if record_id else None,
        ignore_changes=module.INPUTS if args.untouched else None,
    )
    resource: pulumi.Resource = module.declare(
        logical_name, args.records[logical_name], args.zone_id, options, args.contents.get(logical_name)
    )
    return resource


def explicit_provider(provider: str, variable: str, *place: str) -> pulumi.ProviderResource:
    """Declare a provider for a zone with its own token in this environment variable; no token reaches state.

    place: what says where the zone is served, for a provider whose servers are the user's own.
    """
    token_variable = PROVIDERS[provider].token_variable
    made: pulumi.ProviderResource = component_of(provider).provider(
        "/".join((provider, variable, *place)), {variable: token_variable}, *place
    )
    return made


def component_of(provider: str) -> ModuleType:
    """Return the module that declares records of a provider."""
    return importlib.import_module(f"{__package__}.{PROVIDERS[provider].component}")
