from __future__ import annotations

from ipaddress import ip_address

import pytest

from cli.findings.sightings import source_label
from cli.metrics.detection import MOST_SOURCES
from stacks.model.values import Address, Family, Known, Unknown
from stacks.observe.wan.agreement.answer import Answer
from stacks.observe.wan.detect import DETECTIONS, NOT_WAITED_FOR, Detection
from tests.cli.metrics.telling import Told

ONE, OTHER = ip_address("192.0.2.1"), ip_address("192.0.2.2")


def answer(source: str, result: Address | str, refused: str = "") -> Answer:
    outcome = Unknown(result) if isinstance(result, str) else Known(result)
    return Answer(source, source, Family.IPV4, outcome, 0.25, refused)


def detection(*answers: Answer, known: bool = True) -> Detection:
    return Detection(answers, {Family.IPV4: Known((ONE,)) if known else Unknown("away")})


def tell(told: Told, *found: Detection) -> None:
    with told.metrics.listening():
        for one in found:
            DETECTIONS.publish(one)


class TestDetections:
    @pytest.mark.parametrize(
        ("found", "outcome"),
        [
            (detection(answer("a", ONE), answer("b", ONE)), "agreed"),
            (detection(answer("a", ONE), answer("b", OTHER), known=False), "disagreed"),
            (detection(answer("a", ONE), answer("b", "no answer"), known=False), "unknown"),
        ],
    )
    def test_have_an_outcome(self, told: Told, found: Detection, outcome: str) -> None:
        tell(told, found)
        counted = {one["outcome"]: value for one, value in told.series("truenorth_wan_detections_total") if value}
        assert counted == {outcome: 1}


class TestSources:
    def test_answer_refuse_or_are_silent(self, told: Told) -> None:
        tell(told, detection(answer("a", ONE), answer("b", "is private", "is private"), answer("c", "no answer")))
        counted = told.series("truenorth_wan_answers_total")
        outcomes = {one["source"]: one["outcome"] for one, _ in counted}
        assert outcomes == {"a": "known", "b": "refused", "c": "silent"}
        assert told.value("truenorth_wan_answer_seconds_sum", source="a") == 0.25
        assert told.value("truenorth_wan_answer_seconds_count", source="c") is None

    def test_that_were_not_waited_for_are_not_counted(self, told: Told) -> None:
        tell(told, detection(answer("a", ONE), answer("slow", NOT_WAITED_FOR)))
        assert [one["source"] for one, _ in told.series("truenorth_wan_answers_total")] == ["a"]

    def test_of_long_lists_are_told_together_from_some_number_on(self, told: Told) -> None:
        tell(told, *(detection(answer(f"stun:stun{number}.example.net", ONE)) for number in range(200)))
        assert len(told.series("truenorth_wan_answers_total")) == MOST_SOURCES + 1
        others = told.value("truenorth_wan_answers_total", source="other", family="ipv4", outcome="known")
        assert others == 200 - MOST_SOURCES

    @pytest.mark.parametrize(
        ("source", "label"),
        [
            ("stun:stun.cloudflare.com:3478", "stun:stun.cloudflare.com:3478"),
            ("https://user:secret@ip.example.net:8443/key/abc?token=secret", "https://ip.example.net:8443"),
            ("http://[2001:db8::1]/ip", "http://[2001:db8::1]"),
            ("file:/run/secrets/wan", "file"),
            ("static:192.0.2.1", "static"),
            ("interface:eth0", "interface:eth0"),
        ],
    )
    def test_have_no_secret_in_their_label(self, source: str, label: str) -> None:
        assert source_label(source) == label
