"""What an installation tells while it goes on; how it is shown is the business of who starts it."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Receives what an installation does."""

    def plan(self, steps: int) -> None:
        """Take it that from here on there are this many steps, counted from 1."""

    def step(self, what: str) -> None:
        """Begin the next step."""

    def detail(self, what: str) -> None:
        """Tell how far the step is; called often."""

    def note(self, what: str) -> None:
        """Tell something worth a line of its own."""


class Silent:
    """Tells nothing."""

    def plan(self, steps: int) -> None: ...

    def step(self, what: str) -> None: ...

    def detail(self, what: str) -> None: ...

    def note(self, what: str) -> None: ...
