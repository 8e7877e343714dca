"""A stack of a project with all that a command needs to work on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from cli.engine.hold import Hold
from cli.engine.install.find import Engine
from cli.session.services import ApiProxyService, KeptPlugins
from cli.session.state_store import StateStore
from stacks.model.memory import new_instance
from stacks.observe.project import Project
from stacks.observe.zone.choice import CheckedZones
from stacks.settings.credentials import Credentials
from stacks.settings.stack import Settings


@dataclass(frozen=True, slots=True)
class Session:
    """A stack of a project, ready to be run.

    environment: the engine's; it holds credentials and is never printed.
    """

    project: Project
    stack: str
    settings_file: Path
    settings: Settings
    credentials: Mapping[str, Credentials]
    engine: Engine
    backend: str
    environment: Mapping[str, str] = field(repr=False)
    state: StateStore = field(repr=False, compare=False)
    """The store of the stack's state; `backend` is the URL at which the engine works on it."""
    hold: Hold = field(default_factory=Hold, repr=False, compare=False)
    """The hold on the engines of this process."""
    upstreams: Mapping[str, str] = field(default_factory=dict)
    """The APIs behind the API proxy, by the plugin's variable; empty where plugins call them directly."""
    api_proxy: ApiProxyService | None = field(default=None, repr=False, compare=False)
    """The API proxy that is kept between convergences; None where each has one of its own."""
    plugins: KeptPlugins | None = field(default=None, repr=False, compare=False)
    """The plugins that are kept running; None where each engine starts its own."""

    variables: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)
    """The environment of this process: more of it gets to the engine where its state asks for that."""
    parallel: int = 64
    """Resource operations of an engine at once; measured better than its own 8 with an API that answers slowly."""

    checked_zones: CheckedZones = field(default_factory=CheckedZones, repr=False, compare=False)
    """The zones' ids that this process has found by their names."""
    new_instance: str = field(default_factory=new_instance, compare=False)
    """The id for a state that has none yet: the same at each look."""

    def at(self, stack: str) -> Session:
        """Return the session of another stack of the estate."""
        return self if stack == self.stack else replace(self, stack=stack, state=self.state.of(stack))
