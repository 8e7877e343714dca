"""`truenorth external`: addresses, endpoints and the health of names, for OpenTofu and Terraform."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.commands.shared.command import print_json
from cli.commands.shared.options import ProjectFolder, SettingsFile, Stack, State

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stacks.settings.stack import Settings

LONGEST_QUERY = 65_536
"""Characters of a query; OpenTofu sends some hundred."""
KEYS = ("ask", "project", "settings", "stack", "state")
_KNOWN_KEYS = f"the keys are {', '.join(KEYS)}, each with a text"


def external(
    stack: Stack = "", settings: SettingsFile = None, state: State = "", project: ProjectFolder = None
) -> None:
    """Answer the data source `external` of OpenTofu and Terraform: a JSON object in, a flat JSON object of texts out.

    Standard input has the query: `ask`, and `stack`, `settings`, `project` and `state`, which count before the options.
    `ask` is one of: `addresses`, also where nothing is said, for the agreed addresses by family (`ipv4`), and those of
    further links by link and family (`fibre.ipv4`); `endpoints` for the records that settings and objects ask for, by
    name and type (`www.example.com A`); `health` for whether the zone has the records of the stack, by name and type:
    `right`, `pending`, `conflict: WHY` or `unknown: WHY`. Several values are separated by commas. Addresses and
    endpoints that are not known are not left out: the command fails, and nothing is planned without them.

    Source of the protocol: https://registry.terraform.io/providers/hashicorp/external/latest/docs/data-sources/external

    Example: `truenorth external --stack home < query.json`
    """
    from stacks.model.errors import UserError

    query = _query(sys.stdin.read(LONGEST_QUERY + 1), Query("addresses", stack, state, settings, project))
    answer = ANSWERS.get(query.ask)
    if answer is None:
        do = f"ask for one of {', '.join(ANSWERS)}"
        raise UserError(f"{query.ask!r} cannot be asked for", "the key `ask` of the query on standard input", do)
    print_json(answer(query))


@dataclass(frozen=True, slots=True)
class Query:
    """A query. settings, project: None for those that other commands find by themselves."""

    ask: str
    stack: str
    state: str
    settings: Path | None
    project: Path | None


def _query(text: str, options: Query) -> Query:
    """Return the query in a text, with the options for what it does not say. Raises UserError."""
    import json

    from stacks.model.errors import UserError

    where = "standard input"
    if len(text) > LONGEST_QUERY:
        raise UserError(f"the query is longer than {LONGEST_QUERY} characters", where, _KNOWN_KEYS)
    try:
        found = json.loads(text or "{}")
    except (ValueError, RecursionError):
        do = "send a JSON object, as the data source `external` does: echo '{}' | truenorth external"
        raise UserError("the query is no JSON", where, do) from None
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise UserError("the query is no JSON object of texts", where, _KNOWN_KEYS)
    if unknown := sorted(found.keys() - set(KEYS)):
        raise UserError(f"the query has the unknown key {unknown[0]!r}", where, _KNOWN_KEYS)
    said: dict[str, Any] = {
        key: Path(value) if key in {"settings", "project"} else value for key, value in found.items() if value
    }
    return replace(options, **said)


def _settings(query: Query) -> Settings:
    from cli.session.project import find_project, settings_path
    from stacks.observe.zone.found import found_by_token
    from stacks.settings.files import from_file

    file = query.settings or settings_path(find_project(query.project), query.stack)
    return found_by_token(from_file(file, os.environ, query.stack), os.environ)


def _addresses(query: Query) -> Mapping[str, str]:
    """Return the agreed addresses of all links. Raises ObservationError where one is unknown."""
    from stacks.model.errors import ObservationError
    from stacks.model.values import WAN, Unknown
    from stacks.observe.wan.links import sight

    settings = _settings(query)
    found: dict[str, str] = {}
    for one in sight(settings.wan, (WAN, *settings.wan.links)):
        key = one.family.value if one.link == WAN else f"{one.link}.{one.family.value}"
        if isinstance(one.addresses, Unknown):
            raise ObservationError(f"{key} is not known: {one.addresses.reason}")
        found[key] = ",".join(map(str, one.addresses.value))
    return found


def _endpoints(query: Query) -> Mapping[str, str]:
    """Return the records that are asked for. Raises ObservationError where targets, or a cluster, are unknown."""
    from stacks.model.errors import ObservationError
    from stacks.model.values import Unknown
    from stacks.observe.views import in_views
    from stacks.observe.world import look_around
    from stacks.plan.asked import plan_for_empty_zones
    from stacks.plan.records.record_sets import contents_of

    settings = _settings(query)
    around = look_around(settings, os.environ)
    for source in around.of_records:
        if isinstance(source.found, Unknown) and not source.waiting:
            raise ObservationError(source.found.reason)
    plan = plan_for_empty_zones(settings, around.addresses, in_views(settings, around.of_records))
    for frozen in plan.frozen:
        raise ObservationError(f"{frozen.name} {frozen.type} is not known: {frozen.reason}")
    return {f"{one.name} {one.type}": ",".join(contents_of(one)) for one in plan.record_sets if one.slots}


def _health(query: Query) -> Mapping[str, str]:
    """Return whether the zones have the records of the stack. Raises ObservationError where they cannot be read."""
    from cli.commands.shared.command import command_session
    from cli.reconcile.look import DEFAULTS, look
    from cli.reconcile.refused_before import with_refused
    from cli.reconcile.result import require_all_read

    with command_session(query.stack, query.settings, query.state, project=query.project, as_json=True) as command:
        seen = look(command.session, with_refused(command.session, DEFAULTS, left_out=True))
    require_all_read(seen)
    found = {f"{one.name} {one.type}": "right" for one in seen.plan.record_sets if one.slots}
    pending = (one.resource.record_set for one in seen.changes if one.resource.is_record)
    found |= dict.fromkeys(map(" ".join, pending), "pending")
    found |= {f"{one.name} {one.type}": f"unknown: {one.reason}" for one in seen.plan.frozen}
    return found | {f"{one.name} {one.type}": f"conflict: {one.reason}" for one in seen.plan.conflicts}


ANSWERS = {"addresses": _addresses, "endpoints": _endpoints, "health": _health}
"""The functions that answer a query, by its key `ask`."""
