"""State in Secrets on a real API server: what one process writes the next one has, whatever goes wrong."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cli.engine.failure import RunFailed
from cli.engine.hold import Hold
from cli.lease.record import micro_time
from cli.state.secrets import layout
from cli.state.secrets.holder import holder
from lab.kube.proxy import Proxy
from stacks.model.errors import NotNow, ObservationError, UserError
from tests.cli.lease.electing import PATIENT
from tests.cli.state.places import NAME, QUICK, STACK, Place, Process

LEASES = {"apiGroups": ["coordination.k8s.io"], "resources": ["leases"], "verbs": ["get", "create", "update"]}
ALL = ["get", "create", "update", "delete"]


def rights(*verbs: str) -> dict[str, list[str]]:
    return {"apiGroups": [""], "resources": ["secrets"], "verbs": list(verbs)}


def write(process: Process, content: bytes) -> None:
    """Run something that leaves this checkpoint."""
    with process.state.writing(Hold()):
        process.engine_writes(content)


@pytest.fixture
def leader(place: Place) -> Process:
    """A process that leads, and takes no lock."""
    return leading(place, place.process())


def leading(place: Place, process: Process, server: str = "") -> Process:
    place.lead_without_lock(process, server=server)
    return process


class TestAnotherProcess:
    def test_has_what_the_first_one_wrote(self, place: Place, leader: Process) -> None:
        assert leader.pulled() is None
        write(leader, b'{"version": 3}')
        other = place.process()
        assert other.pulled() == b'{"version": 3}'
        assert leader.told == other.told == []

    def test_has_a_state_of_several_pieces(self, place: Place, leader: Process) -> None:
        content = json.dumps([bytes(range(256)).hex(), *map(str, range(700_000))]).encode()
        write(leader, content)
        assert place.index().current.pieces >= 2
        assert place.process().pulled() == content

    def test_asks_one_question_where_nothing_has_changed(self, place: Place, leader: Process, proxy: Proxy) -> None:
        write(leader, b"1")
        other = place.process(proxy.kubeconfig())
        other.pulled()
        proxy.faults.forget_requests()
        assert other.pulled() == b"1"
        assert proxy.faults.requests() == [f"GET /api/v1/namespaces/{place.namespace}/secrets/{NAME}"]

    def test_goes_on_where_a_run_was_cut_off(self, place: Place, leader: Process) -> None:
        """What the engine had done is in the Secrets by then, and that there was a run."""
        write(leader, b"before")
        with suppress(RunFailed), leader.state.writing(Hold()):
            leader.engine_writes(b"midway")
            _await_version(place, finished=False)
            other = place.process()
            assert other.pulled() == b"midway"
            assert _unfinished(other) == '{"wanted": true}'
            raise RunFailed("cut off")
        assert place.process().pulled() == b"midway"
        assert [one.finished for one in place.index().versions] == [True, True]

    def test_knows_what_a_run_was_about_to_make(self, place: Place, leader: Process) -> None:
        write(leader, b"before")
        folder = leader.checkpoint.parents[2] / "truenorth"
        folder.mkdir()
        (folder / "home.unfinished.json").write_bytes(b'{"records": [["a", "A", "192.0.2.1"]]}')
        with leader.state.writing(Hold()):
            other = place.process()
            other.pulled()
            assert _unfinished(other) == '{"records": [["a", "A", "192.0.2.1"]]}'
        after = place.process()
        after.pulled()
        assert _unfinished(after) == ""


class TestTheLocalCopy:
    def test_is_for_the_user_alone_and_gone_with_the_process(self, place: Place, temporary: Path) -> None:
        process = place.process()
        [folder] = temporary.iterdir()
        assert folder.stat().st_mode & 0o777 == 0o700
        assert process.state.backend == f"{folder.as_uri()}?metadata=skip"
        del process
        place.close()
        assert list(temporary.iterdir()) == []

    def test_that_cannot_be_made_says_where(self, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("tempfile.tempdir", "/proc/nowhere")
        with pytest.raises(NotNow, match="cannot be made: No such file or directory\n  where: /proc/nowhere"):
            place.process()


class TestTwoProcesses:
    def test_do_not_write_at_once(self, place: Place) -> None:
        first, second = place.process(), place.process()
        with first.state.writing(Hold()):
            first.engine_writes(b"1")
            with pytest.raises(NotNow, match=r"is at work here"):
                write(second, b"2")
        write(second, b"2")
        assert place.process().pulled() == b"2"

    def test_a_run_that_planned_with_an_older_state_does_nothing(self, place: Place) -> None:
        first, second = place.process(), place.process()
        second.pulled()
        write(first, b"1")
        with pytest.raises(
            ObservationError, match=r"was changed since it was read, by p\d+: nothing was done, try again"
        ):
            write(second, b"2")
        assert second.checkpoint.read_bytes() == b"1"
        write(second, b"2")

    def test_who_was_first_wins_even_without_a_lock(self, place: Place, leader: Process) -> None:
        rival = leading(place, place.process())
        write(leader, b"1")
        with pytest.raises(RunFailed, match=r"p\d+ has written there meanwhile"):
            _write_beside(rival, leader)
        assert leader.pulled() == b"rival"
        assert place.process().pulled() == b"rival"

    def test_one_that_was_killed_on_this_machine_is_not_waited_for(self, place: Place) -> None:
        dead = _of_a_dead_process()
        _hold_lease(place, dead)
        write(place.process(), b"1")
        assert place.process().pulled() == b"1"

    def test_one_that_may_live_is_waited_for(self, place: Place) -> None:
        _hold_lease(place, holder({"POD_NAME": "another-pod"}), seconds=3600)
        process = place.process()
        with pytest.raises(NotNow, match=r"another-pod_.* is at work here"):
            write(process, b"1")
        assert process.told[0].startswith("waiting for another-pod_")

    def test_one_that_has_died_elsewhere_is_waited_for_until_its_lease_is_over(self, place: Place) -> None:
        _hold_lease(place, "another-pod_0")
        process = place.process(patience=replace(QUICK, lock=PATIENT))
        write(process, b"1")
        assert place.process().pulled() == b"1"

    def test_a_leader_that_has_lost_writes_nothing(self, place: Place) -> None:
        deposed = place.process()
        place.lead_without_lock(deposed, may_write=False)
        write(deposed, b"1")
        assert place.secrets() == {}


class TestAClusterThatIsAway:
    def test_is_no_empty_state(self, place: Place, leader: Process, proxy: Proxy) -> None:
        write(leader, b"1")
        other = place.process(proxy.kubeconfig())
        proxy.answer(503, times=1000)
        with pytest.raises(ObservationError, match=f"could not be read from the Secret kubernetes://{place.namespace}"):
            other.pulled()
        assert not other.checkpoint.exists()

    def test_for_a_moment_is_waited_for(self, place: Place, leader: Process, proxy: Proxy) -> None:
        write(leader, b"1")
        proxy.answer(429, times=2)
        patient = replace(QUICK, read=PATIENT)
        assert place.process(proxy.kubeconfig(), patience=patient).pulled() == b"1"

    def test_at_the_end_of_a_run_leaves_the_copy_for_the_next_run(
        self, place: Place, proxy: Proxy, temporary: Path
    ) -> None:
        process = leading(place, place.process(proxy.kubeconfig()), proxy.server)
        write(process, b"1")
        with pytest.raises(RunFailed, match=r"could not be written .*\n.*truenorth state push"):
            _cut_off(process, proxy, b"2")
        assert place.process().pulled() == b"1"
        proxy.faults.clear()
        process.state.pull()
        assert place.process().pulled() == b"2"
        del process
        place.close()
        assert list(temporary.iterdir()) == []

    def test_to_the_end_of_the_process_leaves_the_copy_on_the_disk(
        self, place: Place, proxy: Proxy, temporary: Path
    ) -> None:
        process = leading(place, place.process(proxy.kubeconfig()), proxy.server)
        write(process, b"1")
        with pytest.raises(RunFailed) as failure:
            _cut_off(process, proxy, b"2")
        assert str(process.checkpoint) in str(failure.value)
        del process, failure
        place.close()
        assert [file.read_bytes() for file in temporary.rglob("home.json")] == [b"2"]

    def test_and_who_does_not_lead_any_more_writes_nothing_later(self, place: Place, proxy: Proxy) -> None:
        process = leading(place, place.process(proxy.kubeconfig()), proxy.server)
        write(process, b"1")
        with pytest.raises(RunFailed):
            _cut_off(process, proxy, b"2")
        proxy.faults.clear()
        place.lead_without_lock(process, server=proxy.server, may_write=False)
        assert process.pulled() == b"2"
        assert place.process().pulled() == b"1"

    def test_and_somebody_has_written_since(self, place: Place, leader: Process, proxy: Proxy) -> None:
        process = leading(place, place.process(proxy.kubeconfig()), proxy.server)
        write(process, b"1")
        with pytest.raises(RunFailed):
            _cut_off(process, proxy, b"2")
        write(leader, b"3")
        proxy.faults.clear()
        assert process.pulled() == b"3"
        assert "what could not be written here is dropped" in process.told[0]


class TestRights:
    def test_that_are_missing_are_no_empty_state(self, place: Place) -> None:
        user = place.user("no-rights", LEASES)
        with pytest.raises(NotNow, match=r"secrets \"state\" is forbidden(.|\n)*allow get, list, create"):
            place.process(user.kubeconfig).pulled()

    def test_without_lists_are_enough_to_keep_state(self, place: Place) -> None:
        process = place.process(place.user("no-lists", LEASES, rights(*ALL)).kubeconfig)
        assert process.pulled() is None
        for number in range(3):
            write(process, b"%d" % number)
        assert process.told == [process.told[0]]
        assert "whether the Secrets of an older state are left cannot be seen" in process.told[0]
        assert place.process().pulled() == b"2"

    def test_to_delete_are_missed_in_words(self, place: Place) -> None:
        process = place.process(place.user("no-deletes", LEASES, rights("get", "create", "update", "list")).kubeconfig)
        for number in range(layout.KEPT + 2):
            write(process, b"%d" % number)
        assert "Secrets that are not needed any more stay beside" in process.told[0]

    def test_to_write_that_are_missing_end_the_run_before_it_begins(self, place: Place, leader: Process) -> None:
        write(leader, b"1")
        process = place.process(place.user("reader", LEASES, rights("get", "list")).kubeconfig)
        with pytest.raises(NotNow, match="cannot be written to Secrets"):
            write(process, b"2")


class TestDamage:
    def test_is_told_and_mended_by_the_next_run(self, place: Place, leader: Process) -> None:
        write(leader, b"1")
        write(leader, b"2")
        [newest] = layout.piece_names(NAME, place.index().current)
        place.delete(newest)
        other = leading(place, place.process())
        assert other.pulled() == b"1"
        assert "the state of" in other.told[0]
        assert _unfinished(other) == '{"wanted": true}'
        with other.state.writing(Hold()):
            pass
        third = place.process()
        assert third.pulled() == b"1"
        assert third.told == []

    def test_of_every_version_asks_for_a_person(self, place: Place, leader: Process) -> None:
        write(leader, b"1")
        [piece] = layout.piece_names(NAME, place.index().current)
        place.delete(piece)
        with pytest.raises(UserError, match=r"no version of the state is whole(.|\n)*kubectl .* delete secret state"):
            place.process().pulled()

    def test_a_head_that_is_deleted_under_a_running_process_is_made_again(self, place: Place, leader: Process) -> None:
        write(leader, b"1")
        place.delete(NAME)
        assert leader.pulled() == b"1"
        assert "will be made again from the copy of this process" in leader.told[0]
        write(leader, b"1")
        assert place.process().pulled() == b"1"
        assert [one.generation for one in place.index().versions] == [2, 1]

    def test_another_stack_is_refused(self, place: Place, leader: Process) -> None:
        write(leader, b"1")
        with pytest.raises(UserError, match="the state of another stack: home"):
            place.process(stack="other").pulled()


class TestVersions:
    def test_can_be_restored(self, place: Place, leader: Process) -> None:
        for content in (b"1", b"2", b"3"):
            write(leader, content)
        index = leader.state.versions()
        assert index is not None
        assert [one.generation for one in index.versions] == [3, 2, 1]
        leader.state.restore(1, Hold())
        assert place.process().pulled() == b"1"
        assert [one.generation for one in place.index().versions] == [4, 3, 2, 1]

    def test_that_are_not_there_cannot(self, place: Place, leader: Process) -> None:
        write(leader, b"1")
        with pytest.raises(UserError, match="there is no version 7; there are: 1"):
            leader.state.restore(7, Hold())
        assert place.index().current.generation == 1

    def test_that_are_damaged_cannot(self, place: Place, leader: Process) -> None:
        write(leader, b"1")
        [first] = layout.piece_names(NAME, place.index().current)
        write(leader, b"2")
        place.delete(first)
        with pytest.raises(UserError, match="version 1 has lost its Secret"):
            leader.state.restore(1, Hold())
        assert place.process().pulled() == b"2"


def _unfinished(process: Process) -> str:
    file = process.checkpoint.parents[2] / "truenorth" / "home.unfinished.json"
    return file.read_text() if file.exists() else ""


def _await_version(place: Place, *, finished: bool) -> None:
    while place.index().current.finished is not finished:
        time.sleep(0.02)  # the Secret is all there is to look at


def _cut_off(process: Process, proxy: Proxy, content: bytes) -> None:
    """Run something while the cluster goes away."""
    with process.state.writing(Hold()):
        proxy.answer(503, times=1000)
        process.engine_writes(content)


def _write_beside(rival: Process, process: Process) -> None:
    """Run something while another process writes."""
    with process.state.writing(Hold()):
        write(rival, b"rival")
        process.engine_writes(b"2")


def _of_a_dead_process() -> str:
    """The name under which a process on this machine wrote that has ended."""
    code = "import os; from cli.state.secrets.holder import holder; print(holder(os.environ))"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def _hold_lease(place: Place, name: str, seconds: int = 3) -> None:
    now = datetime.now(UTC)
    spec = {
        "holderIdentity": name,
        "leaseDurationSeconds": seconds,
        "renewTime": micro_time(now),
        "acquireTime": micro_time(now),
    }
    metadata = {"namespace": place.namespace, "name": f"truenorth-{STACK}"}
    place.cluster.admin.apply(
        {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": metadata, "spec": spec}
    )


class TestTheIdOfAState:
    """It follows from the cluster and the Secret, so that a state that was lost gets the same again."""

    def test_is_the_same_for_every_process_and_shard(self, place: Place) -> None:
        one, other = place.process(), place.process()
        found = one.state.instance()
        assert re.fullmatch("[0-9a-f]{8}", found)
        assert other.state.instance() == one.state.of(f"{STACK}-shard-2").instance() == found

    def test_is_unknown_without_the_right_to_ask_which_cluster_it_is(self, place: Place) -> None:
        process = place.process(place.user("no-identity", LEASES, rights(*ALL, "list")).kubeconfig)
        assert process.state.instance() == ""
