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
"""Seconds after the deadline in which sources say why they have no answer."""
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

    Never raises for what the network does.
    """
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
    """Return the answers that came until every family was settled, or the time was up."""
    answers: dict[_Question, Answer] = {}
    last = started + settings.timeout + LAST_WORDS
    open_families = {question.family for question in questions}
    while open_families:
        try:
            question, answer = arrivals.get(timeout=max(0.0, last - time.monotonic()))
        except Empty:
            break
        answers[question] = answer
        waiting = [one.source for one in questions if one.family is question.family and one not in answers]
        if settled(list(answers.values()), waiting, question.family, settings.agreement):
            open_families.discard(question.family)
    return answers


def _unheard(question: _Question, seconds: float) -> Answer:
    reason = "not waited for: the outcome was settled without it, or the time was up"
    return Answer(question.source.name, question.source.operator, question.family, Unknown(reason), seconds)
