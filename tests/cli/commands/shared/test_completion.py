"""What a shell is told while somebody types."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from cli.commands.shared import completion
from cli.main import app
from tests.cli.conftest import TRUENORTH
from tests.cli.test_main import HEAVY


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with three stacks; the present folder is deep in it."""
    (tmp_path / "Pulumi.yaml").write_text("# mine\nname: truenorth\nruntime: python\nstackConfigDir: stacks\n")
    (tmp_path / "stacks" / "deep").mkdir(parents=True)
    for name in ("home", "house", "office.eu"):
        (tmp_path / "stacks" / f"Pulumi.{name}.yaml").touch()
    monkeypatch.chdir(tmp_path / "stacks" / "deep")
    return tmp_path


def stacks(incomplete: str, named: Path | None = None) -> list[str]:
    context = typer.Context(typer.main.get_command(app))
    context.params["project"] = named
    return completion.stacks(context, incomplete)


class TestTheStacks:
    @pytest.mark.usefixtures("project")
    def test_are_those_that_have_settings_and_begin_so(self) -> None:
        assert stacks("") == ["home", "house", "office.eu"]
        assert stacks("ho") == ["home", "house"]
        assert stacks("x") == []

    def test_are_those_of_the_installed_project_where_none_is_around(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "Pulumi.yaml").write_text("name: other\n")
        monkeypatch.chdir(tmp_path)
        assert "demo" in stacks("")

    def test_are_read_over_a_project_file_that_is_none(self, project: Path) -> None:
        (project / "stacks" / "Pulumi.yaml").write_bytes(b"\xff\xfe")
        assert "home" in stacks("")

    @pytest.mark.parametrize("head", ["name: 'truenorth' # mine", 'name: "truenorth"', "name: shop"])
    def test_lie_beside_the_project_file_without_a_folder_for_them(self, tmp_path: Path, head: str) -> None:
        (tmp_path / "Pulumi.yaml").write_text(f"{head}\nruntime: python\n")
        (tmp_path / "Pulumi.dns.yaml").write_text("config:\n  truenorth:zone: example.com\n")
        (tmp_path / "deep").mkdir()
        assert stacks("", tmp_path / "deep") == ["dns"]

    def test_are_those_of_the_named_folder(self, project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
        other = tmp_path_factory.mktemp("other")
        (other / "Pulumi.yaml").write_text("name: truenorth\n")
        (other / "Pulumi.far.yaml").touch()
        assert stacks("", other) == ["far"]
        done = completing("bash", f"truenorth up --project {other} --stack f", project)
        assert done.stdout.split() == ["far"]


def completing(shell: str, line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """What the shell's completion script asks (https://click.palletsprojects.com/en/stable/shell-completion/)."""
    words = {"COMP_WORDS": line, "COMP_CWORD": str(len(line.split(" ")) - 1), "_TYPER_COMPLETE_ARGS": line}
    environment = {**os.environ, "_TRUENORTH_COMPLETE": f"complete_{shell}", **words}
    return subprocess.run(
        [TRUENORTH], cwd=folder, env=environment, capture_output=True, text=True, timeout=240, check=False
    )


class TestAShell:
    @pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
    def test_completes_stacks(self, shell: str, project: Path) -> None:
        changes = {"fish": {"_TYPER_COMPLETE_FISH_ACTION": "get-args"}}.get(shell, {})
        with pytest.MonkeyPatch.context() as patch:
            for name, value in changes.items():
                patch.setenv(name, value)
            done = completing(shell, "truenorth up --stack ho", project)
        assert done.returncode == 0, done.stderr
        assert "home" in done.stdout
        assert "house" in done.stdout
        assert "office" not in done.stdout

    def test_completes_commands(self, project: Path) -> None:
        found = completing("bash", "truenorth d", project).stdout.split()
        assert {"demo", "doctor"} <= set(found)
        assert all(one.startswith("d") for one in found)

    @pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
    def test_is_told_how(self, shell: str) -> None:
        environment = {**os.environ, "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}
        command = [TRUENORTH, "--show-completion", shell]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=240, check=True)
        assert "_TRUENORTH_COMPLETE" in done.stdout


def test_nothing_heavy_is_imported_for_an_answer(project: Path) -> None:
    """Typer itself takes pydantic to read the arguments."""
    ours = {*HEAVY, "yaml"} - {"pydantic"}
    code = (
        "import os, sys\n"
        "os.environ.update(_TRUENORTH_COMPLETE='complete_bash', COMP_WORDS='truenorth up --stack h', COMP_CWORD='3')\n"
        "import cli.main\n"
        "try: cli.main.app(prog_name='truenorth')\n"
        "except SystemExit: pass\n"
        f"print('heavy:', [name for name in {sorted(ours)} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=project,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[4])},
    )
    assert "home" in done.stdout
    assert done.stdout.strip().endswith("heavy: []")
