"""What a stand-in plugin is made of: a package with its resources, and how they fail."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from typing import Generic, Protocol, TypeVar

from lab.plugin.diff import Kind
from lab.plugin.properties import Properties, Value


class OperationFailed(Exception):  # noqa: N818 - it reads as what happened
    """An operation that failed. `logged` is what the engine is to show beside the resource, "" for nothing."""

    def __init__(self, message: str, logged: str = "") -> None:
        super().__init__(message)
        self.logged = logged

    def text(self, operation: str, urn: str) -> str:
        """What the engine gets to read of the failure of this operation ("creating", ...) on this resource."""
        del operation, urn
        return str(self)


class PartlyDone(Exception):  # noqa: N818 - it reads as what happened
    """An operation that failed after it had an effect, or may have had: the engine keeps `state`, and tries again."""

    def __init__(self, failed: OperationFailed, state: Properties) -> None:
        super().__init__(str(failed))
        self.failed = failed
        self.state = state


class Connection(Protocol):
    """Something that reaches an API."""

    def close(self) -> None:
        """Close the connections."""


ApiT_contra = TypeVar("ApiT_contra", bound=Connection, contravariant=True)
ApiT = TypeVar("ApiT", bound=Connection)


@dataclass(frozen=True, slots=True)
class Property:
    """A property as the schema tells it."""

    name: str
    required: bool
    is_input: bool


@dataclass(frozen=True, slots=True)
class Checked:
    """Inputs with their defaults filled in, and a message for each thing that is wrong with them."""

    inputs: Properties
    failures: Sequence[str] = ()


class Resource(Protocol[ApiT_contra]):
    """What the service needs of a resource.

    The methods that take an API raise OperationFailed, those that create or update PartlyDone as well.
    A state is a dict by Pulumi's property names that holds the `id` as well; null stands for "not set".
    """

    @property
    def token(self) -> str:
        """Pulumi's type token."""

    @property
    def properties(self) -> Sequence[Property]:
        """Its properties beside the id."""

    @property
    def deletes_before_replacing(self) -> bool:
        """Whether the old one has to go before the new one is made."""

    @property
    def details_differences(self) -> bool:
        """Whether a diff tells the kind of each difference, not only the names of the properties."""

    def check(self, name: str, prior: Mapping[str, Value], inputs: Properties) -> Checked:
        """Check the inputs of the resource called `name`; `prior` are those in state, empty for a new one."""

    def plan(self, prior: Properties | None, inputs: Mapping[str, Value]) -> Properties:
        """Plan the state that the inputs ask for, from the state before; UNKNOWN where only the API can tell."""

    def differences(self, prior: Properties, planned: Properties) -> Mapping[str, Kind]:
        """Find every difference between two states."""

    def written(self, state: Properties) -> Properties:
        """Return a state as the engine is to keep it."""

    def create(self, api: ApiT_contra, planned: Properties) -> Properties:
        """Create; return the state, with its id."""

    def update(self, api: ApiT_contra, prior: Properties, planned: Properties) -> Properties:
        """Update; return the state."""

    def read(self, api: ApiT_contra, prior: Properties) -> Properties | None:
        """Return the state now, None where the thing is gone."""

    def find(self, api: ApiT_contra, import_id: str) -> Properties | None:
        """Return the state of the thing with this import id, None where there is none."""

    def inputs_after_refresh(self, inputs: Mapping[str, Value], state: Mapping[str, Value]) -> Properties:
        """Return the inputs that a refresh leaves."""

    def inputs_after_import(self, state: Mapping[str, Value]) -> Properties:
        """Return the inputs that an import makes."""

    def delete(self, api: ApiT_contra, prior: Properties) -> None:
        """Delete."""


@dataclass(frozen=True, slots=True)
class Package(Generic[ApiT]):
    """A package: its name in type tokens, and the real plugin's version.

    connect: makes the API from the provider's inputs and the environment.
    faults: says what is wrong with those of a provider that a program declares itself.
    gone: the warning at a resource that a refresh does not find, "" for none.
    """

    name: str
    version: str
    resources: Mapping[str, Resource[ApiT]]
    connect: Callable[[Mapping[str, Value], Mapping[str, str]], ApiT]
    gone: str = ""
    faults: Callable[[Mapping[str, Value], Mapping[str, str]], Sequence[str]] = lambda _, __: ()


def sdk_version(distribution: str, recorded: str) -> str:
    """Return the version of the SDK, as the engine warns of a plugin older than that; else `recorded`.

    Where the SDK is not installed: the one that an extra of TrueNorth would install.
    """
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        pins = (re.match(rf"{distribution}==([\w.]+)", need) for need in metadata.requires("truenorth") or ())
        return next((pin[1] for pin in pins if pin), recorded)
