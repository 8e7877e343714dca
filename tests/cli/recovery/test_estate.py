"""All stacks of an estate are put right together, and what they miss is one takeover."""

from __future__ import annotations

import json
import socket
from dataclasses import replace
from pathlib import Path

import pytest

from cli.apiproxy import journal
from cli.engine.failure import Locked
from cli.reconcile.recovering import end
from cli.reconcile.result import Convergence
from cli.recovery import intent_log
from cli.recovery.recover import foreseen, recover, stacks_of
from cli.session.session import Session
from cli.state import checkpoint
from cli.state.store import PulumiBackend
from stacks.model.plan import Plan
from stacks.plan.changes import Action, Change
from stacks.plan.records.adoption import Takeover, Traces
from tests.cli.state.checkpoints import FolderState, state
from tests.stacks.plan.worlds import a_record, make_observation

NO_PROCESS = 2**22 + 1
"""Above the highest process id that Linux gives."""
FIRST, SECOND = "home-shard-1", "home-shard-2"
CHANGES = (Change(Action.CREATE, "www.example.com/A", None, a_record("www", "203.0.113.7")),)
MADE = frozenset({("www.example.com", "A", "203.0.113.7")})
WANTED = Takeover("truenorth", traces=Traces(wanted=True))


@pytest.fixture
def session(place: FolderState) -> Session:
    """The estate's own stack, which holds nothing, and two shards that do."""
    write(place, "home")
    write(place, FIRST, "a")
    write(place, SECOND, "b")
    return replace(place.session, state=PulumiBackend(place.session.backend, "truenorth", "home"))


def write(place: FolderState, stack: str, *names: str, pending: tuple[str, ...] = ()) -> Path:
    """Write the checkpoint of a stack."""
    file = place.stacks / f"{stack}.json"
    file.write_bytes(state(*names, pending=pending).replace(b":home::", f":{stack}::".encode()))
    return file


def lock(place: FolderState, stack: str, host: str = "") -> Path:
    """A lock of a stack, by a process of this machine that has ended if no other is named."""
    file = place.locks.parent / stack / "lock.json"
    file.parent.mkdir(exist_ok=True)
    said = {
        "pid": NO_PROCESS,
        "username": "me",
        "hostname": host or socket.gethostname(),
        "timestamp": "2026-11-21T01:00:00Z",
    }
    file.write_text(json.dumps(said))
    return file


def done() -> Convergence:
    return Convergence(make_observation(), Plan((), (), ()), (), (), 0.1)


class TestWhereAllIsWell:
    def test_nothing_is_taken_over_although_one_stack_holds_nothing(self, place: FolderState, session: Session) -> None:
        assert stacks_of(session) == ("home", FIRST, SECOND)
        assert recover(session, place.hear) is None
        assert foreseen(session) is None
        assert place.told == []

    def test_no_checkpoint_is_read_a_second_time(
        self, place: FolderState, session: Session, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        recover(session, place.hear)

        def read(file: Path) -> checkpoint.Checkpoint:
            raise AssertionError(file)

        monkeypatch.setattr(checkpoint, "read", read)
        assert recover(session, place.hear) is None

    def test_it_is_the_same_from_a_shard(self, place: FolderState, session: Session) -> None:
        assert stacks_of(session.at(FIRST)) == ("home", FIRST, SECOND)
        assert recover(session.at(SECOND), place.hear) is None


class TestAfterACrash:
    def test_dead_locks_of_all_stacks_are_removed(self, place: FolderState, session: Session) -> None:
        files = [lock(place, stack) for stack in ("home", SECOND)]
        assert recover(session, place.hear, patience=0.0) == WANTED
        assert not any(file.exists() for file in files)
        assert len(place.told) == len(files)
        assert intent_log.remembered(session.at(SECOND)) == Traces(wanted=True)
        assert intent_log.remembered(session.at(FIRST)) == Traces()

    def test_a_live_lock_of_one_stack_keeps_all(self, place: FolderState, session: Session) -> None:
        dead, _ = lock(place, FIRST), lock(place, SECOND, "elsewhere")
        with pytest.raises(Locked, match=f"the state of stack {SECOND} is locked by me@"):
            recover(session, place.hear, patience=0.0)
        assert dead.exists()

    def test_what_any_stack_has_pending_is_looked_for(self, place: FolderState, session: Session) -> None:
        write(place, SECOND, "b", pending=("late",))
        assert recover(session, place.hear) == Takeover(
            "truenorth", traces=Traces(wanted=True, records=frozenset({("late", "A", "203.0.113.7")}))
        )

    def test_what_any_stack_was_about_to_make_is_looked_for_until_a_run_ends_well(
        self, place: FolderState, session: Session
    ) -> None:
        intent_log.begin(session.at(SECOND), CHANGES)
        other = replace(session, stack="other").at("other")
        intent_log.begin(other, [])
        assert recover(session, place.hear) == Takeover("truenorth", traces=Traces(records=MADE))
        assert end(session, done())
        assert recover(session, place.hear) is None

    def test_a_damaged_checkpoint_of_a_shard_is_mended(self, place: FolderState, session: Session) -> None:
        (place.stacks / f"{SECOND}.json.bak").write_bytes((place.stacks / f"{SECOND}.json").read_bytes())
        (place.stacks / f"{SECOND}.json").write_bytes(b"{")
        takeover = recover(session, place.hear)
        assert takeover is not None
        assert takeover.traces is not None
        assert takeover.traces.wanted
        assert "id-b" in takeover.traces.ids
        assert f"the state of stack {SECOND} was damaged" in place.told[0]

    def test_a_shard_that_has_run_and_is_gone_is_missed(self, place: FolderState, session: Session) -> None:
        history = place.folder / "history" / "truenorth" / SECOND
        history.mkdir(parents=True)
        (place.stacks / f"{SECOND}.json").rename(history / f"{SECOND}-1.checkpoint.json")
        assert recover(session, place.hear) == Takeover(
            "truenorth", traces=Traces(wanted=True, ids=frozenset({"id-b", "p-1"}))
        )

    def test_the_journal_of_the_estate_says_what_landed(self, place: FolderState, session: Session) -> None:
        file = intent_log.journal_path(session.at(SECOND))
        assert file == place.folder / "truenorth" / "home.journal"
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(b"torn")
        assert journal.traces(file) != Traces()
        assert recover(session, place.hear) == Takeover("truenorth", traces=journal.traces(file))
        assert end(session, done())
        assert not file.exists()
        assert recover(session, place.hear) is None
