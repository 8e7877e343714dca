"""What an estate owns: all stacks together, read from their checkpoints, by the engine only where it has to be."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cli.session.session import Session
from cli.state import checkpoint
from cli.state.registries import registry_of
from cli.state.store import PulumiBackend
from stacks.model.errors import ObservationError
from stacks.model.observation import Registry
from tests.cli.state.checkpoints import FolderState, record, state

SHARD, OTHER = "home-shard-1", "home-shard-2"


@pytest.fixture
def place(tmp_path: Path, pulumi: Callable[[str], Path]) -> FolderState:
    """An estate without state, whose engine must not be started."""
    (tmp_path / "state").mkdir()
    return FolderState(tmp_path / "state", pulumi(f"touch {tmp_path}/started; exit 1"))


@pytest.fixture
def session(place: FolderState) -> Session:
    backend = place.session.backend
    return replace(place.session, state=PulumiBackend(backend, "truenorth", "home"))


def write(place: FolderState, stack: str, *names: str, **outputs: Any) -> Path:  # noqa: ANN401 - JSON
    """Write the checkpoint of a stack that holds these names."""
    document = json.loads(state(*names).replace(b":home::", f":{stack}::".encode()))
    document["checkpoint"]["latest"]["resources"][0]["outputs"] = outputs
    file = place.stacks / f"{stack}.json"
    file.write_text(json.dumps(document))
    return file


def names(registry: Registry) -> list[str]:
    return [one.record.name for one in registry.records]


class TestTheUnion:
    def test_has_the_records_of_all(self, place: FolderState, session: Session) -> None:
        write(place, "home", zones={"example.com": "z1"}, shards={"by": "names", "count": 2})
        write(place, SHARD, "a", "b", zones={"example.com": "old", "example.net": "z2"})
        write(place, OTHER, "c")
        found = registry_of(session, ("home", *session.state.shards()))
        assert names(found.registry) == ["a", "b", "c"]
        assert found.registry.zone_ids == (("example.com", "z1"), ("example.net", "z2"))
        assert found.registry.stack_urn == "urn:pulumi:home::truenorth::pulumi:pulumi:Stack::truenorth-home"
        assert found.registry.layout.count == 2
        assert {stack: names(one) for stack, one in found.of.items()} == {"home": [], SHARD: ["a", "b"], OTHER: ["c"]}
        assert found.twice == ()

    def test_has_what_objects_gave_to_sets_in_all_of_them(self, place: FolderState, session: Session) -> None:
        write(place, "home", shared={"a/A": {"x": ["192.0.2.1"]}})
        write(place, SHARD, shared={"b/A": {"y": ["192.0.2.2"]}, "a/A": {"old": []}})
        shared = registry_of(session, ("home", SHARD)).registry.shared
        assert {one.name: dict(one.parts) for one in shared} == {"a": {"x": ("192.0.2.1",)}, "b": {"y": ("192.0.2.2",)}}

    def test_is_empty_where_there_is_no_state(self, session: Session) -> None:
        assert registry_of(session, ("home",)).registry == Registry()

    @pytest.mark.parametrize(("preferred", "dropped"), [("home", SHARD), (SHARD, "home"), ("", SHARD), (OTHER, SHARD)])
    def test_has_what_two_stacks_hold_once(
        self, place: FolderState, session: Session, preferred: str, dropped: str
    ) -> None:
        write(place, "home", "a", "b")
        write(place, SHARD, "b", "c")
        prefer = (lambda _: preferred) if preferred else None
        found = registry_of(session, ("home", SHARD), prefer)
        assert sorted(names(found.registry)) == ["a", "b", "c"]
        assert [one.urn for one in found.twice] == [
            f"urn:pulumi:{dropped}::truenorth::truenorth:dns:OwnedRecord$cloudflare:index/dnsRecord:DnsRecord::b/A"
        ]


class TestAFolder:
    def test_is_read_without_the_engine(self, place: FolderState, session: Session, tmp_path: Path) -> None:
        file = write(place, "home", "a")
        file.with_suffix(".json.gz").write_bytes(gzip.compress(file.read_bytes()))
        file.unlink()
        assert names(registry_of(session, ("home",)).registry) == ["a"]
        assert not (tmp_path / "started").exists()

    def test_is_read_again_only_where_a_file_is_another_one(
        self, place: FolderState, session: Session, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write(place, "home", "a")
        write(place, SHARD, "b")
        registry_of(session, ("home", SHARD))
        read: list[str] = []
        really = checkpoint.read

        def noted(file: Path) -> checkpoint.Checkpoint:
            read.append(file.stem)
            return really(file)

        monkeypatch.setattr(checkpoint, "read", noted)
        registry_of(session, ("home", SHARD))
        assert read == []
        write(place, SHARD, "b", "c")
        assert names(registry_of(session, ("home", SHARD)).registry) == ["a", "b", "c"]
        assert read == [SHARD]

    @pytest.mark.parametrize("content", [b"{", b'{"version": 9, "checkpoint": {}}'])
    def test_leaves_what_it_cannot_read_to_the_engine(
        self, place: FolderState, session: Session, tmp_path: Path, pulumi: Callable[[str], Path], content: bytes
    ) -> None:
        write(place, "home", "a")
        (place.stacks / f"{SHARD}.json").write_bytes(content)
        (tmp_path / "export").write_text(json.dumps({"version": 3, "deployment": {"resources": [record("b")]}}))
        pulumi(f"cat {tmp_path}/export")
        assert names(registry_of(session, ("home", SHARD)).registry) == ["a", "b"]
        pulumi("echo error: it is damaged >&2; exit 1")
        with pytest.raises(ObservationError, match=f"the state of stack {SHARD} could not be read: it is damaged"):
            registry_of(session, ("home", SHARD))

    def test_leaves_what_is_compressed_otherwise_to_the_engine(
        self, place: FolderState, session: Session, tmp_path: Path, pulumi: Callable[[str], Path]
    ) -> None:
        (place.stacks / f"{SHARD}.json.zst").touch()
        (tmp_path / "export").write_text(json.dumps({"version": 3, "deployment": {"resources": [record("b")]}}))
        pulumi(f"cat {tmp_path}/export")
        assert session.state.shards() == (SHARD,)
        assert names(registry_of(session, (SHARD,)).registry) == ["b"]


class TestTheStacksOfAnEstate:
    def test_are_those_whose_files_are_there(self, place: FolderState, session: Session) -> None:
        for name in (
            f"{OTHER}.json",
            f"{SHARD}.json.gz",
            f"{SHARD}.json.bak",
            "home.json",
            "home-2.json",
            "x-shard-1.json",
        ):
            (place.stacks / name).touch()
        assert session.state.shards() == (SHARD, OTHER)
        assert session.at(OTHER).state.shards() == (SHARD, OTHER)

    def test_are_none_where_there_is_no_folder(self, tmp_path: Path) -> None:
        assert PulumiBackend(f"file://{tmp_path}/none", "truenorth", "home").shards() == ()

    def test_are_told_by_another_backend(
        self, place: FolderState, pulumi: Callable[[str], Path], tmp_path: Path
    ) -> None:
        told = [{"name": "home"}, {"name": f"me/{OTHER}"}, {"name": SHARD}, {"name": "else"}]
        pulumi(f"""echo "$@" "$PULUMI_BACKEND_URL" >>{tmp_path}/asked; echo '{json.dumps(told)}'""")
        backend = PulumiBackend("s3://bucket", "truenorth", "home", place.session.engine, {"PATH": "/bin:/usr/bin"})
        assert backend.of(SHARD).shards() == (SHARD, OTHER)
        assert (tmp_path / "asked").read_text() == "stack ls --json --non-interactive s3://bucket\n"
        pulumi("echo error: no bucket >&2; exit 1")
        with pytest.raises(ObservationError, match="the stacks could not be listed: no bucket"):
            backend.shards()
