"""Checks the Docker daemons: whether their containers can be read."""

from __future__ import annotations

from collections.abc import Iterator

from cli.doctor.context import Examined
from cli.doctor.finding import DoctorFinding, failed, ok
from cli.findings.finding import plural
from cli.findings.sightings import wanted_names
from stacks.model.values import Unknown
from stacks.observe.docker.following import read
from stacks.settings.neighbours.docker import DockerSettings

ABOUT = "Docker daemon {}"


def daemon(examined: Examined, settings: DockerSettings) -> Iterator[DoctorFinding]:
    """Check a daemon whose containers get records. Raises UserError for certificates of no use."""
    about = ABOUT.format(settings.name)
    (one,) = read((settings,), examined.settings.cluster)
    if isinstance(one.found, Unknown):
        do = "see that it runs, and that this user may read and write its socket: `docker ps` asks the same"
        yield failed(about, f"its containers cannot be read: {one.found.reason}", settings.host, do)
    else:
        yield ok(about, f"its containers can be read; they ask for {plural(wanted_names(one), 'name')}", settings.host)
