"""The loop's turns: one convergence each, when the next is due, and what is remembered from one to the next."""

from __future__ import annotations

import time

from cli.converge import Convergence, converge
from cli.engine.failure import RunFailed
from cli.engine.run import Listener
from cli.feedback.telling import Teller
from cli.loop.ahead import planned
from cli.loop.confirmer import Confirmer
from cli.loop.grace import Grace
from cli.loop.inbox import Board
from cli.loop.news import Failure, Told
from cli.rounds import Rounds
from cli.workplace import Workplace
from stacks.errors import ObservationError, Refused
from stacks.permission import Permission, refused

LONGEST_PAUSE = 300.0
"""Seconds between two tries of a convergence that keeps failing; the first pause is `wan.interval`, then doubled."""
DRIFT = 300.0
"""Seconds between two listings of a zone in which nothing is known to have changed."""


class Turns:
    """due: when the next turn is at the latest, on the monotonic clock. interrupted: the engine was told to end."""

    def __init__(self, workplace: Workplace, listener: Listener, told: Told, board: Board) -> None:
        self._workplace, self._listener, self._told, self._board = workplace, listener, told, board
        self._settings = workplace.settings
        self._grace = Grace(self._settings.delete_grace, told)
        self._pause = self._settings.wan.interval
        self._refusal = ""
        self._last: Convergence | None = None
        self._seen = board.sights()
        self._rounds = Rounds(self._settings.geo.handover if self._settings.geo else 0.0, wait=None)
        self.due = time.monotonic()
        self.interrupted = False

    def comes_to_nothing(self) -> bool:
        """Whether what was heard changes no record. What it does change is told, before it is looked at whole."""
        if time.monotonic() >= self.due:
            return False
        ahead = planned(self._settings, self._last, self._seen, self._board.sights())
        if ahead is None:
            return False
        if ahead.changes and not self._settings.delete_grace:  # which keeps for a while what would go
            self._told(ahead)
        return ahead.is_nothing

    def take(self, confirmer: Confirmer, teller: Teller) -> None:
        """Converge once."""
        self._last = None
        seen = self._seen = self._board.sights()
        try:
            done = converge(
                self._workplace,
                self._listener,
                sights=lambda: seen,
                planned=teller.planned,
                amend=self._grace.amend,
                hold_back=True,
                rounds=self._rounds,
            )
        except (ObservationError, RunFailed) as error:
            teller.failed(error)
            self.due = self._failed(str(error))
            self.interrupted = isinstance(error, RunFailed) and error.interrupted
        except Refused as error:
            teller.failed(error)
            self._tell_refusal(error)
            self._pause = self._settings.wan.interval
            self.due = self._drift_or_grace()
        else:
            teller.tell(done)
            self._done(done, confirmer)

    def _done(self, done: Convergence, confirmer: Confirmer) -> None:
        self._tell_refusal(refused(done.refusals, Permission(), self._settings) if done.is_held_back else None)
        self._told(done)
        confirmer.begin(done)
        self._last = done
        self.interrupted = any(run.interrupted for run in done.runs)
        self.due = self._drift_or_grace()
        if self._rounds.pause is not None:
            self.due = min(self.due, time.monotonic() + self._rounds.pause)
        if done.unread_at_providers:
            self.due = min(self.due, self._failed(done.unread_at_providers))
        else:
            self._pause = self._settings.wan.interval

    def _failed(self, reason: str) -> float:
        """Tell a failure: when to try again."""
        pause, self._pause = self._pause, min(self._pause * 2, LONGEST_PAUSE)
        self._told(Failure(reason, pause))
        return time.monotonic() + pause

    def _drift_or_grace(self) -> float:
        return min(time.monotonic() + DRIFT, self._grace.ends)

    def _tell_refusal(self, refusal: Refused | None) -> None:
        """Tell a refusal unless it was the last one."""
        if refusal is not None and str(refusal) != self._refusal:
            self._told(refusal)
        self._refusal = str(refusal or "")
