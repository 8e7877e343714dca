"""Detection: the time of one question is that of the slowest answer needed, not the sum of all."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack

from bench.row import Row, median
from lab.addresses.http import HttpBehaviour, serve_http
from lab.addresses.settable import Addresses
from lab.addresses.stun import StunBehaviour, serve_stun
from lab.world import DOCUMENTATION_RANGES, FIRST_IPV4
from stacks.model.values import Family, Known, Unknown
from stacks.observe.wan.detect import detect
from stacks.observe.wan.sources.deadline import Deadline
from stacks.observe.wan.sources.source import build
from stacks.settings.wan import WanSettings

TIMES = 10
LATE = 0.2
"""Seconds that each service of the lab takes to answer."""
SLACK = 1.5
"""A detection may take this many times the slowest answer."""


def measure() -> Iterator[Row]:
    """All rows of this part."""
    addresses = Addresses(ipv4=FIRST_IPV4, ipv6=None)
    with ExitStack() as services:
        stun = [services.enter_context(serve_stun(addresses, behaviour=StunBehaviour(delay=LATE))) for _ in range(4)]
        http = [services.enter_context(serve_http(addresses, behaviour=HttpBehaviour(delay=LATE))) for _ in range(3)]
        for mode in ("stun", "http", "stun+http"):
            settings = WanSettings.model_validate(
                {"mode": mode, "stun": stun, "http": http, "accept": list(DOCUMENTATION_RANGES)}
            )
            together = median([_detected(settings) for _ in range(TIMES)])
            yield Row("wan", f"detection, {mode}", together, "s", TIMES, round(LATE * SLACK, 3))
            in_turn = _in_turn(settings)
            yield Row("wan", f"detection, {mode}: the same one by one", round(in_turn, 3), "s", 1)
            yield Row("wan", f"detection, {mode}: one by one / at once", round(in_turn / together, 1), "times", 1)


def _detected(settings: WanSettings) -> float:
    began = time.monotonic()
    found = detect(settings).addresses[Family.IPV4]
    if not isinstance(found, Known):
        raise RuntimeError(found.reason)  # noqa: TRY004 - the measurement failed; no type is wrong
    return time.monotonic() - began


def _in_turn(settings: WanSettings) -> float:
    began = time.monotonic()
    for source in build(settings):
        answer = source.detect(Family.IPV4, Deadline(settings.timeout))
        if isinstance(answer.result, Unknown):
            raise RuntimeError(answer.result.reason)  # noqa: TRY004 - the measurement failed; no type is wrong
    return time.monotonic() - began
