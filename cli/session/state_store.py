"""What every place that keeps a stack's state offers to a command."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Protocol

from cli.engine.hold import Hold
from cli.lease.record import Place

Told = Callable[[str], None]


class StateStore(Protocol):
    """The state of one stack. Each method may raise UserError and ObservationError.

    The stacks of an estate (`stacks.model.shards`) have theirs at one place: one backend for the engine, one lock.
    """

    @property
    def url(self) -> str:
        """Where it is kept, as the user says it; "" where Pulumi.yaml does."""

    @property
    def backend(self) -> str:
        """The URL of Pulumi's backend that the engine works on; "" for the one that Pulumi.yaml names."""

    @property
    def variables(self) -> Mapping[str, str]:
        """What the engine needs in its environment for it, beside the URL."""

    def of(self, stack: str) -> StateStore:
        """The state of another stack of the estate. It shares connection, lock and whom it tells with this one."""

    def shards(self) -> tuple[str, ...]:
        """The estate's shards that have state here, in order. With that, theirs is ready to be read, as by `pull`."""

    def pull(self) -> None:
        """Have the stack's state ready for the engine to read, as it is now."""

    def tell(self, told: Told) -> None:
        """Tell this one from now on what was put right."""

    def led_by(self, place: Place, server: str, may_write: Callable[[], bool]) -> None:
        """Take note of the election that this process is in. may_write: whether it leads, or did until just now.

        place, server: its Lease, and the URL of the cluster's API. Where that is the lease that is taken to write
        state, none is taken any more, and nothing is written where may_write says no.
        """

    def close(self) -> None:
        """Close connections; the next use opens them anew."""

    def writing(self, hold: Hold) -> AbstractContextManager[None]:
        """Let the engine write state within the block, and nobody else meanwhile but for other stacks of the estate.

        Raises RunFailed at its end where what was written could not be kept. hold: the engine that writes.
        """
