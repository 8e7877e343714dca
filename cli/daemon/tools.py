"""What the loop is given to work with: the ways to tell and to clean up."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from cli.daemon.event_bus import Bulletin
from cli.engine.run import Listener
from cli.events import Turn
from cli.session.session import Session


@dataclass(frozen=True, slots=True)
class Tools:
    """bulletin: tells all who listen. listening: gives what hears the engine's events in a turn.

    looked: called when all that is followed has said something, or has had the time.
    clean_up: deletes all that is ours.
    """

    bulletin: Bulletin
    listening: Callable[[Turn], AbstractContextManager[Listener]]
    looked: Callable[[], object]
    clean_up: Callable[[Session], None]
