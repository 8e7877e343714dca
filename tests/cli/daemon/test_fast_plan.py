from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address

import pytest

from cli.daemon.fast_plan import planned
from cli.engine.run import Run
from cli.reconcile.result import Convergence, Planned
from components.marks import ownership
from components.records.record import Record
from stacks.model.claims import Complaint, SourceSighting
from stacks.model.observation import Observation, Registry
from stacks.model.values import WAN, Family, Known, LiveRecord, Sighting, ZoneSnapshot
from stacks.observe.views import in_views
from stacks.observe.world import Sights
from stacks.plan.changes import Action, changes
from stacks.plan.planner import make_plan
from stacks.plan.simulate import carried_out
from stacks.settings.stack import Settings, parse
from tests.stacks.plan.shared_world import WWW, asks, source, unread
from tests.stacks.plan.worlds import ZONE, ZONE_ID, make_settings

RUN = Run("up", 0, 1.0, (), (), None)
API = "api.example.com"
SETTINGS = make_settings()


def sights(*sources: SourceSighting, address: str = "203.0.113.7") -> Sights:
    return Sights((Sighting(WAN, Family.IPV4, Known((ip_address(address),))),), sources)


def empty(*records: LiveRecord) -> Observation:
    return Observation((), (ZoneSnapshot(ZONE, ZONE_ID, records),), Registry(zone_ids=((ZONE, ZONE_ID),)))


def converged(around: Sights, before: Observation | None = None, settings: Settings = SETTINGS) -> Convergence:
    """What a convergence sees in that world, plans and, where there is anything to do, carries out."""
    observation = replace(before or empty(), addresses=around.addresses, sources=around.of_records)
    plan = make_plan(settings, observation)
    found = changes(plan, observation)
    return Convergence(observation, plan, found, (RUN,) if found else (), 1.0)


def after(done: Convergence) -> Observation:
    return carried_out(done.plan, done.observation)


HOME = source("home", asks("192.0.2.1"))
MOVED = source("home", asks("192.0.2.2"))
BEFORE = sights(HOME)
BALANCED = replace(source("home", asks("192.0.2.9", host=API)), source="geo-httproute")
BAD = Complaint(asks().object, "truenorth/hostname", "a b", "names", "bad")


def ahead(now: Sights, last: Convergence | None = None, before: Sights = BEFORE) -> Planned | None:
    """What is told where the last convergence has seen the one, and now the other is seen."""
    return planned(SETTINGS, last or converged(before), before, now)


class TestAllHasToBeLookedAt:
    def test_where_nothing_is_known_of_the_last_convergence(self) -> None:
        assert planned(SETTINGS, None, BEFORE, sights(MOVED)) is None

    @pytest.mark.parametrize(
        "now",
        [
            pytest.param(sights(MOVED, address="203.0.113.8"), id="addresses"),
            pytest.param(sights(unread("home")), id="a source that cannot be read"),
            pytest.param(sights(replace(MOVED, stale="refused")), id="a source that was read before"),
            pytest.param(sights(MOVED, BALANCED), id="another source"),
            pytest.param(sights(source("home", BAD)), id="an object of which nobody knows the names"),
            pytest.param(sights(source("home", BAD, asks("192.0.2.2", name="other"))), id="and another, known one"),
        ],
    )
    def test_where_more_differs_than_wishes_for_records(self, now: Sights) -> None:
        assert ahead(now) is None

    def test_where_an_object_was_mended_of_which_nobody_knew_the_names(self) -> None:
        elsewhere = asks("192.0.2.1", host="www.example.org", name="other")
        assert ahead(sights(source("home", elsewhere)), before=sights(source("home", BAD))) is None

    def test_where_what_is_balanced_differs(self) -> None:
        before, now = (sights(one, BALANCED) for one in (HOME, MOVED))
        assert ahead(now, before=before) is not None
        moved = replace(BALANCED, found=Known((asks("192.0.2.10", host=API),)))
        assert ahead(sights(MOVED, moved), before=before) is None

    def test_where_no_wish_differs(self) -> None:
        told = replace(HOME, found=Known((asks("192.0.2.1"), replace(BAD, annotation=""))))
        assert ahead(BEFORE) is None
        assert ahead(sights(told)) is None

    def test_after_an_adoption(self) -> None:
        www = Record(WWW, "A", "192.0.2.1", 1, proxied=False, comment="")
        text = ownership.encode(ownership.Mark("truenorth", "home", "home/httproute/shop/web"))
        mark = Record(ownership.mark_name(WWW, "A"), "TXT", text, 1, proxied=False, comment="")
        last = converged(BEFORE, empty(LiveRecord("w", www), LiveRecord("m", mark)))
        assert Action.ADOPT in {change.action for change in last.changes}
        assert ahead(sights(MOVED), last) is None

    def test_where_something_was_left_to_the_next_run(self) -> None:
        alias = sights(source("home", asks("a.example.edu", record_type="CNAME")))
        last = converged(alias, after(converged(BEFORE)))
        assert last.plan.deferred
        assert ahead(BEFORE, last, before=alias) is None


class TestNothingIsToBeLookedAt:
    def test_where_the_names_are_in_none_of_our_zones(self) -> None:
        now = sights(source("home", asks("192.0.2.1"), asks("192.0.2.3", host="www.example.org", name="other")))
        assert ahead(now) == Planned((), is_nothing=True)
        assert converged(now, after(converged(BEFORE))).changes == ()

    def test_but_for_a_name_in_one_that_changes_no_record(self) -> None:
        younger = asks("192.0.2.1", name="younger", created="2026-01-02T00:00:00Z")
        told = ahead(sights(source("home", asks("192.0.2.1"), younger)))
        assert told == Planned((), is_nothing=False)
        assert not told.only_adds


@pytest.mark.parametrize("ran", [True, False])
@pytest.mark.parametrize(
    ("now", "actions"),
    [
        pytest.param((MOVED,), {Action.UPDATE}, id="changed"),
        pytest.param((source("home"),), {Action.DELETE}, id="gone"),
        pytest.param(
            (source("home", asks("192.0.2.1"), asks("192.0.2.3", host=API, name="api")),), {Action.CREATE}, id="new"
        ),
        pytest.param((source("home", asks("192.0.2.1", host=API)),), {Action.CREATE, Action.DELETE}, id="renamed"),
    ],
)
def test_the_changes_told_are_those_of_the_convergence_that_follows(
    now: tuple[SourceSighting, ...],
    actions: set[Action],
    ran: bool,  # noqa: FBT001 - pytest's parameter
) -> None:
    last = converged(BEFORE)
    if not ran:
        last = converged(BEFORE, after(last))
    assert bool(last.runs) == ran
    told = ahead(sights(*now), last)
    assert told is not None
    assert {change.action for change in told.changes} == actions
    assert set(told.changes) == set(converged(sights(*now), after(last)).changes)
    assert not told.is_nothing
    assert told.only_adds == (actions == {Action.CREATE})


def test_an_object_that_one_view_alone_counts_changes_the_name_of_that_view() -> None:
    place = {"provider": "rfc2136", "rfc2136": {"server": "192.0.2.53", "key": "truenorth"}}
    zones = [
        {"zone": ZONE, "objects": "home"},
        {"zone": ZONE, "view": "inside", "objects": "lan", **place},
    ]
    values = {"zones": zones, "clusters": [{"name": "home"}, {"name": "lan"}], "sources": ["ingress"]}
    settings = parse(values, {}, stack="test", where="Pulumi.test.yaml")
    before, now = (
        sights(HOME, source("lan", asks("192.0.2.1", cluster="lan"))),
        sights(HOME, source("lan", asks("192.0.2.2", cluster="lan"))),
    )
    inner = ZoneSnapshot(f"{ZONE}@inside", f"{ZONE}@inside", ())
    world = replace(empty(), zones=(*empty().zones, inner))
    last = converged(replace(before, sources=in_views(settings, before.sources)), world, settings)
    assert {one.logical_name for one in last.changes} == {
        *(f"{WWW}/A", f"{WWW}/A/mark"),
        *(f"{WWW}@inside/A", f"{WWW}@inside/A/mark"),
    }
    found = planned(settings, last, before, now)
    assert found is not None
    assert [(one.action, one.logical_name) for one in found.changes] == [(Action.UPDATE, f"{WWW}@inside/A")]
