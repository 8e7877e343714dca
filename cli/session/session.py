"""A stack of a project with all that a command needs to work on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from cli.engine.hold import Hold
from cli.engine.install.find import Engine
from cli.session.services import ApiProxyService, KeptPlugins
from cli.session.state_store import StateStore
from stacks.settings.credentials import Credentials
from stacks.settings.stack import Settings


@dataclass(frozen=True, slots=True)
class Session:
    """One stack of one project, ready to be run.

    environment is what the engine gets; it holds credentials and is never printed.
    """

    project: Path
    stack: str
    settings_file: Path
    settings: Settings
    credentials: Mapping[str, Credentials]
    engine: Engine
    backend: str
    environment: Mapping[str, str] = field(repr=False)
    state: StateStore = field(repr=False, compare=False)
    """What keeps the stack's state. backend is where the engine works on it."""
    hold: Hold = field(default_factory=Hold, repr=False, compare=False)
    """The engine that runs here."""
    upstreams: Mapping[str, str] = field(default_factory=dict)
    """The APIs that the plugins reach through the API proxy, by the plugin's variable; none: they ask them directly."""
    api_proxy: ApiProxyService | None = field(default=None, repr=False, compare=False)
    """The one that is kept; None: each convergence has one of its own."""
    plugins: KeptPlugins | None = field(default=None, repr=False, compare=False)
    """Those that are kept running; None: each engine starts its own."""

    parallel: int = 64
    """Resource operations of an engine at once; measured better than its own 8 with an API that answers slowly."""

    def at(self, stack: str) -> Session:
        """The session of another stack of the estate."""
        return self if stack == self.stack else replace(self, stack=stack, state=self.state.of(stack))
