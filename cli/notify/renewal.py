"""Begin notifications anew where their addresses have changed: a list in a file that somebody has written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack

from cli.reconcile.events import Dispatch, Subscriber
from cli.session.redactor import NOTIFY_VARIABLE, PING_VARIABLES
from stacks.settings.secrets.files import read_secret


def all_addresses(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return the addresses of notifications and watchdogs as they stand now. Raises UserError."""
    return tuple(read_secret(environment, variable) for variable in (NOTIFY_VARIABLE, *PING_VARIABLES))


class Renewable:
    """Notifications that can be begun anew. begin: reads the addresses, and raises UserError where one is wrong."""

    def __init__(
        self, begin: Callable[[], AbstractContextManager[Subscriber]], addresses: Callable[[], object]
    ) -> None:
        self._begin, self._addresses = begin, addresses
        self._known = addresses()
        self._running = ExitStack()
        self._subscriber = self._running.enter_context(begin())

    def on_event(self, dispatch: Dispatch) -> None:
        """Take an event; returns at once."""
        self._subscriber(dispatch)

    def renew(self) -> None:
        """Begin anew if the addresses have changed. Raises UserError; those before stay then."""
        known = self._addresses()
        if known == self._known:
            return
        fresh = ExitStack()
        self._subscriber = fresh.enter_context(self._begin())
        ended, self._running, self._known = self._running, fresh, known
        ended.close()

    def close(self) -> None:
        """Say what is still to be said, and end."""
        self._running.close()
