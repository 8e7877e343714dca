from __future__ import annotations

import asyncio
import errno
import os
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cli.apiproxy.intent import Method, Write
from cli.apiproxy.journal import Journal, JournalContent, JournalEntry, clear, look, read, traces
from components.records.record import Record
from stacks.model.errors import NotNow
from stacks.plan.records.adoption import Traces

ZONE = "z" * 32
RECORDS = st.builds(
    Record,
    name=st.text(),
    type=st.text(),
    content=st.text(),
    ttl=st.integers(0, 86_400),
    proxied=st.booleans(),
    comment=st.text(),
    tags=st.lists(st.text()).map(tuple),
)
CHILD = """
import asyncio, sys
from pathlib import Path
from cli.apiproxy.intent import Write
from cli.apiproxy.journal import Journal, JournalEntry
from components.records.record import Record

async def one(journal, number):
    record = Record(f"n{number}.example.com", "A", "203.0.113.7", 300, False, "")
    await journal.sending([JournalEntry("run", Write("POST", "zone", "", record))])
    await journal.landed([JournalEntry("run", Write("POST", "zone", f"id{number}", record))])
    print(f"id{number}", flush=True)

async def lane(journal, start):
    for number in range(start, 1_000_000, 8):
        await one(journal, number)

async def main(journal):
    await asyncio.gather(*(lane(journal, start) for start in range(8)))

with Journal.opened(Path(sys.argv[1])) as journal:
    asyncio.run(main(journal))
"""


def record(name: str = "www", content: str = "203.0.113.7", *, tags: tuple[str, ...] = ()) -> Record:
    return Record(f"{name}.example.com", "A", content, 300, proxied=False, comment="", tags=tags)


def entry(method: Method = "POST", record_id: str = "", wish: Record | None = None, run: str = "run") -> JournalEntry:
    return JournalEntry(run, Write(method, ZONE, record_id, wish if method == "DELETE" else wish or record()))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "truenorth" / "home.journal"


def kept(path: Path, *, sent: tuple[JournalEntry, ...] = (), landed: tuple[JournalEntry, ...] = ()) -> None:
    async def write(journal: Journal) -> None:
        await journal.sending(sent)
        await journal.landed(landed)

    with Journal.opened(path) as journal:
        asyncio.run(write(journal))


class TestWhatIsKept:
    def test_what_was_told_is_read_in_its_order(self, path: Path) -> None:
        landed = (entry("POST", "r1"), entry("PUT", "r2", record("a", tags=("x", "y"))), entry("DELETE", "r3"))
        kept(path, landed=landed)
        assert read(path) == landed

    def test_what_was_sent_is_not_taken_for_landed(self, path: Path) -> None:
        kept(path, sent=(entry(),))
        assert read(path) == ()
        assert look(path).sent == (entry(),)

    @settings(max_examples=20, deadline=None)  # each one syncs the disk
    @given(st.lists(RECORDS, max_size=20))
    def test_any_record_comes_back_as_it_was(
        self, tmp_path_factory: pytest.TempPathFactory, records: list[Record]
    ) -> None:
        path = tmp_path_factory.mktemp("any") / "journal"
        said = tuple(entry("PUT", one.comment, one) for one in records)
        kept(path, landed=said)
        assert look(path) == JournalContent(landed=said)

    def test_a_second_opening_goes_on_where_the_first_has_ended(self, path: Path) -> None:
        kept(path, landed=(entry("POST", "r1"),))
        kept(path, landed=(entry("POST", "r2"),))
        assert [one.write.record_id for one in read(path)] == ["r1", "r2"]

    def test_it_is_its_owners_alone(self, path: Path) -> None:
        kept(path, landed=(entry("POST", "r1"),))
        assert stat.S_IMODE(path.stat().st_mode) == 0o600

    def test_without_an_entry_there_is_no_file(self, path: Path) -> None:
        kept(path)
        assert not path.exists()

    def test_without_a_place_nothing_is_kept_and_nobody_waits(self, tmp_path: Path) -> None:
        async def write(journal: Journal) -> None:
            await journal.sending([entry()])
            await journal.landed([entry("POST", "r1")])

        with Journal.opened(None) as journal:
            asyncio.run(write(journal))
        assert list(tmp_path.iterdir()) == []

    def test_it_is_forgotten_for_good(self, path: Path) -> None:
        kept(path, landed=(entry("POST", "r1"),))
        clear(path)
        assert not path.exists()
        clear(path)
        assert traces(path) == Traces()


class TestManyAtOnce:
    def test_those_who_wait_together_share_a_sync(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        syncs: list[int] = []
        began, go_on = threading.Event(), threading.Event()
        real = os.fsync

        def slow(file: int) -> None:
            syncs.append(file)
            began.set()
            assert go_on.wait(60)
            real(file)

        monkeypatch.setattr(os, "fsync", slow)

        async def write(journal: Journal) -> None:
            first = asyncio.ensure_future(journal.landed([entry("POST", "first")]))
            await asyncio.to_thread(began.wait, 60)
            others = [asyncio.ensure_future(journal.landed([entry("POST", f"r{number}")])) for number in range(200)]
            await asyncio.sleep(0)
            assert not first.done()
            go_on.set()
            await asyncio.gather(first, *others)

        with Journal.opened(path) as journal:
            asyncio.run(write(journal))
        assert len(read(path)) == 201
        assert len(syncs) == 4, "of both folders, of the first, and one of all others"

    def test_nobody_goes_on_before_the_sync(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        synced = threading.Event()
        real = os.fsync

        def noted(file: int) -> None:
            real(file)
            if stat.S_ISREG(os.fstat(file).st_mode):
                synced.set()

        monkeypatch.setattr(os, "fsync", noted)

        async def write(journal: Journal) -> bool:
            await journal.landed([entry("POST", "r1")])
            return synced.is_set()

        with Journal.opened(path) as journal:
            assert asyncio.run(write(journal))

    def test_who_stops_waiting_holds_nobody_up(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        began, go_on = threading.Event(), threading.Event()
        real = os.fsync

        def slow(file: int) -> None:
            began.set()
            assert go_on.wait(60)
            real(file)

        monkeypatch.setattr(os, "fsync", slow)

        async def write(journal: Journal) -> None:
            first = asyncio.ensure_future(journal.landed([entry("POST", "r1")]))
            await asyncio.to_thread(began.wait, 60)
            gone = asyncio.ensure_future(journal.landed([entry("POST", "r2")]))
            await asyncio.sleep(0)
            gone.cancel()
            go_on.set()
            await first
            await journal.landed([entry("POST", "r3")])

        with Journal.opened(path) as journal:
            asyncio.run(write(journal))
        assert [one.write.record_id for one in read(path)] == ["r1", "r2", "r3"]

    def test_what_still_waits_at_the_end_is_written(self, path: Path) -> None:
        async def begin(journal: Journal) -> None:
            asyncio.ensure_future(journal.landed([entry("POST", "r1")])).cancel()
            task = asyncio.ensure_future(journal.landed([entry("POST", "r2")]))
            await asyncio.sleep(0)
            task.cancel()

        with Journal.opened(path) as journal:
            asyncio.run(begin(journal))
        assert [one.write.record_id for one in read(path)] == ["r2"]

    def test_its_thread_ends_with_it(self, path: Path) -> None:
        kept(path, landed=(entry("POST", "r1"),))
        assert not [thread for thread in threading.enumerate() if thread.name == "journal"]

    def test_a_closed_one_takes_nothing(self, path: Path) -> None:
        with Journal.opened(path) as journal:
            pass
        with pytest.raises(NotNow, match="has ended"):
            asyncio.run(journal.landed([entry("POST", "r1")]))


class TestDamage:
    def test_a_last_line_that_is_cut_off_is_none_and_is_gone_at_the_next_opening(self, path: Path) -> None:
        kept(path, landed=(entry("POST", "r1"), entry("POST", "r2")))
        whole = path.read_bytes()
        for length in range(len(whole)):
            path.write_bytes(whole[:length])
            found = look(path)
            assert found.damage == ""
            assert len(found.landed) <= 2
        path.write_bytes(whole[:-7])
        kept(path, landed=(entry("POST", "r3"),))
        assert [one.write.record_id for one in read(path)] == ["r1", "r3"]
        assert look(path).damage == ""

    def test_a_long_torn_line_is_cut_off_too(self, path: Path) -> None:
        kept(path, landed=(entry("POST", "r1"),))
        with path.open("ab") as file:
            file.write(b"\0" * 200_000)
        kept(path, landed=(entry("POST", "r2"),))
        assert [one.write.record_id for one in read(path)] == ["r1", "r2"]

    @pytest.mark.parametrize(
        "line",
        [
            b"\0\0\0",
            b"{}",
            b"[]",
            b"7",
            b'{"state":"landed"}',
            b'{"state":"x","run":"","method":"POST"}',
            b"[" * 100_000,
        ],
    )
    def test_a_damaged_line_is_told_and_the_others_are_used(self, path: Path, line: bytes) -> None:
        kept(path, landed=(entry("POST", "r1"), entry("POST", "r2")))
        lines = path.read_bytes().splitlines(keepends=True)
        path.write_bytes(b"".join([*lines[:2], line + b"\n", *lines[2:]]))
        found = look(path)
        assert [one.write.record_id for one in found.landed] == ["r1", "r2"]
        assert found.damage == f"{path}: line 3 cannot be read"

    def test_several_damaged_lines_are_counted(self, path: Path) -> None:
        kept(path, landed=(entry("POST", "r1"),))
        with path.open("ab") as file:
            file.write(b"x\ny\n")
        assert look(path).damage == f"{path}: 2 lines, the first is 3, cannot be read"

    def test_what_another_version_has_written_is_not_guessed_at(self, path: Path) -> None:
        kept(path, landed=(entry("POST", "r1"),))
        path.write_bytes(path.read_bytes().replace(b'{"journal": 1}', b'{"journal": 2}'))
        assert read(path) == ()
        assert traces(path) == Traces(wanted=True)
        kept(path, landed=(entry("POST", "r2"),))
        assert [one.write.record_id for one in read(path)] == ["r2"]

    @settings(deadline=None)
    @given(st.binary())
    def test_any_bytes_are_read_without_an_error(
        self, tmp_path_factory: pytest.TempPathFactory, content: bytes
    ) -> None:
        path = tmp_path_factory.mktemp("any") / "journal"
        path.write_bytes(content)
        found = look(path)
        assert found.landed == ()
        assert traces(path).wanted == bool(found.damage)

    def test_a_file_of_nothing_but_rubbish_is_damage(self, path: Path) -> None:
        path.parent.mkdir(parents=True)
        path.write_bytes(b"rubbish")
        assert look(path).damage == f"{path}: line 1 cannot be read"

    def test_where_it_cannot_be_read_our_marks_are_enough(self, path: Path) -> None:
        path.mkdir(parents=True)
        assert look(path).damage == f"{path} cannot be read: Is a directory"
        assert traces(path) == Traces(wanted=True)

    def test_where_there_is_none_it_leads_nowhere(self, path: Path) -> None:
        assert traces(path) == Traces()


class TestTraces:
    def test_what_has_landed_is_led_to_by_its_id(self, path: Path) -> None:
        kept(path, sent=(entry(),), landed=(entry("POST", "r1"),))
        assert traces(path) == Traces(wanted=True, ids=frozenset({"r1"}))

    def test_what_was_deleted_since_is_not(self, path: Path) -> None:
        kept(path, landed=(entry("POST", "r1"), entry("POST", "r2"), entry("DELETE", "r1")))
        assert traces(path).ids == {"r2"}

    def test_what_was_made_again_after_its_deletion_is(self, path: Path) -> None:
        kept(path, landed=(entry("POST", "z/www/A"), entry("DELETE", "z/www/A"), entry("POST", "z/www/A")))
        assert traces(path).ids == {"z/www/A"}

    def test_what_was_sent_and_not_answered_is_led_to_by_what_it_is(self, path: Path) -> None:
        kept(path, sent=(entry(wish=record("a")), entry(wish=record("b"))), landed=(entry("POST", "r1", record("a")),))
        assert traces(path) == Traces(
            wanted=True, records=frozenset({("b.example.com", "A", "203.0.113.7")}), ids=frozenset({"r1"})
        )

    def test_the_answer_of_another_run_is_none_of_this_one(self, path: Path) -> None:
        kept(path, landed=(entry("POST", "r1", run="before"),), sent=(entry(),))
        assert traces(path).records == {("www.example.com", "A", "203.0.113.7")}

    def test_updates_alone_make_our_marks_enough(self, path: Path) -> None:
        kept(path, landed=(entry("PUT", "r1"), entry("DELETE", "r2")))
        assert traces(path) == Traces(wanted=True)


class TestADiskThatTakesNothing:
    def test_a_full_disk_is_told_before_anything_is_sent(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        kept(path, landed=(entry("POST", "r1"),))
        before = path.read_bytes()

        def full(file: int, content: bytes) -> int:
            if stat.S_ISREG(os.fstat(file).st_mode):
                real(file, content[:5])
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return real(file, content)

        real = os.write
        with monkeypatch.context() as patched, Journal.opened(path) as journal:
            patched.setattr(os, "write", full)
            with pytest.raises(
                NotNow, match="the disk is full: what is written to the zones cannot be noted"
            ) as caught:
                asyncio.run(journal.sending([entry()]))
        assert str(path) in str(caught.value)
        assert look(path).damage == ""
        assert read(path) == (entry("POST", "r1"),)
        assert path.read_bytes().startswith(before)

    def test_once_there_is_room_it_goes_on(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        async def write(journal: Journal) -> None:
            await journal.landed([entry("POST", "r1")])
            with monkeypatch.context() as patched:
                patched.setattr(os, "fsync", _fails)
                with pytest.raises(NotNow, match="Input/output error"):
                    await journal.landed([entry("POST", "lost")])
            await journal.landed([entry("POST", "r2")])

        with Journal.opened(path) as journal:
            asyncio.run(write(journal))
        assert [one.write.record_id for one in read(path)] == ["r1", "r2"]

    def test_all_who_wait_are_told(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(os, "fsync", _fails)

        async def write(journal: Journal) -> list[BaseException | None]:
            waiting = (journal.landed([entry("POST", f"r{number}")]) for number in range(5))
            return await asyncio.gather(*waiting, return_exceptions=True)

        with Journal.opened(path) as journal:
            assert [type(told) for told in asyncio.run(write(journal))] == [NotNow] * 5

    def test_a_folder_that_cannot_be_made_is_told(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        with Journal.opened(tmp_path / "file" / "journal") as journal, pytest.raises(NotNow, match="cannot be noted"):
            asyncio.run(journal.sending([entry()]))


def _fails(_file: int) -> None:
    raise OSError(errno.EIO, os.strerror(errno.EIO))


@pytest.mark.parametrize("told", [1, 50, 400])
def test_what_was_acknowledged_is_there_after_kill_9(path: Path, told: int) -> None:
    child = subprocess.Popen([sys.executable, "-c", CHILD, str(path)], stdout=subprocess.PIPE, text=True)
    with child:
        assert child.stdout is not None
        acknowledged = [child.stdout.readline().strip() for _ in range(told)]
        child.send_signal(signal.SIGKILL)
        acknowledged += [line.strip() for line in child.stdout if line.endswith("\n")]
    found = look(path)
    assert found.damage == ""
    landed = {one.write.record_id for one in found.landed}
    assert set(acknowledged) <= landed
    sent = {one.write.record for one in found.sent}
    assert {one.write.record for one in found.landed} <= sent
    after = traces(path)
    assert after.ids == landed
    assert after.records == {
        (one.name, one.type, one.content) for one in sent - {one.write.record for one in found.landed} if one
    }
