"""The duration of a streak of failed convergences. Short failures wake nobody."""

from __future__ import annotations

import math
from dataclasses import dataclass

from cli.events import Failure, Leadership, Role
from cli.reconcile.events import Dispatch
from cli.reconcile.result import Convergence
from stacks.model.errors import Refused


@dataclass(slots=True)
class Streak:
    """Failures without a success between them. Moments are of the monotonic clock."""

    tolerated: float
    """Seconds for which failing is nobody's business."""
    since: float | None = None
    """When the first of them was."""
    reason: str = ""
    """Why the last one failed."""

    def on_event(self, dispatch: Dispatch) -> None:
        """Take an event.

        A convergence that could not read its zones is no success: a failure follows it. A refusal is no failure.
        """
        event = dispatch.event
        if isinstance(event, Failure):
            self.since = dispatch.monotonic if self.since is None else self.since
            self.reason = event.reason
        elif isinstance(event, Refused) or (isinstance(event, Convergence) and not event.unread_at_providers):
            self.since = None
        elif isinstance(event, Leadership) and event.role is Role.STANDBY:
            self.since = None  # it is another's business now

    @property
    def due(self) -> float:
        """The moment at which the failures are to be told, unless they end before."""
        return math.inf if self.since is None else self.since + self.tolerated
