from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cli.session.backend import backend_url, mend_sidecars, without_sidecars
from stacks.model.errors import UserError
from tests.cli.conftest import Inside


def project(folder: Path, text: str = "name: truenorth\nruntime: python\n") -> Path:
    file = folder / "Pulumi.yaml"
    file.write_text(text)
    return file


SIDECARS = [("one", ".attrs"), ("two", ".attrs"), ("three", ".attrs"), ("one", "")]


class TestTheBackend:
    def test_of_the_environment_wins(self, tmp_path: Path) -> None:
        environment = {"PULUMI_BACKEND_URL": "s3://bucket"}
        assert backend_url(project(tmp_path), "gs://other", environment) == "s3://bucket"

    def test_of_the_setting_comes_next(self, tmp_path: Path) -> None:
        assert backend_url(project(tmp_path), "gs://other", {}) == "gs://other"

    def test_of_the_option_wins_over_all_and_its_variable_over_the_rest(self, tmp_path: Path) -> None:
        environment = {"PULUMI_BACKEND_URL": "s3://bucket", "TRUENORTH_STATE": "kubernetes://ns/state"}
        assert backend_url(project(tmp_path), "gs://other", environment, "azblob://mine") == "azblob://mine"
        assert backend_url(project(tmp_path), "gs://other", environment) == "kubernetes://ns/state"

    @pytest.mark.parametrize(
        ("arguments", "where"),
        [
            (("", {}, "/some/folder"), "--state"),
            (("", {"TRUENORTH_STATE": "state"}), "TRUENORTH_STATE"),
            (("", {"PULUMI_BACKEND_URL": "bucket"}), "PULUMI_BACKEND_URL"),
            (("folder", {}), "the setting backend"),
        ],
    )
    def test_that_is_no_url_is_a_clear_error(self, tmp_path: Path, arguments: Any, where: str) -> None:  # noqa: ANN401
        with pytest.raises(UserError, match=f"is no URL of a place for Pulumi's state\n  where: {where}"):
            backend_url(project(tmp_path), *arguments)

    def test_of_the_project_file_is_left_to_pulumi(self, tmp_path: Path) -> None:
        text = "name: truenorth\nruntime: python\nbackend:\n  url: s3://bucket\n"
        assert backend_url(project(tmp_path, text), "", {}) == ""

    def test_is_a_folder_of_the_users_alone_by_default(self, tmp_path: Path) -> None:
        url = backend_url(project(tmp_path), "", {"XDG_STATE_HOME": str(tmp_path / "xdg")})
        folder = tmp_path / "xdg" / "truenorth" / "state"
        assert url == f"{folder.as_uri()}?metadata=skip"
        assert folder.stat().st_mode & 0o077 == 0

    def test_in_the_home_folder_without_xdg(self, tmp_path: Path) -> None:
        assert backend_url(project(tmp_path), "", {"HOME": str(tmp_path)}).endswith(
            "/.local/state/truenorth/state?metadata=skip"
        )

    def test_that_cannot_be_made_is_a_clear_error(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        with pytest.raises(UserError, match="the folder for Pulumi's state cannot be made"):
            backend_url(project(tmp_path), "", {"XDG_STATE_HOME": str(tmp_path / "file")})


class TestSidecars:
    @pytest.mark.parametrize(
        ("given", "made"),
        [
            ("file:///state", "file:///state?metadata=skip"),
            ("file://~", "file://~?metadata=skip"),
            ("file:///state?no_tmp_dir=false", "file:///state?no_tmp_dir=false&metadata=skip"),
            ("file:///state?metadata=skip", "file:///state?metadata=skip"),
            ("s3://bucket?region=eu-west-1", "s3://bucket?region=eu-west-1"),
        ],
    )
    def test_are_not_written_where_the_state_is_in_a_folder(self, given: str, made: str) -> None:
        assert without_sidecars(given) == made

    def test_left_empty_by_a_kill_are_removed_and_whole_ones_stay(self, tmp_path: Path) -> None:
        stacks = tmp_path / "a folder" / ".pulumi" / "stacks" / "truenorth"
        stacks.mkdir(parents=True)
        broken, cut, whole, state = (stacks / f"{name}.json{end}" for name, end in SIDECARS)
        broken.write_text("")
        cut.write_text('{"user.cache')
        whole.write_text("{}")
        state.write_text("")
        mend_sidecars((tmp_path / "a folder").as_uri() + "?metadata=skip")
        assert sorted(stacks.iterdir()) == sorted([whole, state])

    def test_elsewhere_are_not_looked_for(self) -> None:
        mend_sidecars("s3://bucket")

    def test_left_empty_beside_the_state_do_not_stop_the_next_run(self, inside: Inside) -> None:
        inside.settings("www")
        inside.result("up")
        state = inside.state / ".pulumi" / "stacks" / "truenorth" / "test.json"
        assert [file for file in inside.state.rglob("*.attrs") if "/backups/" not in str(file)] == []
        state.with_name("test.json.attrs").touch()
        assert inside.result("up")["engine_runs"] == 0
