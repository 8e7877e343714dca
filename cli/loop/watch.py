"""The watch loop: converge when an address has changed, when drift is due, and again after a failure."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from cli.converge import Convergence, converge, import_program
from cli.engine.failure import RunFailed
from cli.engine.run import Listener
from cli.loop.clusters import following_clusters
from cli.loop.confirmer import Confirmation, confirming
from cli.loop.grace import Grace, Leaving
from cli.loop.inbox import Board, Inbox
from cli.loop.links import Links
from cli.workplace import Workplace
from stacks.errors import ObservationError, Refused
from stacks.observe.wan.address_events import watch_addresses
from stacks.permission import Permission, refused
from stacks.values import Sighting
from stacks.wishes import SourceSighting, links_asked

LONGEST_PAUSE = 300.0
"""Seconds between two tries of a convergence that keeps failing; the first pause is `wan.interval`, then doubled."""
DRIFT = 300.0
"""Seconds between two listings of a zone in which nothing is known to have changed."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A convergence that did not work out; the loop tries again after pause seconds."""

    reason: str
    pause: float


News = Convergence | Confirmation | Failure | Refused | Leaving | Sighting | SourceSighting
Told = Callable[[News], None]


def watch(workplace: Workplace, listener: Listener, told: Told, inbox: Inbox) -> None:
    """Converge now, and again whenever an address has changed, until the inbox has a Stop.

    told hears of every convergence and failure, of each address that is known or not known any more, of what leaves
    the wish, of what the name servers have confirmed (from a thread of its own), and once of what the guard refuses:
    it is left as it is until a person allows it; the rest is done. Raises UserError where the settings or credentials
    are refused.
    """
    import_program()  # now, rather than when an address has changed and every second counts
    settings, wan = workplace.settings, workplace.settings.wan
    clusters = settings.each_cluster()
    board = Board((), inbox, told, clusters)
    grace = Grace(settings.delete_grace, told)
    pause, refusal = wan.interval, ""
    with (
        Links(settings, board, inbox) as links,
        watch_addresses(links.nudge),
        following_clusters(clusters, inbox.put),
        confirming(settings, told) as confirmer,
    ):
        links.follow(settings.asked_links())
        board.start(max([wan.timeout, *(cluster.timeout for cluster in clusters)]) + 1.0)
        if links.follow(links_asked(board.sights().sources)):
            board.start(wan.timeout + 1.0)
        due = time.monotonic()
        while not board.stopped:
            if not board.hear(due - time.monotonic()) and time.monotonic() < due:
                continue
            links.follow(links_asked(board.sights().sources))
            try:
                done = converge(workplace, listener, sights=board.sights, amend=grace.amend, hold_back=True)
            except (ObservationError, RunFailed) as error:
                told(Failure(str(error), pause))
                due, pause = time.monotonic() + pause, min(pause * 2, LONGEST_PAUSE)
                interrupted = isinstance(error, RunFailed) and error.interrupted
            except Refused as error:
                refusal = _tell_once(told, error, refusal)
                due, pause, interrupted = min(time.monotonic() + DRIFT, grace.ends), wan.interval, False
            else:
                left_out = refused(done.refusals, Permission(), settings) if done.is_held_back else None
                refusal = _tell_once(told, left_out, refusal)
                told(done)
                confirmer.begin(done)
                interrupted = any(run.interrupted for run in done.runs)
                due = min(time.monotonic() + DRIFT, grace.ends)
                if done.unread_zones:
                    told(Failure(done.unread_zones, pause))
                    due = min(due, time.monotonic() + pause)
                pause = min(pause * 2, LONGEST_PAUSE) if done.unread_zones else wan.interval
            if interrupted:
                break


def _tell_once(told: Told, refusal: Refused | None, before: str) -> str:
    """Tell a refusal unless it was the last one; what to compare the next with, "" for none."""
    if refusal is not None and str(refusal) != before:
        told(refusal)
    return str(refusal or "")
