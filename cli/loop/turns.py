"""The loop's turns: one convergence each, when the next is due, and what is remembered from one to the next."""

from __future__ import annotations

import errno
import time
from collections.abc import Callable

from cli.converge import Convergence, converge
from cli.engine.failure import RunFailed
from cli.engine.run import Listener
from cli.errors import NotNow
from cli.feedback.telling import Teller
from cli.loop.ahead import planned
from cli.loop.confirmer import Confirmer
from cli.loop.grace import Grace
from cli.loop.news import Begun, Failure, Told, Trigger
from cli.loop.pause import Pause
from cli.loop.triggers import Due
from cli.rounds import Rounds
from cli.workplace import Workplace
from stacks.errors import ObservationError, Refused
from stacks.observe.world import Sights
from stacks.permission import Permission, refused

_DISK_FULL = (errno.ENOSPC, errno.EDQUOT)


class Turns:
    """due: when the next turn is at the latest, and why.

    mend: puts right what a crash may have left, before the first turn of a leadership and after each that failed.
    """

    def __init__(
        self,
        workplace: Workplace,
        mend: Callable[[Told], None],
        confirmer: Confirmer,
        teller: Teller,
        first: Trigger = Trigger.START,
    ) -> None:
        self._workplace, self._mend = workplace, mend
        self._confirmer, self._teller = confirmer, teller
        self._settings = workplace.settings
        self._pace = self._settings.watch
        self._grace = Grace(self._settings.delete_grace)
        self._pause = Pause(self._pace.first_retry, self._pace.longest_retry)
        self._refusal = ""
        self._last: Convergence | None = None
        self._seen = Sights(())
        self._rounds = Rounds(self._settings.geo.handover if self._settings.geo else 0.0, wait=None)
        self._is_mended = False
        self.due = Due(time.monotonic(), first)

    def begin(self) -> None:
        """Leads from now on: others may have been at work."""
        self._last = None
        self._is_mended = False

    def comes_to_nothing(self, sights: Sights, told: Told) -> bool:
        """Whether what is seen changes no record. What it does change is told, before it is looked at whole."""
        if time.monotonic() >= self.due.at:
            return False
        ahead = planned(self._settings, self._last, self._seen, sights)
        if ahead is None:
            return False
        if ahead.changes and not self._settings.delete_grace:  # which keeps for a while what would go
            told(ahead)
        return ahead.is_nothing

    def take(self, sights: Sights, told: Told, listener: Listener) -> None:
        """Converge once. Raises UserError where no further try would help."""
        self._last, self._seen = None, sights
        told(Begun())
        try:
            if not self._is_mended:
                self._mend(told)
                self._is_mended = True
            done = self._converge(sights, told, listener)
        except Refused as error:
            self._teller.failed(error)
            self._tell_refusal(error, told)
            self._pause.reset()
            self.due = self._drift_or_grace()
        except (ObservationError, RunFailed, NotNow, OSError) as error:
            if isinstance(error, OSError) and error.errno not in _DISK_FULL:
                raise
            self._failed(error, told)
        else:
            self._teller.tell(done)
            self._done(done, told)

    def _converge(self, sights: Sights, told: Told, listener: Listener) -> Convergence:
        return converge(
            self._workplace,
            listener,
            sights=lambda: sights,
            planned=self._teller.planned,
            amend=lambda plan, observation: self._grace.amend(plan, observation, told),
            hold_back=True,
            rounds=self._rounds,
        )

    def _done(self, done: Convergence, told: Told) -> None:
        refusal = refused(done.refusals, Permission(), self._settings) if done.is_held_back else None
        self._tell_refusal(refusal, told)
        told(done)
        self._confirmer.begin(done, told)
        self._last = done
        self.due = self._drift_or_grace()
        if self._rounds.pause is not None:
            self._no_later_than(self._rounds.pause, Trigger.ROUND)
        if done.unread_at_providers:
            self._retry(done.unread_at_providers, told)
        else:
            self._pause.reset()

    def _failed(self, error: Exception, told: Told) -> None:
        self._is_mended = False
        self._teller.failed(error)
        self.due = self._drift_or_grace()
        if isinstance(error, RunFailed) and error.interrupted:
            self._no_later_than(self._pause.first, Trigger.RETRY)  # who has asked it to end has told why
        else:
            self._retry(str(error), told)

    def _retry(self, reason: str, told: Told) -> None:
        pause = self._pause.take()
        told(Failure(reason, pause))
        self._no_later_than(pause, Trigger.RETRY)

    def _no_later_than(self, seconds: float, trigger: Trigger) -> None:
        self.due = min(self.due, Due(time.monotonic() + seconds, trigger), key=lambda one: one.at)

    def _drift_or_grace(self) -> Due:
        drift = Due(time.monotonic() + self._pace.drift, Trigger.DRIFT)
        return min(drift, Due(self._grace.ends, Trigger.GRACE), key=lambda one: one.at)

    def _tell_refusal(self, refusal: Refused | None, told: Told) -> None:
        """Tell a refusal unless it was the last one."""
        if refusal is not None and str(refusal) != self._refusal:
            told(refusal)
        self._refusal = str(refusal or "")
