"""Find the Pulumi project that a command works on, and the settings files of its stacks."""

from __future__ import annotations

from pathlib import Path

from cli.session.own_settings import PREFIX, SUFFIX, has_settings, own_stacks
from stacks.model.errors import UserError
from stacks.observe.project import OWN_NAME, PROJECT_FILE, Project, projects_above, read_project

EXAMPLE = "demo"
"""The stack of the checkout that is meant where nobody names one."""


def find_project(named: Path | None = None) -> Project:
    """Return the nearest project of TrueNorth's, upwards from the named folder or from the working directory.

    Where no folder is named, and no Pulumi.yaml is on the way, it is the checkout that this program lies in, if any.
    Raises UserError where there is none, and for a Pulumi.yaml that cannot be read.
    """
    strangers: list[Project] = []
    for project in projects_above(start_of(named)):
        if is_ours(project):
            return project
        strangers.append(project)
    checkout = Path(__file__).resolve().parents[2]
    if named is None and not strangers and (checkout / PROJECT_FILE).is_file():
        return read_project(checkout)
    raise _no_project(start_of(named), strangers)


def start_of(named: Path | None) -> Path:
    """Return the folder to begin the search for a project in. Raises UserError for a named folder that is none."""
    if named is None:
        return Path.cwd()
    folder = named.expanduser().resolve()
    if not folder.is_dir():
        raise UserError("there is no such folder", f"--project {named}", "name the folder of a Pulumi.yaml")
    return folder


def is_ours(project: Project) -> bool:
    """Return whether a project is TrueNorth's: by its name, or by the settings of one of its stacks."""
    return project.name == OWN_NAME or has_settings(project.settings_folder)


def only_stack(named: Path | None, settings: Path | None) -> str:
    """Return the stack of a settings file by its name, else the only stack of the project with settings of TrueNorth's.

    named: the folder of the project or one in it, None for the working directory; settings: the file, None for that of
    the stack. Of several stacks `demo` is meant, if it is there. Raises UserError where none or several are left.
    """
    if (
        settings
        and settings.name.startswith(PREFIX)
        and settings.name.endswith(SUFFIX)
        and settings.name != PROJECT_FILE
    ):
        return settings.name.removeprefix(PREFIX).removesuffix(SUFFIX)
    project = find_project(named)
    found = own_stacks(project.settings_folder)
    if EXAMPLE in found:
        return EXAMPLE
    if len(found) == 1:
        return found[0]
    if found:
        raise UserError(
            f"there are several stacks: {', '.join(found)}", str(project.settings_folder), "name one: --stack"
        )
    raise UserError("there are no settings of a stack", str(project.settings_folder), "make one: truenorth init")


def settings_path(project: Project, stack: str) -> Path:
    """Return the settings file of a stack, at the place where Pulumi looks for it too."""
    return project.settings_folder / f"{PREFIX}{stack}{SUFFIX}"


def _no_project(start: Path, strangers: list[Project]) -> UserError:
    if strangers:
        nearest = strangers[0]
        return UserError(
            f"the Pulumi project {nearest.name} has no stack of TrueNorth's",
            str(nearest.folder / PROJECT_FILE),
            "make one beside its own: truenorth init; or name another folder with --project",
        )
    return UserError(
        "there is no TrueNorth project here",
        f"no {PROJECT_FILE} in {start} or above",
        "make one here: truenorth init; or name its folder with --project",
    )
