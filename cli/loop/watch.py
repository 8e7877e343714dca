"""The watch loop: converge when an address has changed, when drift is due, and again after a failure."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from cli.converge import Convergence, converge, import_program
from cli.engine.failure import RunFailed
from cli.engine.run import Listener
from cli.loop.inbox import Board, Inbox
from cli.workplace import Workplace
from stacks.errors import ObservationError
from stacks.observe.wan.address_events import watch_addresses
from stacks.observe.wan.follow import following
from stacks.observe.wan.links import ways
from stacks.values import Sighting

LONGEST_PAUSE = 300.0
"""Seconds between two tries of a convergence that keeps failing; the first pause is `wan.interval`, then doubled."""
DRIFT = 300.0
"""Seconds between two listings of a zone in which nothing is known to have changed."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A convergence that did not work out; the loop tries again after pause seconds."""

    reason: str
    pause: float


Told = Callable[[Convergence | Failure | Sighting], None]


def watch(workplace: Workplace, listener: Listener, told: Told, inbox: Inbox) -> None:
    """Converge now, and again whenever an address has changed, until the inbox has a Stop.

    told hears of every convergence and failure, and of each address that is known or not known any more. Raises
    UserError where the settings or credentials are refused.
    """
    import_program()  # now, rather than when an address has changed and every second counts
    wan, links = workplace.settings.wan, workplace.settings.asked_links()
    board = Board(ways(wan, links), inbox, told)
    pause = wan.interval
    with following(wan, links, inbox.put) as nudge, watch_addresses(nudge):
        board.start(wan.timeout + 1.0)
        due = time.monotonic()
        while not board.stopped:
            if not board.hear(due - time.monotonic()) and time.monotonic() < due:
                continue
            try:
                done = converge(workplace, listener, sightings=board.sightings)
            except (ObservationError, RunFailed) as error:
                told(Failure(str(error), pause))
                due, pause = time.monotonic() + pause, min(pause * 2, LONGEST_PAUSE)
                interrupted = isinstance(error, RunFailed) and error.interrupted
            else:
                told(done)
                due, pause = time.monotonic() + DRIFT, wan.interval
                interrupted = any(run.interrupted for run in done.runs)
            if interrupted:
                break
