from __future__ import annotations

from dataclasses import replace

import pytest

from cli.apiproxy.intent import Intent, ListWrites, Write
from cli.apiproxy.outstanding import Outstanding
from cli.engine.events import EngineEvent
from cli.reconcile.sending.landed import tell_when_right
from cli.reconcile.writes import intent
from stacks.settings.stack import Settings
from tests.cli.conftest import Inside
from tests.cli.reconcile.test_writes import seen, settings

NAMES = [f"n{number}" for number in range(30)]
TOLD = "the zone is as wished: all 60 writes have landed; the engine goes on noting them"


def made(write: Write) -> Write:
    """A write as it has landed: what is created has its id."""
    return replace(write, record_id=write.record_id or "1")


def told(wish: Settings, intended: Intent, landed: list[Write]) -> list[str]:
    """What is told where these writes land, one after the other."""
    found: list[EngineEvent] = []
    outstanding = Outstanding(tell_when_right(intended, wish, found.append))
    for write in landed:
        outstanding.land([write])
    return [getattr(one, "message", "") for one in found]


class TestAZoneThatIsRight:
    def test_is_told_once_when_the_last_write_has_landed(self) -> None:
        wish = settings(*NAMES)
        intended = intent(seen(wish))
        landed = [made(write) for write in intended.foreseen]
        assert told(wish, intended, landed[:-1]) == []
        assert told(wish, intended, [*landed, landed[0]]) == [TOLD]

    def test_is_told_after_changes_and_deletions_too(self) -> None:
        wish = settings(*NAMES)
        before = settings(*NAMES, "gone")
        intended = intent(seen(wish, before, "203.0.113.8"))
        assert {write.method for write in intended.foreseen} == {"PUT", "DELETE"}
        few = told(wish, intended, list(intended.foreseen))
        assert few == []  # 32 are noted at once
        many = settings(*NAMES, *(f"m{number}" for number in range(30)))
        intended = intent(seen(many, many, "203.0.113.8"))
        assert told(many, intended, list(intended.foreseen)) == [TOLD]

    @pytest.mark.parametrize(
        "other", [{"balances": True}, {"lists": ListWrites(lists=frozenset({"1"}))}], ids=["load balancing", "lists"]
    )
    def test_is_not_told_where_other_writes_may_be_left(self, other: dict[str, object]) -> None:
        wish = settings(*NAMES)
        intended = replace(intent(seen(wish)), **other)  # type: ignore[arg-type] # fields of an intent
        assert told(wish, intended, [made(write) for write in intended.foreseen]) == []

    def test_is_not_told_where_a_zone_is_written_by_the_engine_alone(self) -> None:
        wish = settings(*NAMES)
        server = {"server": "192.0.2.53", "key": "truenorth"}
        house = {"zone": "house.example", "provider": "rfc2136", "rfc2136": server, "names": ["www"]}
        both = settings(zone="", zones=[{"zone": "example.com", "names": NAMES}, house])
        intended = intent(seen(wish))
        assert told(both, intended, [made(write) for write in intended.foreseen]) == []


def test_up_says_that_the_zone_is_as_wished_before_the_engine_has_noted_it(inside: Inside) -> None:
    inside.settings(*NAMES)
    done = inside.run("up")
    assert done.returncode == 0, done.stderr
    lines = [line.strip() for line in done.stdout.splitlines()]
    assert lines.count(TOLD) == 1
    assert any(line.startswith("created ") for line in lines[lines.index(TOLD) :])
