from __future__ import annotations

from dataclasses import replace

import pytest

from cli.reconcile.result import Convergence, require_all_read
from stacks.model.claims import SourceSighting
from stacks.model.errors import ObservationError
from stacks.model.geo import GeoSight
from stacks.model.observation import Observation, Registry
from stacks.model.plan import Plan
from stacks.model.values import Known, Unknown, UnreadZone, ZoneSnapshot

READ = SourceSighting("home", "ingress", "Ingress", Known(()))
REFUSED = SourceSighting("away", "ingress", "Ingress", Unknown("away refuses"))
WAITING = SourceSighting("home", "gateway-httproute", "HTTPRoute", Unknown("there is no such kind"), waiting=True)
LISTED, UNREAD = ZoneSnapshot("example.com", "z1", ()), UnreadZone("example.net", "503")


def seen(*sources: SourceSighting, zones: tuple[ZoneSnapshot | UnreadZone, ...] = (LISTED,)) -> Convergence:
    return Convergence(Observation((), zones, Registry(), sources), Plan((), (), ()), (), (), 0.0)


class TestWhatCouldNotBeRead:
    def test_is_nothing_where_all_was_or_waits_for_the_cluster_to_have_the_kind(self) -> None:
        require_all_read(seen(READ, WAITING))
        assert seen(READ, WAITING).unread == ""

    def test_is_told_once_for_each_reason_and_is_a_failure(self) -> None:
        both = seen(READ, REFUSED, REFUSED)
        assert both.unread == "what was made for its objects stays: away refuses"
        with pytest.raises(ObservationError, match="what was made for its objects stays: away refuses"):
            require_all_read(both)

    def test_is_told_of_zones_and_sources_alike(self) -> None:
        assert seen(REFUSED, zones=(LISTED, UNREAD)).unread == (
            "the zone example.net stays as it is: 503; what was made for its objects stays: away refuses"
        )

    def test_is_told_of_load_balancing_too(self) -> None:
        done = seen(READ)
        away = replace(done, observation=replace(done.observation, geo=GeoSight(Unknown("503"))))
        assert away.unread == away.unread_at_providers == "load balancing stays as it is: 503"

    def test_is_told_of_the_objects_that_are_balanced(self) -> None:
        done = seen(READ)
        sight = GeoSight(Unknown("503"), unread="away refuses")
        away = replace(done, observation=replace(done.observation, geo=sight))
        assert away.unread.endswith("; the own part of load balancing stays: away refuses")

    def test_at_providers_leaves_sources_out(self) -> None:
        assert seen(REFUSED).unread_at_providers == ""
