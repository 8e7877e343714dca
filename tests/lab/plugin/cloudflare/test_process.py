"""The plugin as a process: the real executable, started by the engine and by hand."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import grpc  # type: ignore[import-untyped] # ships no types
import pytest
from google.protobuf import empty_pb2  # type: ignore[import-untyped] # ships no types
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from lab.plugin.cloudflare.provider import version
from lab.plugin.executable import install, plugin_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.lab.plugin.program import Program

OTHER_TOKEN = "cloudflare:index/zone:Zone"


@pytest.fixture
def process(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """The plugin, started where neither the folder nor PYTHONPATH helps it to find its modules."""
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONSAFEPATH": "1"}
    (tmp_path / "pulumi.py").write_text("raise AssertionError('not this one')")
    (tmp_path / "lab.py").write_text("raise AssertionError('not this one')")
    command = [str(install(tmp_path / "plugin")), "-logtostderr", "127.0.0.1:1"]
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


@pytest.fixture
def stub(process: subprocess.Popen[str]) -> Iterator[provider_pb2_grpc.ResourceProviderStub]:
    assert process.stdout is not None
    with grpc.insecure_channel(f"127.0.0.1:{process.stdout.readline().strip()}") as channel:
        yield provider_pb2_grpc.ResourceProviderStub(channel)


@pytest.mark.engine
@pytest.mark.usefixtures("started")
class TestByTheEngine:
    def test_the_executable_on_path_serves_a_whole_life_of_a_record(self, program: Program) -> None:
        program.put("www")
        assert program.up().operations == [("create", "www")]
        program.put("www", content="192.0.2.2")
        run = program.up()
        assert run.operations == [("update", "www")]
        assert [message for message in run.messages if "is expected to have version" in message] == []
        assert [message for message in run.messages if "from $PATH at" in message], "the engine warns at each run"
        program.drop("www")
        run = program.up()
        assert (run.operations, run.error) == ([("delete", "www")], "")


@pytest.mark.engine
def test_the_engine_takes_it_from_its_home_without_a_word(program: Program, tmp_path: Path) -> None:
    install(plugin_folder(tmp_path / "home", version()))
    program.put("www")
    run = program.up()
    assert (run.operations, run.messages, run.error) == ([("create", "www")], [], "")


class TestByHand:
    def test_it_prints_its_port_and_answers_there(self, stub: provider_pb2_grpc.ResourceProviderStub) -> None:
        assert stub.GetPluginInfo(empty_pb2.Empty()).version == version()
        assert b"dnsRecord" in stub.GetSchema(provider_pb2.GetSchemaRequest()).schema.encode()
        assert stub.Cancel(empty_pb2.Empty()) == empty_pb2.Empty()

    def test_what_the_real_plugin_has_no_use_for_is_unimplemented(
        self, stub: provider_pb2_grpc.ResourceProviderStub
    ) -> None:
        with pytest.raises(grpc.RpcError) as failed:
            stub.Parameterize(provider_pb2.ParameterizeRequest())
        assert failed.value.code() is grpc.StatusCode.UNIMPLEMENTED

    def test_a_resource_that_the_stand_in_lacks_is_named(self, stub: provider_pb2_grpc.ResourceProviderStub) -> None:
        with pytest.raises(grpc.RpcError) as failed:
            stub.Check(provider_pb2.CheckRequest(urn=f"urn:pulumi:test::plugin::{OTHER_TOKEN}::zone"))
        assert failed.value.details() == f"the stand-in plugin has no resource {OTHER_TOKEN}"

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_a_signal_ends_it_at_once(self, process: subprocess.Popen[str], number: signal.Signals) -> None:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(number)
        assert process.wait(timeout=60) == 0

    def test_it_ends_when_the_engine_that_started_it_is_killed(self, tmp_path: Path) -> None:
        executable = install(tmp_path)
        engine = "import subprocess, sys; subprocess.Popen(sys.argv[1:]).wait()"
        command = [sys.executable, "-c", engine, str(executable), "127.0.0.1:1"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
            assert parent.stdout is not None
            parent.stdout.readline()
            parent.kill()
            assert parent.stdout.read() == ""  # the plugin holds the other end until it is gone
