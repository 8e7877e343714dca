"""The Dockerfile: all that it copies is there, and what it pins is what the project pins."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import PurePosixPath
from py_compile import PycInvalidationMode

import pytest

from components.operator.pod import HOME, USER
from deploy.image.dockerfile import Stage, ignored, read
from deploy.image.tree import IMAGE, INTERPRETER, ROOT, dockerfile

STAGES = dockerfile().stages
RULES = (IMAGE / "Dockerfile.dockerignore").read_text()
INSTALLED = {"/usr/bin/tini", "/uv"}
"""What comes with a package or a base image."""


def context() -> list[tuple[Stage, str]]:
    return [(stage, one) for stage in STAGES for copy in stage.copies if not copy.stage for one in copy.sources]


def made_in(name: str) -> str:
    """The commands of a stage and of those below it."""
    known = {stage.name: stage for stage in STAGES}
    commands = ""
    while name in known:
        stage = known[name]
        commands, name = f"{commands} {stage.folder} {' '.join(stage.runs)}", stage.base
    return commands


class TestInputs:
    def test_what_is_copied_from_the_project_is_there_and_not_ignored(self) -> None:
        for _, source in context():
            assert (ROOT / source).exists(), source
            assert not ignored(PurePosixPath(source), RULES), source

    def test_what_is_copied_from_a_stage_is_of_an_earlier_one_that_makes_it(self) -> None:
        for place, stage in enumerate(STAGES):
            for copy in (copy for copy in stage.copies if copy.stage):
                assert copy.stage in {earlier.name for earlier in STAGES[:place]}
                for source in copy.sources:
                    made = made_in(copy.stage)
                    parts = (source, str(PurePosixPath(source).parent), PurePosixPath(source).name)
                    assert source in INSTALLED or any(part in made for part in parts if part != "/"), source

    def test_the_context_is_no_more_than_what_is_copied(self) -> None:
        admitted = {line[1:] for line in RULES.splitlines() if line.startswith("!")} - {"stacks/Pulumi.demo.yaml"}
        assert admitted == {source for _, source in context()}

    def test_neither_settings_nor_history_nor_bytecode_get_into_the_context(self) -> None:
        for kept in (
            *("stacks/Pulumi.home.yaml", ".git/config", ".venv/bin/python", "tests/conftest.py"),
            *("cli/__pycache__/main.cpython-311.pyc", "stacks/plan/__pycache__/guard.cpython-311.pyc", "deploy/x.key"),
        ):
            assert ignored(PurePosixPath(kept), RULES), kept

    def test_every_module_that_is_installed_is_copied(self) -> None:
        targets = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]
        assert targets["wheel"]["hooks"]["custom"]["packages"].keys() <= {source for _, source in context()}

    def test_neither_lab_nor_bench_nor_tests_are_copied(self) -> None:
        assert not {"lab", "bench", "tests"} & {source for _, source in context()}


class TestPins:
    def test_no_base_image_is_the_latest(self) -> None:
        for reference in dockerfile().arguments.values():
            assert re.search(r":[\w.-]+$", reference), reference
            assert not reference.endswith(":latest"), reference

    def test_every_base_is_an_argument_or_a_stage(self) -> None:
        images = set(dockerfile().arguments.values())
        for place, stage in enumerate(STAGES):
            assert stage.base in images | {earlier.name for earlier in STAGES[:place]}

    def test_uv_is_that_of_the_makefile(self) -> None:
        wanted = re.search(r"^UV_VERSION := (\S+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
        assert wanted is not None
        assert dockerfile().arguments["UV"].endswith(f":{wanted[1]}")

    def test_the_python_that_builds_is_the_one_that_runs(self) -> None:
        assert "debian12" in dockerfile().arguments["DISTROLESS"]
        assert dockerfile().arguments["DEBIAN"].endswith("debian:12-slim")
        assert dockerfile().stage("python").variables["UV_PYTHON"] == str(INTERPRETER)
        assert dockerfile().image.entry_point[0] == str(INTERPRETER)


class TestTheImage:
    def test_is_of_user_1000_as_the_pods_have_it(self) -> None:
        assert dockerfile().image.user == f"{USER}:{USER}"
        assert f":{USER}:{USER}:" in (IMAGE / "passwd").read_text()

    def test_keeps_what_it_writes_where_the_pods_have_a_volume(self) -> None:
        variables = dockerfile().image.variables
        assert variables["HOME"] == variables["XDG_STATE_HOME"] == HOME
        assert variables["PULUMI_HOME"] == f"{HOME}/pulumi"

    def test_runs_no_command_for_which_a_shell_would_be_needed(self) -> None:
        assert dockerfile().image.runs == ()
        assert all(word.startswith(("/", "-")) for word in dockerfile().image.entry_point)

    def test_downloads_nothing(self) -> None:
        variables = dockerfile().image.variables
        assert variables["TRUENORTH_ENGINE_OFFLINE"] == "1"
        assert variables["PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"] == "true"

    def test_no_change_of_a_files_time_makes_its_bytecode_stale(self) -> None:
        mode = dockerfile().stage("python").variables["PYC_INVALIDATION_MODE"]
        assert PycInvalidationMode[mode] is PycInvalidationMode.UNCHECKED_HASH, "uv knows these names, in capitals"
        assert "--invalidation-mode unchecked-hash" in dockerfile().stage("python").runs[-1]

    def test_its_commands_are_words_that_a_shell_understands(self) -> None:
        for stage in STAGES:
            for command in stage.runs:
                words = re.sub(r"^(--mount=\S+ +)+", "", command)
                done = subprocess.run(["sh", "-n", "-c", words], capture_output=True, text=True, check=False)
                assert done.returncode == 0, done.stderr


class TestReading:
    def test_an_instruction_that_we_do_not_use_is_refused(self) -> None:
        with pytest.raises(ValueError, match="HEALTHCHECK"):
            read("FROM a:1\nHEALTHCHECK NONE\n")

    def test_lines_go_on_and_comments_between_them_do_not_count(self) -> None:
        (stage,) = read('ARG A=x:1\nFROM ${A} AS s\nENV B=1 \\\n# no\n    C="two words"\nCOPY a b /c/\n').stages
        assert (stage.name, stage.base, stage.variables) == ("s", "x:1", {"B": "1", "C": "two words"})
        assert (stage.copies[0].sources, stage.copies[0].target) == (("a", "b"), "/c/")

    @pytest.mark.parametrize(
        ("path", "is_ignored"),
        [("a", True), ("b", False), ("b/c", False), ("b/x/__pycache__/c", True), ("d/b", True), ("e/f/g", False)],
    )
    def test_the_last_rule_that_fits_a_path_or_a_folder_above_it_decides(self, path: str, is_ignored: bool) -> None:  # noqa: FBT001 - a column of the table
        assert ignored(PurePosixPath(path), "*\n!b\n!e/f\n**/__pycache__\n# !a\n") is is_ignored
