"""What goes wrong between a client and the API, by rules: slowness, throttling, edge errors, lost connections."""

from __future__ import annotations

import random
import re
import threading
from concurrent.futures import Future
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_OF_THE_EDGE = {403, *range(500, 600)}


class Effect(StrEnum):
    """What happens to a request that a rule matches."""

    LATENCY = "latency"  # it is handled `seconds` late; the rules after it still apply
    HOLD = "hold"  # it is handled once the rules have been replaced; the rules after it still apply
    LATE_ANSWER = "late_answer"  # it is done at once and answered `seconds` late; likewise
    CLOCK = "clock"  # the answer's Date is `seconds` ahead; likewise
    THROTTLE = "throttle"  # 429 with `Retry-After: seconds`
    SERVER_ERROR = "server_error"  # `status`: 500 as JSON, others, 403 among them, as the edge's HTML page
    DROP = "drop"  # the connection breaks before anything is done
    LOSE_ANSWER = "lose_answer"  # it is done, then the connection breaks


@dataclass(frozen=True, slots=True)
class Fault:
    """A rule. It matches by method (None: any) and by a regular expression found anywhere in the path.

    `times`: how often it strikes, None for ever. `probability` of striking at a match, drawn from a generator seeded
    with `seed`, so that a run can be repeated. `seconds`: the delay, or what `Retry-After` says.
    Raises ValueError where the values make no sense.
    """

    effect: Effect
    method: str | None = None
    path: str = ""
    times: int | None = None
    probability: float = 1.0
    seed: int = 0
    seconds: float = 0.0
    status: int = 502

    def __post_init__(self) -> None:
        try:
            re.compile(self.path)
        except re.error as error:
            message = f"path is no regular expression: {error}"
            raise ValueError(message) from error
        if not 0 <= self.probability <= 1:
            raise ValueError("probability must be between 0 and 1")
        if self.seconds < 0 or (self.times is not None and self.times < 0):
            raise ValueError("seconds and times must not be negative")
        if self.effect is Effect.SERVER_ERROR and self.status not in _OF_THE_EDGE:
            raise ValueError("status must be a server error, 500 to 599, or the edge's 403")

    def matches(self, method: str, path: str) -> bool:
        """Tell whether the rule is about this request."""
        return self.method in (None, method) and re.search(self.path, path) is not None

    def as_json(self) -> dict[str, object]:
        """Write the rule as the control API does and reads it."""
        return {
            "effect": self.effect.value,
            "method": self.method,
            "path": self.path,
            "times": self.times,
            "probability": self.probability,
            "seed": self.seed,
            "seconds": self.seconds,
            "status": self.status,
        }


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to happen to one request: `delay` in seconds, then what `fault` says; `ahead`: the clock's error.

    `answer_delay`: seconds by which the answer leaves late. `holds`: what ends as the rules that hold it are replaced.
    `era`: that of the rules, see `Faults.forget`.
    """

    delay: float = 0.0
    fault: Fault | None = None
    ahead: float = 0.0
    answer_delay: float = 0.0
    holds: tuple[Future[None], ...] = ()
    era: int = 0


@dataclass(frozen=True, slots=True)
class _Rule:
    fault: Fault
    chance: random.Random
    replaced: Future[None]


class Faults:
    """The rules in force, in order: the first that strikes decides, delays add up until then. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rules: list[_Rule] = []
        self._era = 0

    def add(self, fault: Fault) -> None:
        """Append a rule."""
        with self._lock:
            self._rules.append(_rule(fault))

    def set(self, faults: Iterable[Fault]) -> None:
        """Replace all rules, and let go what they held."""
        rules = [_rule(fault) for fault in faults]
        with self._lock:
            before, self._rules = self._rules, rules
        for rule in before:
            rule.replaced.set_result(None)

    def clear(self) -> None:
        """Let everything work."""
        self.set(())

    def forget(self) -> None:
        """Let everything work, and lose the requests that are delayed or held: none of them is handled later."""
        with self._lock:
            self._era += 1
        self.clear()

    def loses(self, verdict: Verdict) -> bool:
        """Tell whether a request that was judged so has been lost while it waited."""
        return verdict.era != self._era

    def rules(self) -> list[Fault]:
        """List the rules in force, `times` being what is left."""
        with self._lock:
            return [rule.fault for rule in self._rules]

    def judge(self, method: str, path: str) -> Verdict:
        """Decide on one request, and count the rules that strike."""
        with self._lock:
            verdict = Verdict(era=self._era)
            for index, rule in enumerate(self._rules):
                fault = rule.fault
                if fault.times == 0 or not fault.matches(method, path):
                    continue
                if fault.probability < 1 and rule.chance.random() >= fault.probability:
                    continue
                if fault.times is not None:
                    self._rules[index] = replace(rule, fault=replace(fault, times=fault.times - 1))
                match fault.effect:
                    case Effect.LATENCY:
                        verdict = replace(verdict, delay=verdict.delay + fault.seconds)
                    case Effect.HOLD:
                        verdict = replace(verdict, holds=(*verdict.holds, rule.replaced))
                    case Effect.LATE_ANSWER:
                        verdict = replace(verdict, answer_delay=verdict.answer_delay + fault.seconds)
                    case Effect.CLOCK:
                        verdict = replace(verdict, ahead=verdict.ahead + fault.seconds)
                    case _:
                        return replace(verdict, fault=fault)
        return verdict


def _rule(fault: Fault) -> _Rule:
    return _Rule(fault, random.Random(fault.seed), Future())  # noqa: S311 - chance, not cryptography
