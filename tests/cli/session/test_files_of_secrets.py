"""Commands, the daemon and `truenorth env` with secrets that come from files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from cli.session.open import open_session
from cli.session.secrets import learn_secrets, session_redactor
from lab import remote
from lab.world import FIRST_IPV4
from tests.cli.conftest import STACK, Inside
from tests.cli.daemon.watching import ended, told, watching

TOKEN = "CLOUDFLARE_API_TOKEN"


@pytest.fixture
def token_file(inside: Inside, tmp_path: Path) -> Path:
    file = tmp_path / "cloudflare token"
    file.write_text(f"{inside.environment[TOKEN]}\n")
    return file


def from_file(inside: Inside, file: Path) -> Inside:
    """The same place, but that the token comes from a file."""
    environment = {name: value for name, value in inside.environment.items() if name != TOKEN}
    return Inside(inside.places, environment | {f"{TOKEN}_FILE": str(file)}, inside.settings_file, inside.state)


def replaced(file: Path, text: str) -> None:
    """Write a file anew, at no moment of which it is empty."""
    fresh = file.with_name("fresh")
    fresh.write_text(text)
    fresh.replace(file)


def test_up_signs_with_the_token_of_a_file(inside: Inside, token_file: Path) -> None:
    place = from_file(inside, token_file)
    place.settings("www")
    assert place.result("up")["changes"]
    assert place.zone() == {"www.example.com/A": FIRST_IPV4}


def test_a_file_that_cannot_be_read_is_one_message_with_its_name(inside: Inside, tmp_path: Path) -> None:
    place = from_file(inside, tmp_path / "none")
    place.settings("www")
    done = place.run("up")
    assert done.returncode == 2
    assert done.stderr.count("error:") == 1
    assert str(tmp_path / "none") in done.stderr
    assert "Traceback" not in done.stderr


def test_env_has_the_shell_read_the_file_and_prints_no_secret(inside: Inside, token_file: Path) -> None:
    place = from_file(inside, token_file)
    place.settings("www")
    done = place.run("env")
    assert f"export {TOKEN}=\"$(cat '{token_file}')\"" in done.stdout.splitlines()
    assert inside.environment[TOKEN] not in done.stdout


def test_the_engine_gets_what_its_zones_need_and_no_other_secret(
    inside: Inside, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside.settings("www", zones=[{"zone": "example.net", "provider": "gandi", "token": "NET_TOKEN"}])
    others = dict.fromkeys(("SLACK_TOKEN", "TRUENORTH_NOTIFY", "GANDI_API_KEY", "CF_API_KEY"), "sesame-sesame")
    environment = {**inside.environment, "NET_TOKEN": "sesame-net", "AWS_SECRET_ACCESS_KEY": "a", **others}
    monkeypatch.chdir(Path(__file__).parents[3])
    gets = open_session(STACK, inside.settings_file, environment).environment
    assert not others.keys() & gets.keys()
    assert gets.keys() >= {TOKEN, "NET_TOKEN", "AWS_SECRET_ACCESS_KEY", "PULUMI_BACKEND_URL", "PATH", "HOME"}


def test_a_redactor_learns_a_rotated_secret_and_still_knows_the_one_before(
    inside: Inside, token_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = from_file(inside, token_file)
    place.settings("www")
    monkeypatch.chdir(Path(__file__).parents[3])
    environment: Mapping[str, str] = place.environment
    known = session_redactor(open_session(STACK, place.settings_file, environment), environment)
    token_file.write_text("rotated-token")
    learn_secrets(known, open_session(STACK, place.settings_file, environment), environment)
    assert known.text(f"{inside.environment[TOKEN]} rotated-token") == "*** ***"


def test_watch_takes_up_a_rotated_token_and_keeps_the_old_one_where_the_new_file_is_broken(
    inside: Inside, token_file: Path
) -> None:
    place = from_file(inside, token_file)
    place.settings("www")
    with watching(place) as watcher:
        told(watcher, "result")
        token_file.write_text("")
        problem = told(watcher, "reloaded")["problem"]
        assert "is empty" in problem
        assert str(token_file) in problem
        remote.set_address(place.places, "203.0.113.8")
        assert told(watcher, "result")["changes"]
        replaced(token_file, "of no account")
        assert told(watcher, "reloaded")["problem"] == ""
        assert "Cloudflare refuses the credentials" in told(watcher, "reloaded")["problem"]
        assert told(watcher, "result")["changes"] == []
        remote.add_token(place.places, "another", "example.com")
        replaced(token_file, "another")
        assert told(watcher, "reloaded")["problem"] == ""
        assert told(watcher, "result")["changes"] == []
        assert ended(watcher) == 0
    assert place.zone() == {"www.example.com/A": "203.0.113.8"}
