"""`truenorth doctor`: the faults that keep a stack from working, and how to mend them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.commands.shared.command import print_json
from cli.commands.shared.options import Json, ProjectFolder, SettingsFile, Stack, State
from cli.exit_codes import FAILED

if TYPE_CHECKING:
    from cli.doctor.finding import DoctorFinding
    from cli.doctor.runner import DoctorCheck

Timeout = Annotated[float, typer.Option("--timeout", min=1.0, max=300.0, help="Seconds for all checks together.")]


def doctor(
    stack: Stack = "",
    settings: SettingsFile = None,
    state: State = "",
    project: ProjectFolder = None,
    *,
    timeout: Timeout = 20.0,
    as_json: Json = False,
) -> None:
    """Examine a stack and its machine, and say of each fault where it is and what to do. Changes nothing.

    Looks at the engine and its plugins, the token's rights on each zone, the zone's plan and name servers, the clock,
    the sources of the address, the clusters and what we may do there, and the state. Exit code 1: something fails.

    Example: `truenorth doctor --stack home`
    """
    from cli.doctor.finding import Level
    from cli.doctor.report import document, print_findings
    from cli.doctor.runner import examine
    from cli.session.redactor import redactor
    from cli.terminal import Terminal

    first, checks, secrets = _checks(stack, settings, state, project)
    findings = tuple(dict.fromkeys((*first, *examine(checks, timeout))))
    redact = redactor(os.environ, secrets)
    if as_json:
        print_json(document(findings, redact))
    else:
        print_findings(Terminal(), findings, redact)
    if any(one.level is Level.FAILED for one in findings):
        raise typer.Exit(FAILED)


def _checks(
    stack: str, settings: Path | None, state: str, folder: Path | None
) -> tuple[tuple[DoctorFinding, ...], list[DoctorCheck], tuple[str, ...]]:
    """Return the findings about the settings, the checks possible with them, and the tokens that zones name."""
    from cli.doctor.checks import checks, without_settings
    from cli.doctor.context import Examined
    from cli.doctor.finding import failed, of_problem, ok, warning
    from cli.session.project import find_project, settings_path
    from stacks.model.errors import ObservationError, UserError
    from stacks.observe.zone.found import found_by_token
    from stacks.settings.files import from_file
    from stacks.settings.secrets.files import readable

    try:
        project = find_project(folder)
        file = settings or settings_path(project, stack)
        chosen = found_by_token(from_file(file, os.environ, stack), os.environ)
    except UserError as error:
        return tuple(of_problem("settings", problem) for problem in error.problems), without_settings(os.environ), ()
    except ObservationError as error:
        do = "it is tried again at each run; see the provider's status, and the network of this machine"
        return (failed("zones", str(error), str(file), do),), without_settings(os.environ), ()
    zones = len(chosen.each_zone())
    names = sum(len(zone.names) + len(zone.records) for zone in chosen.each_zone())
    what = f"{zones} zone{'' if zones == 1 else 's'}, {names} name{'' if names == 1 else 's'}, read from {file}"
    examined = Examined(project, stack, file, chosen, os.environ, state)
    secrets = tuple(readable(os.environ, [zone.token for zone in chosen.each_zone() if zone.token]))
    left = (warning("zones", f"{one.subject} {one.what}", str(file), one.do) for one in chosen.found.left_out)
    return (ok("settings", what, str(file)), *left), checks(examined), secrets
