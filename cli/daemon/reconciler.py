"""Reconciles the zones in turns, one convergence each, and decides when the next turn is due.

A turn converges (`cli.reconcile.converge`), which runs the engine only where the plan has changes. A change of objects
that touches no zone of ours takes no turn (`plan_ahead`).
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection, Mapping

from cli.daemon.confirmer import Confirmer
from cli.daemon.fast_plan import planned
from cli.daemon.triggers import Due
from cli.engine.backoff import Backoff
from cli.engine.failure import RunFailed
from cli.engine.run import Listener
from cli.events import Begun, Cause, Failure, Leaving, Trigger, Turn
from cli.feedback.telling import Teller
from cli.reconcile.converge import converge
from cli.reconcile.events import Publish
from cli.reconcile.geo_retry import Rounds
from cli.reconcile.look import ConvergenceOptions
from cli.reconcile.memory import asks_for_the_same, remembered_of
from cli.reconcile.recovering import end
from cli.reconcile.rejections import Rejections
from cli.reconcile.result import Convergence, Planned
from cli.recovery.locks import Leading
from cli.recovery.recover import recover
from cli.session.session import Session
from cli.webhook.desk import Desk
from stacks.model.errors import NotNow, ObservationError, ProviderRefused, Refused, may_pass
from stacks.model.observation import Observation
from stacks.model.plan import Plan
from stacks.observe.remembered import NOTHING, Remembered
from stacks.observe.webhook.kept import kept_source
from stacks.observe.world import Sights
from stacks.plan.records.record_sets import Key
from stacks.plan.safety.grace import withhold
from stacks.plan.safety.permission import Permission, refused

NEWS = frozenset({Trigger.ADDRESS, Trigger.OBJECTS})
"""The triggers that say themselves what has changed; all others may come from a zone."""


class Reconciler:
    """The turns of a watch loop, and its memory from one turn to the next. due: the latest time of the next turn.

    The remains of a crash are recovered before the first turn, after another leader, and after a turn that failed.
    """

    def __init__(
        self,
        session: Session,
        confirmer: Confirmer,
        teller: Teller,
        first: Trigger = Trigger.START,
        desk: Desk | None = None,
    ) -> None:
        """desk: where the requests of external-dns wait; None where it has no webhook here."""
        self._session, self._confirmer, self._teller, self._desk = session, confirmer, teller, desk
        self._settings = session.settings
        self._pace = self._settings.watch
        self._grace = Grace(self._settings.delete_grace)
        self._pause = Backoff(self._pace.first_retry, self._pace.longest_retry)
        self._refusal = ""
        self._last: Convergence | None = None
        self._zones = NOTHING
        """The zones since they were listed (`cli.reconcile.memory`)."""
        self._listed = 0.0
        """The time of the last listing, or of the last try."""
        self.seen = Sights(())
        """The addresses and claims of the last turn."""
        self._rounds = Rounds(self._settings.geo.handover if self._settings.geo else 0.0, wait=None)
        self._rejections = Rejections()
        self._is_recovered, self._has_converged = False, False
        self._leading: Leading | None = None
        self._error: Exception | None = None
        self.due = Due(time.monotonic(), first)

    def begin_leading(self, former_hosts: Collection[str]) -> None:
        """Forget the last turn: another leader may have been at work since. former_hosts: of the leaders before."""
        self._last, self._zones, self._error, self._is_recovered = None, NOTHING, None, False
        self._leading = Leading(former_hosts)
        if self._desk:
            self._desk.forget()

    def plan_ahead(self, sights: Sights, publish: Publish) -> Planned | None:
        """Return what a change of objects will come to, and publish it; None where a whole convergence has to tell."""
        if time.monotonic() >= self.due.at:
            return None
        ahead = planned(self._settings, self._last, self.seen, sights)
        if ahead and ahead.changes and not self._settings.delete_grace:  # which keeps for a while what would go
            publish(ahead)
        return ahead

    def take_turn(self, sights: Sights, turn: Turn, publish: Publish, listener: Listener) -> None:
        """Converge once. Raises UserError where no further try would help."""
        is_news = NEWS.issuperset(turn.triggers) and asks_for_the_same(self.seen, sights)
        remembered, self._zones = self._zones if is_news else NOTHING, NOTHING
        self._last, self.seen = None, sights
        publish(Begun())
        unwanted = self._desk.begin() if self._desk else frozenset()
        try:
            done = self._converge(sights, remembered, publish, listener, unwanted)
        except Refused as error:
            self._teller.failed(error, turn.id)
            self._publish_refusal(error, publish)
            self._pause.reset()
            self._listed = time.monotonic()
            self.due = self._drift_or_grace()
        except (ObservationError, RunFailed, NotNow, ProviderRefused, OSError) as error:
            if isinstance(error, OSError) and not may_pass(error):
                raise
            if isinstance(error, ProviderRefused) and not self._has_converged:
                raise  # credentials that have never been right are settings to mend
            self._teller.failed(error, turn.id)
            self._failed(error, publish)
        else:
            if self._desk:
                self._desk.done(self._settings, done)
            self._teller.tell(done, turn.id)
            self._done(done, publish)
        finally:
            if self._desk:
                self._desk.end()

    def _converge(
        self, sights: Sights, remembered: Remembered, publish: Publish, listener: Listener, unwanted: Collection[Key]
    ) -> Convergence:
        takeover = None
        if not self._is_recovered:
            takeover = recover(self._session, publish, leading=self._leading, after=self._error)
        done = converge(
            self._session,
            listener,
            ConvergenceOptions(
                sights=lambda: sights,
                takeover=takeover,
                amend=lambda plan, observation: self._grace.amend(plan, observation, publish, unwanted),
                hold_back=True,
                asked=self._desk.asked if self._desk else kept_source,
                remembered=remembered,
            ),
            planned=self._teller.planned,
            rounds=self._rounds,
            rejections=self._rejections,
        )
        if self._leading:
            self._leading.end_look()
        self._is_recovered = end(self._session, done)
        return done

    def _done(self, done: Convergence, publish: Publish) -> None:
        refusal = refused(done.refusals, Permission(), self._settings) if done.is_held_back else None
        self._publish_refusal(refusal, publish)
        publish(done)
        self._has_converged = True
        self._confirmer.begin(done, publish)
        self._zones = remembered_of(self._settings, done)
        if not done.is_from_memory:
            self._listed = time.monotonic()
        if self.seen.sources:  # only their changes are planned ahead, and it is large
            self._last = done
        self.due = self._drift_or_grace()
        if self._rounds.pause is not None:
            self._no_later_than(self._rounds.pause, Trigger.ROUND)
        self._no_later_than(self._rejections.pause, Trigger.RETRY)
        if done.unread_at_providers:
            self._retry(Failure(done.unread_at_providers, self._pause.take(), Cause.UNREAD), publish)
        else:
            self._pause.reset()

    def _failed(self, error: Exception, publish: Publish) -> None:
        self._is_recovered, self._error = False, error
        self._listed = time.monotonic()
        self.due = self._drift_or_grace()
        if isinstance(error, RunFailed) and error.interrupted:
            self._no_later_than(
                self._pause.first, Trigger.RETRY
            )  # the reason was published by the part that interrupted it
        else:
            self._retry(Failure(str(error), self._pause.take(), _cause(error)), publish)

    def _retry(self, failure: Failure, publish: Publish) -> None:
        publish(failure)
        self._no_later_than(failure.pause, Trigger.RETRY)

    def _no_later_than(self, seconds: float, trigger: Trigger) -> None:
        self.due = min(self.due, Due(time.monotonic() + seconds, trigger), key=lambda one: one.at)

    def _drift_or_grace(self) -> Due:
        drift = Due(self._listed + self._pace.drift, Trigger.DRIFT)
        return min(drift, Due(self._grace.ends, Trigger.GRACE), key=lambda one: one.at)

    def _publish_refusal(self, refusal: Refused | None, publish: Publish) -> None:
        """Publish a refusal unless it is the same as the last one."""
        if refusal is not None and str(refusal) != self._refusal:
            publish(refusal)
        self._refusal = str(refusal or "")


def _cause(error: Exception) -> Cause:
    if isinstance(error, RunFailed):
        return Cause.ENGINE
    return Cause.OBSERVATION if isinstance(error, ObservationError) else Cause.MACHINE


class Grace:
    """The record sets that are kept for some seconds. A new process starts the time anew."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._since: Mapping[Key, float] = {}
        self.ends = math.inf
        """The time on the clock at which the next of them is to be deleted."""

    def amend(
        self, plan: Plan, observation: Observation, publish: Callable[[Leaving], None], at_once: Collection[Key] = ()
    ) -> Plan:
        """Return the plan with the record sets still kept, and publish the ones added. at_once: sets that are not."""
        if not self._seconds:
            return plan
        now = self._clock()
        before = {**self._since, **dict.fromkeys(at_once, now - self._seconds)}
        amended, since = withhold(plan, observation, before, now, self._seconds)
        for name, record_type in sorted(since.keys() - before.keys()):
            publish(Leaving(name, record_type, self._seconds))
        self._since = since
        self.ends = min(
            (begin + self._seconds for begin in since.values() if now < begin + self._seconds), default=math.inf
        )
        return amended
