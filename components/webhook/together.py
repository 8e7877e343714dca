"""Requests of several threads, carried out together by whoever has the turn.

A provider lists all that it has at each look, and need not be made for requests side by side: external-dns sends one.
So they wait while one is carried out, and those that have come meanwhile are the next one.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Generic, TypeVar

_Asked = TypeVar("_Asked")
_Answer = TypeVar("_Answer")


class Together(Generic[_Asked, _Answer]):
    """Carries out requests of threads, all that wait at a time. turn: shared by what must not run side by side."""

    def __init__(
        self, carry_out: Callable[[Sequence[_Asked]], Sequence[_Answer | Exception]], turn: threading.Lock
    ) -> None:
        self._carry_out = carry_out
        self._turn = turn
        self._guard = threading.Lock()
        self._waiting: list[tuple[_Asked, Future[_Answer]]] = []

    def ask(self, one: _Asked) -> _Answer:
        """Return the answer, or raise what it is."""
        own: Future[_Answer] = Future()
        with self._guard:
            self._waiting.append((one, own))
        with self._turn:
            if not own.done():
                with self._guard:
                    taken, self._waiting = self._waiting, []
                self._answer(taken)
        return own.result()

    def _answer(self, taken: Sequence[tuple[_Asked, Future[_Answer]]]) -> None:
        try:
            answers = self._carry_out([asked for asked, _ in taken])
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the answer to each
            answers = [error] * len(taken)
        for (_, waiting), answer in zip(taken, answers, strict=True):
            if isinstance(answer, Exception):
                waiting.set_exception(answer)
            else:
                waiting.set_result(answer)
