"""The commands with state in Secrets, through the real engine and the real API server."""

from __future__ import annotations

import base64
import gzip
import json
import subprocess
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cli.exit_codes import UNUSABLE
from cli.state.pruning import KEPT
from lab import remote
from tests.cli.conftest import STACK, Inside
from tests.cli.killing import HELD, kill_all, up_at
from tests.cli.state.places import NAME, Place
from tests.cli.state.test_pruning import FIRST, files

LATE = 0.5
"""Seconds by which the API's answers are late."""


@pytest.fixture
def url(place: Place) -> str:
    return f"kubernetes://{place.namespace}/{NAME}?kubeconfig={place.cluster.kubeconfig}"


@pytest.fixture
def stack(inside: Inside, url: str, temporary: Path) -> Inside:
    """A stack whose state is in Secrets. Each command is a node of its own: it has no disk but for a while."""
    environment = {**inside.environment, "TRUENORTH_STATE": url, "TMPDIR": str(temporary)}
    return replace(inside, environment=environment)


def settings(stack: Inside, *names: str, **others: object) -> None:
    # Not lost while a busy machine pauses; one that is not given back is over before the next command gives up.
    election = {"lease_duration": 18, "renew_deadline": 14, "retry_period": 2}
    stack.settings(*names, watch={"election": election}, **others)


def checkpoint(place: Place) -> str:
    """The newest checkpoint, as a person would unpack it."""
    [piece] = [name for name in place.secrets() if name.startswith(f"{NAME}-g{place.index().current.generation}-")]
    return gzip.decompress(base64.b64decode(place.secrets()[piece]["data"]["checkpoint.json.gz"])).decode()


def ended(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """Return the last document that a command wrote, which must have succeeded."""
    assert done.returncode == 0, done.stderr + done.stdout
    document: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return document


def until_landed(stack: Inside, number: int) -> None:
    """Wait until the zone has so many records, or none can come any more: a call of a killed process is carried out."""
    deadline = time.monotonic() + 20 * LATE
    while len(remote.records(stack.places)) < number and time.monotonic() < deadline:
        time.sleep(LATE / 10)


def addresses(stack: Inside) -> list[str]:
    return sorted(one["name"] for one in remote.records(stack.places) if one["type"] == "A")


def test_another_node_goes_on_at_once(stack: Inside, place: Place, temporary: Path) -> None:
    settings(stack, "www", "api")
    assert ended(stack.process("up", "--json"))["engine_runs"] == 1  # in processes, whose end leaves no folder behind
    assert len(remote.records(stack.places)) == 4
    after = ended(stack.process("up", "--json"))
    assert (after["changes"], after["engine_runs"]) == ([], 0)
    assert place.index().current.finished
    assert list(stack.state.iterdir()) == []
    assert list(temporary.iterdir()) == []
    for variable, secret in stack.places.environment().items():
        assert not variable.endswith(("TOKEN", "KEY")) or secret not in checkpoint(place)


def test_a_node_that_is_killed_is_taken_over_from_without_a_wait(stack: Inside, place: Place) -> None:
    settings(stack, "www")
    stack.result("up")
    settings(stack, "www", "api", "mail")
    remote.set_faults(stack.places, [HELD])
    with up_at(stack, "mail.example.com/A/mark") as command:
        kill_all(command)
    remote.set_faults(stack.places, [])
    until_landed(stack, 6)
    assert place.secrets()[NAME]["data"]["unfinished.json.gz"]
    assert stack.result("up")["conflicts"] == []
    assert addresses(stack) == ["api.example.com", "mail.example.com", "www.example.com"]
    assert len(remote.records(stack.places)) == 6
    after = stack.result("up")
    assert (after["changes"], after["engine_runs"]) == ([], 0)
    assert "unfinished.json.gz" not in place.secrets()[NAME]["data"]


def test_a_person_can_have_the_state_replace_it_and_go_back(stack: Inside, place: Place, tmp_path: Path) -> None:
    settings(stack, "www")
    stack.result("up")
    file = tmp_path / "state.json"
    done = stack.run("state", "pull", str(file))
    assert done.returncode == 0, done.stderr
    resources = json.loads(file.read_bytes())["deployment"]["resources"]
    assert any(one["type"].endswith(":DnsRecord") for one in resources)
    settings(stack, "www", "api")
    stack.result("up")
    versions = json.loads(stack.run("state", "versions", "--json").stdout)
    assert [one["finished"] for one in versions] == [True] * len(versions)
    first = versions[-1]["version"]
    assert stack.run("state", "restore", str(first), "--yes").returncode == 0
    assert stack.result("up")["conflicts"] == []
    assert addresses(stack) == ["api.example.com", "www.example.com"]
    pushed = stack.run("state", "push", str(file), "--yes")
    assert pushed.returncode == 0, pushed.stderr
    assert checkpoint(place).count("index/dnsRecord:DnsRecord::api") == 0
    assert stack.result("up")["conflicts"] == []
    assert len(remote.records(stack.places)) == 4


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("versions",), "former versions are kept of a state in Secrets only"),
        (("restore", "1", "--yes"), "former versions are kept of a state in Secrets only"),
        (("push", "/nowhere", "--yes"), "the file cannot be read: No such file or directory"),
        (("push", "/dev/null"), "nobody can be asked"),
        (("push", "/dev/null", "--yes"), "the file is no JSON"),
        (("pull", "-"), f"stack {STACK} has no state yet"),
    ],
)
def test_what_cannot_be_done_with_a_state_is_said(inside: Inside, arguments: tuple[str, ...], said: str) -> None:
    inside.settings("www")
    done = inside.run("state", *arguments)
    assert (done.returncode, done.stdout) == (UNUSABLE, "")
    assert said in " ".join(done.stderr.split())


def test_a_plain_pulumi_cannot_have_it(stack: Inside) -> None:
    settings(stack, "www")
    done = stack.run("env")
    assert (done.returncode, done.stdout) == (UNUSABLE, "")
    assert "truenorth state pull FILE" in done.stderr


@pytest.mark.parametrize("value", ["/some/folder", "kubernetes://ns"])
def test_a_place_that_is_no_url_is_named(inside: Inside, value: str) -> None:
    inside.settings("www")
    done = inside.run("up", "--state", value)
    assert done.returncode == UNUSABLE
    assert value in done.stderr


def test_copies_of_a_state_in_a_folder_are_pruned_by_each_run(inside: Inside) -> None:
    inside.settings("www")
    root = inside.state / ".pulumi"
    for part, name in (("history", "{}-{}.history.json"), ("backups", "{}.{}.json")):
        (root / part / "truenorth" / STACK).mkdir(parents=True)
        for moment in range(FIRST, FIRST + 2 * KEPT):
            (root / part / "truenorth" / STACK / name.format(STACK, moment)).touch()
    inside.result("up")
    assert len(files(inside.state, "history")) == KEPT + 1, "the newest one has a checkpoint, too"
    assert len(files(inside.state, "backups")) == KEPT
