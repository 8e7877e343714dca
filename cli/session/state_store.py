"""The interface of a place that keeps a stack's state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Protocol

from cli.engine.hold import Hold
from cli.lease.record import LeaseName


class StateStore(Protocol):
    """The state of one stack. Each method may raise UserError and ObservationError.

    The stacks of an estate (`stacks.model.shards`) have theirs at one place: one backend for the engine, one lock.
    """

    @property
    def url(self) -> str:
        """The URL at which the state is kept, in the user's words; "" for the backend of Pulumi.yaml."""

    @property
    def backend(self) -> str:
        """The URL of Pulumi's backend for the engine; "" for the backend of Pulumi.yaml."""

    @property
    def variables(self) -> Mapping[str, str]:
        """The variables that the engine needs for it, beside the URL."""

    def of(self, stack: str) -> StateStore:
        """Return the state of another stack of the estate. It shares connection, lock and listener with this one."""

    def shards(self) -> tuple[str, ...]:
        """Return the estate's shards that have state here, in order; make their state ready to read, as `pull` does."""

    def pull(self) -> None:
        """Make the stack's state ready for the engine to read, as it is now."""

    def instance(self) -> str:
        """Return the id that marks made with this state bear, where it follows from the place; "" elsewhere."""

    def report_to(self, report: Callable[[str], None]) -> None:
        """Call `report` with each repair from now on, in words."""

    def led_by(self, name: LeaseName, server: str, may_write: Callable[[], bool]) -> None:
        """Take note of the election that this process takes part in.

        name, server: its Lease, and the URL of the cluster's API. may_write: whether this process leads, or did until
        just now. Where writers of the state lock the same Lease, no lock is taken any more, and nothing is written
        while may_write returns False.
        """

    def close(self) -> None:
        """Close connections; the next use opens them anew."""

    def writing(self, hold: Hold) -> AbstractContextManager[None]:
        """Let the engine write state within the block, and nobody else meanwhile but for other stacks of the estate.

        Raises RunFailed at its end where what was written could not be kept. hold: the engine that writes.
        """
