"""All that is examined of a stack, in the order in which it is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial

from cli.doctor import clock, clusters, machine, state, wan, zones
from cli.doctor.context import Patient
from cli.doctor.finding import Finding
from cli.doctor.runner import Check
from stacks.model.values import WAN


def checks(patient: Patient) -> list[Check]:
    """A check for each thing that can be wrong by itself."""
    settings = patient.settings
    found = [
        *without_settings(patient.environment),
        _check("plugins", machine.plugins, patient),
        _check("clock", clock.clock, patient),
    ]
    for one in settings.each_zone():
        found.append(Check(f"zone {one.zone}", partial(zones.zone, patient, one)))
        found.append(Check(f"name servers of {one.zone}", partial(zones.delegation, patient, one)))
    found += [
        Check(f"link {link}" if link else "WAN address", partial(wan.wan, patient, link))
        for link in dict.fromkeys((WAN, *settings.asked_links()))
    ]
    found += [
        Check(f"cluster {one.name}".strip(), partial(clusters.cluster, patient, one)) for one in settings.each_cluster()
    ]
    return [*found, _check("own cluster", clusters.own, patient), _check("state", state.state, patient)]


def without_settings(environment: Mapping[str, str]) -> list[Check]:
    """What can be examined of a machine whose stack has no settings that can be read."""
    return [Check("versions", machine.versions), Check("engine", partial(machine.engine, environment))]


def _check(about: str, look: Callable[[Patient], Iterable[Finding]], patient: Patient) -> Check:
    return Check(about, partial(look, patient))
