"""What the loop tells."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cli.converge import Convergence
from cli.feedback.unwritten import Unwritten
from cli.loop.ahead import Planned
from cli.loop.confirmer import Confirmation
from cli.loop.grace import Leaving
from stacks.errors import Refused
from stacks.values import Sighting
from stacks.wishes import SourceSighting


@dataclass(frozen=True, slots=True)
class Failure:
    """A convergence that did not work out; the loop tries again after pause seconds."""

    reason: str
    pause: float


News = Convergence | Confirmation | Failure | Planned | Refused | Leaving | Sighting | SourceSighting | Unwritten
Told = Callable[[News], None]
