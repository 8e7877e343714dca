"""Every bad input is one message with what, where and what to do, exit code 2, and changes nothing."""

from __future__ import annotations

import json
import os
import socket
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from cli.engine.install.find import Engine
from lab import remote
from lab.world import FIRST_IPV4, Places
from tests.cli.conftest import ROOT, Inside, fill, fresh
from tests.cli.in_process import truenorth

SALT_OF_THE_EMPTY_PASSPHRASE = "v1:mAxNp5F3K0c=:v1:rwWpEEpg7oUvj/7H:/1c8bHhz7WQ/HBOZuj4WGWKqXWFj/Q=="
ONE_MESSAGE = ("error: ", "  where: ", "  do:    ")


def refusal(done: subprocess.CompletedProcess[str]) -> str:
    """The one message of a refused command."""
    assert done.returncode == 2, done.stdout + done.stderr
    assert all(part in done.stderr for part in ONE_MESSAGE), done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    return done.stderr


@pytest.fixture(scope="module")
def stack_of_www(
    lab_places: Places, engine: Engine, plugin_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Inside:
    inside = fresh(lab_places, engine, plugin_folder, tmp_path_factory.mktemp("settled"))
    inside.settings("www")
    inside.result("up")
    return inside


@pytest.fixture
def settled(stack_of_www: Inside) -> Inside:
    """A stack with one name that is as it should be. No test here may change that, so that they can share it."""
    remote.set_address(stack_of_www.places, FIRST_IPV4)
    stack_of_www.settings("www")
    stack_of_www.calls()
    return stack_of_www


@pytest.fixture
def unborn(stack_of_www: Inside, tmp_path: Path) -> Inside:
    """The same lab, seen from a stack without state."""
    state = tmp_path / "state"
    state.mkdir()
    environment = {
        **stack_of_www.environment,
        "PULUMI_BACKEND_URL": state.as_uri(),
        "TRUENORTH_SETTINGS": str(tmp_path / "settings.yaml"),
    }
    return replace(stack_of_www, environment=environment, settings_file=tmp_path / "settings.yaml", state=state)


def untouched(inside: Inside) -> bool:
    """Whether the zone is as `settled` left it and nothing but reading was tried."""
    return inside.zone() == {"www.example.com/A": FIRST_IPV4} and {method for method, _ in inside.calls()} <= {"GET"}


class TestCredentials:
    def test_no_token(self, settled: Inside) -> None:
        message = refusal(settled.run("up", without=("CLOUDFLARE_API_TOKEN",)))
        assert "there are no credentials for Cloudflare" in message
        assert "export CLOUDFLARE_API_TOKEN" in message
        assert untouched(settled)

    @pytest.mark.parametrize("token", ["wrong-token-0123456789abcdefghijklmnopqr", "malformed"])
    def test_a_wrong_token(self, settled: Inside, token: str) -> None:
        message = refusal(settled.run("up", CLOUDFLARE_API_TOKEN=token))
        assert "Cloudflare refuses the credentials" in message
        assert token not in message
        assert untouched(settled)

    def test_a_wrong_token_before_anything_was_made(self, unborn: Inside) -> None:
        unborn.settings("www")
        message = refusal(unborn.run("up", CLOUDFLARE_API_TOKEN="wrong-token-0123456789abcdefghijklmnopqr"))
        assert "Cloudflare refuses the credentials" in message
        assert not list(unborn.state.rglob("*.json"))


class TestSettings:
    @pytest.mark.parametrize(
        ("name", "what"),
        [
            ({"name": "www.example.org"}, "'www.example.org' lies outside of the zone example.com"),
            ({"name": "www", "type": "B"}, "'B' is not possible here"),
            ({"name": "www", "ttl": 5}, "a ttl of 5 seconds is not possible"),
            ({"name": "www", "targets": ["203.0.113"]}, "'203.0.113' is no IP address"),
            ({"name": "www", "poxied": True}, "there is no setting 'names[0].poxied'"),
        ],
    )
    def test_a_name_that_cannot_be(self, settled: Inside, name: dict[str, object], what: str) -> None:
        settled.settings(name)
        message = refusal(settled.run("up"))
        assert what in message
        assert "truenorth:names[0]" in message
        assert str(settled.settings_file) in message
        assert untouched(settled)

    def test_a_misspelt_setting_suggests_the_nearest(self, settled: Inside) -> None:
        settled.settings("www", proxyed=True)
        assert "did you mean 'proxied'?" in refusal(settled.run("up"))
        assert untouched(settled)

    @pytest.mark.parametrize("content", [b"config: [", b"\xff\xfe", b"config: 3\n", b""])
    def test_settings_that_cannot_be_read(self, settled: Inside, content: bytes) -> None:
        settled.settings_file.write_bytes(content)
        refusal(settled.run("up"))
        assert untouched(settled)

    def test_settings_that_are_not_there(self, settled: Inside) -> None:
        settled.settings_file.unlink()
        assert "there are no settings for the stack 'test'" in refusal(settled.run("up"))

    def test_a_zone_that_the_token_does_not_see(self, unborn: Inside) -> None:
        unborn.settings("www", zone="example.net")
        message = refusal(unborn.run("up"))
        assert "there is no zone example.net that this token can see" in message
        assert "truenorth:zone" in message

    def test_a_zone_id_that_does_not_exist(self, unborn: Inside) -> None:
        unborn.settings("www", zone_id="0123456789abcdef0123456789abcdef")
        assert "check truenorth:zone_id" in refusal(unborn.run("up"))

    @pytest.mark.parametrize("command", ["up", "preview", "status", "watch", "detect", "destroy"])
    def test_are_checked_by_every_command(self, unborn: Inside, command: str) -> None:
        unborn.settings("www", qqqqq=1)
        assert "there is no setting 'qqqqq'" in refusal(unborn.run(command))


class TestTheMachine:
    def test_no_engine(self, unborn: Inside, tmp_path: Path) -> None:
        unborn.settings("www")
        done = unborn.run(
            "up",
            without=("TRUENORTH_ENGINE_DIR",),
            TRUENORTH_ENGINE_OFFLINE="1",
            PATH="/nowhere",
            XDG_CACHE_HOME=str(tmp_path / "cache"),
        )
        assert "there is no Pulumi engine on this machine" in refusal(done)

    def test_a_locked_state(self, settled: Inside) -> None:
        remote.set_address(settled.places, "203.0.113.8")
        locks = settled.state / ".pulumi" / "locks" / "organization" / "truenorth" / "test"
        locks.mkdir(parents=True, exist_ok=True)
        lock = {"pid": 4711, "username": "ann", "hostname": "elsewhere", "timestamp": "2026-01-02T03:04:05Z"}
        (locks / "other.json").write_text(json.dumps(lock))
        before = (settled.state / ".pulumi" / "stacks" / "truenorth" / "test.json").read_bytes()
        message = refusal(settled.run("up"))
        (locks / "other.json").unlink()
        assert "locked by ann@elsewhere (process 4711, since 2026-01-02T03:04:05Z)" in message
        assert "pulumi cancel --stack test" in message
        assert untouched(settled)
        assert (settled.state / ".pulumi" / "stacks" / "truenorth" / "test.json").read_bytes() == before

    def test_a_full_disk(self, settled: Inside, small_disk: Path) -> None:
        subprocess.run(["cp", "-a", f"{settled.state}/.pulumi", str(small_disk)], check=True)
        fill(small_disk)
        remote.set_address(settled.places, "203.0.113.8")
        message = refusal(settled.run("up", PULUMI_BACKEND_URL=small_disk.as_uri()))
        assert "the disk is full" in message
        assert str(small_disk) in message
        assert untouched(settled)

    def test_a_folder_for_state_that_cannot_be_made(self, unborn: Inside, tmp_path: Path) -> None:
        unborn.settings("www")
        (tmp_path / "file").write_text("")
        done = unborn.run("up", without=("PULUMI_BACKEND_URL",), XDG_STATE_HOME=str(tmp_path / "file"))
        assert "the folder for Pulumi's state cannot be made" in refusal(done)

    def test_a_port_in_use(self, unborn: Inside, tmp_path: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = str(taken.getsockname()[1])
            options = (
                "--folder",
                str(tmp_path / "lab"),
                "--stun-port",
                "0",
                "--http-port",
                "0",
                "--dns-port",
                "0",
                "--cloudflare-port",
                port,
            )
            message = refusal(unborn.run("lab", "start", *options))
        assert port in message
        assert "choose another port" in message
        assert unborn.run("lab", "status", "--folder", str(tmp_path / "lab")).returncode == 1

    def test_a_wrong_passphrase(self, settled: Inside) -> None:
        with settled.settings_file.open("a") as file:
            file.write(f"encryptionsalt: {SALT_OF_THE_EMPTY_PASSPHRASE}\n")
        remote.set_address(settled.places, "203.0.113.8")
        assert "the passphrase does not fit" in refusal(settled.run("up", PULUMI_CONFIG_PASSPHRASE="other"))
        assert untouched(settled)


@pytest.mark.parametrize(
    "arguments", [("upp",), ("up", "--sack", "x"), ("up", "extra"), ("lab",), ("lab", "start", "--stun-port", "x")]
)
def test_a_command_line_that_cannot_be_understood_exits_2(arguments: tuple[str, ...]) -> None:
    done = truenorth(ROOT, {**os.environ, "NO_COLOR": "1"}, *arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stdout + done.stderr
