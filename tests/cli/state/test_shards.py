"""The shards of an estate in Secrets of their own, one folder of copies, and one lock, on a real API server."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from cli.engine.failure import RunFailed
from cli.engine.hold import Hold
from cli.state.secrets import layout
from lab.kube.proxy import Proxy
from lab.kube.users import Rule
from stacks.model.errors import NotNow, UserError
from tests.cli.lease.electing import PATIENT
from tests.cli.state.checkpoints import state
from tests.cli.state.places import NAME, STACK, Place, Process

FIRST, SECOND = f"{STACK}-shard-1", f"{STACK}-shard-2"
RIGHTS: tuple[Rule, ...] = (
    {"apiGroups": [""], "resources": ["secrets"], "verbs": ["get", "create", "update", "delete"]},
    {"apiGroups": ["coordination.k8s.io"], "resources": ["leases"], "verbs": ["get", "create", "update"]},
)
HEADS = {NAME, f"{NAME}-shard-1", f"{NAME}-shard-2"}


def of(process: Process, stack: str) -> Process:
    """What the same process has of another stack."""
    return Process(process.state.of(stack), process.told, stack)


def write(process: Process, content: bytes) -> None:
    """Run something that leaves this checkpoint."""
    with process.state.writing(Hold()):
        process.engine_writes(content)


@pytest.fixture
def written(place: Place) -> Process:
    """A process that leads, and has written a checkpoint of each stack."""
    process = place.process()
    place.lead_without_lock(process)
    for stack, content in ((STACK, b"own"), (FIRST, b"1"), (SECOND, b"2")):
        write(of(process, stack), content)
    return process


class TestAnotherProcess:
    def test_has_the_state_of_all_in_one_folder(self, place: Place, written: Process, temporary: Path) -> None:
        assert written.state.shards() == (FIRST, SECOND)
        other = place.process()
        assert other.state.shards() == (FIRST, SECOND)
        other.state.pull()
        assert [of(other, stack).checkpoint.read_bytes() for stack in (STACK, FIRST, SECOND)] == [b"own", b"1", b"2"]
        assert {of(other, stack).state.backend for stack in (STACK, FIRST, SECOND)} == {other.state.backend}
        assert len(list(temporary.iterdir())) == len({written.state.backend, other.state.backend})

    def test_asks_two_questions_where_nothing_has_changed(self, place: Place, written: Process, proxy: Proxy) -> None:
        other = place.process(proxy.kubeconfig())
        assert other.state.shards() == (FIRST, SECOND)
        other.state.pull()
        proxy.faults.forget_requests()
        other.state.pull()
        other.state.shards()
        assert [one.partition("?")[0].rpartition("/")[2] for one in proxy.faults.requests()] == [NAME, "secrets"]
        write(of(written, SECOND), b"2b")
        proxy.faults.forget_requests()
        other.state.shards()
        assert of(other, SECOND).checkpoint.read_bytes() == b"2b"
        [piece] = layout.piece_names(f"{NAME}-shard-2", place.index(f"{NAME}-shard-2").current)
        assert [one.partition("?")[0].rpartition("/")[2] for one in proxy.faults.requests()] == ["secrets", piece]

    def test_has_one_shard_s_versions_apart(self, place: Place, written: Process) -> None:
        write(of(written, FIRST), b"1b")
        index = of(place.process(), FIRST).state.versions()
        assert index is not None
        assert (index.stack, [one.generation for one in index.versions]) == (FIRST, [2, 1])
        of(written, FIRST).state.restore(1, Hold())
        assert of(place.process(), FIRST).pulled() == b"1"
        assert of(place.process(), SECOND).pulled() == b"2"

    def test_knows_what_a_run_of_a_shard_was_about_to_make(self, place: Place, written: Process) -> None:
        shard = of(written, FIRST)
        note = shard.checkpoint.parents[2] / "truenorth" / f"{FIRST}.unfinished.json"
        note.parent.mkdir(exist_ok=True)
        note.write_bytes(b'{"records": [["a", "A", "192.0.2.1"]]}')
        with shard.state.writing(Hold()):
            other = place.process()
            other.state.shards()
            found = list((of(other, FIRST).checkpoint.parents[2] / "truenorth").iterdir())
            assert [(one.name, one.read_bytes()) for one in found] == [(note.name, note.read_bytes())]


class TestTheStacks:
    def test_are_one_object_each(self, written: Process) -> None:
        assert written.state.of(FIRST) is written.state.of(FIRST)
        assert written.state.of(FIRST).of(STACK) is written.state

    def test_of_an_estate_alone_are_no_shards(self, place: Place) -> None:
        process = place.process()
        assert process.state.shards() == ()
        write(process, b"own")
        assert process.state.shards() == ()

    def test_of_another_estate_are_none_of_ours(self, place: Place, written: Process) -> None:
        other = place.process(stack="away", name="away")
        write(of(other, "away-shard-1"), b"x")
        assert other.state.shards() == ("away-shard-1",)
        assert place.process().state.shards() == (FIRST, SECOND)
        assert written.told == other.told == []

    def test_have_names_that_a_secret_may_have(self, place: Place) -> None:
        process = place.process()
        label = f"{STACK}-shard-apps_of.{'long' * 20}"
        write(of(process, label), b"1")
        other = place.process()
        assert other.state.shards() == (label,)
        assert of(other, label).checkpoint.read_bytes() == b"1"

    def test_one_whose_head_is_damaged_is_named(self, place: Place, written: Process) -> None:
        head = place.secrets()[f"{NAME}-shard-1"]
        place.put({**head, "data": {}})
        other = place.process()
        assert other.state.shards() == (FIRST, SECOND)
        assert of(other, FIRST).checkpoint.read_bytes() == b"1"
        assert f"the Secret {NAME}-shard-1 is damaged" in other.told[0]
        del head["metadata"]["annotations"]
        place.put({**head, "data": {}})
        with pytest.raises(UserError, match="the Secret does not say which shard's state it holds"):
            place.process().state.shards()
        assert written.told == []

    def test_one_whose_head_is_deleted_under_a_running_process_is_made_again(
        self, place: Place, written: Process
    ) -> None:
        place.delete(f"{NAME}-shard-1")
        assert written.state.shards() == (FIRST, SECOND)
        assert "will be made again from the copy of this process" in written.told[0]
        write(of(written, FIRST), b"1")
        assert place.secrets().keys() >= HEADS


class TestWithoutTheRightToList:
    def test_one_stack_is_kept(self, place: Place) -> None:
        process = place.process(place.user("no-lists", *RIGHTS).kubeconfig)
        write(process, b"own")
        assert process.state.shards() == ()

    def test_shards_that_cannot_be_seen_are_not_taken_to_be_none(self, place: Place, written: Process) -> None:
        document = json.loads(state())
        document["checkpoint"]["latest"]["resources"][0]["outputs"] = {"shards": {"by": "names", "count": 2}}
        write(written, json.dumps(document).encode())
        process = place.process(place.user("no-lists", *RIGHTS).kubeconfig)
        process.state.pull()
        with pytest.raises(NotNow, match="allow get, list, create, update and delete of secrets"):
            process.state.shards()


class TestTheLock:
    def test_is_shared_by_those_who_write_at_once(self, place: Place) -> None:
        process, rival, hold = place.process(), place.process(), Hold()
        inside, go_on = threading.Event(), threading.Event()

        def second() -> None:
            with of(process, SECOND).state.writing(hold):
                of(process, SECOND).engine_writes(b"2")
                inside.set()
                go_on.wait(PATIENT)

        thread = threading.Thread(target=second)
        with of(process, FIRST).state.writing(hold):
            thread.start()
            assert inside.wait(PATIENT)
            of(process, FIRST).engine_writes(b"1")
        # The first has ended, and the second goes on: nobody else may write.
        with pytest.raises(NotNow, match="is at work here"):
            write(rival, b"own")
        go_on.set()
        thread.join()
        write(rival, b"own")
        assert rival.state.shards() == (FIRST, SECOND)

    def test_is_given_back_where_a_run_fails(self, place: Place) -> None:
        process = place.process()
        with pytest.raises(RunFailed, match="cut off"), of(process, FIRST).state.writing(Hold()):
            raise RunFailed("cut off")
        write(of(place.process(), FIRST), b"1")

    def test_is_that_of_the_election_for_all(self, place: Place) -> None:
        process = place.process()
        place.lead_without_lock(process, may_write=False)
        write(of(process, FIRST), b"1")
        assert place.secrets() == {}
