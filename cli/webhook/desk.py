"""The desk between the webhook and the watch loop: requests wait there for the turn that carries them out.

What external-dns asks for is kept here while the process leads; state remembers it (`stacks.observe.webhook.kept`). A
request is all that one turn is given, and is answered by its end. What was not carried out is not kept: external-dns
asks again, because it is not told that it is there.

| a turn                                   | is answered              | then there is kept                          |
|------------------------------------------|--------------------------|---------------------------------------------|
| has done all that was asked              | 204                      | what was asked                              |
| has done some of it (the guard, a        | 503, with the reasons    | what was done; of the others what was       |
| conflict, a refusal of the provider)     |                          | before                                      |
| has failed                               | 503                      | nothing: the next turn reads it from state  |
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field

from cli.reconcile.result import Convergence
from components.records.plan_limits import PlanLimits
from stacks.model.claims import Claim, SourceSighting
from stacks.model.observation import Observation, Registry
from stacks.model.values import Endpoint, ZoneSnapshot
from stacks.observe.webhook import kept
from stacks.observe.webhook.endpoints import Changes, Key
from stacks.plan.webhook.resolved import resolved
from stacks.plan.webhook.undone import CarriedOut, Undone, undone
from stacks.settings.stack import Settings

MOST_WAITING = 8
"""Requests that wait for a turn; external-dns sends one at a time."""


@dataclass(frozen=True, slots=True)
class ChangeAnswer:
    """The answer to a request: what was not carried out. reason: why nothing is certain; "" where all is known."""

    undone: tuple[Undone, ...] = ()
    reason: str = ""

    @property
    def is_done(self) -> bool:
        """Whether all was carried out."""
        return not (self.undone or self.reason)


@dataclass(frozen=True, slots=True, eq=False)
class ChangeRequest:
    """A request for changes, and its answer."""

    changes: Changes
    answer: Future[ChangeAnswer] = field(default_factory=Future)


@dataclass(frozen=True, slots=True)
class WebhookView:
    """The claims of external-dns, as it is told of them. limits: of the zones' plans."""

    settings: Settings
    claims: Mapping[Key, Claim]
    limits: Mapping[str, PlanLimits]

    def endpoints(self) -> Mapping[Key, Endpoint]:
        """Return the endpoint of each claim, as its zone keeps it."""
        return resolved(self.settings, self.claims.values(), self.limits)


class Desk:
    """The waiting requests of external-dns, and its claims so far. For any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._wake: Callable[[], object] | None = None
        self._leads: Callable[[], bool] = lambda: False
        self._waiting: list[ChangeRequest] = []
        self._taken: tuple[ChangeRequest, ...] = ()
        self._kept: dict[Key, Claim] | None = None
        self._base: dict[Key, Claim] | None = None
        """What was kept when the present turn began, or what state said then: for the thread of the turn alone."""
        self._turn = 0
        """Counts turns, and each `forget`."""
        self._begun = 0
        """The count when the present turn began."""
        self._world: WebhookView | None = None

    @contextmanager
    def attended(self, wake: Callable[[], object], leads: Callable[[], bool]) -> Iterator[None]:
        """Let requests wake a watch loop within the block. leads: whether this process may write."""
        with self._lock:
            self._wake, self._leads = wake, leads
        try:
            yield
        finally:
            with self._lock:
                self._wake, self._leads = None, lambda: False

    def world(self) -> WebhookView | None:
        """Return what external-dns is told of; None where this process does not know it, or does not lead."""
        with self._lock:
            return self._world if self._leads() else None

    def ask(self, changes: Changes) -> ChangeRequest | None:
        """Let a request wait for the next turn; None where it cannot: nobody leads here, or too many wait."""
        request = ChangeRequest(changes)
        with self._lock:
            if self._wake is None or not self._leads() or len(self._waiting) >= MOST_WAITING:
                return None
            self._waiting.append(request)
            self._wake()
        return request

    def withdraw(self, request: ChangeRequest) -> bool:
        """Take back a request that waits; return whether its turn had not begun."""
        with self._lock:
            if request not in self._waiting:
                return False
            self._waiting.remove(request)
            return True

    def close(self) -> None:
        """Answer all requests that wait: nobody comes for them any more."""
        with self._lock:
            waiting, self._waiting, self._wake = self._waiting, [], None
        for one in waiting:
            one.answer.set_result(ChangeAnswer(reason="this process ends; ask again"))

    def forget(self) -> None:
        """Forget what is kept, and what the present turn is going to keep: another process may write."""
        with self._lock:
            self._turn += 1
            self._kept = self._world = None

    def begin(self) -> frozenset[Key]:
        """Take the waiting requests into a turn that begins, and return the sets to be deleted."""
        with self._lock:
            self._turn += 1
            self._begun, self._base = self._turn, self._kept
            self._taken, self._waiting = tuple(self._waiting), []
            return frozenset(key for one in self._taken for key in one.changes.unwanted)

    def asked(self, _: Settings, registry: Registry) -> tuple[SourceSighting, ...]:
        """Return the source with the kept claims and this turn's requests. registry: in place of kept ones."""
        if self._base is None:
            self._base = kept.kept(registry)
        return (kept.sighting(self._after_changes().values()),)

    def done(self, settings: Settings, done: Convergence) -> None:
        """Answer the requests of a turn that has ended."""
        limits = _limits(done.observation)
        after = WebhookView(settings, self._after_changes(), limits)
        outcome = CarriedOut(settings, done.plan, done.refusals, limits)
        endpoints = after.endpoints() if self._taken else {}
        left = dict(self._left(endpoints, outcome))
        before = self._base or {}
        now = {key: claim for key, claim in after.claims.items() if key not in left}
        now |= {key: before[key] for key in left if key in before}
        with self._lock:
            taken, self._taken = self._taken, ()
            if self._begun == self._turn:
                self._kept, self._world = now, WebhookView(settings, now, limits)
        for one in taken:
            unread = tuple(Undone(each.name, each.type, each.reason) for each in one.changes.unread)
            one.answer.set_result(
                ChangeAnswer((*unread, *(left[key] for key in sorted(left.keys() & one.changes.keys))))
            )

    def end(self) -> None:
        """Answer the requests that `done` has not answered, because the turn has failed."""
        with self._lock:
            taken, self._taken = self._taken, ()
            if taken:
                self._kept = self._world = None
        for one in taken:
            one.answer.set_result(ChangeAnswer(reason="the convergence has failed; the log says why"))

    def _after_changes(self) -> dict[Key, Claim]:
        claims = self._base or {}
        for one in self._taken:
            claims = one.changes.applied_to(claims)
        return claims

    def _left(self, endpoints: Mapping[Key, Endpoint], outcome: CarriedOut) -> Iterator[tuple[Key, Undone]]:
        """Yield the requested sets that the turn has not made as they are requested in the end."""
        after, keys = self._after_changes(), {key for one in self._taken for key in one.changes.keys}
        wanted = {key: after[key] for key in keys & after.keys()}
        for one in undone(wanted, keys - after.keys(), endpoints, outcome):
            yield (one.name, one.type), one


def _limits(observation: Observation) -> Mapping[str, PlanLimits]:
    return {one.zone: one.limits for one in observation.zones if isinstance(one, ZoneSnapshot)}
