"""Asks for the Secrets of a state, again and again where the cluster is away, and says what an operator is to do."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from cli.state.secrets.connection import Connection
from cli.state.secrets.secrets import Secrets
from cli.state.secrets.url import StateUrl
from stacks.kube.api import ApiError, NotFound, Overloaded, RequestRejected
from stacks.model.errors import NotNow, ObservationError, UserError

T = TypeVar("T")
Work = Callable[[Secrets], Coroutine[Any, Any, T]]


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds. read, written: for which it is tried. lock: for which another process may be at work yet."""

    read: float = 10.0
    written: float = 60.0
    lock: float = 20.0
    first_retry: float = 0.2
    longest_retry: float = 5.0
    upload: float = 1.0
    """From one upload in the midst of a run to the next."""


@dataclass(frozen=True, slots=True)
class Asking:
    """The Secrets of one stack's state, for whoever has no event loop. may_go_on: whether another try is of use.

    estate: of a shard, the name of the head of its estate's own stack.
    """

    connection: Connection
    url: StateUrl
    project: str
    stack: str
    patience: Patience
    estate: str = ""

    def of(self, shard: str) -> Asking:
        """The Secrets of a shard of this stack's estate."""
        return replace(self, url=self.url.of(shard), stack=shard, estate=self.url.name)

    @property
    def where(self) -> str:
        """The Secret, for messages."""
        return f"Secret {self.url} at {self.connection.server}"

    def once(self, work: Work[T]) -> T:
        """Do it. Raises each ApiError, and what the work raises."""
        url, stack = self.url, self.stack
        return self.connection.ask(
            lambda api: work(Secrets(api, url.namespace, url.name, self.project, stack, self.estate))
        )

    def insist(self, work: Work[T], patience: float, may_go_on: Callable[[], bool] = lambda: True) -> T:
        """Do it, again and again where the API is away, for so many seconds. Raises as `once`."""
        until, pause = time.monotonic() + patience, self.patience.first_retry
        while True:
            try:
                return self.once(work)
            except (RequestRejected, NotFound):  # no right to, or no such namespace
                raise
            except ApiError as error:
                asked = error.retry_after if isinstance(error, Overloaded) else None
                wait = max(asked or 0.0, pause * random.uniform(0.8, 1.2))  # noqa: S311 - to spread load, no secret
                if time.monotonic() + wait > until or not may_go_on():
                    raise
            time.sleep(wait)
            pause = min(pause * 2, self.patience.longest_retry)

    def told(self, work: Work[T], verb: str = "read from") -> T:
        """Do it before anything was changed. Raises NotNow where it is refused, ObservationError where all is away."""
        what = f"the state of stack {self.stack}"
        try:
            return self.insist(work, self.patience.read)
        except RequestRejected as error:
            raise NotNow(
                f"{what} cannot be {verb} Secrets: {error}",
                self.where,
                "allow get, list, create, update and delete of secrets in this namespace, by a Role",
            ) from error
        except ApiError as error:
            raise ObservationError(f"{what} could not be {verb} the {self.where}: {error}") from error

    def problem(self, what: str, do: str) -> UserError:
        """What a person has to mend."""
        return UserError(what, self.where, do)
