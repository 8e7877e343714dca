from __future__ import annotations

import errno
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, SimpleQueue

import pytest

from stacks.model.values import Known, Unknown
from stacks.observe.wan import address_events
from stacks.observe.wan.address_events import watch_addresses

Addr = Callable[..., None]
SOON = 60.0
"""Seconds for which an event is waited for; on a busy machine the kernel takes its time."""
QUIET = 0.3
"""Seconds of silence that are taken for no event: several bursts."""


class Changes:
    """What `changed` was called for."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[None] = SimpleQueue()

    def __call__(self) -> None:
        self._queue.put(None)

    def come(self) -> bool:
        """Wait for one."""
        return _got(self._queue, SOON)

    def stay_away(self) -> bool:
        """Wait for none."""
        return not _got(self._queue, QUIET)


def _got(queue: SimpleQueue[None], seconds: float) -> bool:
    try:
        queue.get(timeout=seconds)
    except Empty:
        return False
    return True


@contextmanager
def watching() -> Iterator[Changes]:
    changes = Changes()
    with watch_addresses(changes) as watch:
        assert watch == Known(None)
        yield changes


@contextmanager
def held_up(addr: Addr) -> Iterator[tuple[Changes, Callable[[], None]]]:
    """Watch, with the watch held up in a first call until the function that is given is called."""
    changes = Changes()
    gate = threading.Event()

    def hold() -> None:
        changes()
        gate.wait(SOON)

    with watch_addresses(hold):
        addr("add", "198.51.100.1")
        assert changes.come()
        yield changes, gate.set


class TestAChange:
    @pytest.mark.parametrize("address", ["203.0.113.9", "10.1.2.3", "2001:db8::9"])
    def test_is_an_address_that_comes_and_one_that_goes(self, own_network: Addr, address: str) -> None:
        with watching() as changes:
            own_network("add", address)
            assert changes.come()
            own_network("del", address)
            assert changes.come()
            assert changes.stay_away()

    def test_is_not_an_address_that_is_refreshed(self, own_network: Addr) -> None:
        own_network("add", "2001:db8::9", preferred=600, valid=900)
        with watching() as changes:
            own_network("replace", "2001:db8::9", preferred=1200, valid=1800)
            assert changes.stay_away()

    def test_is_an_address_that_no_longer_lasts(self, own_network: Addr) -> None:
        own_network("add", "2001:db8::9", preferred=600, valid=900)
        with watching() as changes:
            own_network("replace", "2001:db8::9", preferred=0, valid=900)
            assert changes.come()

    @pytest.mark.parametrize("address", ["127.9.9.9", "169.254.7.7", "fe80::7", "::1"])
    def test_is_not_one_of_loopback_or_link_local(self, own_network: Addr, address: str) -> None:
        with watching() as changes:
            own_network("add", address)
            assert changes.stay_away()

    def test_of_many_addresses_at_once_counts_once(self, own_network: Addr) -> None:
        with held_up(own_network) as (changes, go_on):
            for last in range(20):
                own_network("add", f"203.0.113.{last}")
            go_on()
            assert changes.come()
            assert changes.stay_away()

    def test_is_whatever_the_kernel_could_not_deliver(self, own_network: Addr) -> None:
        with held_up(own_network) as (changes, go_on):
            # The socket's buffer overflows; what the kernel lists in the end is what it listed before.
            for _ in range(500):
                own_network("add", "203.0.113.10")
                own_network("del", "203.0.113.10")
            go_on()
            assert changes.come()
            assert changes.stay_away()

    def test_is_not_an_address_that_came_and_went_meanwhile(self, own_network: Addr) -> None:
        with held_up(own_network) as (changes, go_on):
            own_network("add", "203.0.113.10")
            own_network("del", "203.0.113.10")
            go_on()
            assert changes.stay_away()


@pytest.mark.usefixtures("own_network")
def test_the_end_of_the_block_leaves_nothing_behind() -> None:
    def footprint() -> tuple[int, list[threading.Thread]]:
        return len(list(Path("/proc/self/fd").iterdir())), threading.enumerate()

    with watching():
        pass  # whatever is made once
    before = footprint()
    with watching():
        assert "address events" in [thread.name for thread in threading.enumerate()]
    assert footprint() == before


class TestWhereTheKernelDoesNotTell:
    def test_on_another_system_the_block_gets_the_reason(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delattr(socket, "AF_NETLINK")
        with watch_addresses(lambda: None) as watch:
            assert watch == Unknown("changes of interface addresses cannot be watched: on Linux only")

    def test_behind_a_filter_of_system_calls_the_block_gets_the_reason(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(*_: object) -> socket.socket:
            raise OSError(errno.EAFNOSUPPORT, os.strerror(errno.EAFNOSUPPORT))

        monkeypatch.setattr(socket, "socket", refuse)
        with watch_addresses(lambda: None) as watch:
            assert isinstance(watch, Unknown)
            assert "Address family not supported" in watch.reason

    def test_a_list_that_cannot_be_had_is_the_reason(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse() -> tuple[()]:
            raise PermissionError(errno.EPERM, "Operation not permitted")

        monkeypatch.setattr(address_events, "dump_addresses", refuse)
        with watch_addresses(lambda: None) as watch:
            assert watch == Unknown("changes of interface addresses cannot be watched: Operation not permitted")

    def test_a_list_that_fails_later_counts_as_a_change(
        self, own_network: Addr, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse() -> tuple[()]:
            raise OSError("again and again")

        with watching() as changes:
            monkeypatch.setattr(address_events, "dump_addresses", refuse)
            own_network("add", "203.0.113.9")
            assert changes.come()
