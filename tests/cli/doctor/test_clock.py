from __future__ import annotations

from types import SimpleNamespace

import pytest

from cli.doctor.clock import clock, judged
from lab import remote
from lab.world import Places
from stacks.model.errors import ObservationError
from tests.cli.doctor.conftest import Admit, told


@pytest.mark.parametrize(
    ("ahead", "level"),
    [
        (0.0, "ok"),
        (0.9, "ok"),
        (5.4, "ok"),
        (-6.0, "warning"),
        (60.0, "warning"),
        (61.0, "failed"),
        (-86_400, "failed"),
    ],
)
def test_the_level_follows_what_is_sure(ahead: float, level: str) -> None:
    assert judged(ahead, 0.5, "it").level.value == level


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both clocks stand still, in the midst of a second: what is found does not hang on how long an answer takes."""
    for module in ("cli.doctor.clock", "lab.api.stand_in"):
        monkeypatch.setattr(f"{module}.time", SimpleNamespace(time=lambda: 1_800_000_000.5))


def test_a_clock_that_is_right(admit: Admit) -> None:
    assert told(clock(admit())) == [("ok", "the clock is right, to the second")]


@pytest.mark.usefixtures("still")
def test_a_clock_that_is_slow(ward: Places, admit: Admit) -> None:
    remote.set_faults(ward, [{"effect": "clock", "seconds": 20}])
    assert told(clock(admit())) == [("warning", "the clock is 20 s slow")]
    remote.set_faults(ward, [{"effect": "clock", "seconds": 3600}])
    assert told(clock(admit())) == [("failed", "the clock is 3600 s slow")]


@pytest.mark.usefixtures("still")
def test_gandi_tells_the_time_too(ward: Places, admit: Admit) -> None:
    remote.gandi_faults(ward, [{"effect": "clock", "seconds": 3600}])
    assert told(clock(admit(zone=ward.gandi_zone, provider="gandi"))) == [("failed", "the clock is 3600 s slow")]


def test_nobody_to_ask(admit: Admit) -> None:
    with pytest.raises(ObservationError, match=r"the time of http://127\.0\.0\.1:9/client/v4/user/tokens/verify"):
        told(clock(admit({"CLOUDFLARE_BASE_URL": "http://127.0.0.1:9/client/v4"})))
