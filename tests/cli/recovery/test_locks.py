from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cli.engine.failure import Locked, mendable
from cli.recovery import locks, processes
from cli.recovery.locks import Leading
from cli.recovery.recover import recover
from stacks.model.errors import UserError
from stacks.plan.records.adoption import Takeover
from tests.cli.state.checkpoints import FolderState, state

NOW = datetime.now(UTC)


def lock(place: FolderState, pid: int, host: str = "", since: datetime = NOW, name: str = "one") -> Path:
    """A lock as the engine writes it."""
    file = place.locks / f"{name}.json"
    host = host or socket.gethostname()
    said = {"pid": pid, "username": "ann", "hostname": host, "timestamp": since.isoformat().replace("+00:00", "Z")}
    file.write_text(json.dumps(said))
    return file


@contextmanager
def running(name: str, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process whose program has this name; it ends with the block at the latest, or once its input does."""
    program = folder / name
    if not program.exists():
        shutil.copy(shutil.which("cat") or "/bin/cat", program)
    with subprocess.Popen([str(program)], stdin=subprocess.PIPE) as child:
        yield child


@pytest.fixture
def ended() -> int:
    """The id of a process that has ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        child.wait()
    return child.pid


@pytest.fixture(autouse=True)
def _settled(place: FolderState) -> None:
    place.file.write_bytes(state("www"))


def recovered(place: FolderState, leading: Leading | None = None, after: Exception | None = None) -> Takeover | None:
    """Recover, without much patience for a live owner."""
    return recover(place.session, place.hear, leading=leading, after=after, patience=0.05)


class TestTheLockOfADeadOwner:
    def test_is_removed(self, place: FolderState, ended: int) -> None:
        file = lock(place, ended)
        recovered(place)
        assert not file.exists()
        owner = f"ann@{socket.gethostname()} (process {ended}, since {NOW:%Y-%m-%dT%H:%M:%SZ})"
        assert place.told == [f"the lock of {owner} was removed: its process has ended"]

    def test_is_removed_where_its_process_waits_to_be_asked_for_its_exit_code(self, place: FolderState) -> None:
        with subprocess.Popen([sys.executable, "-c", ""]) as zombie:
            os.waitid(os.P_PID, zombie.pid, os.WEXITED | os.WNOWAIT)
            file = lock(place, zombie.pid)
            recovered(place)
        assert not file.exists()

    def test_is_removed_where_another_program_has_its_id_now(self, place: FolderState, tmp_path: Path) -> None:
        with running("sleeper", tmp_path) as other:
            file = lock(place, other.pid, since=NOW - timedelta(hours=1))
            recovered(place)
        assert not file.exists()
        assert place.told[0].endswith("its process has ended; sleeper, which is no engine, has its id now")

    def test_is_removed_where_it_is_our_own_id(self, place: FolderState) -> None:
        """In a container process ids are small, and come again after each start."""
        file = lock(place, os.getpid(), since=NOW - timedelta(days=300))
        recovered(place)
        assert not file.exists()

    def test_leads_to_a_takeover_until_a_convergence_is_done(self, place: FolderState, ended: int) -> None:
        lock(place, ended)
        first = recovered(place)
        assert first is not None
        assert first.traces is not None
        assert first.traces.wanted
        assert recovered(place) == first

    def test_of_other_stacks_stays(self, place: FolderState, ended: int) -> None:
        other = place.locks.with_name("other")
        other.mkdir()
        file = lock(place, ended).rename(other / "one.json")
        assert recovered(place) is None
        assert file.exists()


class TestTheLockOfALiveOwner:
    def test_stays_and_is_named(self, place: FolderState, tmp_path: Path) -> None:
        with running("pulumi", tmp_path) as engine:
            file = lock(place, engine.pid)
            with pytest.raises(Locked) as raised:
                recovered(place)
        assert file.exists()
        assert f"is locked by ann@{socket.gethostname()} (process {engine.pid}, since" in str(raised.value)
        assert "cancel" not in str(raised.value)

    def test_stays_although_the_clock_was_set_forward_since(self, place: FolderState, tmp_path: Path) -> None:
        """Its start then seems to be later than its lock."""
        with running("pulumi-3", tmp_path) as engine:
            file = lock(place, engine.pid, since=NOW - timedelta(hours=5))
            with pytest.raises(Locked):
                recovered(place)
        assert file.exists()

    def test_of_a_program_that_is_older_than_the_lock_stays(self, place: FolderState, tmp_path: Path) -> None:
        with running("wrapper", tmp_path) as owner:
            file = lock(place, owner.pid, since=datetime.now(UTC) + timedelta(minutes=1))
            with pytest.raises(Locked):
                recovered(place)
        assert file.exists()

    def test_is_awaited_where_the_engine_is_about_to_end(self, tmp_path: Path) -> None:
        with running("pulumi", tmp_path) as engine:
            assert engine.stdin is not None
            ending = threading.Timer(0.2, engine.stdin.close)
            ending.start()
            began = time.monotonic()
            owner = locks.EngineLock(engine.pid, "ann", socket.gethostname(), NOW)
            assert locks.why_dead(owner, None, patience=30.0) == "its process has ended"
            assert time.monotonic() - began < 25
            ending.join()

    def test_on_another_machine_stays_and_says_how_to_break_it(self, place: FolderState, ended: int) -> None:
        file = lock(place, ended, host="elsewhere")
        with pytest.raises(Locked) as raised:
            recovered(place)
        assert file.exists()
        assert "if that machine or container is gone: pulumi cancel --stack home --yes" in str(raised.value)
        assert raised.value.owners == (("ann@elsewhere", ended, NOW.isoformat()),)

    def test_keeps_the_dead_one_beside_it(self, place: FolderState, ended: int) -> None:
        dead = lock(place, ended)
        alive = lock(place, ended, host="elsewhere", name="two")
        with pytest.raises(Locked):
            recovered(place)
        assert dead.exists()
        assert alive.exists()


class TestTheLeader:
    @pytest.mark.parametrize("minutes", [-600, 0, 600])
    def test_removes_the_lock_of_a_leader_before_it_whatever_the_clocks_say(
        self, place: FolderState, ended: int, minutes: int
    ) -> None:
        file = lock(place, ended, host="elsewhere", since=NOW + timedelta(minutes=minutes))
        recovered(place, Leading({"elsewhere"}))
        assert not file.exists()
        assert place.told[0].endswith("was removed: it is of a leader before this process")

    def test_leaves_an_older_lock_of_a_host_that_never_led(self, place: FolderState, ended: int) -> None:
        file = lock(place, ended, host="laptop", since=NOW - timedelta(minutes=1))
        leading = Leading({"elsewhere"})
        for _ in range(2):
            with pytest.raises(Locked):
                recovered(place, leading)
        assert file.exists()

    def test_leaves_a_lock_that_appeared_after_it_began_to_lead(self, place: FolderState, ended: int) -> None:
        leading = Leading({"elsewhere"})
        recovered(place, leading)
        lock(place, ended, host="elsewhere", since=NOW - timedelta(minutes=1))
        with pytest.raises(Locked):
            recovered(place, leading)


class TestALockThatCannotBeRead:
    @pytest.mark.parametrize("content", ["", "{", "[]", '{"pid": "x"}', '{"pid": 1, "timestamp": 3}'])
    def test_is_left_to_a_person(self, place: FolderState, content: str) -> None:
        file = place.locks / "one.json"
        file.write_text(content)
        with pytest.raises(UserError, match="a lock of the state cannot be read") as raised:
            recovered(place)
        assert str(file) in str(raised.value)
        assert file.exists()

    def test_is_removed_where_this_machine_was_started_since(self, place: FolderState) -> None:
        file = place.locks / "one.json"
        file.write_text("")
        os.utime(file, (processes.booted() - 10,) * 2)
        recovered(place)
        assert not file.exists()

    def test_is_removed_by_the_leader(self, place: FolderState) -> None:
        file = place.locks / "one.json"
        file.write_text("")
        recovered(place, Leading())
        assert not file.exists()


class TestALockInABackendThatIsNoFolder:
    @pytest.fixture
    def remote(self, place: FolderState, pulumi: Callable[[str], Path], tmp_path: Path) -> FolderState:
        """A place whose engine notes what it is asked, and holds no stack."""
        script = f'echo "$@" >> {tmp_path}/asked; test "$1" = cancel || {{ echo "no stack named" >&2; exit 255; }}'
        engine = replace(place.session.engine, pulumi=pulumi(script))
        place.session = replace(place.session, backend="s3://bucket", engine=engine)
        return place

    def met(self, *pids: int, host: str = "") -> Locked:
        """The error of a run that has met the locks of these."""
        lines = "".join(
            f"\n  s3://x.json: created by ann@{host or socket.gethostname()} (pid {pid}) at {NOW:%Y-%m-%dT%H:%M:%SZ}"
            for pid in pids
        )
        found = mendable(
            f"the stack is currently locked by {len(pids)} lock(s).{lines}", stack="home", backend="s3://b"
        )
        assert isinstance(found, Locked)
        return found

    def test_is_cancelled_where_its_owner_is_dead(self, remote: FolderState, ended: int, tmp_path: Path) -> None:
        recovered(remote, after=self.met(ended))
        assert (tmp_path / "asked").read_text().splitlines()[0] == "cancel --yes --stack=home --non-interactive"
        assert remote.told[0].endswith("was removed: its process has ended")

    def test_stays_where_one_of_several_owners_may_live(self, remote: FolderState, ended: int, tmp_path: Path) -> None:
        with running("pulumi", tmp_path) as engine, pytest.raises(Locked):
            recovered(remote, after=self.met(ended, engine.pid))
        assert not (tmp_path / "asked").exists()

    def test_stays_where_its_owner_is_on_another_machine(self, remote: FolderState, ended: int, tmp_path: Path) -> None:
        with pytest.raises(Locked):
            recovered(remote, after=self.met(ended, host="elsewhere"))
        assert not (tmp_path / "asked").exists()
