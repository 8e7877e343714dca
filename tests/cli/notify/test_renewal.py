from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from cli.events import Failure
from cli.notify.renewal import Renewable
from cli.reconcile.events import Dispatch, Subscriber
from stacks.model.errors import UserError
from tests.cli.happenings import dispatch


class Notifications:
    """Notifications that go into a list, begun anew with the addresses at hand."""

    def __init__(self) -> None:
        self.addresses = "a"
        self.told: list[str] = []

    @contextmanager
    def begun(self) -> Iterator[Subscriber]:
        name = self.addresses
        if name == "bad":
            raise UserError("it is bad", "here", "mend it")

        def on_event(_: Dispatch) -> None:
            self.told.append(name)

        yield on_event
        self.told.append(f"end of {name}")


def test_addresses_that_have_changed_are_taken_up_and_those_before_are_ended() -> None:
    world = Notifications()
    renewable = Renewable(world.begun, lambda: world.addresses)
    renewable.renew()
    renewable.on_event(dispatch(Failure("x", 1)))
    world.addresses = "b"
    renewable.renew()
    renewable.on_event(dispatch(Failure("x", 1)))
    renewable.close()
    assert world.told == ["a", "end of a", "b", "end of b"]


def test_bad_addresses_leave_those_before_in_place() -> None:
    world = Notifications()
    renewable = Renewable(world.begun, lambda: world.addresses)
    world.addresses = "bad"
    with pytest.raises(UserError, match="it is bad"):
        renewable.renew()
    renewable.on_event(dispatch(Failure("x", 1)))
    assert world.told == ["a"]
