"""The cheap look of the watch loop: one source in turn, STUN over one kept socket. A trigger, not a proof."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from stacks.model.values import Address, Family, Unknown
from stacks.observe.wan.agreement.answer import LookAnswer, NoAnswerError
from stacks.observe.wan.agreement.verdict import unfit, unmapped
from stacks.observe.wan.sources.connect import open_socket
from stacks.observe.wan.sources.deadline import Deadline
from stacks.observe.wan.sources.resolve import resolve
from stacks.observe.wan.sources.source import source
from stacks.observe.wan.sources.stun_exchange import mapped_address, over_udp

if TYPE_CHECKING:
    from types import TracebackType

    from stacks.settings.wan import WanSettings
    from stacks.settings.wan_source import Spec

PATIENCE = 2.0
"""Seconds that a look gives to one STUN server: the answer to three requests (RFC 8489, section 6.2.1)."""
COSTLY = ("http", "doh", "stun-tcp")
"""Kinds that cost a connection: asked only where nothing cheaper answers, and less often."""


@dataclass(frozen=True, slots=True)
class _LookSource:
    name: str
    ask: Callable[[], tuple[Address, ...]]
    """Raises NoAnswerError."""


class Looker:
    """A look at one family: asks its sources in turn; a silent one rests while others answer. Not thread-safe.

    While all is well a look costs one packet of 20 bytes each way. clock: seconds that never go back.
    """

    def __init__(self, settings: WanSettings, family: Family, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._family = family
        self._clock = clock
        specs = [spec for spec in settings.specs() if spec.kind != "none"]
        self._cheap = [self._look_source(spec) for spec in specs if spec.kind not in COSTLY]
        self._costly = [self._look_source(spec) for spec in specs if spec.kind in COSTLY]
        self._turns: dict[bool, int] = {True: 0, False: 0}
        self._resting: dict[str, float] = {}
        self._resolved: dict[str, tuple[float, tuple[str, ...]]] = {}
        self._socket: socket.socket | None = None

    @property
    def pause(self) -> float:
        """Seconds to the next look: `interval` where a cheap source is awake, else `web_interval`."""
        return self._settings.interval if self._awake(self._cheap) else self._settings.web_interval

    def look(self) -> LookAnswer | Unknown:
        """Ask one cheap source after the other until one answers; where all rest, one of the others.

        Raises nothing for faults of the network.
        """
        cheap = self._awake(self._cheap)
        turn = self._in_turn(cheap) if cheap else self._in_turn(self._awake(self._costly))[:1]
        reasons = []
        for chosen in turn or self._longest_resting():
            try:
                return LookAnswer(chosen.name, chosen.ask())
            except NoAnswerError as error:
                reasons.append(f"{chosen.name}: {error}")
                self._resting[chosen.name] = self._clock() + self._settings.recheck
        return Unknown("; ".join(reasons) or f"mode `{self._settings.mode}` names no source to look at")

    def wake(self, sources: Collection[str]) -> None:
        """End the rest of these sources: a detection had answers from them."""
        for name in sources:
            self._resting.pop(name, None)

    def reset(self) -> None:
        """Forget resting sources and resolved names: the network has changed."""
        self._resting.clear()
        self._resolved.clear()
        self.close()

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

    def _look_source(self, spec: Spec) -> _LookSource:
        if spec.kind == "stun":
            return _LookSource(spec.name, lambda: self._stun(spec))
        whole = source(spec, self._settings)

        def ask() -> tuple[Address, ...]:
            answer = whole.detect(self._family, Deadline(self._settings.timeout))
            if isinstance(answer.result, Unknown):
                raise NoAnswerError(answer.result.reason)
            return answer.addresses

        return _LookSource(spec.name, ask)

    def _stun(self, spec: Spec) -> tuple[Address, ...]:
        deadline = Deadline(min(PATIENCE, self._settings.timeout))
        try:
            address = unmapped(mapped_address(over_udp(self._connected(spec, deadline), deadline)))
        except NoAnswerError:
            self.close()  # it may be bound to an address that has gone
            self._resolved.pop(spec.host, None)
            raise
        if refused := unfit(address, self._family, self._settings.ranges):
            raise NoAnswerError(refused)
        return (address,)

    def _connected(self, spec: Spec, deadline: Deadline) -> socket.socket:
        server = (self._resolve(spec.host, deadline), spec.port)
        try:
            if self._socket is None:
                self._socket = open_socket(*server, socket.SOCK_DGRAM, deadline, self._settings.via)
            else:
                self._socket.connect(server)
        except OSError as error:
            raise NoAnswerError(f"the server cannot be reached: {error.strerror or error}") from error
        return self._socket

    def _resolve(self, host: str, deadline: Deadline) -> str:
        until, addresses = self._resolved.get(host, (0.0, ()))
        if not addresses or until <= self._clock():
            addresses = resolve(host, self._family, deadline)
            self._resolved[host] = (self._clock() + self._settings.recheck, addresses)
        return addresses[0]

    def _awake(self, sources: Sequence[_LookSource]) -> list[_LookSource]:
        now = self._clock()
        return [one for one in sources if self._resting.get(one.name, 0.0) <= now]

    def _in_turn(self, sources: list[_LookSource]) -> list[_LookSource]:
        if not sources:
            return []
        cheap = sources[0] in self._cheap
        turn = self._turns[cheap] % len(sources)
        self._turns[cheap] += 1
        return sources[turn:] + sources[:turn]

    def _longest_resting(self) -> list[_LookSource]:
        return sorted(self._cheap or self._costly, key=lambda one: self._resting.get(one.name, 0.0))[:1]
