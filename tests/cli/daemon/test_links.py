from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from cli.daemon import links as links_module
from cli.daemon.links import Links
from stacks.model.values import Family
from stacks.settings.stack import Settings, parse

if TYPE_CHECKING:
    from stacks.settings.wan import WanSettings


class Followers:
    """Stands in for the followers: which links are followed now, were ever, and were nudged."""

    def __init__(self) -> None:
        self.now: list[str] = []
        self.ever: list[str] = []
        self.nudged: list[str] = []

    @contextmanager
    def following(
        self, _: WanSettings, links: Iterable[str], post: Callable[[object], None]
    ) -> Iterator[Callable[[], None]]:
        assert callable(post)
        (link,) = links
        self.now.append(link)
        self.ever.append(link)
        try:
            yield lambda: self.nudged.append(link)
        finally:
            self.now.remove(link)


@pytest.fixture
def followers(monkeypatch: pytest.MonkeyPatch) -> Followers:
    made = Followers()
    monkeypatch.setattr(links_module, "following", made.following)
    return made


def settings() -> Settings:
    links = {"fibre": {"families": ["ipv4", "ipv6"]}, "lte": {}}
    return parse({"zone": "example.com", "wan": {"links": links}}, {}, stack="home", where="test")


def posted(_: object) -> None:
    raise AssertionError("nothing is seen here")


def test_each_link_is_followed_once_until_it_is_switched_off(followers: Followers) -> None:
    links = Links(settings(), posted)
    links.switch_on()
    assert links.follow(["", "fibre"])
    assert links.follow(["fibre"]) == ()
    assert links.follow(["fibre", "lte"]) == (("lte", Family.IPV4),)
    assert followers.now == ["", "fibre", "lte"]
    links.switch_off()
    assert followers.now == []
    assert followers.ever == ["", "fibre", "lte"]


def test_what_is_asked_for_while_it_is_off_is_followed_once_it_is_on(followers: Followers) -> None:
    links = Links(settings(), posted)
    assert links.follow(["fibre"]) == (("fibre", Family.IPV4), ("fibre", Family.IPV6))
    assert followers.ever == []
    for _ in range(2):
        links.switch_on()
        links.switch_on()
        assert followers.now == ["fibre"]
        links.switch_off()
        links.switch_off()
        assert followers.now == []
    assert followers.ever == ["fibre", "fibre"]


def test_all_end_where_one_cannot_be_followed(followers: Followers, monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def refusing(
        settings: WanSettings, links: Iterable[str], post: Callable[[object], None]
    ) -> Iterator[Callable[[], None]]:
        if links == ["lte"]:
            raise OSError
        with followers.following(settings, links, post) as nudge:
            yield nudge

    monkeypatch.setattr(links_module, "following", refusing)
    links = Links(settings(), posted)
    links.switch_on()
    with pytest.raises(OSError):  # noqa: PT011 - it has no message
        links.follow(["fibre", "lte"])
    links.switch_off()
    assert (followers.ever, followers.now) == (["fibre"], [])


def test_a_link_that_there_is_not_is_left_to_the_plan_which_tells_the_objects_owner(followers: Followers) -> None:
    links = Links(settings(), posted)
    links.switch_on()
    assert links.follow(["dsl"]) == ()
    assert followers.now == []


def test_a_nudge_reaches_all_that_are_followed(followers: Followers) -> None:
    links = Links(settings(), posted)
    links.nudge()
    links.switch_on()
    links.follow(["fibre", "lte"])
    links.nudge()
    assert followers.nudged == ["fibre", "lte"]
    links.switch_off()
    links.nudge()
    assert followers.nudged == ["fibre", "lte"]
