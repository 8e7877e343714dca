"""Declare the files of zones that are written whole."""

from __future__ import annotations

from collections.abc import Callable

import pulumi

from components.coredns import config_map
from stacks.model.observation import Observation
from stacks.model.plan import Plan
from stacks.model.values import ZoneSnapshot
from stacks.plan.zone_files import file_of, place_of
from stacks.settings.stack import Settings
from stacks.settings.zone import ZoneSettings


def declare(
    settings: Settings,
    plan: Plan,
    observation: Observation,
    options: Callable[[ZoneSettings], pulumi.ResourceOptions | None],
) -> dict[str, pulumi.Resource]:
    """Declare the files and return them by zone. options: of a zone's resources.

    A zone that could not be listed keeps the file that is in state; where there is none, none is made. Raises as
    `file_of`.
    """
    listed = {one.zone: one for one in observation.zones if isinstance(one, ZoneSnapshot)}
    made: dict[str, pulumi.Resource] = {}
    for zone in settings.each_zone():
        if zone.provider != "coredns" or zone.coredns is None:
            continue
        place = place_of(zone.coredns)
        if there := listed.get(zone.zone):
            text = file_of(there, plan, observation, place)
            made[zone.zone] = config_map.declare(zone.zone, place, text, options(zone), untouched=False)
        elif zone.zone in observation.registry.files:
            made[zone.zone] = config_map.declare(zone.zone, place, "", options(zone), untouched=True)
    return made
