"""The engine keeps its checkpoints wherever the journal does not hold all that a run writes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from cli.engine.install.find import Engine
from cli.reconcile.apply import behind_api_proxy
from cli.reconcile.sending.checkpoints import has_journal, keeps_checkpoints
from cli.reconcile.writes import intent
from cli.session.session import Session
from cli.shards.parts import StackPart, parts
from cli.state.store import PulumiBackend
from stacks.model.observation import Registry
from stacks.observe.project import Project
from stacks.plan.geo.changes import GeoAction, GeoChange
from stacks.settings.stack import GuardSettings
from tests.cli.reconcile.test_writes import seen, settings
from tests.stacks.plan.worlds import make_settings

URLS = {"CLOUDFLARE_BASE_URL": "http://127.0.0.1:1"}
OTHER = {"PORKBUN_URL": "https://api.porkbun.test"}
REGISTRY = Registry(instance="0123abcd")
MANY = [f"n{number}" for number in range(60)]


@pytest.fixture
def session(tmp_path: Path, pulumi: Callable[[str], Path]) -> Session:
    """A session with its state in a folder, whose plugins go through the API proxy."""
    engine = Engine(pulumi("exit 1"), tmp_path, "3.256.0", "folder", "")
    return Session(
        Project(tmp_path, "truenorth", tmp_path),
        "home",
        tmp_path / "settings.yaml",
        make_settings("www"),
        {},
        engine,
        f"{tmp_path.as_uri()}?metadata=skip",
        {**URLS, **OTHER},
        PulumiBackend("", "truenorth", ""),
        upstreams=URLS,
    )


def with_unknown_provider(session: Session) -> Session:
    """The session with a second zone, at a provider that the proxy has no dialect of."""
    first = session.settings.each_zone()[0]
    other = first.model_copy(update={"zone": "example.org", "provider": "porkbun"})
    zones = session.settings.model_copy(update={"zones": (other,)})
    return replace(session, settings=zones, upstreams={**URLS, **OTHER})


def part(*names: str, geo: tuple[GeoChange, ...] = ()) -> StackPart:
    """The run that makes these names."""
    convergence = seen(settings(*names))
    return parts(GuardSettings(), convergence.plan, convergence.observation, convergence.changes, geo, "home")[0]


@pytest.mark.parametrize("names", [["www"], MANY], ids=["few", "many"])
def test_no_checkpoints_are_kept_where_the_journal_holds_every_write(session: Session, names: list[str]) -> None:
    assert has_journal(session)
    assert not keeps_checkpoints(session, REGISTRY, part(*names))


@pytest.mark.parametrize("names", [["www"], MANY], ids=["few", "many"])
def test_checkpoints_are_kept_with_a_provider_that_the_proxy_does_not_know(session: Session, names: list[str]) -> None:
    session = with_unknown_provider(session)
    assert [zone.provider for zone in session.settings.each_zone()] == ["cloudflare", "porkbun"]
    assert not has_journal(session)
    assert keeps_checkpoints(session, REGISTRY, part(*names))


@pytest.mark.parametrize(("names", "without"), [(["www"], []), (MANY, ["txt"])], ids=["few", "many"])
def test_of_many_changes_at_a_name_server_none_are_kept_since_its_marks_lead_to_what_was_made(
    session: Session, names: list[str], without: list[str]
) -> None:
    place = {"server": "127.0.0.1", "key": "truenorth"}
    session = replace(session, settings=settings("www", provider="rfc2136", rfc2136=place), upstreams={})
    assert not has_journal(session)
    for marks in ("txt", "none"):
        marked = replace(session, settings=session.settings.model_copy(update={"marks": marks}))
        assert keeps_checkpoints(marked, REGISTRY, part(*names)) == (marks not in without)


def test_the_plugin_of_an_unknown_provider_asks_its_api_directly(session: Session) -> None:
    convergence = seen(settings("www"))
    with behind_api_proxy(with_unknown_provider(session), intent(convergence)) as (place, _):
        assert place.environment["CLOUDFLARE_BASE_URL"].startswith("http://127.0.0.1:")
        assert place.environment["CLOUDFLARE_BASE_URL"] != URLS["CLOUDFLARE_BASE_URL"]
        assert place.environment["PORKBUN_URL"] == OTHER["PORKBUN_URL"]


@pytest.mark.parametrize("names", [["www"], MANY], ids=["few", "many"])
def test_checkpoints_are_kept_where_load_balancing_changes(session: Session, names: list[str]) -> None:
    change = GeoChange(GeoAction.CREATE, "pool", "home-eu")
    assert keeps_checkpoints(session, REGISTRY, part(*names, geo=(change,)))
