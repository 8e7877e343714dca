from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.daemon.event_bus import EventBus
from cli.events import Begun, Mended
from cli.reconcile.events import Dispatch, Event
from stacks.model.listeners import Listeners
from tests.cli.happenings import TURN

EVENTS: tuple[Event, ...] = (Begun(), Mended("it was put right"), Begun())


class Failing:
    """A listener that raises an error at each event."""

    def __init__(self, *errors: Exception) -> None:
        self._errors = list(errors)

    def __call__(self, _: object) -> None:
        raise self._errors.pop(0)


class Bus:
    """A bus with listeners who note what they hear, failing ones among them."""

    def __init__(self, *failing: Failing) -> None:
        self.heard: list[list[Event]] = [[], []]
        self.reported: list[tuple[str, str]] = []
        first, last = (lambda one, to=to: to.append(one.event) for to in self.heard)
        self.bus = EventBus([first, *failing, last], lambda error, where: self.reported.append((str(error), where)))

    def publish(self, *events: Event) -> None:
        for one in events:
            self.bus.of_turn(TURN)(one)


@given(st.permutations([ValueError("a"), KeyError("b"), OSError(24, "too many open files")]))
def test_an_error_of_a_listener_ends_no_turn_and_keeps_nothing_from_others(errors: list[Exception]) -> None:
    bus = Bus(Failing(*errors))
    bus.publish(*EVENTS)
    assert bus.heard == [list(EVENTS), list(EVENTS)]
    assert [said for said, _ in bus.reported] == [str(one) for one in errors]


def test_an_error_is_reported_once_of_each_type_and_listener() -> None:
    bus = Bus(*(Failing(*(ValueError(f"at {number}") for number in range(3))) for _ in range(2)))
    bus.publish(*EVENTS)
    assert [said for said, _ in bus.reported] == ["at 0", "at 0"]
    assert all("Failing" in where for _, where in bus.reported)


def test_what_ends_the_process_is_raised() -> None:
    def stop(_: Dispatch) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        EventBus([stop], lambda *_: None).publish(Begun())


def test_an_error_of_a_listener_to_values_reaches_the_log_and_not_the_publisher(
    caplog: pytest.LogCaptureFixture,
) -> None:
    values: Listeners[int] = Listeners()
    heard: list[int] = []
    with values.listening(Failing(ValueError("a"), ValueError("b"))), values.listening(heard.append):
        values.publish(1)
        values.publish(2)
    values.publish(3)
    assert heard == [1, 2]
    assert [str(record.exc_info[1]) for record in caplog.records if record.exc_info] == ["a"]
