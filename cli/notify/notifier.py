"""Notifications of the daemon's events, in a thread beside the daemon: nothing here delays it, or fails it."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

from cli.notify.courier import LOGGER, Complain, Courier, Deliverer
from cli.notify.pings import Beating, pinging
from cli.notify.policy import Policy
from cli.notify.services import services
from cli.reconcile.events import Dispatch, Subscriber
from cli.session.redactor import Redactor
from stacks.settings.watch import NotificationSettings

LAST_SECONDS = 5.0
"""Seconds in which the end waits for what is still to be sent."""
LONGEST_BACKLOG = 1000
"""Events that wait for the policy, which takes each in less than a millisecond."""


@contextmanager
def notifying(
    settings: NotificationSettings,
    environment: Mapping[str, str],
    stack: str,
    redactor: Redactor,
    complain: Complain,
    beating: Beating = lambda: True,
) -> Iterator[Subscriber]:
    """Yield a subscriber that notifies people and pings watchdogs, at the addresses of the environment.

    stack: names this instance in messages. complain: told what did not go through, without a secret, from any thread.
    beating: whether the loop is alive. Raises UserError where an address cannot be understood.
    """

    def complained(reason: str) -> None:
        complain(redactor.text(reason))

    couriers = [(one.name, one.send) for one in services(environment)]
    with pinging(settings, environment, redactor, complained, beating) as ping:
        if not couriers:
            yield ping
            return
        with _alone():
            notifier = Notifier(
                Policy(settings, stack), [Courier(name, send, complained) for name, send in couriers], redactor
            )
            try:
                yield partial(_both, notifier.on_event, ping)
            finally:
                notifier.close()


class Notifier:
    """A thread that asks the policy about each event, and gives its messages to the couriers."""

    def __init__(self, policy: Policy, couriers: Sequence[Deliverer], redactor: Redactor) -> None:
        self._policy, self._couriers, self._redactor = policy, couriers, redactor
        self._news: deque[Dispatch] = deque(maxlen=LONGEST_BACKLOG)
        self._closed = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="notify", daemon=True)
        self._thread.start()

    def on_event(self, dispatch: Dispatch) -> None:
        """Take an event; returns at once."""
        with self._changed:
            self._news.append(dispatch)
            self._changed.notify_all()

    def close(self) -> None:
        """Tell what is still to be told, and end, all within LAST_SECONDS."""
        until = time.monotonic() + LAST_SECONDS
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._thread.join(LAST_SECONDS)
        for courier in self._couriers:
            courier.close(until)

    def _run(self) -> None:
        closed = False
        while not closed:
            due = self._policy.due()
            with self._changed:
                timeout = None if due == math.inf else max(0.0, due - time.monotonic())
                self._changed.wait_for(lambda: self._news or self._closed, timeout)
                event, closed = list(self._news), self._closed
                self._news.clear()
            for dispatch in event:
                self._policy.on_event(dispatch)
            now = time.monotonic()
            for message in self._policy.last_words(now) if closed else self._policy.tell(now):
                text = self._redactor.text
                told = replace(message, title=text(message.title), body=text(message.body))
                for courier in self._couriers:
                    courier.post(told)


def _both(one: Subscriber, other: Subscriber, dispatch: Dispatch) -> None:
    one(dispatch)
    other(dispatch)


@contextmanager
def _alone() -> Iterator[None]:
    """Keep the log of apprise to the couriers, which report it once."""
    logger = logging.getLogger(LOGGER)
    before, logger.propagate = logger.propagate, False
    try:
        yield
    finally:
        logger.propagate = before
