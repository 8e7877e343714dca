from __future__ import annotations

from pathlib import Path

import pytest

from cli.errors import UserError
from cli.workplace import backend_url, find_project, settings_path
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


class TestTheBackend:
    def test_of_the_environment_wins(self, tmp_path: Path) -> None:
        environment = {"PULUMI_BACKEND_URL": "s3://bucket"}
        assert backend_url(project(tmp_path), "gs://other", environment) == "s3://bucket"

    def test_of_the_setting_comes_next(self, tmp_path: Path) -> None:
        assert backend_url(project(tmp_path), "gs://other", {}) == "gs://other"

    def test_of_the_project_file_is_left_to_pulumi(self, tmp_path: Path) -> None:
        text = "name: truenorth\nruntime: python\nbackend:\n  url: s3://bucket\n"
        assert backend_url(project(tmp_path, text), "", {}) == ""

    def test_is_a_folder_of_the_users_alone_by_default(self, tmp_path: Path) -> None:
        url = backend_url(project(tmp_path), "", {"XDG_STATE_HOME": str(tmp_path / "xdg")})
        folder = tmp_path / "xdg" / "truenorth" / "state"
        assert url == folder.as_uri()
        assert folder.stat().st_mode & 0o077 == 0

    def test_in_the_home_folder_without_xdg(self, tmp_path: Path) -> None:
        assert backend_url(project(tmp_path), "", {"HOME": str(tmp_path)}).endswith("/.local/state/truenorth/state")

    def test_that_cannot_be_made_is_a_clear_error(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        with pytest.raises(UserError, match="the folder for Pulumi's state cannot be made"):
            backend_url(project(tmp_path), "", {"XDG_STATE_HOME": str(tmp_path / "file")})
