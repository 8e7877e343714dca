"""State that is damaged, old or gone, with the real engine: the zone ends as wished, and nothing is made twice."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from cli.exit_codes import REFUSED
from cli.session.backend import without_sidecars
from lab import remote
from lab.world import FIRST_IPV4
from tests.cli.conftest import STACK, Inside, fill
from tests.cli.state.damage import BYTES, EDITS

SECOND_IPV4 = "203.0.113.99"
FOREIGN = {"type": "A", "content": "198.51.100.7", "ttl": 300}


def checkpoint(inside: Inside) -> Path:
    return inside.state / ".pulumi" / "stacks" / "truenorth" / f"{STACK}.json"


def ids(inside: Inside) -> dict[str, str]:
    """The ids of the zone's records by name, type and content."""
    return {f"{one['name']} {one['type']} {one['content']}": one["id"] for one in remote.records(inside.places)}


def settled(inside: Inside) -> None:
    """Nothing more is to be done, and no engine has to run to find that."""
    done = inside.result("up")
    assert (done["changes"], done["conflicts"], done["engine_runs"]) == ([], [], 0)


def add_foreign(inside: Inside, name: str) -> str:
    """Somebody makes a record; its id."""
    remote.edit_record(inside.places, {"name": name, **FOREIGN})
    return ids(inside)[f"{name} A {FOREIGN['content']}"]


def test_where_the_folder_is_another_nothing_is_changed_until_a_person_takes_over(inside: Inside) -> None:
    inside.settings("www", "api", confirm=0)
    inside.result("up")
    before = remote.records(inside.places)
    shutil.rmtree(inside.state / ".pulumi")
    remote.set_address(inside.places, SECOND_IPV4)
    for _ in range(2):
        refused = inside.run("up")
        assert refused.returncode == REFUSED
        assert "another instance of this stack is at work here, or its state is not at hand" in refused.stderr
        assert "truenorth adopt" in refused.stderr
        assert remote.records(inside.places) == before
    inside.result("adopt", "--yes")
    assert inside.zone() == {"www.example.com/A": SECOND_IPV4, "api.example.com/A": SECOND_IPV4}
    settled(inside)


def test_a_state_that_is_gone_is_rebuilt_although_the_address_has_changed_meanwhile(inside: Inside) -> None:
    inside.settings("www", "api", confirm=0)
    inside.result("up")
    before = ids(inside)
    inside.lose_state()
    remote.set_address(inside.places, SECOND_IPV4)
    foreign = add_foreign(inside, "blog.example.com")
    done = inside.result("up")
    assert done["conflicts"] == []
    assert inside.zone() == {
        "www.example.com/A": SECOND_IPV4,
        "api.example.com/A": SECOND_IPV4,
        "blog.example.com/A": FOREIGN["content"],
    }
    after = ids(inside)
    assert {*after.values()} == {*before.values(), foreign}
    settled(inside)


def test_a_stray_record_beside_ours_is_left_alone_where_state_is_gone(inside: Inside) -> None:
    inside.settings("www", confirm=0)
    inside.result("up")
    foreign = add_foreign(inside, "www.example.com")
    inside.lose_state()
    inside.result("up")
    assert ids(inside)[f"www.example.com A {FOREIGN['content']}"] == foreign
    assert f"www.example.com A {FIRST_IPV4}" in ids(inside)
    assert len(remote.records(inside.places)) == 3


def test_what_a_restored_state_does_not_know_and_nobody_wants_any_more_is_deleted(inside: Inside) -> None:
    """The copy is from before `late` was made; the update's own copy, which knows it, is gone."""
    inside.settings("www", confirm=0)
    inside.result("up")
    inside.settings("www", "late", confirm=0)
    inside.result("up")
    newest = max((inside.state / ".pulumi" / "history").rglob("*.checkpoint.json"))
    known = newest.read_bytes()
    newest.unlink()
    file = checkpoint(inside)
    file.write_bytes(BYTES["truncated"](known))
    file.with_name(f"{file.name}.bak").unlink()
    inside.settings("www", confirm=0)
    done = inside.run("up")
    assert done.returncode == 0, done.stderr
    assert "recovered: the state of stack test was damaged" in done.stdout
    assert "was restored from" in done.stdout
    assert inside.zone() == {"www.example.com/A": FIRST_IPV4}
    assert len(remote.records(inside.places)) == 2
    assert len(list(file.parent.glob("*.damaged-*"))) == 1
    settled(inside)


def test_a_state_that_the_engine_would_refuse_is_repaired_by_it(inside: Inside) -> None:
    inside.settings("www", confirm=0)
    inside.result("up")
    file = checkpoint(inside)
    file.write_bytes(EDITS["a dangling dependency"](file.read_bytes()))
    (inside.state / ".pulumi" / "meta.yaml").write_bytes(b"")
    assert "it was repaired" in inside.run("up").stdout
    settled(inside)
    inside.pulumi("stack", "export")  # the next engine makes it again
    assert (inside.state / ".pulumi" / "meta.yaml").read_text() == "version: 1\n"


def test_a_run_that_a_full_disk_has_kept_from_beginning_is_made_once_there_is_room(
    inside: Inside, small_disk: Path
) -> None:
    on_disk = replace(
        inside,
        environment={**inside.environment, "PULUMI_BACKEND_URL": without_sidecars(small_disk.as_uri())},
        state=small_disk,
    )
    on_disk.settings("www", confirm=0)
    on_disk.result("up")
    remote.set_address(inside.places, SECOND_IPV4)
    filler = fill(small_disk)
    assert "the disk is full" in on_disk.run("up").stderr
    assert inside.zone() == {"www.example.com/A": FIRST_IPV4}
    filler.unlink()
    assert on_disk.result("up")["conflicts"] == []
    assert inside.zone() == {"www.example.com/A": SECOND_IPV4}
