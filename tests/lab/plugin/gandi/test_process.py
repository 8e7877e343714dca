"""The plugin as a process: the real executable, started by the engine and by hand."""

from __future__ import annotations

import subprocess
from pathlib import Path

import grpc  # type: ignore[import-untyped] # ships no types
import pulumi
import pytest
from google.protobuf import empty_pb2  # type: ignore[import-untyped] # ships no types
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from lab.gandi.server import serve
from lab.gandi.state import Gandi
from lab.plugin.executable import GANDI, install, plugin_folder
from lab.plugin.gandi.provider import version
from tests.lab.plugin.gandi.conftest import KIND, ExplicitProvider, ordinary
from tests.lab.plugin.gandi.recording_gandi import ZONE
from tests.lab.plugin.program import Program, Record


@pytest.mark.engine
@pytest.mark.usefixtures("started")
def test_the_executable_on_path_serves_a_whole_life_of_a_record(program: Program) -> None:
    program.put("www")
    assert program.up().operations == [("create", "www")]
    program.put("www", values=["192.0.2.2"])
    run = program.up()
    assert run.operations == [("update", "www")]
    assert [message for message in run.messages if "is expected to have version" in message] == []
    program.drop("www")
    run = program.up()
    assert (run.operations, run.error) == ([("delete", "www")], "")


@pytest.mark.engine
@pytest.mark.usefixtures("started")
def test_each_zone_has_its_own_token_by_a_provider_and_so_a_process_of_its_own(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GANDI_PERSONAL_ACCESS_TOKEN")
    gandi = Gandi()
    for zone in (ZONE, "example.net"):
        gandi.add_zone(zone)
        gandi.add_token(f"token-of-{zone}", zones=[zone])

    def provided(zone: str) -> pulumi.ResourceOptions:
        token = pulumi.Output.secret(f"token-of-{zone}")
        return pulumi.ResourceOptions(provider=ExplicitProvider(zone, {"personalAccessToken": token}))

    def around() -> pulumi.ResourceOptions:
        Record(KIND, "other", ordinary("other") | {"zone": "example.net"}, provided("example.net"))
        return provided(ZONE)

    program.around = around
    program.put("www")
    with serve(gandi) as url:
        monkeypatch.setenv("GANDI_URL", url)
        assert program.up().error == ""
    assert [[one.name for one in gandi.records(zone)] for zone in (ZONE, "example.net")] == [["www"], ["other"]]


@pytest.mark.engine
def test_the_engine_takes_it_from_its_home_without_a_word(program: Program, tmp_path: Path) -> None:
    install(plugin_folder(tmp_path / "home", version(), GANDI), GANDI)
    program.put("www")
    run = program.up()
    assert (run.operations, run.messages, run.error) == ([("create", "www")], [], "")


def test_it_prints_its_port_and_answers_there(tmp_path: Path) -> None:
    command = [str(install(tmp_path, GANDI)), "127.0.0.1:1"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        with grpc.insecure_channel(f"127.0.0.1:{process.stdout.readline().strip()}") as channel:
            stub = provider_pb2_grpc.ResourceProviderStub(channel)
            assert stub.GetPluginInfo(empty_pb2.Empty()).version == version()
            assert '"gandi:livedns/record:Record"' in stub.GetSchema(provider_pb2.GetSchemaRequest()).schema
        process.terminate()
        assert process.wait(timeout=60) == 0
