from __future__ import annotations

import socket
import threading
from typing import Any

import pytest

from stacks.model.values import Family
from stacks.observe.wan.agreement.answer import NoAnswerError
from stacks.observe.wan.sources.deadline import Deadline
from stacks.observe.wan.sources.resolve import resolve


def test_an_address_is_itself() -> None:
    assert resolve("203.0.113.7", Family.IPV4, Deadline(0)) == ("203.0.113.7",)
    assert resolve("2001:db8::7", Family.IPV6, Deadline(0)) == ("2001:db8::7",)


def test_an_address_of_the_other_family_is_none() -> None:
    with pytest.raises(NoAnswerError, match="2001:db8::7 is not an ipv4 address"):
        resolve("2001:db8::7", Family.IPV4, Deadline(1))


def test_a_name_gives_each_address_once_in_the_resolvers_order(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(host: str, port: None, **_: Any) -> list[Any]:  # noqa: ANN401 - stands in for socket.getaddrinfo
        assert (host, port) == ("stun.example", None)
        return [(2, 1, 6, "", (address, 0)) for address in ("203.0.113.9", "203.0.113.8", "203.0.113.9")]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    assert resolve("stun.example", Family.IPV4, Deadline(10)) == ("203.0.113.9", "203.0.113.8")


def test_a_name_without_an_address_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(*_: Any, **__: Any) -> list[Any]:  # noqa: ANN401 - stands in for socket.getaddrinfo
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    with pytest.raises(NoAnswerError, match=r"gone.example has no ipv6 address: .*Name or service not known"):
        resolve("gone.example", Family.IPV6, Deadline(10))


def test_a_hanging_resolver_holds_nobody_up_and_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    released, asked = threading.Event(), threading.Semaphore(0)
    threads: list[threading.Thread] = []

    def hang(*_: Any, **__: Any) -> list[Any]:  # noqa: ANN401 - stands in for socket.getaddrinfo
        threads.append(threading.current_thread())
        asked.release()
        released.wait(120)
        return [(2, 1, 6, "", ("203.0.113.9", 0))]

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    for _ in range(3):
        with pytest.raises(NoAnswerError, match="not resolved in time"):
            resolve("slow.example", Family.IPV4, Deadline(0.01))
    cancelled = Deadline(60)
    cancelled.cancel()
    with pytest.raises(NoAnswerError, match="not resolved in time"):
        resolve("slow.example", Family.IPV4, cancelled)
    assert asked.acquire(timeout=60)
    released.set()
    threads[0].join(60)
    assert len(threads) == 1
