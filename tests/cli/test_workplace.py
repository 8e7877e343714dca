from __future__ import annotations

from pathlib import Path

import pytest

from cli.workplace import find_project, settings_path
from tests.cli.conftest import ROOT


def project(folder: Path, text: str = "name: truenorth\nruntime: python\n") -> Path:
    (folder / "Pulumi.yaml").write_text(text)
    return folder


class TestTheProject:
    def test_is_found_from_a_folder_inside_it(self, tmp_path: Path) -> None:
        (tmp_path / "stacks" / "deep").mkdir(parents=True)
        assert find_project(project(tmp_path) / "stacks" / "deep") == tmp_path

    @pytest.mark.parametrize("text", ["name: other\nruntime: python\n", "[", "- a", ""])
    def test_of_somebody_else_is_passed_over(self, tmp_path: Path, text: str) -> None:
        assert find_project(project(tmp_path, text)) == ROOT

    def test_names_the_settings_file_where_pulumi_looks_for_it(self, tmp_path: Path) -> None:
        assert settings_path(tmp_path, "home") == tmp_path / "stacks" / "Pulumi.home.yaml"
