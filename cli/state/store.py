"""What keeps a stack's state: Pulumi's own backends do it by themselves, Secrets by a local copy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from cli.engine.hold import Hold
from cli.session.backend import state_folder
from cli.session.state_store import StateStore, Told
from cli.state.listing import in_folder, known_to
from cli.state.pruning import prune
from cli.state.secrets.url import is_kubernetes, parse
from stacks.settings.stack import Settings

if TYPE_CHECKING:
    from cli.engine.install.find import Engine
    from cli.lease.record import Place


@dataclass(frozen=True, slots=True)
class PulumiBackend:
    """One of Pulumi's own backends. Copies that the engine leaves in a folder, and never deletes, are pruned.

    engine, environment, place: what is asked which stacks there are, and in which folder, where the backend is none.
    """

    backend: str
    project: str
    stack: str
    engine: Engine | None = field(default=None, repr=False, compare=False)
    environment: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)
    place: Path = field(default=Path(), repr=False, compare=False)

    @property
    def url(self) -> str:
        """The backend."""
        return self.backend

    @property
    def variables(self) -> Mapping[str, str]:
        """Nothing: the user's own."""
        return {}

    def of(self, stack: str) -> PulumiBackend:
        """The state of another stack."""
        return self if stack == self.stack else replace(self, stack=stack)

    def shards(self) -> tuple[str, ...]:
        """Those whose files are in the folder, or of which the backend tells."""
        if folder := state_folder(self.backend):
            return in_folder(folder, self.project, self.stack)
        if self.engine is None:
            return ()
        return known_to(self.engine, self.environment, self.place, self.backend, self.stack)

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


def store(  # noqa: PLR0913 - what it depends on
    url: str,
    project: str,
    stack: str,
    settings: Settings,
    environment: Mapping[str, str],
    *,
    engine: Engine | None = None,
    place: Path = Path(),
) -> StateStore:
    """What keeps the state of a stack at this URL. Raises UserError where that, or its cluster, cannot be used.

    engine, place: as in PulumiBackend.
    """
    if not is_kubernetes(url):
        return PulumiBackend(url, project, stack, engine, environment, place)
    # The client of clusters is imported only where there is one.
    from cli.state.secrets.factory import in_secrets  # noqa: PLC0415 - see above

    return in_secrets(parse(url), project, stack, settings, environment)
