"""The links whose addresses are followed: those of the settings, and more of them as objects of clusters ask."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from types import TracebackType
from typing import Self

from cli.loop.inbox import Board, Inbox
from stacks.observe.wan.follow import following
from stacks.observe.wan.links import ways
from stacks.settings import Settings


class Links:
    """Followers of links, which end with the block."""

    def __init__(self, settings: Settings, board: Board, inbox: Inbox) -> None:
        self._settings, self._board, self._inbox = settings, board, inbox
        self._nudges: dict[str, Callable[[], None]] = {}
        self._running = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._running.close()

    def follow(self, links: Iterable[str]) -> bool:
        """Follow these too, as far as there are such, until the block ends: whether one is new."""
        wan = self._settings.wan
        new = [link for link in self._settings.known_links(links) if link not in self._nudges]
        for link in new:
            self._board.follow(ways(wan, [link]))
            self._nudges[link] = self._running.enter_context(following(wan, [link], self._inbox.put))
        return bool(new)

    def nudge(self) -> None:
        """Make all look at once. From any thread."""
        for nudge in tuple(self._nudges.values()):
            nudge()
