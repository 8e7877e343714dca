"""A part of the campaign `wan` at every run of the tests, and that it notices what must not be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from ipaddress import ip_address
from typing import TYPE_CHECKING

import pytest

from bench.campaigns import wan
from bench.campaigns.wan import PUBLISHED, STRUCK, UNKNOWN
from bench.campaigns.wrong import WrongError
from stacks.model.values import Address, Family, Known, Unknown
from stacks.observe.wan import detect as detection
from stacks.plan import decisions

if TYPE_CHECKING:
    from stacks.observe.wan.agreement.answer import Answer

SEEDS = range(30)
FEW = range(24)


def test_no_wrong_address_is_published_and_no_record_is_cleared() -> None:
    outcomes = dict(wan.play(SEEDS))
    assert {seed: str(found) for seed, found in outcomes.items() if isinstance(found, WrongError)} == {}
    met = sum((found for found in outcomes.values() if isinstance(found, Counter)), Counter[str]())
    assert list(outcomes) == list(SEEDS)
    assert min(met[PUBLISHED], met[UNKNOWN], met[STRUCK]) > len(SEEDS)


def wrong() -> str:
    return " ".join(str(found) for _, found in wan.play(FEW) if isinstance(found, WrongError))


def test_it_notices_that_a_source_is_believed_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def believe(answers: Sequence[Answer], family: Family, _: int) -> Known[tuple[Address, ...]] | Unknown:
        said = [answer.addresses for answer in answers if answer.family is family and answer.addresses]
        return Known(said[0]) if said else Unknown("silence")

    monkeypatch.setattr(detection, "agree", believe)
    assert "while" in wrong()


def test_it_notices_that_a_record_is_cleared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decisions, "partly_known", lambda *_: Known(()))
    assert "and has []" in wrong()


def test_it_notices_that_the_true_address_is_not_found_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detection, "agree", lambda *_: Unknown("always"))
    assert "is true: always" in wrong()


def test_it_notices_a_wrong_address_that_all_sources_agree_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detection, "agree", lambda *_: Known((ip_address("198.18.9.9"),)))
    assert "198.18.9.9" in wrong()
