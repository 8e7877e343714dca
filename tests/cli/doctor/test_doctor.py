"""The whole examination, with the real engine."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from cli.doctor import runner
from cli.exit_codes import DONE, FAILED
from lab import remote
from lab.kube.cluster import Cluster
from tests.cli.doctor.conftest import PATIENTLY, Ward
from tests.cluster.place import make_place


def test_doctor_prints_a_line_for_each_thing_of_a_stack_that_is_well(stack: Ward) -> None:
    done = stack.inside.run("doctor", *PATIENTLY)
    assert done.returncode == DONE, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert [line.split(": ")[0] for line in lines] == [
        "ok      settings",
        "ok      versions",
        "ok      engine",
        "ok      plugin cloudflare",
        "ok      clock",
        "ok      zone example.com",
        "ok      name servers of example.com",
        "ok      WAN address",
        "ok      state",
        "all is well",
    ]
    assert lines[4] == "ok      clock: the clock is right, to the second"
    assert lines[7] == "ok      WAN address: ipv4: 203.0.113.7, by 2 of 2 sources"
    assert stack.inside.zone() == {}


def test_doctor_says_of_each_fault_where_it_is_and_what_to_do(stack: Ward) -> None:
    stack.inside.settings("www", zone="new.example")
    done = stack.inside.run("doctor", *PATIENTLY)
    assert done.returncode == FAILED
    assert (
        "failed  zone new.example: the zone is pending: nobody is answered from it\n"
        "        where: the provider's word on the zone\n"
        "        do:    have the registrar delegate new.example to lola.ns.cloudflare.com and rob.ns.cloudflare.com\n"
    ) in done.stdout
    assert done.stdout.splitlines()[-1] == "9 ok, 1 failed"


def test_doctor_looks_at_the_machine_though_the_settings_are_wrong(stack: Ward) -> None:
    stack.inside.settings("www", ttl=5, zonee="x")
    found = stack.findings()
    assert found.keys() == {"settings", "versions", "engine"}
    assert [level for level, _ in found["settings"]] == ["failed", "failed"]


def test_doctor_says_how_to_get_settings_where_there_are_none(stack: Ward) -> None:
    stack.inside.settings_file.unlink()
    assert stack.findings()["settings"] == [("failed", "there are no settings for the stack 'test'")]


def test_doctor_ends_in_time_though_an_api_hangs_and_tells_the_rest(
    stack: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    def moments() -> Iterator[float]:
        yield 0.0
        for look in threading.enumerate():
            if look.name in {"WAN address", "state"}:
                look.join()
        while True:
            yield 240.0

    clock = partial(next, moments())
    monkeypatch.setattr(runner, "examine", partial(runner.examine, clock=clock))
    remote.set_faults(stack.inside.places, [{"effect": "latency", "seconds": 30.0}])
    try:
        found = stack.findings()
    finally:
        remote.set_faults(stack.inside.places, [])
    assert found["zone example.com"] == [("failed", "this could not be found out within 240 s")]
    assert found["WAN address"][0][0] == found["state"][0][0] == "ok"


def test_never_prints_a_secret(stack: Ward) -> None:
    token = "leaked-0123456789abcdefghijklmnopqrstuvwxyz"
    for arguments in ((), ("--json",)):
        done = stack.inside.run("doctor", *PATIENTLY, *arguments, CLOUDFLARE_API_TOKEN=token)
        assert done.returncode == FAILED
        assert "Cloudflare refuses the credentials" in done.stdout
        assert token not in done.stdout + done.stderr


class TestTheMachine:
    def test_without_an_engine_is_told_how_to_get_one(self, stack: Ward, tmp_path: Path) -> None:
        nowhere = {"TRUENORTH_ENGINE_DIR": "", "PATH": "/usr/bin:/bin", "XDG_CACHE_HOME": str(tmp_path)}
        found = stack.findings(**nowhere)
        assert found["engine"] == [("warning", "there is no Pulumi engine yet")]
        assert found["state"] == [("warning", "the state was not looked at: there is no engine yet")]

    def test_with_an_engine_folder_that_lacks_programs_says_which(self, stack: Ward, tmp_path: Path) -> None:
        found = stack.findings(TRUENORTH_ENGINE_DIR=str(tmp_path))
        (level, what), *more = found["engine"]
        assert (level, more) == ("failed", [])
        assert "the engine folder lacks pulumi" in what


class TestTheState:
    def test_that_is_damaged_is_told(self, stack: Ward) -> None:
        assert stack.inside.run("up").returncode == DONE
        (checkpoint,) = stack.inside.state.glob(".pulumi/stacks/truenorth/test.json")
        whole = checkpoint.read_bytes()
        assert stack.findings()["state"] == [("ok", "it can be read; 2 records of ours, marks among them")]
        checkpoint.write_bytes(whole[: len(whole) // 2])
        ((level, what),) = stack.findings()["state"]
        assert (level, what.startswith("it is damaged: it is no JSON")) == ("failed", True)
        assert checkpoint.read_bytes() == whole[: len(whole) // 2]

    def test_with_a_lock_of_another_machine_says_whose_it_is(self, stack: Ward) -> None:
        folder = stack.inside.state / ".pulumi" / "locks" / "organization" / "truenorth" / "test"
        folder.mkdir(parents=True)
        said = '{"pid": 7, "username": "ci", "hostname": "runner-9", "timestamp": "2026-01-02T03:04:05Z"}'
        (folder / "one.json").write_text(said)
        ((level, what),) = stack.findings()["state"]
        assert level == "warning"
        assert "locked by ci@runner-9 (process 7, since 2026-01-02T03:04:05Z)" in what
        assert (folder / "one.json").exists()

    def test_in_secrets_is_read_as_the_engine_reads_it(self, stack: Ward, kube_cluster: Cluster) -> None:
        place = make_place(kube_cluster, "doctor")
        url = f"kubernetes://{place.namespace}/home?kubeconfig={kube_cluster.kubeconfig}"
        pace = {"lease_duration": 60, "renew_deadline": 40, "retry_period": "200ms"}
        stack.inside.settings("www", watch={"election": pace})
        assert stack.inside.run("up", "--state", url).returncode == DONE
        found = stack.findings("--state", url)
        assert found["state"] == [("ok", "it can be read; 2 records of ours, marks among them")]
        assert found[f"namespace {place.namespace}"] == [("ok", "leases, secrets can be kept there")]

    def test_at_no_place_at_all_is_told(self, stack: Ward) -> None:
        ((level, what),) = stack.findings("--state", "somewhere")["state"]
        assert (level, what) == ("failed", "somewhere is no URL of a place for Pulumi's state")
