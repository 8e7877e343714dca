"""What the loop is given to work with: the ways to tell, to mend and to clean up."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from cli.engine.run import Listener
from cli.loop.bulletin import Bulletin
from cli.loop.news import Told, Turn
from cli.workplace import Workplace


@dataclass(frozen=True, slots=True)
class Tools:
    """bulletin: tells all who listen. listening: gives what hears the engine's events in a turn.

    mend: puts right what a crash may have left; it raises UserError where only a person can go on. clean_up: deletes
    all that is ours.
    """

    bulletin: Bulletin
    listening: Callable[[Turn], AbstractContextManager[Listener]]
    mend: Callable[[Workplace, Told], None]
    clean_up: Callable[[Workplace], None]
