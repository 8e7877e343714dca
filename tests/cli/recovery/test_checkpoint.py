from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from cli.recovery.recover import recover
from cli.state import checkpoint
from stacks.model.errors import ObservationError, UserError
from tests.cli.state.checkpoints import FolderState, record, state
from tests.cli.state.damage import BYTES, EDITS

EARLY, LATE = "2026-11-20T01:00:00Z", "2026-11-21T00:59:59.987654321Z"


def copied(place: FolderState, *, bak: bytes = b"", history: bytes = b"", backup: bytes = b"") -> None:
    """Put copies where the engine leaves them."""
    files = {
        place.stacks / "home.json.bak": bak,
        place.folder / "history" / "truenorth" / "home" / "home-1.checkpoint.json": history,
        place.folder / "backups" / "truenorth" / "home" / "home.1.json": backup,
    }
    for file, content in files.items():
        if content:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)


class TestADamagedCheckpoint:
    @pytest.mark.parametrize("damage", [*BYTES, *EDITS])
    def test_gives_way_to_the_intact_copy_and_is_kept(self, place: FolderState, damage: str) -> None:
        damaged = {**BYTES, **EDITS}[damage](state("www", "api").replace(b'"version": 3', b'"version":3', 1))
        place.file.write_bytes(damaged)
        copied(place, bak=state("www"))
        recover(place.session, place.hear)
        assert place.file.read_bytes() == state("www")
        (aside,) = place.stacks.glob("home.json.damaged-*")
        assert aside.read_bytes() == damaged
        (told,) = place.told
        assert "the state of stack home was damaged (" in told
        assert told.endswith(f"was restored from {place.file}.bak. The damaged one is kept as {aside}")

    @pytest.mark.parametrize("newest", ["bak", "history", "backup"])
    def test_gives_way_to_the_newest_of_the_intact_copies_by_the_time_within(
        self, place: FolderState, newest: str
    ) -> None:
        copies = {kind: state("old", time=EARLY) for kind in ("bak", "history", "backup")}
        copied(place, **{**copies, newest: state("new", time=LATE)})
        place.file.write_bytes(b"{")
        recover(place.session, place.hear)
        assert place.file.read_bytes() == state("new", time=LATE)

    def test_does_not_give_way_to_a_damaged_copy(self, place: FolderState) -> None:
        copied(place, bak=EDITS["a resource twice"](state("www", time=LATE)), history=state("www", time=EARLY))
        place.file.write_bytes(b"{")
        recover(place.session, place.hear)
        assert place.file.read_bytes() == state("www", time=EARLY)

    def test_is_moved_away_where_there_is_no_intact_copy(self, place: FolderState) -> None:
        place.file.write_bytes(b"{")
        copied(place, bak=b"{")
        takeover = recover(place.session, place.hear)
        assert not place.file.exists()
        assert "there is no intact copy, so that it is rebuilt from the marks in the zones" in place.told[0]
        assert takeover is not None
        assert takeover.traces is not None
        assert takeover.traces.wanted

    def test_leaves_the_ids_of_what_it_and_the_copies_held(self, place: FolderState) -> None:
        place.file.write_bytes(state("www", "late")[:-80])
        copied(place, bak=state("www"), backup=state("gone"))
        takeover = recover(place.session, place.hear)
        assert takeover is not None
        assert takeover.traces is not None
        assert {"id-www", "id-late", "id-gone"} <= takeover.traces.ids
        assert recover(place.session, place.hear) == takeover
        assert len(place.told) == 1

    def test_may_be_compressed(self, place: FolderState) -> None:
        file = place.stacks / "home.json.gz"
        file.write_bytes(gzip.compress(state("www"))[:-20])
        (place.stacks / "home.json.gz.bak").write_bytes(gzip.compress(state("www")))
        recover(place.session, place.hear)
        assert checkpoint.read(file).fault == ""
        assert len(place.told) == 1

    def test_of_a_newer_engine_is_not_taken_for_damaged(self, place: FolderState) -> None:
        newer = state("www").replace(b'"version": 3', b'"version": 9', 1)
        place.file.write_bytes(newer)
        with pytest.raises(UserError, match="is of a newer engine"):
            recover(place.session, place.hear)
        assert place.file.read_bytes() == newer

    def test_is_repaired_on_a_copy_by_the_engine(self, tmp_path: Path, pulumi: Callable[[str], Path]) -> None:
        (tmp_path / "other").mkdir()
        (tmp_path / "repaired").write_bytes(state("www", "api"))
        script = f"""
            test "$1 $2 $3 $4" = "state repair --yes --stack=home" || exit 1
            folder=${{PULUMI_BACKEND_URL#file://}}
            cp {tmp_path}/repaired "${{folder%%?metadata=skip}}/.pulumi/stacks/truenorth/home.json"
        """
        place = FolderState(tmp_path / "other", pulumi(script))
        place.file.write_bytes(EDITS["a dangling dependency"](state("www", "api")))
        copied(place, bak=state("www"))
        recover(place.session, place.hear)
        assert place.file.read_bytes() == state("www", "api")
        assert "; it was repaired. The damaged one" in place.told[0]


class TestTheLayoutsNumber:
    @pytest.mark.parametrize("content", [b"", b"\x00\xff", b"version: one", b"[", b"- 1"])
    def test_that_cannot_be_read_is_moved_away(self, place: FolderState, content: bytes) -> None:
        (place.folder / "meta.yaml").write_bytes(content)
        recover(place.session, place.hear)
        (aside,) = place.folder.glob("meta.yaml*")
        assert aside.read_bytes() == content
        assert str(aside) in place.told[0]

    def test_stays_where_the_engine_would_then_see_an_older_layout(self, place: FolderState) -> None:
        (place.folder / "meta.yaml").write_bytes(b"")
        (place.folder / "stacks" / "other.json").write_bytes(b"{}")
        recover(place.session, place.hear)
        assert [file.name for file in place.folder.glob("meta.yaml*")] == ["meta.yaml"]

    def test_that_can_be_read_stays(self, place: FolderState) -> None:
        (place.folder / "meta.yaml").write_text("version: 1\n")
        recover(place.session, place.hear)
        assert place.told == []


class TestABackendThatIsNoFolder:
    def of(self, place: FolderState, pulumi: Path) -> FolderState:
        """The same place with its state in a bucket, and this engine."""
        engine = replace(place.session.engine, pulumi=pulumi)
        place.session = replace(place.session, backend="s3://bucket", engine=engine, environment=dict(os.environ))
        return place

    def exports(self, tmp_path: Path, checkpoint_of: bytes, name: str = "exported") -> Path:
        deployment = json.loads(checkpoint_of)["checkpoint"]["latest"]
        (tmp_path / name).write_text(json.dumps({"version": 3, "deployment": deployment}))
        return tmp_path / name

    def test_is_asked_for_what_state_holds(
        self, place: FolderState, pulumi: Callable[[str], Path], tmp_path: Path
    ) -> None:
        file = self.exports(tmp_path, state("www"))
        assert recover(self.of(place, pulumi(f"cat {file}")).session, place.hear) is None

    def test_without_the_stack_has_lost_state(self, place: FolderState, pulumi: Callable[[str], Path]) -> None:
        engine = pulumi("echo \"error: no stack named 'home' found\" >&2; exit 255")
        takeover = recover(self.of(place, engine).session, place.hear)
        assert takeover is not None

    def test_is_repaired_by_the_engine(self, place: FolderState, pulumi: Callable[[str], Path], tmp_path: Path) -> None:
        damaged = self.exports(tmp_path, EDITS["a dangling dependency"](state("www")))
        whole = self.exports(tmp_path, state("www"), "whole")
        engine = pulumi(f'if test "$1" = state; then mv {whole} {damaged}; else cat {damaged}; fi')
        assert recover(self.of(place, engine).session, place.hear) is None

    def test_that_cannot_be_repaired_needs_a_person(
        self, place: FolderState, pulumi: Callable[[str], Path], tmp_path: Path
    ) -> None:
        damaged = self.exports(tmp_path, EDITS["a resource twice"](state("www")))
        engine = pulumi(f'test "$1" = stack && cat {damaged}')
        with pytest.raises(UserError, match=r"is damaged: .*is there 2 times") as raised:
            recover(self.of(place, engine).session, place.hear)
        assert "s3://bucket" in str(raised.value)
        assert "pulumi stack rm --force" in str(raised.value)

    def test_that_is_away_is_tried_again(self, place: FolderState, pulumi: Callable[[str], Path]) -> None:
        with pytest.raises(ObservationError, match="could not be read: no route to host"):
            recover(self.of(place, pulumi("echo 'no route to host' >&2; exit 1")).session, place.hear)


def test_an_intact_state_is_left_alone_and_nothing_is_started(place: FolderState) -> None:
    place.file.write_bytes(state("www"))
    assert recover(place.session, place.hear) is None
    assert place.told == []
    assert [file.name for file in place.stacks.iterdir()] == ["home.json"]


def test_a_creation_that_was_begun_is_a_trace(place: FolderState) -> None:
    place.file.write_bytes(state("www", pending=("late",)))
    takeover = recover(place.session, place.hear)
    assert takeover is not None
    assert takeover.traces is not None
    assert takeover.traces.records == {("late", "A", record("late")["inputs"]["content"])}
