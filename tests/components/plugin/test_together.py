"""Requests of threads that are carried out together."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest

from components.plugin import together as module
from components.plugin.together import Together


class TestRequestsOfThreads:
    def test_that_wait_while_one_is_carried_out_are_carried_out_together(self) -> None:
        begun, go_on = threading.Event(), threading.Event()
        taken: list[list[int]] = []

        def carry_out(asked: Sequence[int]) -> Sequence[int]:
            taken.append(sorted(asked))
            begun.set()
            assert go_on.wait(60)
            return [2 * one for one in asked]

        together = Together[int, int](carry_out, threading.Lock())
        with ThreadPoolExecutor(4) as threads:
            first = threads.submit(together.ask, 0)
            assert begun.wait(60)
            others = [threads.submit(together.ask, number) for number in (1, 2, 3)]
            reached(together, 3)
            go_on.set()
            assert [one.result() for one in (first, *others)] == [0, 2, 4, 6]
        assert taken == [[0], [1, 2, 3]]

    def test_that_come_within_a_pause_are_carried_out_together(self, monkeypatch: pytest.MonkeyPatch) -> None:
        taken: list[list[int]] = []

        def carry_out(asked: Sequence[int]) -> Sequence[int]:
            taken.append(sorted(asked))
            return asked

        together = Together[int, int](carry_out, threading.Lock(), pause=0.03)
        waits = SimpleNamespace(sleep=lambda _: reached(together, 2))
        monkeypatch.setattr(module, "time", waits)
        with ThreadPoolExecutor(2) as threads:
            assert [*threads.map(together.ask, (1, 2))] == [1, 2]
        assert taken == [[1, 2]]

    def test_have_the_exception_that_is_the_answer_to_one_of_them(self) -> None:
        together = Together[int, int](lambda asked: [ValueError(f"{one} is odd") for one in asked], threading.Lock())
        with pytest.raises(ValueError, match="1 is odd"):
            together.ask(1)


def reached(together: Together[int, int], count: int) -> None:
    """Wait until so many requests wait, of which nobody tells."""
    tick = threading.Event()
    while len(together._waiting) < count:  # noqa: SLF001 - nothing else tells
        tick.wait(0.01)
