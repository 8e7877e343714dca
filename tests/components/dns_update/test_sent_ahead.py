"""What is sent ahead of the plugin, and what the plugin is told of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from components.dns_update import sent_ahead
from components.dns_update.batches import Outcome
from components.dns_update.connection import Connection
from components.dns_update.sent_ahead import VARIABLE, SentAhead
from components.dns_update.server import DnsFault
from components.zone_set import SetChange, ZoneSet
from tests.bind import KEY, ZONE

CONNECTION = Connection("127.0.0.1:53", KEY)


def made(name: str, *values: str) -> SetChange:
    return SetChange(None, ZoneSet(ZONE, name, "A", 300, values or ("192.0.2.1",)))


def told(*outcomes: tuple[SetChange, Outcome]) -> sent_ahead.Outcomes:
    return [(CONNECTION, change, outcome) for change, outcome in outcomes]


@pytest.fixture
def folder() -> Iterator[Path]:
    with sent_ahead.folder() as made:
        yield made


@pytest.fixture
def plugin(folder: Path) -> SentAhead:
    return SentAhead({VARIABLE: str(folder)}, CONNECTION)


class TestAPlugin:
    def test_is_told_what_became_of_each_change_once(self, folder: Path, plugin: SentAhead) -> None:
        outcomes = told((made("www"), None), (made("api"), DnsFault("it is taken")))
        assert sent_ahead.send(folder, lambda: outcomes)
        assert plugin.claim(made("www")) == [None]
        assert plugin.claim(made("www")) == []
        (fault,) = plugin.claim(made("api"))
        assert isinstance(fault, DnsFault)
        assert str(fault) == "it is taken"

    def test_is_told_nothing_of_another_set_nor_of_the_removal_of_one(self, folder: Path, plugin: SentAhead) -> None:
        sent_ahead.send(folder, lambda: told((made("www"), None)))
        assert plugin.claim(made("www", "192.0.2.2")) == []
        assert plugin.claim(SetChange(made("www").wanted, None)) == []
        assert plugin.claim(SetChange(made("www").wanted, made("www").wanted)) == []

    @pytest.mark.parametrize("other", [Connection("127.0.0.1:54", KEY), Connection("127.0.0.1:53", "inside")])
    def test_is_told_nothing_of_another_server_nor_of_another_view_of_it(self, folder: Path, other: Connection) -> None:
        sent_ahead.send(folder, lambda: told((made("www"), None)))
        assert SentAhead({VARIABLE: str(folder)}, other).claim(made("www")) == []

    def test_that_another_set_was_known_before_does_not_matter(self, folder: Path, plugin: SentAhead) -> None:
        change = SetChange(made("www", "192.0.2.8").wanted, made("www").wanted)
        sent_ahead.send(folder, lambda: told((change, None)))
        assert plugin.claim(SetChange(made("www", "192.0.2.9").wanted, made("www").wanted)) == [None]

    def test_that_asks_first_keeps_all_from_being_sent(self, folder: Path, plugin: SentAhead) -> None:
        assert plugin.claim(made("www")) == []
        assert not sent_ahead.send(folder, lambda: pytest.fail("it was sent"))
        assert SentAhead({VARIABLE: str(folder)}, CONNECTION).claim(made("api")) == []

    def test_waits_for_what_is_being_sent(self, folder: Path, plugin: SentAhead) -> None:
        began, may_end = threading.Event(), threading.Event()

        def sending() -> sent_ahead.Outcomes:
            began.set()
            assert may_end.wait(60)
            return told((made("www"), None))

        with ThreadPoolExecutor() as pool:
            sent = pool.submit(sent_ahead.send, folder, sending)
            assert began.wait(60)
            claimed = pool.submit(plugin.claim, made("www"))
            assert not claimed.done()
            may_end.set()
            assert claimed.result(60) == [None]
            assert sent.result(60)

    def test_is_told_nothing_where_sending_was_broken_off(self, folder: Path, plugin: SentAhead) -> None:
        def broken() -> sent_ahead.Outcomes:
            yield CONNECTION, made("www"), None
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            sent_ahead.send(folder, broken)
        assert plugin.claim(made("www")) == []

    def test_is_told_nothing_where_nobody_sends_ahead(self) -> None:
        assert SentAhead({}, CONNECTION).claim(made("www")) == []

    def test_is_told_nothing_once_the_folder_is_gone(self) -> None:
        with sent_ahead.folder() as folder:
            plugin = SentAhead({VARIABLE: str(folder)}, CONNECTION)
        assert plugin.claim(made("www")) == []
