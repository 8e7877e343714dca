"""Feedback to the owners of clusters' objects about their records, in a thread beside the convergence."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from cli.engine.failure import RunFailed
from cli.events import Unwritten
from cli.reconcile.result import Convergence
from stacks.model.errors import Refused
from stacks.plan.owners.events import Outcome
from stacks.settings.cluster import ClusterSettings

if TYPE_CHECKING:
    from cli.feedback.writing import Writing

LINGER = 5.0
"""Seconds for which a command waits in the end until all is told."""


class Teller:
    """Takes what the runs have come to. Nothing is begun before there is something, nor where nobody is to be told."""

    def __init__(
        self, clusters: Sequence[ClusterSettings], environment: Mapping[str, str], untold: Callable[[Unwritten], None]
    ) -> None:
        """untold: hears, from a thread, of what keeps objects from being told."""
        self._clusters = tuple(one for one in clusters if one.events or one.status_annotation)
        self._environment, self._untold = environment, untold
        self._seen: Convergence | None = None
        self._writing: Writing | None = None
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="feedback")
        self._done: Future[None] | None = None

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
        with self._pool:
            if self._writing is not None:
                self._writing.stop(linger)
        if self._done is not None:
            self._done.result()

    def _post(self, outcome: Outcome) -> None:
        self._seen = None
        if not self._clusters:
            return
        if self._writing is None:
            # Imported only where there is something to be told: the client is not small.
            from cli.feedback.writing import Writing  # noqa: PLC0415 - see above

            self._writing = Writing(self._clusters, self._environment, self._untold)
            self._done = self._pool.submit(self._writing.run)
        self._writing.post(outcome)


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
