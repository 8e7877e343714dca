from __future__ import annotations

import os
import stat
import time
from types import SimpleNamespace

import pytest

from cli.apiproxy.intent import Write
from cli.reconcile.recovering import end, recovering
from cli.reconcile.result import Convergence
from cli.recovery import intent_log
from cli.recovery.recover import foreseen, joined, recover, takeover_by
from cli.state.gaps import gaps_in
from stacks.model.errors import NotNow
from stacks.model.plan import Plan
from stacks.model.values import Frozen
from stacks.plan.changes import Action, Change
from stacks.plan.records.adoption import Takeover, Traces
from tests.cli.apiproxy.journals import left_by_a_killed_run
from tests.cli.state.checkpoints import FolderState, state
from tests.stacks.plan.worlds import a_record, make_observation

WWW = a_record("www", "203.0.113.7")
OLD = a_record("old", "203.0.113.7")
CHANGES = (
    Change(Action.CREATE, "www.example.com/A", None, WWW),
    Change(Action.DELETE, "old.example.com/A", OLD, None),
)
NOW = 1_790_000_000.0
CREATION = Write("POST", "z" * 32, "", WWW)
MADE = Traces(records=frozenset({("www.example.com", "A", "203.0.113.7")}))


def done(*frozen: Frozen) -> Convergence:
    """A convergence that has ended."""
    return Convergence(make_observation(), Plan((), (), frozen), CHANGES, (), 0.1)


@pytest.fixture(autouse=True)
def _with_state(place: FolderState) -> None:
    place.file.write_bytes(state("www"))


class TestWhatARunIsAboutToMake:
    def test_is_remembered_when_it_was_cut_off(self, place: FolderState) -> None:
        intent_log.begin(place.session, CHANGES)
        assert recover(place.session, place.hear) == Takeover("truenorth", traces=MADE)
        assert foreseen(place.session) == Takeover("truenorth", traces=MADE)

    def test_is_forgotten_once_it_is_done(self, place: FolderState) -> None:
        intent_log.begin(place.session, CHANGES)
        assert end(place.session, done())
        assert recover(place.session, place.hear) is None

    def test_is_kept_beside_what_former_runs_were_about_to_make(self, place: FolderState) -> None:
        intent_log.begin(place.session, CHANGES)
        moved = a_record("www", "203.0.113.8")
        intent_log.begin(place.session, [Change(Action.UPDATE, "www.example.com/A", WWW, moved)])
        assert len(intent_log.remembered(place.session).records) == 2

    def test_is_not_written_down_where_nothing_is_made(self, place: FolderState) -> None:
        intent_log.begin(place.session, CHANGES[1:])
        file = intent_log.place(place.session)
        assert file is not None
        assert not file.exists()

    def test_is_kept_as_long_as_an_address_is_unknown(self, place: FolderState) -> None:
        intent_log.begin(place.session, CHANGES)
        assert not end(place.session, done(Frozen("www.example.com", "A", (), "down")))
        assert recover(place.session, place.hear) is not None

    @pytest.mark.parametrize("content", ["", "{", "[]", "1", '{"records": [1]}', '{"ids": 3}', '{"records": [["a"]]}'])
    def test_tells_nothing_where_the_file_is_damaged(self, place: FolderState, content: str) -> None:
        intent_log.begin(place.session, CHANGES)
        file = intent_log.place(place.session)
        assert file is not None
        file.write_text(content)
        assert recover(place.session, place.hear) is None

    def test_is_for_the_user_alone(self, place: FolderState) -> None:
        intent_log.begin(place.session, CHANGES)
        file = intent_log.place(place.session)
        assert file is not None
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700

    def test_that_cannot_be_written_down_is_not_begun(self, place: FolderState) -> None:
        (place.folder / "truenorth").write_text("in the way")
        with pytest.raises(NotNow, match="what the run is about to make cannot be written down") as raised:
            intent_log.begin(place.session, CHANGES)
        assert str(place.folder / "truenorth") in str(raised.value)


class TestRecovering:
    def test_forgets_what_was_unfinished_after_a_convergence(self, place: FolderState) -> None:
        given: list[Takeover | None] = []

        def run(takeover: Takeover | None) -> Convergence:
            given.append(takeover)
            intent_log.begin(place.session, CHANGES)
            return done()

        for _ in range(2):
            recovering(place.session, place.hear, run)
        assert given == [None, None]

    def test_remembers_it_where_the_run_failed(self, place: FolderState) -> None:
        def run(_: Takeover | None) -> Convergence:
            intent_log.begin(place.session, CHANGES)
            raise NotNow("the disk is full", "/", "make room")

        with pytest.raises(NotNow):
            recovering(place.session, place.hear, run)
        assert foreseen(place.session) == Takeover("truenorth", traces=MADE)


def test_a_state_that_cannot_be_written_is_told_where_it_lies(place: FolderState) -> None:
    place.file.write_bytes(b"{")
    (place.folder / "truenorth").write_text("in the way")
    with pytest.raises(NotNow) as raised:
        recover(place.session, place.hear)
    assert str(place.folder / "truenorth") in str(raised.value)
    assert place.file.read_bytes() == b"{"


def test_a_stack_that_holds_no_record_has_lost_its_state_or_has_never_had_one(place: FolderState) -> None:
    place.file.write_bytes(state())
    assert recover(place.session, place.hear) == Takeover("truenorth", traces=Traces(wanted=True))
    place.file.unlink()
    assert recover(place.session, place.hear) == Takeover("truenorth", traces=Traces(wanted=True))


def test_a_preview_touches_nothing(place: FolderState) -> None:
    place.file.write_bytes(b"{")
    (place.locks / "one.json").write_text("")
    before = {file: file.read_bytes() for file in place.folder.rglob("*") if file.is_file()}
    foreseen(place.session)
    assert {file: file.read_bytes() for file in place.folder.rglob("*") if file.is_file()} == before


def test_traces_are_joined() -> None:
    found = joined([Traces(wanted=True), MADE, Traces(ids=frozenset({"x"}))])
    assert found == Traces(wanted=True, records=MADE.records, ids=frozenset({"x"}))
    assert takeover_by(joined([])) is None


def test_a_creation_of_something_else_is_no_trace_of_a_record() -> None:
    pending = [
        {"type": "creating", "resource": {"urn": "u", "type": "cloudflare:index/loadBalancerPool:LoadBalancerPool"}}
    ]
    assert gaps_in({"pending_operations": pending}).records == frozenset()


def test_recovering_from_nothing_takes_no_time(place: FolderState) -> None:
    names = [f"n{number}" for number in range(50)]
    place.file.write_bytes(state(*names))
    began, taken = os.times(), []
    for _ in range(10):
        before = time.thread_time()
        recover(place.session, place.hear)
        taken.append(time.thread_time() - before)
    assert min(taken) < 0.05, "one of them at least met no collection of garbage"
    assert os.times().children_user == began.children_user


class TestWhatAKilledRunHadSent:
    @pytest.mark.parametrize(
        ("age", "landed", "waited"),
        [(0.5, [], 1.5), (60.0, [], 0.0), (-3_600.0, [], 2.0), (0.5, [CREATION], 0.0)],
        ids=["just now", "long ago", "before the clock was set back", "and had its answer"],
    )
    def test_is_given_time_to_land_before_the_zones_are_looked_at(
        self, place: FolderState, monkeypatch: pytest.MonkeyPatch, age: float, landed: list[Write], waited: float
    ) -> None:
        file = intent_log.journal_path(place.session)
        assert file is not None
        left_by_a_killed_run(file, [CREATION], landed)
        os.utime(file, (NOW - age, NOW - age))
        waits: list[float] = []
        monkeypatch.setattr(intent_log, "time", SimpleNamespace(time=lambda: NOW, sleep=waits.append))
        recover(place.session, place.hear)
        assert sum(waits) == waited
