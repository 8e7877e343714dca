"""Where a new stack goes, and in which folders none can be made."""

from __future__ import annotations

import subprocess
from importlib.metadata import version
from pathlib import Path

import pytest
import yaml

from cli.setup.place import place_of
from stacks.model.errors import Problem, UserError

PIN = f"truenorth=={version('truenorth')}"
NEW = ["Pulumi.yaml", "__main__.py", "requirements.txt", ".gitignore", "truenorth.schema.json"]


def problem(named: Path, stack: str = "dns") -> Problem:
    with pytest.raises(UserError) as error:
        place_of(stack, named, {})
    (only,) = error.value.problems
    return only


class TestInAFolderWithoutAProject:
    def test_a_new_project_is_made(self, tmp_path: Path) -> None:
        found = place_of("dns", tmp_path, {})
        assert found.settings_file == tmp_path / "Pulumi.dns.yaml"
        assert list(found.files) == [tmp_path / name for name in NEW]
        assert found.words == ()
        assert list(tmp_path.iterdir()) == []

    def test_a_schema_that_is_there_stays_and_serves(self, tmp_path: Path) -> None:
        (tmp_path / "truenorth.schema.json").write_text("{}")
        found = place_of("dns", tmp_path, {})
        assert tmp_path / "truenorth.schema.json" not in found.files
        assert found.has_schema

    @pytest.mark.parametrize(
        ("text", "toolchain", "word"),
        [
            ('[project]\nname = "me"\nversion = "0"\n', "uv", f"uv add {PIN}"),
            ('[tool.poetry]\nname = "me"\n', "poetry", f"poetry add {PIN}"),
        ],
    )
    def test_the_pin_goes_where_the_person_keeps_dependencies(
        self, tmp_path: Path, text: str, toolchain: str, word: str
    ) -> None:
        (tmp_path / "pyproject.toml").write_text(text)
        found = place_of("dns", tmp_path, {})
        assert tmp_path / "requirements.txt" not in found.files
        described = yaml.safe_load(found.files[tmp_path / "Pulumi.yaml"])
        assert described["runtime"]["options"] == {"toolchain": toolchain, "virtualenv": ".venv"}
        assert [one.splitlines()[-1].strip() for one in found.words] == [word]

    def test_a_pyproject_without_dependencies_leaves_the_pin_to_requirements(self, tmp_path: Path) -> None:
        (tmp_path / "pyproject.toml").write_text("[tool.ruff]\nline-length = 120\n")
        assert tmp_path / "requirements.txt" in place_of("dns", tmp_path, {}).files

    def test_files_that_are_there_stay_and_what_they_lack_is_told(self, tmp_path: Path) -> None:
        (tmp_path / "requirements.txt").write_text("requests\n")
        (tmp_path / ".gitignore").write_text("__pycache__/\n")
        found = place_of("dns", tmp_path, {})
        assert list(found.files) == [tmp_path / name for name in NEW if name not in {"requirements.txt", ".gitignore"}]
        assert found.words == (
            f"requirements.txt stays as it is; add to it:\n  {PIN}",
            ".gitignore stays as it is; add to it:\n  .venv/",
        )

    def test_nothing_is_told_of_files_that_lack_nothing(self, tmp_path: Path) -> None:
        (tmp_path / "requirements.txt").write_text(f"{PIN}\n")
        assert place_of("dns", tmp_path, {}).words == ()

    def test_state_that_another_folder_has_left_for_such_a_stack_is_told(self, tmp_path: Path) -> None:
        environment = {"XDG_STATE_HOME": str(tmp_path / "xdg")}
        kept = tmp_path / "xdg" / "truenorth" / "state" / ".pulumi" / "stacks" / "truenorth" / "dns.json"
        kept.parent.mkdir(parents=True)
        kept.touch()
        (word,) = place_of("dns", tmp_path, environment).words
        assert f"a stack dns has state already, and this folder goes on with it:\n  {kept}\n" in word
        assert place_of("other", tmp_path, environment).words == ()
        assert place_of("dns", tmp_path, {**environment, "PULUMI_BACKEND_URL": "s3://bucket"}).words == ()

    @pytest.mark.parametrize("name", ["__main__.py", "Pulumi.yml", "Pulumi.json"])
    def test_a_file_in_the_place_of_one_of_ours_is_refused(self, tmp_path: Path, name: str) -> None:
        (tmp_path / name).write_text("{}")
        found = problem(tmp_path)
        assert name in found.what
        assert found.where == str(tmp_path / name)
        assert "--project" in found.do

    def test_a_link_to_nowhere_is_in_the_way_as_well(self, tmp_path: Path) -> None:
        (tmp_path / "__main__.py").symlink_to(tmp_path / "none")
        assert "the folder has a __main__.py already" in problem(tmp_path).what

    def test_a_pyproject_that_cannot_be_read_is_one_message(self, tmp_path: Path) -> None:
        (tmp_path / "pyproject.toml").write_text("[")
        assert problem(tmp_path).what.startswith("pyproject.toml cannot be read")


class TestInAProject:
    def test_of_ours_only_settings_are_added_from_a_folder_below_too(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "Pulumi.yaml").write_text("name: truenorth\nruntime: python\nstackConfigDir: stacks\n")
        (tmp_path / "stacks").mkdir()
        monkeypatch.chdir(tmp_path / "stacks")
        found = place_of("dns", None, {})
        assert (found.settings_file, found.files, found.words) == (tmp_path / "stacks" / "Pulumi.dns.yaml", {}, ())

    def test_of_another_program_the_call_and_the_pin_are_told(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: {name: python}\n")
        (tmp_path / "deep").mkdir()
        monkeypatch.chdir(tmp_path / "deep")
        found = place_of("dns", None, {})
        assert (found.settings_file, found.files) == (tmp_path / "Pulumi.dns.yaml", {})
        call, pin = found.words
        assert '  if pulumi.get_stack() == "dns":\n      truenorth.program()\n  else:\n' in call
        assert pin == f"add TrueNorth to requirements.txt:\n  {PIN}"

    @pytest.mark.parametrize("runtime", ["nodejs", "{name: go}", "yaml", ""])
    def test_of_another_language_it_is_refused(self, tmp_path: Path, runtime: str) -> None:
        (tmp_path / "Pulumi.yaml").write_text(f"name: shop\nruntime: {runtime}\n")
        assert problem(tmp_path).what.startswith("the program of the Pulumi project shop is no Python")

    def test_that_is_malformed_it_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "Pulumi.yaml").write_text("[")
        assert problem(tmp_path).what.startswith("Pulumi.yaml cannot be read")

    def test_whose_folder_of_settings_is_missing_it_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "Pulumi.yaml").write_text("name: truenorth\nruntime: python\nstackConfigDir: stacks\n")
        found = problem(tmp_path)
        assert (found.what, found.where) == ("the folder is missing", str(tmp_path / "stacks"))


@pytest.mark.parametrize("stack", ["", "a/b", "../up", "a b", "x" * 101])
def test_a_name_that_pulumi_takes_for_no_stack_is_refused(tmp_path: Path, stack: str) -> None:
    assert problem(tmp_path, stack).where == "--stack"


def test_a_folder_that_cannot_be_written_is_refused_before_anything_is_asked(small_disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    found = problem(small_disk)
    assert (found.what, found.where) == ("the folder cannot be written", str(small_disk))
