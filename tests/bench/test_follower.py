from __future__ import annotations

import json

import pytest

from bench.campaigns.paper import ZONE
from bench.follower import Planner
from stacks.model.claims import Claim, ObjectKey, SourceSighting
from stacks.model.values import Known, Unknown
from stacks.settings.stack import parse


@pytest.fixture
def planner() -> Planner:
    return Planner(parse({"zone": ZONE, "sources": ["ingress"]}, {}, stack="bench", where="bench"))


def _sighting(*names: str) -> tuple[SourceSighting, ...]:
    wishes = tuple(
        Claim(name, "A", Known(("203.0.113.7",)), ObjectKey("", "Ingress", "default", name), "2026-01-01T00:00:00Z")
        for name in names
    )
    return (SourceSighting("", "ingress", "Ingress", Known(wishes)),)


def test_the_names_that_change_are_told_once(planner: Planner, capsys: pytest.CaptureFixture[str]) -> None:
    for names in (("a.example.com",), ("a.example.com",), ("a.example.com", "b.example.com")):
        planner.post(_sighting(*names))

    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert ["a.example.com" in one["names"] for one in told] == [True, False, False]
    assert ["b.example.com" in one["names"] for one in told] == [False, False, True]
    assert all(one["seen"] <= one["planned"] for one in told)


def test_a_source_that_cannot_be_read_is_no_measure(planner: Planner) -> None:
    unread = SourceSighting("", "ingress", "Ingress", Unknown("the cluster does not answer"))

    with pytest.raises(RuntimeError, match="ingress cannot be read: the cluster does not answer"):
        planner.post((unread,))
