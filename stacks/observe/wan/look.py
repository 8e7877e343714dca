"""The cheap look of the watch loop: one STUN Binding on a kept socket. A trigger, not a proof."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Self

from stacks.observe.wan.answer import NoAnswerError
from stacks.observe.wan.connect import first_reachable
from stacks.observe.wan.deadline import Deadline
from stacks.observe.wan.stun_exchange import mapped_address, over_udp
from stacks.observe.wan.verdict import refusal, unmapped
from stacks.values import Address, Family, Known, Unknown

if TYPE_CHECKING:
    from types import TracebackType

    from stacks.observe.wan.settings import WanSettings


class Look:
    """Asks one STUN server over one socket, and the next server on a new socket after a failure.

    While all is well a look costs one packet of 20 bytes each way. Not thread-safe.
    """

    def __init__(self, settings: WanSettings, family: Family) -> None:
        self._settings = settings
        self._family = family
        self._servers = [spec for spec in settings.specs() if spec.kind == "stun"]
        self._turn = 0
        self._socket: socket.socket | None = None

    def look(self) -> Known[Address] | Unknown:
        """Return the address that the server sees, by `settings.timeout`. Raises nothing for what the network does."""
        if not self._servers:
            return Unknown(f"mode `{self._settings.mode}` has no STUN server over UDP to look at")
        server = self._servers[self._turn % len(self._servers)]
        deadline = Deadline(self._settings.timeout)
        try:
            if self._socket is None:
                self._socket = first_reachable(server.host, server.port, self._family, socket.SOCK_DGRAM, deadline)
            address = unmapped(mapped_address(over_udp(self._socket, deadline)))
        except NoAnswerError as error:
            self.close()
            self._turn += 1
            return Unknown(f"{server.name}: {error}")
        refused = refusal(address, self._family, self._settings.accept)
        return Unknown(f"{server.name}: {refused}") if refused else Known(address)

    def close(self) -> None:
        """Close the socket; the next look opens a new one."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
