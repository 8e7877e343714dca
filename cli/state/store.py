"""Choose the store of a stack's state: a backend of Pulumi's own, or Secrets with a local copy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from cli.engine.hold import Hold
from cli.session.backend import state_folder
from cli.session.state_store import StateStore
from cli.state.listing import in_folder, known_to
from cli.state.pruning import prune
from cli.state.secrets.url import is_kubernetes, parse
from stacks.settings.stack import Settings

if TYPE_CHECKING:
    from cli.engine.install.find import Engine
    from cli.lease.record import LeaseName


@dataclass(frozen=True, slots=True)
class PulumiBackend:
    """A backend of Pulumi's own. Copies that the engine leaves in a folder, and never deletes, are pruned.

    engine, environment, project_folder: to ask for the list of stacks, where the backend is no folder.
    """

    backend: str
    project: str
    stack: str
    engine: Engine | None = field(default=None, repr=False, compare=False)
    environment: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)
    project_folder: Path = field(default=Path(), repr=False, compare=False)

    @property
    def url(self) -> str:
        """The URL of the backend."""
        return self.backend

    @property
    def variables(self) -> Mapping[str, str]:
        """No variables: the user's own serve."""
        return {}

    def of(self, stack: str) -> PulumiBackend:
        """Return the state of another stack."""
        return self if stack == self.stack else replace(self, stack=stack)

    def shards(self) -> tuple[str, ...]:
        """Return the shards with files in the folder, or in the backend's list."""
        if folder := state_folder(self.backend):
            return in_folder(folder, self.project, self.stack)
        if self.engine is None:
            return ()
        return known_to(self.engine, self.environment, self.project_folder, self.backend, self.stack)

    def pull(self) -> None:
        """Do nothing: the engine reads the state where it is."""

    def instance(self) -> str:
        """Return nothing: such an id is kept in the state itself."""
        return ""

    def report_to(self, report: Callable[[str], None]) -> None:
        """Do nothing: the engine reports what is wrong."""

    def led_by(self, name: LeaseName, server: str, may_write: Callable[[], bool]) -> None:
        """Do nothing: the engine locks the state itself."""

    def close(self) -> None:
        """Do nothing: nothing is open."""

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
    project_folder: Path = Path(),
) -> StateStore:
    """Return the store of a stack's state at a URL. Raises UserError where the URL, or its cluster, cannot be used.

    engine, project_folder: as in PulumiBackend.
    """
    if not is_kubernetes(url):
        return PulumiBackend(url, project, stack, engine, environment, project_folder)
    # The client of clusters is imported only where there is one.
    from cli.state.secrets.factory import in_secrets  # noqa: PLC0415 - see above

    return in_secrets(parse(url), project, stack, settings, environment)
