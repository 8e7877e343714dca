"""The detection of WAN addresses: all sources and families at once, ended as soon as the outcome is settled."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from stacks.model.listeners import Listeners
from stacks.model.values import Address, Family, Known, Unknown
from stacks.observe.wan.agreement.answer import Answer
from stacks.observe.wan.agreement.consensus import agree, disagree, settled
from stacks.observe.wan.sources.deadline import Deadline
from stacks.observe.wan.sources.source import Source, build

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from stacks.settings.wan import WanSettings

LAST_WORDS = 0.1
"""Seconds in which sources may still say why they have no answer, after the deadline or the failure of an agreement."""
JOIN = 1.0
"""Seconds in which the cancelled threads end; they wake at once, unless a file system hangs."""
LONGEST_PAUSE = 300.0
"""Seconds between two attempts, at most."""
NOT_WAITED_FOR = "not waited for: the outcome was settled without it, or the time was up"
"""The reason in place of an answer that did not come in time."""


@dataclass(frozen=True)
class Detection:
    """The outcome of a detection."""

    answers: tuple[Answer, ...]
    """One for each source and family, in the settings' order."""
    addresses: Mapping[Family, Known[tuple[Address, ...]] | Unknown]
    """The addresses to publish, for each requested family."""


DETECTIONS: Listeners[Detection] = Listeners()
"""The listeners to each attempt when it has ended."""


@dataclass(frozen=True, slots=True)
class _Question:
    source: Source
    family: Family


def detect(
    settings: WanSettings, families: Sequence[Family] = (), pause: Callable[[float], object] = time.sleep
) -> Detection:
    """Ask every source for every family, and return when the outcome is settled, at most `settings.timeout` later.

    families: to detect; none: those of the settings. Where the settings have several attempts, families that stay
    unknown are asked for again after `settings.cool_down` seconds, and then after twice the seconds before, at most
    LONGEST_PAUSE. `pause` is called with them; if it returns a true value the detection ends. Mode `chain` asks its
    stages in turn, each for at most `settings.timeout`. Raises nothing for faults of the network.
    """
    families = families or [Family(name) for name in settings.families]
    detection = _attempt(settings, families)
    for number in range(settings.attempts - 1):
        unknown = [family for family, outcome in detection.addresses.items() if isinstance(outcome, Unknown)]
        if not unknown or pause(min(settings.cool_down * 2**number, LONGEST_PAUSE)):
            break
        again = _attempt(settings, unknown)
        kept = tuple(answer for answer in detection.answers if answer.family not in again.addresses)
        detection = Detection(kept + again.answers, {**detection.addresses, **again.addresses})
    return detection


def _attempt(settings: WanSettings, families: Sequence[Family]) -> Detection:
    """Go through the stages until each family is known, or its sources disagree: no later stage can heal that."""
    answers: tuple[Answer, ...] = ()
    addresses: dict[Family, Known[tuple[Address, ...]] | Unknown] = {}
    for stage in settings.stages():
        asked = [family for family in families if not _concluded(addresses.get(family), answers, family)]
        if not asked:
            break
        found = _ask_all(build(settings, stage), stage.agreement, settings.timeout, asked)
        answers += found.answers
        addresses |= {family: _with_reason_before(addresses.get(family), found.addresses[family]) for family in asked}
    detection = Detection(answers, addresses)
    DETECTIONS.publish(detection)
    return detection


def _concluded(outcome: Known[tuple[Address, ...]] | Unknown | None, answers: Sequence[Answer], family: Family) -> bool:
    return isinstance(outcome, Known) or disagree(answers, family)


def _with_reason_before(
    before: Known[tuple[Address, ...]] | Unknown | None, now: Known[tuple[Address, ...]] | Unknown
) -> Known[tuple[Address, ...]] | Unknown:
    if isinstance(before, Unknown) and isinstance(now, Unknown):
        return Unknown(f"{before.reason}; then {now.reason}")
    return now


def _ask_all(sources: Sequence[Source], agreement: int, timeout: float, families: Sequence[Family]) -> Detection:
    questions = [_Question(source, family) for family in families for source in sources]
    started = time.monotonic()
    deadline = Deadline(timeout)
    arrivals: SimpleQueue[tuple[_Question, Answer]] = SimpleQueue()
    threads = [
        threading.Thread(target=_ask, args=(question, deadline, arrivals), name=question.source.name, daemon=True)
        for question in questions
    ]
    for thread in threads:
        thread.start()
    try:
        answers = _collect(questions, agreement, started + timeout, arrivals)
    finally:
        deadline.cancel()
        until = time.monotonic() + JOIN
        for thread in threads:
            thread.join(max(0.0, until - time.monotonic()))
    complete = tuple(
        answers.get(question) or _not_waited_for(question, time.monotonic() - started) for question in questions
    )
    return Detection(complete, {family: agree(complete, family, agreement) for family in families})


def _ask(question: _Question, deadline: Deadline, arrivals: SimpleQueue[tuple[_Question, Answer]]) -> None:
    answer = Answer(
        question.source.name, question.source.operator, question.family, Unknown("failed unexpectedly"), 0.0
    )
    try:
        answer = question.source.detect(question.family, deadline)
    finally:
        arrivals.put((question, answer))


def _collect(
    questions: Sequence[_Question],
    agreement: int,
    end: float,
    arrivals: SimpleQueue[tuple[_Question, Answer]],
) -> dict[_Question, Answer]:
    """Return the answers that came until every family was settled, or the time was up.

    A family that is settled as unknown has `LAST_WORDS` more: the reason then names more of the sources.
    """
    answers: dict[_Question, Answer] = {}
    until = {question.family: end + LAST_WORDS for question in questions}
    while until:
        try:
            question, answer = arrivals.get(timeout=max(0.0, max(until.values()) - time.monotonic()))
        except Empty:
            break
        answers[question] = answer
        family = question.family
        arrived = list(answers.values())
        waiting = [one.source for one in questions if one.family is family and one not in answers]
        if not settled(arrived, waiting, family, agreement) or family not in until:
            continue
        if waiting and isinstance(agree(arrived, family, agreement), Unknown):
            until[family] = min(until[family], time.monotonic() + LAST_WORDS)
        else:
            del until[family]
    return answers


def _not_waited_for(question: _Question, seconds: float) -> Answer:
    return Answer(question.source.name, question.source.operator, question.family, Unknown(NOT_WAITED_FOR), seconds)
