"""Which Pulumi project a command works on, and where the settings of its stacks lie."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.session import project as module
from cli.session.project import find_project, only_stack, settings_path
from stacks.model.errors import UserError
from stacks.observe.project import Project
from tests.cli.conftest import ROOT

OTHERS = "name: shop\nruntime: nodejs\n"


def write(folder: Path, text: str = "name: truenorth\nruntime: python\n") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "Pulumi.yaml").write_text(text)
    return folder


def settings(folder: Path, text: str, stack: str = "dns") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"Pulumi.{stack}.yaml").write_text(text)


class TestAProject:
    def test_is_found_from_a_folder_inside_it(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "stacks" / "deep").mkdir(parents=True)
        monkeypatch.chdir(write(tmp_path) / "stacks" / "deep")
        assert find_project() == Project(tmp_path, "truenorth", tmp_path, "python")

    def test_is_that_of_the_named_folder_rather_than_that_of_the_working_directory(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(write(tmp_path / "here"))
        there = write(tmp_path / "there")
        assert find_project(there).folder == there
        assert find_project(Path("../there")).folder == there

    @pytest.mark.parametrize(
        "text",
        [
            "config:\n  truenorth:zone: example.com\n",
            'config:\n  "truenorth:zone": example.com\n',
            "config: {aws:region: x, truenorth:zone: example.com}\n",
            "config:\n  truenorth:zone: [\n",  # malformed: its own message comes when it is read
        ],
    )
    def test_of_another_program_counts_where_a_stack_of_it_has_settings_of_ours(
        self, tmp_path: Path, text: str
    ) -> None:
        settings(write(tmp_path, "name: shop\nruntime: {name: python}\n"), text)
        assert find_project(tmp_path) == Project(tmp_path, "shop", tmp_path, "python")

    @pytest.mark.parametrize(
        "text",
        ["config:\n  aws:region: x\n", "# truenorth:zone: example.com\n", "config:\n  mytruenorth:zone: x\n", ""],
    )
    def test_of_another_program_is_refused_with_what_to_do_where_no_stack_has(self, tmp_path: Path, text: str) -> None:
        settings(write(tmp_path, OTHERS), text)
        with pytest.raises(UserError) as error:
            find_project(tmp_path)
        (problem,) = error.value.problems
        assert problem.what == "the Pulumi project shop has no stack of TrueNorth's"
        assert problem.where == str(tmp_path / "Pulumi.yaml")
        assert "truenorth init" in problem.do

    def test_of_another_program_on_the_way_is_passed_over(self, tmp_path: Path) -> None:
        inner = write(write(tmp_path) / "shop", OTHERS)
        assert find_project(inner).folder == tmp_path

    def test_is_told_by_the_settings_where_pulumi_looks_for_them(self, tmp_path: Path) -> None:
        write(tmp_path, OTHERS + "stackConfigDir: config/dns\n")
        settings(tmp_path, "config: {truenorth:zone: example.com}\n")
        with pytest.raises(UserError, match="has no stack of TrueNorth's"):
            find_project(tmp_path)
        settings(tmp_path / "config" / "dns", "config: {truenorth:zone: example.com}\n")
        found = find_project(tmp_path)
        assert settings_path(found, "home") == tmp_path / "config" / "dns" / "Pulumi.home.yaml"

    def test_keeps_settings_beside_its_file_without_a_folder_for_them(self, tmp_path: Path) -> None:
        assert settings_path(find_project(write(tmp_path)), "home") == tmp_path / "Pulumi.home.yaml"

    @pytest.mark.parametrize(
        ("text", "fault"),
        [
            ("[", "cannot be read: "),
            ("- a", "is no mapping"),
            ("", "is no mapping"),
            ("runtime: python\n", "has no name"),
            ("name: [a]\n", "has a name that is no text"),
            ("name: truenorth\nstackConfigDir: 7\n", "has a stackConfigDir that is no text"),
        ],
    )
    def test_that_is_malformed_is_one_message_with_its_place(self, tmp_path: Path, text: str, fault: str) -> None:
        with pytest.raises(UserError) as error:
            find_project(write(tmp_path, text))
        (problem,) = error.value.problems
        assert problem.what.startswith(f"Pulumi.yaml {fault}")
        assert problem.where == str(tmp_path / "Pulumi.yaml")

    def test_that_is_no_text_is_one_message_too(self, tmp_path: Path) -> None:
        (write(tmp_path) / "Pulumi.yaml").write_bytes(b"\xff\xfe")
        with pytest.raises(UserError, match=r"Pulumi\.yaml cannot be read"):
            find_project(tmp_path)


class TestWithoutOne:
    def test_the_checkout_of_this_program_serves(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        assert find_project() == Project(ROOT, "truenorth", ROOT / "stacks", "python")

    def test_an_installed_program_has_none_to_serve(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(module, "__file__", str(tmp_path / "site-packages" / "cli" / "session" / "project.py"))
        with pytest.raises(UserError, match="there is no TrueNorth project here") as error:
            find_project()
        assert "make one here: truenorth init" in error.value.problems[0].do

    def test_the_checkout_does_not_stand_in_for_a_folder_that_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(UserError, match="there is no TrueNorth project here"):
            find_project(tmp_path)

    def test_the_checkout_does_not_stand_in_for_another_program(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(write(tmp_path, OTHERS))
        with pytest.raises(UserError, match="the Pulumi project shop has no stack of TrueNorth's"):
            find_project()

    def test_a_named_folder_has_to_be_there(self, tmp_path: Path) -> None:
        with pytest.raises(UserError, match=r"there is no such folder\n  where: --project .*none"):
            find_project(tmp_path / "none")


class TestTheStackThatNobodyNames:
    OURS = "config:\n  truenorth:zone: example.com\n"

    def test_is_the_only_one_of_the_project_with_settings_of_ours(self, tmp_path: Path) -> None:
        settings(write(tmp_path, OTHERS), self.OURS, "home")
        settings(tmp_path, "config:\n  aws:region: x\n", "shop")
        assert only_stack(tmp_path, None) == "home"

    def test_is_the_example_of_a_checkout_where_it_is_among_others(self) -> None:
        assert only_stack(ROOT, None) == "demo"

    def test_is_that_of_the_named_settings_file(self, tmp_path: Path) -> None:
        settings(write(tmp_path), self.OURS, "home")
        assert only_stack(tmp_path, tmp_path / "elsewhere" / "Pulumi.away.yaml") == "away"
        assert only_stack(tmp_path, tmp_path / "settings.yaml") == "home"

    @pytest.mark.parametrize(
        ("stacks", "said"),
        [(("away", "home"), "there are several stacks: away, home"), ((), "there are no settings of a stack")],
    )
    def test_has_to_be_named_where_there_is_none_or_more_than_one(
        self, tmp_path: Path, stacks: tuple[str, ...], said: str
    ) -> None:
        write(tmp_path)
        for stack in stacks:
            settings(tmp_path, self.OURS, stack)
        with pytest.raises(UserError, match=said):
            only_stack(tmp_path, None)
