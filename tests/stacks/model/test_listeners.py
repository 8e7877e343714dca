from __future__ import annotations

import threading

from stacks.model.listeners import Listeners


def test_all_who_listen_hear_until_their_end() -> None:
    listeners: Listeners[int] = Listeners()
    one: list[int] = []
    other: list[int] = []
    listeners.publish(1)
    with listeners.listening(one.append):
        with listeners.listening(other.append):
            listeners.publish(2)
        listeners.publish(3)
    listeners.publish(4)
    assert (one, other) == ([2, 3], [2])


def test_who_listens_twice_hears_twice_and_ends_one_by_one() -> None:
    listeners: Listeners[int] = Listeners()
    heard: list[int] = []
    with listeners.listening(heard.append):
        with listeners.listening(heard.append):
            listeners.publish(1)
        listeners.publish(2)
    assert heard == [1, 1, 2]


def test_many_threads_may_begin_and_end() -> None:
    listeners: Listeners[int] = Listeners()
    heard: list[int] = []

    def listen() -> None:
        for number in range(200):
            mine: list[int] = []
            with listeners.listening(mine.append):
                listeners.publish(number)
            heard.append(mine.count(number))

    threads = [threading.Thread(target=listen) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    listeners.publish(0)
    assert len(heard) == 800
    assert min(heard) >= 1
