from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from cli.session.files import write_whole
from cli.setup import file
from cli.setup.file import Chosen, content, write
from stacks.model.errors import UserError
from stacks.settings.cluster import SourceName
from stacks.settings.files import from_file
from stacks.settings.reference.schema import SCHEMA_FILE
from tests.cli.conftest import fill

LABEL = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)
NAME = st.one_of(
    LABEL, st.just("@"), st.just("*"), LABEL.map("*.{}.example.com".format), st.sampled_from(["on", "no", "1e3", "0x1"])
)
FILE = Path("Pulumi.home.yaml")


@given(
    names=st.lists(NAME, unique=True, min_size=1, max_size=5),
    provider=st.sampled_from(["cloudflare", "gandi"]),
    ipv6=st.booleans(),
    sources=st.lists(st.sampled_from(get_args(SourceName)), unique=True),
    context=st.sampled_from(["", "kind-dev", "arn:aws:eks:eu-central-1:1:cluster/x", "admin@east: 1", "no"]),
    kubeconfig=st.sampled_from(["", "/srv/a b", "~/.kube/config"]),
)
def test_whatever_is_chosen_is_what_the_file_says(
    names: list[str], provider: str, *, ipv6: bool, sources: list[str], context: str, kubeconfig: str
) -> None:
    chosen = Chosen("example.com", provider, tuple(names), ipv6, tuple(sources), context, kubeconfig)
    text = content("home", chosen, {}, FILE)
    config = yaml.safe_load(text)["config"]
    assert config["truenorth:zone"] == "example.com"
    assert config["truenorth:names"] == names
    assert config.get("truenorth:provider", "cloudflare") == provider
    assert ("truenorth:wan" in config) == ipv6
    if sources and context:
        assert config["truenorth:clusters"] == [{"context": context, "sources": sources}]
    else:
        assert config.get("truenorth:sources", []) == sources


def test_what_is_not_possible_is_refused_before_anything_is_written() -> None:
    with pytest.raises(UserError, match=r"www\.example\.com is named twice"):
        content("home", Chosen("example.com", names=("www", "www.example.com")), {}, FILE)


@pytest.mark.parametrize(
    ("has_schema", "lines"), [(True, [f"# yaml-language-server: $schema=./{SCHEMA_FILE}"]), (False, [])]
)
def test_the_first_line_names_the_schema_where_there_is_one(has_schema: bool, lines: list[str]) -> None:  # noqa: FBT001 - a parameter of a table
    text = content("home", Chosen("example.com", names=("www",)), {}, FILE, has_schema=has_schema)
    assert text.splitlines()[: len(lines) + 1][:-1] == lines
    assert text.splitlines()[len(lines)].startswith("# The stack home")


class TestWriting:
    def test_makes_a_file_that_loads(self, tmp_path: Path) -> None:
        file = tmp_path / FILE
        write(file, content("home", Chosen("example.com", names=("www",)), {}, file), force=False)
        assert from_file(file, {}, "home").zone == "example.com"
        assert list(tmp_path.iterdir()) == [file]

    def test_never_replaces_a_file_unless_that_is_said(self, tmp_path: Path) -> None:
        file = tmp_path / FILE
        file.write_text("mine")
        with pytest.raises(UserError, match="the stack has settings already"):
            write(file, "theirs", force=False)
        assert file.read_text() == "mine"
        write(file, "theirs", force=True)
        assert file.read_text() == "theirs"
        assert list(tmp_path.iterdir()) == [file]


class TestWritingAProject:
    def test_makes_all_of_its_files(self, tmp_path: Path) -> None:
        write(tmp_path / FILE, "settings", force=False, beside={tmp_path / "a": "1", tmp_path / "b": "2"})
        assert {file.name: file.read_text() for file in tmp_path.iterdir()} == {
            "a": "1",
            "b": "2",
            FILE.name: "settings",
        }

    @pytest.mark.parametrize("taken", ["b", FILE.name])
    def test_makes_none_where_one_is_there_already(self, tmp_path: Path, taken: str) -> None:
        (tmp_path / taken).write_text("mine")
        with pytest.raises(UserError, match="already"):
            write(tmp_path / FILE, "settings", force=False, beside={tmp_path / "a": "1", tmp_path / "b": "2"})
        assert {file.name: file.read_text() for file in tmp_path.iterdir()} == {taken: "mine"}

    def test_makes_none_where_one_cannot_be_written(self, tmp_path: Path) -> None:
        lost = tmp_path / "none" / FILE
        with pytest.raises(UserError, match="the settings cannot be written: No such file or directory"):
            write(lost, "settings", force=False, beside={tmp_path / "a": "1"})
        assert list(tmp_path.iterdir()) == []

    def test_makes_none_where_the_disk_is_full(self, small_disk: Path) -> None:
        fill(small_disk)
        with pytest.raises(UserError, match="a cannot be written: No space left on device"):
            write(small_disk / FILE, "settings", force=False, beside={small_disk / "a": "1" * 9000})
        assert [file.name for file in small_disk.iterdir()] == ["filler"]

    def test_leaves_nothing_where_it_is_interrupted(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def interrupted(one: Path, content: bytes, *, overwrite: bool) -> None:
            if one.name == FILE.name:
                raise KeyboardInterrupt
            write_whole(one, content, overwrite=overwrite)

        monkeypatch.setattr(file, "write_whole", interrupted)
        with pytest.raises(KeyboardInterrupt):
            write(tmp_path / FILE, "settings", force=False, beside={tmp_path / "a": "1"})
        assert list(tmp_path.iterdir()) == []
