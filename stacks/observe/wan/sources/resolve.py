"""The resolution of host names to addresses of one family, under a deadline.

The system's resolver cannot be interrupted and waits up to half a minute where the network is down. It runs in a
thread of its own, one for each name at a time, so that impatient callers neither wait for it nor pile up.
"""

from __future__ import annotations

import socket
import threading
from concurrent.futures import Future
from ipaddress import ip_address
from typing import TYPE_CHECKING

from stacks.model.values import Family
from stacks.observe.wan.agreement.answer import NoAnswerError

if TYPE_CHECKING:
    from stacks.observe.wan.sources.deadline import Deadline

_in_flight: dict[tuple[str, Family], Future[tuple[str, ...]]] = {}
_lock = threading.Lock()


def resolve(host: str, family: Family, deadline: Deadline) -> tuple[str, ...]:
    """Return the addresses of `host` in the resolver's order, at least one.

    Raises `NoAnswerError` where there is none of the family, or none in time.
    """
    try:
        literal = ip_address(host)
    except ValueError:
        return _resolve_name(host, family, deadline)
    if literal.version != family.version:
        raise NoAnswerError(f"{host} is not an {family.value} address")
    return (host,)


def _resolve_name(host: str, family: Family, deadline: Deadline) -> tuple[str, ...]:
    question = _ask(host, family)
    woken = threading.Event()
    question.add_done_callback(lambda _: woken.set())
    with deadline.waking(woken.set):
        woken.wait(deadline.remaining())
    if not question.done():
        raise NoAnswerError(f"the name {host} was not resolved in time")
    error = question.exception()
    if error is not None:
        raise NoAnswerError(f"the name {host} has no {family.value} address: {error}")
    return question.result()


def _ask(host: str, family: Family) -> Future[tuple[str, ...]]:
    with _lock:
        question = _in_flight.get((host, family))
        if question is None:
            question = _in_flight[host, family] = Future()
            threading.Thread(
                target=_look_up, args=(host, family, question), name=f"resolve {host}", daemon=True
            ).start()
        return question


def _look_up(host: str, family: Family, question: Future[tuple[str, ...]]) -> None:
    kind = socket.AF_INET if family is Family.IPV4 else socket.AF_INET6
    outcome: tuple[str, ...] | OSError | UnicodeError
    try:
        infos = socket.getaddrinfo(host, None, family=kind, type=socket.SOCK_STREAM)
        outcome = tuple(dict.fromkeys(str(info[4][0]) for info in infos))
    except (OSError, UnicodeError) as error:
        outcome = error
    with _lock:
        del _in_flight[host, family]
    if isinstance(outcome, tuple):
        question.set_result(outcome)
    else:
        question.set_exception(outcome)
