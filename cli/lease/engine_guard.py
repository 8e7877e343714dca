"""Stop the engine of a leader that has lost its lease, before another can have it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from cli.engine.hold import LEASE_LOST, Hold
from cli.lease.election import Election
from cli.lease.record import clock

_TICK = 0.1
"""Seconds between two looks whether the engine has ended."""


async def guard_engine(
    election: Election, hold: Hold, clock: Callable[[], float] = clock, reason: str = LEASE_LOST
) -> None:
    """Interrupt the engine when the lease is lost, and kill it at `election.stop_by`, until cancelled.

    reason: bars the engine until `Hold.allow` takes it away. From renew_deadline on the engine has the better part of
    the time to the lease's end (4 s of 5 with the defaults, see `cli.lease.timing`) to end in good order; the rest is
    kept for killing it. Where another process may lead already, as the Lease has another name in it, the engine is
    killed at once. A suspended machine stops the engine too; when it wakes up, the loss is seen within half a second.
    """
    while True:
        await election.acquired()
        await election.lost()
        if not election.is_leading():
            hold.interrupt(reason)
        while hold.is_running and not election.is_leading():
            rest = election.stop_by - clock()
            if rest <= 0:
                hold.kill()
                break
            await asyncio.sleep(min(rest, _TICK))
