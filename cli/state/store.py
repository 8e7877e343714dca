"""What keeps a stack's state: Pulumi's own backends do it by themselves, Secrets by a local copy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from cli.engine.hold import Hold
from cli.state.pruning import prune
from cli.state.url import is_kubernetes, parse
from stacks.settings import Settings

if TYPE_CHECKING:
    from cli.lease.record import Place

Told = Callable[[str], None]


class StateStore(Protocol):
    """The state of one stack. Each method may raise UserError and ObservationError."""

    @property
    def url(self) -> str:
        """Where it is kept, as the user says it; "" where Pulumi.yaml does."""

    @property
    def backend(self) -> str:
        """The URL of Pulumi's backend that the engine works on; "" for the one that Pulumi.yaml names."""

    @property
    def variables(self) -> Mapping[str, str]:
        """What the engine needs in its environment for it, beside the URL."""

    def pull(self) -> None:
        """Have the state ready for the engine to read, as it is now."""

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
        """Let the engine write state within the block, and nobody else meanwhile.

        Raises RunFailed at its end where what was written could not be kept. hold: the engine that writes.
        """


@dataclass(frozen=True, slots=True)
class PulumiBackend:
    """One of Pulumi's own backends. Copies that the engine leaves in a folder, and never deletes, are pruned."""

    backend: str
    project: str
    stack: str

    @property
    def url(self) -> str:
        """The backend."""
        return self.backend

    @property
    def variables(self) -> Mapping[str, str]:
        """Nothing: the user's own."""
        return {}

    def pull(self) -> None:
        """Nothing: the engine reads it where it is."""

    def tell(self, told: Told) -> None:
        """Nothing: what is wrong with it, the engine says."""

    def led_by(self, place: Place, server: str, may_write: Callable[[], bool]) -> None:
        """Nothing: the engine locks it itself."""

    def close(self) -> None:
        """Nothing is open."""

    @contextmanager
    def writing(self, hold: Hold) -> Iterator[None]:  # noqa: ARG002 - for the others
        """Let the engine write; it locks the state itself."""
        try:
            yield
        finally:
            prune(self.backend, self.project, self.stack)


def store(
    url: str,
    project: str,
    stack: str,
    settings: Settings,
    environment: Mapping[str, str],
) -> StateStore:
    """What keeps the state of a stack at this URL. Raises UserError where that, or its cluster, cannot be used."""
    if not is_kubernetes(url):
        return PulumiBackend(url, project, stack)
    # The client of clusters is imported only where there is one.
    from cli.state.opening import in_secrets  # noqa: PLC0415 - see above

    return in_secrets(parse(url), project, stack, settings, environment)
