"""Requests of several threads, carried out together by whoever has the turn.

A provider by webhook lists all that it has at each look, and need not be made for requests side by side: external-dns
sends one. A name server takes many changes in one message. So requests wait while one is carried out, and those that
have come meanwhile are the next one.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Generic, TypeVar

_Asked = TypeVar("_Asked")
_Answer = TypeVar("_Answer")
_MOST_PAUSES = 10


class Together(Generic[_Asked, _Answer]):
    """Carries out requests of threads, all that wait at a time.

    turn: shared by what must not run side by side. pause: seconds without a further request after which those that
    wait are carried out; 0 for at once.
    """

    def __init__(
        self,
        carry_out: Callable[[Sequence[_Asked]], Sequence[_Answer | Exception]],
        turn: threading.Lock,
        *,
        pause: float = 0.0,
    ) -> None:
        self._carry_out = carry_out
        self._turn = turn
        self._pause = pause
        self._guard = threading.Lock()
        self._waiting: list[tuple[_Asked, Future[_Answer]]] = []

    def ask(self, one: _Asked) -> _Answer:
        """Return the answer, or raise what it is."""
        own: Future[_Answer] = Future()
        with self._guard:
            self._waiting.append((one, own))
        with self._turn:
            if not own.done():
                self._await_more()
                with self._guard:
                    taken, self._waiting = self._waiting, []
                self._answer(taken)
        return own.result()

    def _await_more(self) -> None:
        """Wait as long as further requests come, up to some pauses."""
        seen = 0
        for _ in range(_MOST_PAUSES):
            if not self._pause or seen == len(self._waiting):
                return
            seen = len(self._waiting)
            time.sleep(self._pause)

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
