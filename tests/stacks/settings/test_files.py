"""Settings in a file are those that a plain `pulumi up` takes from the same file."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from stacks.model.errors import UserError
from stacks.settings import files
from stacks.settings.files import from_file, from_pulumi
from stacks.settings.stack import Settings


@pytest.mark.parametrize(
    ("key", "text", "read"),
    [
        ("ttl", "300", 300),
        ("proxied", "true", True),
        ("owner", "123", "123"),
        ("shards", "zone", "zone"),
        ("comment", "a: b", "a: b"),
    ],
)
def test_a_value_that_is_text_is_read_as_pulumi_hands_it_over(
    tmp_path: Path, key: str, text: str, read: object
) -> None:
    config = {"truenorth:zone": "example.com", f"truenorth:{key}": text}
    file = tmp_path / "Pulumi.home.yaml"
    file.write_text(yaml.safe_dump({"config": config}))
    found = from_file(file, {}, "home")
    assert getattr(found, key) == read
    assert found == from_pulumi(config, {}, "home", tmp_path)


@pytest.mark.parametrize("text", ["[www, api]", '["www", "api"]', "[{name: www}, api]"])
def test_a_list_may_be_written_as_text(tmp_path: Path, text: str) -> None:
    file = tmp_path / "Pulumi.home.yaml"
    file.write_text(yaml.safe_dump({"config": {"truenorth:zone": "example.com", "truenorth:names": text}}))
    assert [one.name for one in from_file(file, {}, "home").names] == ["www", "api"]


def test_a_text_that_is_no_list_is_one_message_with_its_place(tmp_path: Path) -> None:
    file = tmp_path / "Pulumi.home.yaml"
    file.write_text(yaml.safe_dump({"config": {"truenorth:zone": "example.com", "truenorth:names": "[www"}}))
    with pytest.raises(UserError, match="the value is no YAML") as error:
        from_file(file, {}, "home")
    assert error.value.problems[0].where == f"{file}: truenorth:names"


def test_a_missing_file_is_answered_with_the_command_that_writes_it(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="there are no settings for the stack 'home'") as error:
        from_file(tmp_path / "Pulumi.home.yaml", {}, "home")
    assert "truenorth init --stack home" in error.value.problems[0].do


@pytest.mark.parametrize(
    "text",
    [
        "config: {truenorth:zone: example.com, truenorth:names: [www, *nobody]}",
        "config:\n  truenorth:zone: [example.com\n",
        "config:\n\ttruenorth:zone: example.com\n",
        "config: !!python/object:os.system {}\n",
        "config: {truenorth:zone: example.com}\n---\nconfig: {}\n",
        "config: {truenorth:zone: example.com, truenorth:names: [yes, 1_000, 0o7, 2026-01-01, ~]}",
        "config: {truenorth:zone: example.com, truenorth:names: [www], truenorth:ttl: 0x12c}",
        "\ufeffconfig: {truenorth:zone: example.com, truenorth:names: [www]}",
        pytest.param("[" * 200_000, id="brackets within each other"),
        pytest.param("[\n" * 200_000, id="brackets within each other, a line each"),
        pytest.param("- " * 200_000, id="lists within each other"),
    ],
)
def test_a_file_is_read_or_refused_with_the_same_words_where_yaml_has_no_library_in_c(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    file = tmp_path / "Pulumi.home.yaml"
    file.write_text(text, encoding="utf-8")

    def outcome() -> Settings | str:
        try:
            return from_file(file, {}, "home")
        except UserError as error:
            return str(error)

    as_it_is = outcome()
    monkeypatch.setattr(files, "_QUICKEST", yaml.SafeLoader)
    assert outcome() == as_it_is
