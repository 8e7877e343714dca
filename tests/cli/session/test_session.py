from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cli.engine.install.find import Engine
from cli.session.open import keeping, purging
from cli.session.session import Session
from cli.state.store import PulumiBackend
from stacks.observe.project import Project
from tests.stacks.plan.worlds import make_settings


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
    return Session(
        Project(nowhere, "truenorth", nowhere),
        "home",
        nowhere,
        settings,
        {},
        Engine(nowhere, nowhere, "3", "folder", ""),
        "",
        {},
        state,
    )
