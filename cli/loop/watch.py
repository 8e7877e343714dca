"""The watch loop: converge when an address or an object has changed, when drift is due, and again after a failure."""

from __future__ import annotations

import gc
import os

from cli.converge import import_program
from cli.engine.run import Listener
from cli.feedback.telling import telling
from cli.loop.clusters import following_clusters
from cli.loop.confirmer import confirming
from cli.loop.inbox import Board, Inbox
from cli.loop.links import Links
from cli.loop.news import Told
from cli.loop.turns import Turns
from cli.workplace import Workplace
from stacks.observe.wan.address_events import watch_addresses
from stacks.wishes import links_asked

LINGER = 1.0
"""Seconds for which the end waits until the owners of objects are told of what was done last."""


def watch(workplace: Workplace, listener: Listener, told: Told, inbox: Inbox) -> None:
    """Converge now, and again whenever an address or an object has changed, until the inbox has a Stop.

    told hears of every convergence and failure, of each address and source that is known or not known any more, of what
    leaves the wish, of what the name servers have confirmed and of objects whose owners cannot be told (each from a
    thread of its own), and once of what the guard refuses: it is left as it is until a person allows it; the rest is
    done. Raises UserError where the settings or credentials are refused.
    """
    import_program()  # now, rather than when an address has changed and every second counts
    settings = workplace.settings
    clusters = settings.each_cluster()
    board = Board((), inbox, told, clusters)
    with (
        Links(settings, board, inbox) as links,
        watch_addresses(links.nudge),
        following_clusters(clusters, inbox.put),
        confirming(settings, told) as confirmer,
        telling(clusters, os.environ, told, LINGER) as teller,
    ):
        links.follow(settings.asked_links())
        board.start(max([settings.wan.timeout, *(cluster.timeout for cluster in clusters)]) + 1.0)
        if links.follow(links_asked(board.sights().sources)):
            board.start(settings.wan.timeout + 1.0)
        gc.freeze()  # modules and caches stay: the collector need not look through them at each change
        turns = Turns(workplace, listener, told, board)
        while not (board.stopped or turns.interrupted):
            if board.wait_until(turns.due):
                links.follow(links_asked(board.sights().sources))
                if not turns.comes_to_nothing():
                    turns.take(confirmer, teller)
