"""The watch loop in its first form: look at the address every few seconds, converge when it has changed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass

from cli.converge import Convergence, converge, import_program
from cli.engine.failure import RunFailed
from cli.engine.run import Listener
from cli.workplace import Workplace
from stacks.errors import ObservationError
from stacks.observe.wan.look import Look
from stacks.values import Address, Family, Known

LONGEST_PAUSE = 300.0
"""Seconds between two tries of a convergence that keeps failing."""
FULL_DETECTION = 300.0
"""Seconds after which all sources are asked, whatever the look says; the only look where there is no STUN server."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A convergence that did not work out; the loop tries again after pause seconds."""

    reason: str
    pause: float


Told = Callable[[Convergence | Failure], None]
Addresses = dict[Family, tuple[Address, ...]]


def watch(workplace: Workplace, listener: Listener, told: Told, stop: threading.Event) -> None:
    """Converge now, and again whenever a look at the address shows another one, until stop is set.

    told hears of every convergence and failure. Raises UserError where the settings or credentials are refused.
    """
    import_program()  # now, rather than when an address has changed and every second counts
    wan = workplace.settings.wan
    pause = wan.interval
    due = time.monotonic()
    published: Addresses = {}
    with ExitStack() as sockets:
        looks = {Family(name): sockets.enter_context(Look(wan, Family(name))) for name in wan.families}
        while not stop.is_set():
            if time.monotonic() >= due or (published and moved(looks, published)):
                try:
                    published = _converge(workplace, listener, told, stop)
                    pause, due = wan.interval, time.monotonic() + FULL_DETECTION
                except (ObservationError, RunFailed) as error:
                    if isinstance(error, RunFailed) and error.interrupted:
                        stop.set()
                    told(Failure(str(error), pause))
                    published, due = {}, time.monotonic() + pause
                    pause = min(pause * 2, LONGEST_PAUSE)
            stop.wait(wan.interval)


def moved(looks: Mapping[Family, Look], published: Addresses) -> bool:
    """Whether a look sees an address that is not published. A look that sees nothing has seen no change."""
    for family, look in looks.items():
        seen = look.look()
        if isinstance(seen, Known) and seen.value not in published.get(family, ()):
            return True
    return False


def _converge(workplace: Workplace, listener: Listener, told: Told, stop: threading.Event) -> Addresses:
    done = converge(workplace, listener)
    if any(run.interrupted for run in done.runs):
        stop.set()
    told(done)
    return {family: found.value if isinstance(found, Known) else () for family, found in done.observation.addresses}
