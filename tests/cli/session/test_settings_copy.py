from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
import yaml

from cli.session.session import Session
from cli.session.settings_copy import engine_settings
from stacks.model.errors import NotNow
from tests.cli.conftest import Inside

WRITTEN = "# ours\nconfig:\n  truenorth:names: [www]  # the first\n"
SALT = "v1:abc=:v1:def:ghi=="


def session(file: Path, stack: str = "home") -> Session:
    return cast("Session", SimpleNamespace(settings_file=file, stack=stack))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    found = tmp_path / "Pulumi.home.yaml"
    found.write_text(WRITTEN)
    return found


def engine_writes(copy: Path) -> None:
    """Write the salt into a file, in the engine's own form."""
    found = yaml.safe_load(copy.read_text())
    copy.write_text(yaml.safe_dump({**found, "encryptionsalt": SALT}))


def test_what_the_engine_adds_is_appended_and_all_else_stays_as_it_was_written(file: Path) -> None:
    with engine_settings(session(file)) as copy:
        assert copy != file
        assert copy.name == file.name
        engine_writes(copy)
    assert file.read_text() == f"{WRITTEN}encryptionsalt: {SALT}\n"


def test_what_a_person_changes_meanwhile_stays(file: Path) -> None:
    changed = WRITTEN.replace("www", "shop")
    with engine_settings(session(file)) as copy:
        engine_writes(copy)
        file.write_text(changed)
    assert file.read_text() == f"{changed}encryptionsalt: {SALT}\n"


def test_a_run_that_fails_keeps_what_the_engine_has_added(file: Path) -> None:
    def run() -> None:
        with engine_settings(session(file)) as copy:
            engine_writes(copy)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        run()
    assert yaml.safe_load(file.read_text())["encryptionsalt"] == SALT


def test_a_last_line_without_an_end_gets_one(file: Path) -> None:
    file.write_text(WRITTEN.rstrip())
    with engine_settings(session(file)) as copy:
        engine_writes(copy)
    assert yaml.safe_load(file.read_text()) == {**yaml.safe_load(WRITTEN), "encryptionsalt": SALT}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('{"config": {"truenorth:names": ["www"]}}', id="no further key can stand behind it"),
        pytest.param(f"{WRITTEN}encryptionsalt: v1:another\n", id="it has one"),
        pytest.param("config: [half", id="somebody is writing it"),
        pytest.param("", id="it is empty"),
    ],
)
def test_a_file_that_takes_none_stays_as_it_is(file: Path, text: str) -> None:
    with engine_settings(session(file)) as copy:
        engine_writes(copy)
        file.write_text(text)
    assert file.read_text() == text


def test_a_file_that_goes_meanwhile_stays_away(file: Path) -> None:
    with engine_settings(session(file)) as copy:
        engine_writes(copy)
        file.unlink()
    assert not file.exists()


def test_a_file_that_has_gone_is_one_message(tmp_path: Path) -> None:
    with pytest.raises(NotNow, match="the settings file has gone"), engine_settings(session(tmp_path / "gone.yaml")):
        pass


def test_the_engines_of_shards_add_nothing(file: Path) -> None:
    with engine_settings(session(file, "home-shard-1")) as copy:
        engine_writes(copy)
    assert file.read_text() == WRITTEN


def test_after_a_run_a_wrong_passphrase_is_recognised(inside: Inside) -> None:
    inside.settings("www")
    before = inside.settings_file.read_text()
    inside.result("up")
    after = inside.settings_file.read_text()
    assert after.startswith(before)
    assert list(yaml.safe_load(after.removeprefix(before))) == ["encryptionsalt"]
    inside.settings("www", "api")
    inside.settings_file.write_text(inside.settings_file.read_text() + after.removeprefix(before))
    done = inside.run("up", PULUMI_CONFIG_PASSPHRASE="another")
    assert done.returncode == 2
    assert "passphrase" in done.stderr
