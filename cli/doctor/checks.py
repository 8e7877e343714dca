"""The checks of a stack, in the order of their findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial

from cli.doctor import clock, clusters, daemons, lists, machine, state, wan, zones
from cli.doctor.context import Examined
from cli.doctor.finding import DoctorFinding
from cli.doctor.runner import DoctorCheck
from stacks.model.values import WAN


def checks(examined: Examined) -> list[DoctorCheck]:
    """Return a check for each thing that can be wrong by itself."""
    settings = examined.settings
    found = [
        *without_settings(examined.environment),
        _check("plugins", machine.plugins, examined),
        _check("clock", clock.clock, examined),
    ]
    for one in settings.each_zone():
        found.append(DoctorCheck(f"zone {one.zone}", partial(zones.zone, examined, one)))
        found.append(DoctorCheck(f"name servers of {one.zone}", partial(zones.delegation, examined, one)))
    if settings.address_lists:
        found.append(_check(lists.ABOUT, lists.lists, examined))
    found += [
        DoctorCheck(f"link {link}" if link else "WAN address", partial(wan.wan, examined, link))
        for link in dict.fromkeys((WAN, *settings.asked_links()))
    ]
    found += [
        DoctorCheck(f"cluster {one.name}".strip(), partial(clusters.cluster, examined, one))
        for one in settings.each_cluster()
    ]
    found += [
        DoctorCheck(daemons.ABOUT.format(one.name), partial(daemons.daemon, examined, one)) for one in settings.docker
    ]
    return [*found, _check("own cluster", clusters.own, examined), _check("state", state.state, examined)]


def without_settings(environment: Mapping[str, str]) -> list[DoctorCheck]:
    """Return the checks of a machine alone, for a stack without readable settings."""
    return [DoctorCheck("versions", machine.versions), DoctorCheck("engine", partial(machine.engine, environment))]


def _check(about: str, look: Callable[[Examined], Iterable[DoctorFinding]], examined: Examined) -> DoctorCheck:
    return DoctorCheck(about, partial(look, examined))
