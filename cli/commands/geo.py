"""`truenorth geo`: load balancing across clusters."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import typer

from cli.commands.shared.command import print_json
from cli.commands.shared.options import Json, ProjectFolder, SettingsFile, Stack

if TYPE_CHECKING:
    from stacks.observe.geo.wishes import GeoWishes
    from stacks.settings.stack import Settings

app = typer.Typer(help="Load balancing across clusters.", no_args_is_help=True)


@app.callback()
def geo() -> None:
    """Load balancing across clusters."""


@app.command("status")
def status(
    stack: Stack = "", settings: SettingsFile = None, project: ProjectFolder = None, as_json: Json = False
) -> None:
    """Show the load balancers: their pools and origins, how these are, whose they are, and where on a map.

    Reads the account, and the clusters whose objects are balanced; the state is not asked, and nothing is changed. Exit
    code 1: something could not be read.

    Example: `truenorth geo status --stack home`
    """
    from cli.output.geo_table import BalancerReport, print_shown
    from cli.session.project import find_project, settings_path
    from cli.terminal import Terminal
    from stacks.model.errors import ObservationError, UserError
    from stacks.observe.geo.account import read_account
    from stacks.observe.zone.found import found_by_token
    from stacks.settings.checks.geo import BALANCING
    from stacks.settings.credentials import credentials
    from stacks.settings.files import from_file

    file = settings or settings_path(find_project(project), stack)
    chosen = found_by_token(from_file(file, os.environ, stack), os.environ)
    zones = {one.zone: one.zone_id for one in chosen.each_zone() if one.provider == BALANCING}
    if not zones:
        raise UserError("no zone of this stack has load balancing", str(file), "add a zone at Cloudflare")
    account_id = chosen.geo.account_id if chosen.geo else ""
    account = read_account(credentials(chosen, os.environ), account_id, zones, health_of=lambda _: True)
    unread, found = _asked(chosen)
    shown = BalancerReport(account, chosen.owner, tuple(zones), found.wishes, found.complaints)
    if as_json:
        print_json(shown.document())
    else:
        print_shown(Terminal(), shown)
    if unread:
        raise ObservationError(unread)


def _asked(settings: Settings) -> tuple[str, GeoWishes]:
    """Return why some claims could not be read ("" for none), and the load balancing that the stack asks for."""
    from cli.output.sources_table import unreadable
    from stacks.model.geo import GeoMemory
    from stacks.model.values import WAN
    from stacks.observe.geo.wishes import GeoWishes, geo_wishes
    from stacks.observe.wan.links import sight
    from stacks.observe.world import read_clusters
    from stacks.plan.geo.admitted import admitted_wishes

    if settings.geo is None:
        return "", GeoWishes()
    clusters = [one.model_copy(update={"sources": ()}) for one in settings.each_cluster() if one.geo]
    sources = read_clusters(clusters, os.environ)
    addresses = sight(settings.wan, (WAN,)) if settings.geo.wan else ()
    found = geo_wishes(settings.geo, sources, addresses, GeoMemory())
    wishes, refused = admitted_wishes(settings, sources, found.cluster, found.wishes)
    return unreadable(sources), GeoWishes(wishes, found.cluster, (*found.complaints, *refused))
