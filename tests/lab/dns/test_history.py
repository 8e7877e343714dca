from __future__ import annotations

from lab.dns.history import History
from lab.dns.record import ZoneRecord, Zones


class Live:
    def __init__(self) -> None:
        self.zones: Zones = {"example.com": ()}

    def __call__(self) -> Zones:
        return self.zones

    def put(self, content: str) -> None:
        self.zones = {"example.com": (ZoneRecord("www.example.com", "A", content),)}


def content(history: History, moment: float) -> str:
    return ", ".join(record.content for record in history.at(moment)["example.com"].records)


def test_each_moment_has_its_own_records() -> None:
    live = Live()
    history = History(live, 100.0)
    live.put("203.0.113.1")
    history.look(101.0, 5)
    live.put("203.0.113.2")
    history.look(102.0, 5)
    assert [content(history, moment) for moment in (100.5, 101, 101.5, 102, 900)] == [
        "",
        "203.0.113.1",
        "203.0.113.1",
        "203.0.113.2",
        "203.0.113.2",
    ]


def test_before_the_beginning_the_zone_is_as_it_was_at_first() -> None:
    assert content(History(Live(), 100.0), 50.0) == ""


def test_an_unchanged_zone_keeps_its_serial() -> None:
    live = Live()
    history = History(live, 100.0)
    history.look(101.0, 0)
    assert history.at(101.0)["example.com"].serial == 1
    live.put("203.0.113.1")
    history.look(102.0, 0)
    assert history.at(102.0)["example.com"].serial == 2


def test_what_is_older_than_the_lag_is_forgotten_but_for_what_was_then() -> None:
    live = Live()
    history = History(live, 100.0)
    for second in range(1, 100):
        live.put(f"203.0.113.{second}")
        history.look(100.0 + second, 20)
    assert content(history, 179.5) == "203.0.113.79"
    assert content(history, 100.0) == "203.0.113.79"


def test_a_zone_that_is_gone_is_gone() -> None:
    live = Live()
    history = History(live, 100.0)
    live.zones = {}
    history.look(101.0, 5)
    assert history.at(101.0) == {}
