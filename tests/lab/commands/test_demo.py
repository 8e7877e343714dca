from __future__ import annotations

import re
import subprocess
from pathlib import Path

from cli.engine.install.find import Engine
from cli.engine.install.install import engine_environment
from tests.cli.conftest import COMMAND_DEADLINE, ROOT, TRUENORTH

STEPS = ("lab", "up", "up again", "watch", "drift", "conflict", "remove", "done")


def run(environment: dict[str, str], *arguments: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [TRUENORTH, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=COMMAND_DEADLINE,
        check=False,
    )


def place(engine: Engine, folder: Path) -> dict[str, str]:
    base = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "TMPDIR": str(folder), "COLUMNS": "160"}
    return engine_environment(engine, base) | {"TRUENORTH_ENGINE_DIR": str(engine.folder)}


def labs(folder: Path) -> list[str]:
    """The command lines of labs that run in this folder."""
    lines = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            lines.append(file.read_bytes().replace(b"\0", b" ").decode())
        except (FileNotFoundError, ProcessLookupError):
            continue
    return [line for line in lines if "lab.daemon" in line and str(folder) in line]


def test_the_demo_shows_every_step_in_one_screen_and_leaves_nothing_behind(engine: Engine, tmp_path: Path) -> None:
    elsewhere = {"CF_ZONE_ID": "0" * 32, "TRUENORTH_TTL": "5", "PULUMI_CONFIG_PASSPHRASE": "x", "CF_API_TOKEN": "x"}
    done = run(place(engine, tmp_path) | elsewhere, "demo")
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert [step for step in STEPS if not any(line.startswith(step) for line in lines)] == []
    assert len(lines) <= 40
    assert re.search(r"median \d\.\d\d s, worst \d\.\d\d s", done.stdout)
    assert labs(tmp_path) == []
    assert not list(tmp_path.glob("truenorth-demo-*"))
    changed = subprocess.run(
        ["git", "status", "--short", "stacks"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "Pulumi.demo.yaml" not in changed.stdout


def test_a_demo_that_is_kept_can_be_played_with_by_the_commands_it_prints(engine: Engine, tmp_path: Path) -> None:
    environment = place(engine, tmp_path)
    elsewhere = tmp_path / "no project"
    elsewhere.mkdir()
    (elsewhere / "Pulumi.yaml").write_text("name: shop\nruntime: nodejs\n")
    done = run(environment, "demo", "--keep", folder=elsewhere)
    exports = dict(re.findall(r"(TRUENORTH_[A-Z]+)=(\S+)", done.stdout))
    try:
        assert exports.keys() == {"TRUENORTH_LAB", "TRUENORTH_PROJECT"}
        inside = subprocess.run(
            ["bash", "-euc", 'eval "$(truenorth lab env)"; truenorth status; truenorth up'],
            cwd=elsewhere,
            env={**environment, **exports},
            capture_output=True,
            text=True,
            check=True,
        )
        assert "nothing to do" in inside.stdout
    finally:
        stopped = run({**environment, **exports}, "lab", "stop")
    assert stopped.stdout == "stopped\n"
    assert labs(tmp_path) == []
