"""Metrics of the detection of WAN addresses: what each source says, how fast, and whether they agree."""

from __future__ import annotations

from cli.findings.sightings import source_label
from cli.metrics.levels import Maker
from stacks.model.values import Family, Known, Unknown
from stacks.observe.wan.agreement.answer import Answer
from stacks.observe.wan.agreement.consensus import disagree
from stacks.observe.wan.detect import NOT_WAITED_FOR, Detection

MOST_SOURCES = 64
"""Series of sources: server lists may name thousands, of which each detection asks others."""
OTHERS = "other"
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 5.0)
_OUTCOMES = ("agreed", "disagreed", "unknown")


class DetectionMetrics:
    """The detections of WAN addresses and the answers of sources, counted from any thread."""

    def __init__(self, make: Maker) -> None:
        self._detections = make.counter(
            "truenorth_wan_detections_total",
            "Detections of the WAN address: all sources were asked.",
            "family",
            "outcome",
        )
        self._answers = make.counter(
            "truenorth_wan_answers_total",
            "What the sources of WAN addresses answered when all were asked; those not waited for are not counted.",
            "source",
            "family",
            "outcome",
        )
        self._seconds = make.histogram(
            "truenorth_wan_answer_seconds",
            "How long a source of WAN addresses took to give one.",
            "source",
            buckets=SECONDS,
        )
        self._sources: set[str] = set()
        for family in Family:
            for outcome in _OUTCOMES:
                self._detections.labels(family.value, outcome)

    def on_event(self, detection: Detection) -> None:
        """Take an event."""
        for family, outcome in detection.addresses.items():
            self._detections.labels(family.value, _agreement(detection, family, outcome)).inc()
        for answer in detection.answers:
            if answer.result != Unknown(NOT_WAITED_FOR):
                self._hear_answer(answer)

    def _hear_answer(self, answer: Answer) -> None:
        source = self._named(answer.source)
        outcome = "known" if isinstance(answer.result, Known) else "refused" if answer.refused else "silent"
        self._answers.labels(source, answer.family.value, outcome).inc()
        if outcome == "known":
            self._seconds.labels(source).observe(answer.seconds)

    def _named(self, source: str) -> str:
        name = source_label(source)
        if name not in self._sources:
            if len(self._sources) >= MOST_SOURCES:
                return OTHERS
            self._sources.add(name)
        return name


def _agreement(detection: Detection, family: Family, outcome: object) -> str:
    if isinstance(outcome, Known):
        return "agreed"
    return "disagreed" if disagree(detection.answers, family) else "unknown"
