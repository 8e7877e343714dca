from __future__ import annotations

import threading

from stacks.observe.wan.sources.deadline import Deadline


def test_what_remains_shrinks_to_nothing() -> None:
    assert 500 < Deadline(600).remaining() <= 600
    assert Deadline(0).remaining() == 0.0


def test_cancelling_brings_it_to_now_and_wakes_who_waits() -> None:
    deadline = Deadline(60)
    woken = threading.Event()
    with deadline.waking(woken.set):
        threading.Thread(target=deadline.cancel).start()
        assert woken.wait(60)
    assert deadline.remaining() == 0.0


def test_a_waiter_that_comes_after_the_cancelling_is_woken_at_once() -> None:
    deadline = Deadline(60)
    deadline.cancel()
    woken = threading.Event()
    with deadline.waking(woken.set):
        assert woken.is_set()


def test_a_waiter_that_has_left_is_not_woken() -> None:
    deadline = Deadline(60)
    woken = threading.Event()
    with deadline.waking(woken.set):
        pass
    deadline.cancel()
    assert not woken.is_set()
