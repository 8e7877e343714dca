"""The loop's turns: one convergence each, when the next is due, and what is remembered from one to the next."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from cli.daemon.confirmer import Confirmer
from cli.daemon.fast_plan import planned
from cli.daemon.grace import Grace
from cli.daemon.triggers import Due
from cli.engine.backoff import Backoff
from cli.engine.failure import RunFailed
from cli.engine.run import Listener
from cli.events import Begun, Cause, Failure, Trigger, Turn
from cli.feedback.telling import Teller
from cli.reconcile.converge import converge
from cli.reconcile.geo_retry import Rounds
from cli.reconcile.news import Told
from cli.reconcile.recovering import end
from cli.reconcile.result import Convergence
from cli.recovery.recover import recover
from cli.session.session import Session
from stacks.model.errors import NotNow, ObservationError, Refused, is_disk_full
from stacks.observe.world import Sights
from stacks.plan.safety.permission import Permission, refused


class Turns:
    """due: when the next turn is at the latest, and why.

    What a crash may have left is put right before the first turn, when others have led, and after a turn that failed.
    """

    def __init__(self, session: Session, confirmer: Confirmer, teller: Teller, first: Trigger = Trigger.START) -> None:
        self._session, self._confirmer, self._teller = session, confirmer, teller
        self._settings = session.settings
        self._pace = self._settings.watch
        self._grace = Grace(self._settings.delete_grace)
        self._pause = Backoff(self._pace.first_retry, self._pace.longest_retry)
        self._refusal = ""
        self._last: Convergence | None = None
        self._seen = Sights(())
        self._rounds = Rounds(self._settings.geo.handover if self._settings.geo else 0.0, wait=None)
        self._is_mended = False
        self._leads_since: datetime | None = None
        self._error: Exception | None = None
        self.due = Due(time.monotonic(), first)

    def begin(self) -> None:
        """Lead from now on: others may have been at work, and are no more."""
        self._last, self._error, self._is_mended = None, None, False
        self._leads_since = datetime.now(UTC)

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

    def take(self, sights: Sights, turn: Turn, told: Told, listener: Listener) -> None:
        """Converge once. Raises UserError where no further try would help."""
        self._last, self._seen = None, sights
        told(Begun())
        try:
            done = self._converge(sights, told, listener)
        except Refused as error:
            self._teller.failed(error, turn.id)
            self._tell_refusal(error, told)
            self._pause.reset()
            self.due = self._drift_or_grace()
        except (ObservationError, RunFailed, NotNow, OSError) as error:
            if isinstance(error, OSError) and not is_disk_full(error):
                raise
            self._teller.failed(error, turn.id)
            self._failed(error, told)
        else:
            self._teller.tell(done, turn.id)
            self._done(done, told)

    def _converge(self, sights: Sights, told: Told, listener: Listener) -> Convergence:
        takeover = None
        if not self._is_mended:
            takeover = recover(self._session, told, leads_since=self._leads_since, after=self._error)
        done = converge(
            self._session,
            listener,
            sights=lambda: sights,
            planned=self._teller.planned,
            takeover=takeover,
            amend=lambda plan, observation: self._grace.amend(plan, observation, told),
            hold_back=True,
            rounds=self._rounds,
        )
        self._is_mended = end(self._session, done)
        return done

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
            self._retry(Failure(done.unread_at_providers, self._pause.take(), Cause.UNREAD), told)
        else:
            self._pause.reset()

    def _failed(self, error: Exception, told: Told) -> None:
        self._is_mended, self._error = False, error
        self.due = self._drift_or_grace()
        if isinstance(error, RunFailed) and error.interrupted:
            self._no_later_than(self._pause.first, Trigger.RETRY)  # who has asked it to end has told why
        else:
            self._retry(Failure(str(error), self._pause.take(), _cause(error)), told)

    def _retry(self, failure: Failure, told: Told) -> None:
        told(failure)
        self._no_later_than(failure.pause, Trigger.RETRY)

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


def _cause(error: Exception) -> Cause:
    if isinstance(error, RunFailed):
        return Cause.ENGINE
    return Cause.OBSERVATION if isinstance(error, ObservationError) else Cause.MACHINE
