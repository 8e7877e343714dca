"""`truenorth sources`: show the claims of objects."""

from __future__ import annotations

import os

from cli.commands.shared.command import print_json
from cli.commands.shared.options import Json, ProjectFolder, SettingsFile, Stack


def sources(
    stack: Stack = "", settings: SettingsFile = None, project: ProjectFolder = None, as_json: Json = False
) -> None:
    """Show the names that objects of clusters and containers ask for, the objects themselves, and their faults.

    Reads these only, and lists the zones where they are `auto`: neither a zone nor the state is asked, and
    nothing is changed. Exit code 1: something could not be read.

    Example: `truenorth sources --stack home`
    """
    from cli.output.sources_table import asking, print_asking, unreadable
    from cli.session.project import find_project, settings_path
    from cli.terminal import Terminal
    from stacks.model.errors import ObservationError, UserError
    from stacks.observe.views import in_views
    from stacks.observe.world import read_sources
    from stacks.observe.zone.found import found_by_token
    from stacks.settings.files import from_file

    file = settings or settings_path(find_project(project), stack)
    chosen = found_by_token(from_file(file, os.environ, stack), os.environ)
    if not chosen.each_cluster() and not chosen.docker:
        do = "set truenorth:sources, e.g. [ingress, service], or list truenorth:clusters or truenorth:docker"
        raise UserError("nothing is read: there are no sources", str(file), do)
    seen = in_views(chosen, read_sources(chosen, os.environ))
    found = asking(chosen, seen)
    if as_json:
        print_json(found.document())
    else:
        print_asking(Terminal(), found)
    if reason := unreadable(seen):
        raise ObservationError(reason)
