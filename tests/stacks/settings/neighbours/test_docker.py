"""The settings of Docker daemons, and what is told of those that cannot be."""

from __future__ import annotations

import pytest

from tests.stacks.settings.reading import read, refused


def test_a_daemon_is_a_socket_or_a_host_or_has_more_said_of_it() -> None:
    one, other = read(docker=["unix:///run/podman.sock", {"host": "tcp://[::1]:2375", "name": "nas"}]).docker
    assert (one.name, one.host, one.default_target) == ("docker", "unix:///run/podman.sock", "ddns")
    assert (other.name, other.host) == ("nas", "tcp://[::1]:2375")
    assert read(docker=[{}]).docker[0].host == "unix:///var/run/docker.sock"


@pytest.mark.parametrize(
    "host", ["", "/var/run/docker.sock", "unix://docker.sock", "tcp://nas", "tcp://nas:0", "tcp://nas:65536",
             "http://nas:2375", "ssh://nas", "tcp://a b:1", "unix:///a\nb", "tcp://nas:2375/x", "tcp://u:p@nas:2375"]
)  # fmt: skip
def test_a_place_of_another_kind_is_refused(host: str) -> None:
    said = refused(docker=[host])
    assert "is no place of a Docker daemon" in said
    assert "unix:///var/run/docker.sock" in said


@pytest.mark.parametrize(
    ("daemons", "said"),
    [
        (["unix:///a", "unix:///b"], "the name docker is another's"),
        ([{"name": "home"}], "the name home is another's"),
        ([{"name": "external-dns"}], "the name external-dns is another's"),
        ([{"name": ""}], "docker[0].name"),
        ([{"certificates": "/certs"}], "a socket has no certificates"),
        ([{"labels": "=,"}], "docker[0].labels"),
        ([{"default_target": "no name"}], "is no target"),
        ([{"socket": "/run/docker.sock"}], "socket"),
        ([{"tools": ["nginx-proxy"]}], "docker[0].tools"),
        ([{}] * 51, "docker"),
        ("unix:///a", "docker"),
    ],
)
def test_settings_that_cannot_be_are_told(daemons: object, said: str) -> None:
    assert said in refused(docker=daemons, clusters=[{"name": "home"}])
