from __future__ import annotations

from cli.engine.backoff import Backoff


def test_pauses_double_up_to_the_longest_and_differ() -> None:
    pause = Backoff(2, 30)
    bounds = [2, 4, 8, 16, 30, 30]
    taken = [pause.take() for _ in bounds]
    assert all(bound / 2 <= one <= bound for one, bound in zip(taken, bounds, strict=True))
    assert len(set(taken)) == len(taken)


def test_what_has_worked_begins_anew() -> None:
    pause = Backoff(2, 30)
    for _ in range(5):
        pause.take()
    pause.reset()
    assert 1 <= pause.take() <= 2


def test_pauses_without_jitter_are_exact() -> None:
    pause = Backoff(1, 5, jitter=0)
    assert [pause.take() for _ in range(4)] == [1, 2, 4, 5]
