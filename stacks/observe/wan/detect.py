"""One detection: all sources and families at once, ended as soon as the outcome is settled."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from stacks.observe.wan.answer import Answer
from stacks.observe.wan.consensus import agree, settled
from stacks.observe.wan.deadline import Deadline
from stacks.observe.wan.source import Source, build
from stacks.values import Address, Family, Known, Unknown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from stacks.observe.wan.settings import WanSettings

LAST_WORDS = 0.1
"""Seconds in which sources may still say why they have no answer, after the deadline or the failure of an agreement."""
JOIN = 1.0
"""Seconds in which the cancelled threads end; they wake at once, unless a file system hangs."""


@dataclass(frozen=True)
class Detection:
    """What a detection found."""

    answers: tuple[Answer, ...]
    """One for each source and family, in the settings' order."""
    addresses: Mapping[Family, Known[tuple[Address, ...]] | Unknown]
    """What may be published, for each family that was asked for."""


@dataclass(frozen=True, slots=True)
class _Question:
    source: Source
    family: Family


def detect(settings: WanSettings) -> Detection:
    """Ask every source for every family, and return when that is settled, at the latest after `settings.timeout`.

    Where the settings have several attempts, what stays unknown is asked for again after `settings.cool_down`.
    Never raises for what the network does.
    """
    detection = _attempt(settings)
    for _ in range(settings.attempts - 1):
        unknown = [family for family, outcome in detection.addresses.items() if isinstance(outcome, Unknown)]
        if not unknown:
            break
        time.sleep(settings.cool_down)
        again = _attempt(settings.model_copy(update={"families": [family.value for family in unknown]}))
        kept = tuple(answer for answer in detection.answers if answer.family not in again.addresses)
        detection = Detection(kept + again.answers, {**detection.addresses, **again.addresses})
    return detection


def _attempt(settings: WanSettings) -> Detection:
    families = [Family(name) for name in settings.families]
    sources = build(settings)
    questions = [_Question(source, family) for family in families for source in sources]
    started = time.monotonic()
    deadline = Deadline(settings.timeout)
    arrivals: SimpleQueue[tuple[_Question, Answer]] = SimpleQueue()
    threads = [
        threading.Thread(target=_ask, args=(question, deadline, arrivals), name=question.source.name, daemon=True)
        for question in questions
    ]
    for thread in threads:
        thread.start()
    try:
        answers = _collect(questions, settings, started, arrivals)
    finally:
        deadline.cancel()
        until = time.monotonic() + JOIN
        for thread in threads:
            thread.join(max(0.0, until - time.monotonic()))
    complete = tuple(answers.get(question) or _unheard(question, time.monotonic() - started) for question in questions)
    return Detection(complete, {family: agree(complete, family, settings.agreement) for family in families})


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
    settings: WanSettings,
    started: float,
    arrivals: SimpleQueue[tuple[_Question, Answer]],
) -> dict[_Question, Answer]:
    """Return the answers that came until every family was settled, or the time was up.

    A family that is settled as unknown is heard for `LAST_WORDS` more: the reason then names more of the sources.
    """
    answers: dict[_Question, Answer] = {}
    until = {question.family: started + settings.timeout + LAST_WORDS for question in questions}
    while until:
        try:
            question, answer = arrivals.get(timeout=max(0.0, max(until.values()) - time.monotonic()))
        except Empty:
            break
        answers[question] = answer
        family = question.family
        heard = list(answers.values())
        waiting = [one.source for one in questions if one.family is family and one not in answers]
        if not settled(heard, waiting, family, settings.agreement) or family not in until:
            continue
        if waiting and isinstance(agree(heard, family, settings.agreement), Unknown):
            until[family] = min(until[family], time.monotonic() + LAST_WORDS)
        else:
            del until[family]
    return answers


def _unheard(question: _Question, seconds: float) -> Answer:
    reason = "not waited for: the outcome was settled without it, or the time was up"
    return Answer(question.source.name, question.source.operator, question.family, Unknown(reason), seconds)
