"""What doctor says of a Docker daemon."""

from __future__ import annotations

from pathlib import Path

from cli.doctor.daemons import daemon
from cli.doctor.finding import Level
from tests.cli.doctor.conftest import Admit
from tests.podman import podman


def test_a_daemon_that_answers_is_well_and_one_that_does_not_is_not(admit: Admit) -> None:
    with podman() as real:
        real.make("web", truenorth__hostname="www.example.com")
        place = admit(docker=[real.host])
        (well,) = daemon(place, *place.settings.docker)
    assert (well.level, well.what) == (Level.OK, "its containers can be read; they ask for 1 name")
    assert well.about == "Docker daemon docker"


def test_a_socket_that_is_not_there_says_who_may_use_it(admit: Admit, tmp_path: Path) -> None:
    place = admit(docker=[f"unix://{tmp_path}/none.sock"])
    (bad,) = daemon(place, *place.settings.docker)
    assert bad.level is Level.FAILED
    assert "No such file or directory" in bad.what
    assert "docker ps" in bad.do
