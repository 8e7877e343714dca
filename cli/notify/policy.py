"""The rules of notifications: which events are told, and when. Pure: time is given.

| heard                                         | told                                                            |
|-----------------------------------------------|-----------------------------------------------------------------|
| a change, a conflict, a disagreement, ...     | at once                                                         |
| again of the same within `at_most_every`      | when that is over, if it still differs from what was told last  |
| more than a few messages of a kind meanwhile  | together, when the first of them is `at_most_every` old         |
| a failure                                     | once, when it has failed for `failures_from` seconds            |
| a success after a failure that was told       | at once                                                         |
| anything while another one leads              | nothing: the leader tells it; but the end of this process       |
"""

from __future__ import annotations

import math
from collections import defaultdict, deque
from collections.abc import Iterator

from cli.events import Fatal, Leadership, Reloaded, Role
from cli.findings.events import finding
from cli.notify import facts
from cli.notify.message import Fact, Message, message
from cli.notify.streak import Streak
from cli.reconcile.events import Dispatch, Event
from cli.reconcile.result import Convergence
from stacks.model.errors import Refused
from stacks.model.values import Known, Sighting
from stacks.observe.wan.agreement.consensus import is_disagreement
from stacks.settings.watch import NotificationSettings, NotifiedOf

BURST = 5
"""Messages of a kind within `at_most_every`; what comes after them waits, and is told together."""
Key = tuple[NotifiedOf, str]


class Policy:
    """The facts that wait or were told. Moments are of the monotonic clock."""

    def __init__(self, settings: NotificationSettings, stack: str) -> None:
        self._settings, self._stack = settings, stack
        self._waiting: dict[Key, Fact] = {}
        self._told: dict[Key, float] = {}
        self._sent: defaultdict[NotifiedOf, deque[float]] = defaultdict(lambda: deque(maxlen=BURST))
        self._conflicts: frozenset[str] = frozenset()
        self._open: set[str] = set()
        """The subjects of what was told to fail, and has not recovered."""
        self._streak = Streak(settings.failures_from)
        self._failing_since: float | None = None
        """Of the streak that was told."""
        self._role: Role | None = None

    def on_event(self, dispatch: Dispatch) -> None:
        """Take an event."""
        event, was_standby = dispatch.event, self._role is Role.STANDBY
        self._streak.on_event(dispatch)
        if isinstance(event, Leadership):
            self._role = event.role
            if event.role is Role.STANDBY:
                self._waiting.clear()
            if (event.role is Role.LEADER and (was_standby or event.transitions)) or event.reason:
                self._add(facts.of_leadership(event))
        elif isinstance(event, Fatal):
            self._add(Fact("failure", "fatal", finding(event)))
        elif self._role is not Role.STANDBY:
            for fact in self._of(event, dispatch.monotonic):
                self._add(fact)

    def due(self) -> float:
        """Return the moment at which a message is due, unless events come before."""
        failing = self._streak.due if self._failing_since is None else math.inf
        return min([failing, *(self._ready_at(key) for key in self._waiting)])

    def tell(self, now: float) -> list[Message]:
        """Return the messages that are due now."""
        since = self._streak.since
        if since is not None and self._streak.due <= now and self._failing_since is None:
            self._failing_since = since
            self._add(facts.of_failing(now - since, self._streak.reason))
        ready = [fact for key, fact in self._waiting.items() if self._ready_at(key) <= now]
        return self._messages(ready, now)

    def last_words(self, now: float) -> list[Message]:
        """Return the messages that still wait, because the process ends."""
        return self._messages(list(self._waiting.values()), now)

    def _messages(self, ready: list[Fact], now: float) -> list[Message]:
        by_kind: defaultdict[NotifiedOf, list[Fact]] = defaultdict(list)
        for fact in ready:
            by_kind[fact.kind].append(fact)
            del self._waiting[fact.kind, fact.subject]
        recent = now - self._settings.at_most_every
        self._told = {key: at for key, at in self._told.items() if at > recent}
        for kind, together in by_kind.items():
            self._sent[kind].append(now)
            self._told.update(((kind, fact.subject), now) for fact in together)
            if kind in {"failure", "disagreement"}:
                self._open.update(fact.subject for fact in together)
        return [message(self._stack, together) for together in by_kind.values()]

    def _ready_at(self, key: Key) -> float:
        """Return the earliest moment for telling a fact that waits."""
        sent = self._sent[key[0]]
        crowded = sent[0] if len(sent) == BURST else -math.inf
        return max(self._told.get(key, -math.inf), crowded) + self._settings.at_most_every

    def _add(self, fact: Fact) -> None:
        key = (fact.kind, fact.subject)
        if fact.kind not in self._settings.of:
            return
        before = self._waiting.pop(key, None)
        together = facts.merged(before, fact) if before else fact
        if together:
            self._waiting[key] = together

    def _of(self, event: Event, now: float) -> Iterator[Fact]:
        if isinstance(event, Convergence):
            yield from facts.of_changes(event)
            yield from self._new_conflicts(event)
            if self._streak.since is None:
                yield from self._recovered(now)
        elif isinstance(event, Sighting):
            yield from self._of_sighting(event)
        elif isinstance(event, Refused):
            yield Fact("refusal", str(event), finding(event))
        elif isinstance(event, Reloaded) and (event.problem or self._closes("failure", facts.SETTINGS)):
            yield facts.of_settings(event)

    def _new_conflicts(self, done: Convergence) -> Iterator[Fact]:
        found = {fact.subject: fact for fact in facts.of_all_conflicts(done)}
        for subject in self._conflicts - found.keys():
            self._waiting.pop(("conflict", subject), None)
        yield from (fact for subject, fact in found.items() if subject not in self._conflicts)
        # Of a zone that could not be listed nobody knows whether its conflicts are over.
        self._conflicts = frozenset(found) | (self._conflicts if done.unread_at_providers else frozenset())

    def _recovered(self, now: float) -> Iterator[Fact]:
        since, self._failing_since = self._failing_since, None
        if self._closes("failure", facts.CONVERGENCE):
            yield facts.of_recovery(now - (now if since is None else since))

    def _of_sighting(self, one: Sighting) -> Iterator[Fact]:
        if is_disagreement(one.addresses):
            yield facts.of_disagreement(one)
        elif isinstance(one.addresses, Known) and self._closes("disagreement", facts.of_disagreement(one).subject):
            yield facts.of_agreement(one)

    def _closes(self, kind: NotifiedOf, subject: str) -> bool:
        """Return whether a failure was told, so that its end is told too; forget it."""
        self._waiting.pop((kind, subject), None)
        told = subject in self._open
        self._open.discard(subject)
        return told
