"""The containers of a real daemon, read and followed: they come and go, and a daemon that is gone keeps them all."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from stacks.model.claims import Claim, SourceSighting
from stacks.model.values import Known, Unknown
from stacks.observe.docker.following import DaemonTiming, following, read
from stacks.settings.cluster import ClusterDefaults
from stacks.settings.neighbours.docker import DockerSettings
from tests.podman import Podman, podman

RULES = ClusterDefaults()
PATIENCE = 60.0
"""Seconds to wait for news."""


@pytest.fixture
def daemon() -> Iterator[Podman]:
    with podman() as made:
        yield made


def names(one: SourceSighting) -> set[str]:
    assert isinstance(one.found, Known), one.found
    return {claim.name for claim in one.found.value if isinstance(claim, Claim)}


@contextmanager
def followed(daemon: Podman, pace: DaemonTiming | None = None) -> Iterator[queue.Queue[SourceSighting]]:
    news: queue.Queue[SourceSighting] = queue.Queue()
    settings = DockerSettings(host=daemon.host)

    def post(several: tuple[SourceSighting, ...]) -> None:
        for one in several:
            news.put(one)

    with following((settings,), RULES, post, pace or DaemonTiming()):
        yield news


def test_a_daemon_is_read_by_the_name_of_the_settings(daemon: Podman) -> None:
    daemon.make("web", truenorth__hostname="www.example.com")
    daemon.make("db")
    (one,) = read((DockerSettings(host=daemon.host, name="nas"),), RULES)
    assert names(one) == {"www.example.com"}
    assert (one.cluster, one.source, one.kind) == ("nas", "docker", "Container")
    assert one.filters == (("host", daemon.host),)


def test_containers_are_followed_as_they_come_and_go(daemon: Podman) -> None:
    with followed(daemon) as news:
        assert names(news.get(timeout=PATIENCE)) == set()
        daemon.make("web", truenorth__hostname="www.example.com")
        assert names(news.get(timeout=PATIENCE)) == {"www.example.com"}
        daemon.make("api", truenorth__hostname="api.example.com")
        assert names(news.get(timeout=PATIENCE)) == {"www.example.com", "api.example.com"}
        daemon.remove("web")
        assert names(news.get(timeout=PATIENCE)) == {"api.example.com"}


def test_a_daemon_that_is_gone_is_unknown_and_read_again_when_it_is_back(daemon: Podman) -> None:
    daemon.make("web", truenorth__hostname="www.example.com")
    with followed(daemon) as news:
        assert names(news.get(timeout=PATIENCE)) == {"www.example.com"}
        daemon.stop()
        assert isinstance(news.get(timeout=PATIENCE).found, Unknown)
        daemon.start()
        while isinstance((back := news.get(timeout=PATIENCE)).found, Unknown):
            pass  # the reason may change meanwhile
        assert names(back) == {"www.example.com"}


def test_what_nobody_tells_of_is_seen_at_the_next_look(daemon: Podman, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stacks.observe.docker.daemon._is_change", lambda _: False)
    with followed(daemon, DaemonTiming(look=0.2)) as news:
        assert names(news.get(timeout=PATIENCE)) == set()
        daemon.make("web", truenorth__hostname="www.example.com")
        assert names(news.get(timeout=PATIENCE)) == {"www.example.com"}


def test_an_error_of_who_is_told_ends_it_and_is_raised_at_the_end(daemon: Podman) -> None:
    ended = threading.Event()

    def post(_: tuple[SourceSighting, ...]) -> None:
        raise KeyError("nobody wants it")

    with (
        pytest.raises(ExceptionGroup, match="could not be passed on"),
        following((DockerSettings(host=daemon.host),), RULES, post, ended=ended.set),
    ):
        assert ended.wait(PATIENCE)
