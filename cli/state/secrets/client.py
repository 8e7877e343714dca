"""Ask a cluster for the Secrets of a stack's state, from code that has no event loop."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from cli.engine.backoff import Backoff
from cli.state.secrets.connection import ClusterConnection
from cli.state.secrets.secrets import Secrets
from cli.state.secrets.url import StateUrl
from stacks.kube.api import ApiError, NotFound, Overloaded, RequestRejected
from stacks.model.errors import NotNow, ObservationError, UserError

T = TypeVar("T")
Work = Callable[[Secrets], Coroutine[Any, Any, T]]


@dataclass(frozen=True, slots=True)
class Patience:
    """How long attempts go on, in seconds.

    read, written: for a question, and for the result of a run. lock: for another process to end.
    """

    read: float = 10.0
    written: float = 60.0
    lock: float = 20.0
    first_retry: float = 0.2
    longest_retry: float = 5.0
    upload: float = 1.0
    """The time from one upload within a run to the next."""


@dataclass(frozen=True, slots=True)
class SecretsClient:
    """The way to the Secrets of one stack's state.

    estate: for a shard, the name of the head Secret of its estate's own stack; else "".
    """

    connection: ClusterConnection
    url: StateUrl
    project: str
    stack: str
    patience: Patience
    estate: str = ""

    def of(self, shard: str) -> SecretsClient:
        """Return the way to the Secrets of a shard of this stack's estate."""
        return replace(self, url=self.url.of(shard), stack=shard, estate=self.url.name)

    @property
    def where(self) -> str:
        """The Secret, for messages."""
        return f"Secret {self.url} at {self.connection.server}"

    def instance(self) -> str:
        """Return the id of the estate's state: it follows from the cluster and the Secret, as `StateStore.instance`.

        Raises ObservationError where the API does not answer.
        """
        try:
            uid = self.connection.cluster_uid()
        except ApiError as error:
            raise ObservationError(f"the identity of the cluster could not be read: {error}") from error
        named = f"{uid}/{self.url.namespace}/{self.url.name}/{self.stack}"
        return hashlib.sha256(named.encode()).hexdigest()[:8] if uid else ""

    def attempt(self, work: Work[T]) -> T:
        """Do this work once. Raises any ApiError, and whatever the work raises."""
        url, stack = self.url, self.stack
        return self.connection.ask(
            lambda api: work(Secrets(api, url.namespace, url.name, self.project, stack, self.estate))
        )

    def repeat(self, work: Work[T], patience: float, may_go_on: Callable[[], bool] = lambda: True) -> T:
        """Do this work, again and again while the API is away, for `patience` seconds. Raises as `attempt`.

        may_go_on: whether another attempt is of use.
        """
        until = time.monotonic() + patience
        pauses = Backoff(self.patience.first_retry, self.patience.longest_retry, jitter=0.2)
        while True:
            try:
                return self.attempt(work)
            except (RequestRejected, NotFound):  # no right to, or no such namespace
                raise
            except ApiError as error:
                asked = error.retry_after if isinstance(error, Overloaded) else None
                wait = max(asked or 0.0, pauses.take())
                if time.monotonic() + wait > until or not may_go_on():
                    raise
            time.sleep(wait)

    def request(self, work: Work[T], verb: str = "read from") -> T:
        """Do this work at a time when nothing has been changed yet.

        Raises NotNow where the API refuses it, ObservationError where the API does not answer.
        """
        what = f"the state of stack {self.stack}"
        try:
            return self.repeat(work, self.patience.read)
        except RequestRejected as error:
            raise NotNow(
                f"{what} cannot be {verb} Secrets: {error}",
                self.where,
                "allow get, list, create, update and delete of secrets in this namespace, by a Role",
            ) from error
        except ApiError as error:
            raise ObservationError(f"{what} could not be {verb} the {self.where}: {error}") from error

    def problem(self, what: str, do: str) -> UserError:
        """Return the error for a state of the Secrets that a person has to mend."""
        return UserError(what, self.where, do)
