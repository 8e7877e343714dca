from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from queue import SimpleQueue
from typing import TYPE_CHECKING

import pytest

from cli.loop import links as links_module
from cli.loop.inbox import Board, Inbox
from cli.loop.links import Links
from stacks.settings import Settings, parse
from stacks.values import Family, Unknown

if TYPE_CHECKING:
    from stacks.observe.wan.settings import WanSettings


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


def board_and_inbox() -> tuple[Board, Inbox]:
    inbox: Inbox = SimpleQueue()
    return Board((), inbox, lambda _: None), inbox


def test_each_link_is_followed_once_until_the_block_ends(followers: Followers) -> None:
    with Links(settings(), *board_and_inbox()) as links:
        assert links.follow(["", "fibre"])
        assert not links.follow(["fibre"])
        assert links.follow(["fibre", "lte"])
        assert followers.now == ["", "fibre", "lte"]
    assert followers.now == []
    assert followers.ever == ["", "fibre", "lte"]


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
    with pytest.raises(OSError), Links(settings(), *board_and_inbox()) as links:  # noqa: PT011 - it has no message
        links.follow(["fibre", "lte"])
    assert (followers.ever, followers.now) == (["fibre"], [])


def test_a_link_that_there_is_not_is_left_to_the_plan_which_tells_the_objects_owner(followers: Followers) -> None:
    with Links(settings(), *board_and_inbox()) as links:
        assert not links.follow(["dsl"])
        assert followers.now == []


def test_the_board_awaits_every_family_of_a_link_before_it_is_followed(followers: Followers) -> None:
    board, inbox = board_and_inbox()
    with Links(settings(), board, inbox) as links:
        links.follow(["fibre"])
        assert [(one.link, one.family) for one in board.sights().addresses] == [
            ("fibre", Family.IPV4),
            ("fibre", Family.IPV6),
        ]
        assert all(isinstance(one.addresses, Unknown) for one in board.sights().addresses)
        assert followers.ever == ["fibre"]


def test_a_nudge_reaches_all_that_are_followed(followers: Followers) -> None:
    with Links(settings(), *board_and_inbox()) as links:
        links.nudge()
        links.follow(["fibre", "lte"])
        links.nudge()
        assert followers.nudged == ["fibre", "lte"]
