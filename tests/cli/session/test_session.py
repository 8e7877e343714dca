from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cli.engine.install.find import Engine
from cli.session.open import keeping, purging
from cli.session.project import find_project, settings_path
from cli.session.session import Session
from cli.state.store import PulumiBackend
from tests.cli.conftest import ROOT
from tests.stacks.plan.worlds import make_settings


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


class TestTheOptionPurge:
    @pytest.mark.parametrize(("purge", "policies"), [(True, ["sync"] * 2), (False, ["upsert-only"] * 2)])
    def test_is_the_policy_of_every_zone(self, purge: bool, policies: list[str]) -> None:  # noqa: FBT001 - a parameter
        assert [zone.policy for zone in purging(session(), purge).settings.each_zone()] == policies

    def test_leaves_the_settings_policy_where_it_is_not_given(self) -> None:
        assert [zone.policy for zone in purging(session(), None).settings.each_zone()] == ["create-only", "sync"]


class TestTheStateOfASessionThatIsOpenedAnew:
    def test_is_kept_as_it_was(self) -> None:
        before = _at(PulumiBackend("file:///a", "truenorth", "home"))
        opened = keeping(_at(PulumiBackend("file:///a", "truenorth", "home")), before)
        assert opened.state is before.state
        assert opened.environment == {"PULUMI_BACKEND_URL": "file:///a"}

    def test_is_another_where_the_place_is_another(self) -> None:
        before = _at(PulumiBackend("file:///a", "truenorth", "home"))
        opened = _at(PulumiBackend("file:///b", "truenorth", "home"))
        assert keeping(opened, before) == opened
        assert keeping(opened, before).state is opened.state


def _at(state: PulumiBackend) -> Session:
    return replace(session(), backend=state.backend, state=state)


def session() -> Session:
    """One with two zones, and nothing to run."""
    settings = make_settings(policy="create-only", zones=[{"zone": "example.net", "policy": "sync"}])
    nowhere = Path("/nonexistent")
    state = PulumiBackend("", "truenorth", "")
    return Session(nowhere, "home", nowhere, settings, {}, Engine(nowhere, nowhere, "3", "folder", ""), "", {}, state)
