"""Feedback to the owners of clusters' objects about their records, in a thread beside the convergence."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from cli.engine.failure import RunFailed
from cli.events import Unwritten
from cli.reconcile.result import Convergence
from stacks.model.errors import Refused
from stacks.plan.owners.events import Outcome
from stacks.settings.cluster import ClusterSettings

if TYPE_CHECKING:
    from anyio.from_thread import BlockingPortal

    from cli.feedback.writing import Writing

LINGER = 5.0
"""Seconds for which a command waits in the end until all is told."""


class Teller:
    """The feedback of runs. Its thread begins with the first outcome, and only if an owner is to be told."""

    def __init__(
        self, clusters: Sequence[ClusterSettings], environment: Mapping[str, str], untold: Callable[[Unwritten], None]
    ) -> None:
        """untold: takes, from a thread, the reasons why owners of objects are not told."""
        self._clusters = tuple(one for one in clusters if one.events or one.status_annotation)
        self._environment, self._untold = environment, untold
        self._seen: Convergence | None = None
        self._thread = ExitStack()
        self._writing: tuple[BlockingPortal, Writing, Future[None]] | None = None

    def planned(self, seen: Convergence) -> None:
        """Take the plan of a run, which is reported if the run fails or is refused."""
        self._seen = seen

    def tell(self, done: Convergence, convergence: str = "") -> None:
        """Take the result of a run. convergence: its id, as in the log."""
        refused = () if done.allowed_by else done.refusals
        self._post(Outcome(done.plan, done.observation, done.changes, refused, convergence=convergence))

    def failed(self, error: Exception, convergence: str = "") -> None:
        """Take the error of a run that was not carried out, or not in full."""
        seen = self._seen
        if seen is None or not isinstance(error, RunFailed | Refused):
            return
        failure = str(error) if isinstance(error, RunFailed) else ""
        refused = () if failure else seen.refusals
        outcome = Outcome(seen.plan, seen.observation, seen.changes, refused, is_done=False, failure=failure)
        self._post(replace(outcome, convergence=convergence))

    def end(self, linger: float) -> None:
        """Stop when all is written, or after so many seconds."""
        with self._thread:
            if self._writing is not None:
                portal, writing, done = self._writing
                portal.start_task_soon(writing.stop, linger)
                done.result()

    def _post(self, outcome: Outcome) -> None:
        self._seen = None
        if not self._clusters:
            return
        if self._writing is None:
            # Imported only where there is something to be told: neither is small.
            from anyio.from_thread import start_blocking_portal  # noqa: PLC0415 - see above

            from cli.feedback.writing import Writing  # noqa: PLC0415 - likewise

            portal = self._thread.enter_context(start_blocking_portal())
            writing = Writing(self._clusters, self._environment, self._untold)
            self._writing = portal, writing, portal.start_task_soon(writing.run)
        portal, writing, _ = self._writing
        portal.start_task_soon(writing.post, outcome)


@contextmanager
def telling(
    clusters: Sequence[ClusterSettings],
    environment: Mapping[str, str],
    untold: Callable[[Unwritten], None],
    linger: float = LINGER,
) -> Iterator[Teller]:
    """Yield a teller that ends with the block and reports the block's failure too; errors of its own are not raised."""
    teller = Teller(clusters, environment, untold)
    try:
        yield teller
    except (RunFailed, Refused) as error:
        teller.failed(error)
        raise
    finally:
        teller.end(linger)
