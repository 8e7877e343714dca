from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
from pathlib import Path

import pulumi
import pytest

from cli.engine.events import EngineEvent
from cli.engine.install.find import Engine
from cli.engine.install.install import engine_environment
from cli.engine.run import Run, run_engine
from tests.cli.conftest import ROOT

SUMMARY = '{"summaryEvent": {"resourceChanges": {"same": 1}, "durationSeconds": 1, "result": "succeeded"}}'


def fake(folder: Path, body: str) -> Path:
    """An engine that is a shell script."""
    script = folder / "pulumi"
    script.write_text(f"#!/bin/bash\n{body}\n")
    script.chmod(0o755)
    return script


def run(pulumi_path: Path, heard: list[EngineEvent] | None = None) -> Run:
    listener = (heard if heard is not None else []).append
    return run_engine(["up"], pulumi=pulumi_path, cwd=pulumi_path.parent, environment=os.environ, listener=listener)


def test_events_are_heard_in_order_and_lines_that_are_none_are_passed_over(tmp_path: Path) -> None:
    heard: list[EngineEvent] = []
    message = '{"diagnosticEvent": {"severity": "warning", "message": "mind"}}'
    done = run(fake(tmp_path, f"echo nonsense; echo '{message}'; echo '{SUMMARY}'"), heard)
    assert [type(event).__name__ for event in heard] == ["Diagnostic", "Summary"]
    assert done.succeeded
    assert done.summary is not None
    assert done.summary.changes == {"same": 1}


def test_an_error_output_larger_than_a_pipe_stops_nobody(tmp_path: Path) -> None:
    done = run(fake(tmp_path, f"head -c 1000000 /dev/zero | tr '\\0' e >&2; echo '{SUMMARY}'; exit 3"))
    assert (done.exit_code, len(done.stderr)) == (3, 1_000_000)


def test_a_signal_reaches_the_engine_exactly_once(tmp_path: Path) -> None:
    """The fake engine notes each SIGINT and ends at a SIGUSR1, which comes after all of ours."""
    notes = tmp_path / "notes"
    engine = fake(
        tmp_path,
        f"trap 'echo INT >> {notes}' INT\ntrap 'echo TERM >> {notes}' TERM\ntrap 'exit 1' USR1\n"
        f"echo $$ > {tmp_path}/pid.new; mv {tmp_path}/pid.new {tmp_path}/pid; echo '{SUMMARY}'\n"
        "while true; do read -t 0.05 < <(sleep 0.05) ; done",
    )
    code = (
        "import os, sys; from pathlib import Path; from cli.engine.run import run_engine\n"
        f"done = run_engine(['up'], pulumi=Path({str(engine)!r}), cwd=Path({str(tmp_path)!r}),\n"
        "    environment=os.environ, listener=lambda event: print('ready', flush=True))\n"
        "print(done.interrupted, done.exit_code)"
    )
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True) as ours:
        try:
            assert ours.stdout is not None
            assert ours.stdout.readline() == "ready\n"
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGINT):
                ours.send_signal(number)
            while not notes.exists():
                os.sched_yield()
            os.kill(int((tmp_path / "pid").read_text()), signal.SIGUSR1)
            assert ours.stdout.readline() == "True 1\n"
        finally:
            ours.kill()
    assert notes.read_text() == "INT\n"


def test_a_signal_that_the_kernel_gives_to_another_thread_reaches_the_engine_too(tmp_path: Path) -> None:
    engine = fake(tmp_path, f"trap 'exit 1' INT\necho '{SUMMARY}'\nwhile true; do read -t 0.05 < <(sleep 0.05) ; done")
    code = (
        "import os, signal, threading; from pathlib import Path; from cli.engine.run import run_engine\n"
        "def hit(event):\n"
        "    threading.Timer(0.1, lambda: signal.pthread_kill(threading.get_ident(), signal.SIGINT)).start()\n"
        f"done = run_engine(['up'], pulumi=Path({str(engine)!r}), cwd=Path({str(tmp_path)!r}),\n"
        "    environment=os.environ, listener=hit)\n"
        "print(done.interrupted, done.exit_code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=240, check=False
    )
    assert done.stdout == "True 1\n", done.stderr


def test_an_engine_that_is_run_in_the_background_of_a_shell_hears_signals_all_the_same(tmp_path: Path) -> None:
    """A shell without job control has SIGINT ignored in what it runs in the background."""
    engine = fake(tmp_path, f"trap 'exit 1' INT\necho '{SUMMARY}'\nwhile true; do read -t 0.05 < <(sleep 0.05) ; done")
    code = (
        "import os, signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "from pathlib import Path; from cli.engine.run import run_engine\n"
        f"done = run_engine(['up'], pulumi=Path({str(engine)!r}), cwd=Path({str(tmp_path)!r}),\n"
        "    environment=os.environ, listener=lambda event: os.kill(os.getpid(), signal.SIGTERM))\n"
        "print(done.interrupted, done.exit_code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=240, check=False
    )
    assert done.stdout == "True 1\n", done.stderr


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "Pulumi.yaml").write_text("name: tiny\nruntime: python\n")
    (tmp_path / "state").mkdir()
    return tmp_path


def inline(engine: Engine, project: Path, program: object) -> Run:
    environment = engine_environment(engine, os.environ) | {
        "PULUMI_BACKEND_URL": (project / "state").as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": "",
        "PULUMI_HOME": str(project / "home"),
    }
    command = [str(engine.pulumi), "stack", "init", "one", "--non-interactive"]
    subprocess.run(command, cwd=project, env=environment, capture_output=True, check=True)
    return run_engine(
        ["up", "--yes", "--skip-preview", "--stack=one"],
        pulumi=engine.pulumi,
        cwd=project,
        environment=environment,
        listener=lambda _: None,
        program=program,  # type: ignore[arg-type] # test values
    )


def test_a_program_runs_in_this_process(engine: Engine, project: Path) -> None:
    ran_in = []
    done = inline(engine, project, lambda: ran_in.append((os.getpid(), pulumi.get_stack())))
    assert done.succeeded
    assert ran_in == [(os.getpid(), "one")]


def test_a_program_that_fails_fails_the_run_with_its_message(engine: Engine, project: Path) -> None:
    def program() -> None:
        raise pulumi.RunError("no such zone")

    done = inline(engine, project, program)
    gc.collect()  # what was left open would warn here
    assert not done.succeeded
    assert any("no such zone" in diagnostic.message for diagnostic in done.diagnostics)
