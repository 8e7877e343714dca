from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address

import pytest

from cli.events import Cached, Cause, Failure, Leadership, Role
from components.records.record import Record
from stacks.model.claims import SourceSighting
from stacks.model.errors import Problem, Refused
from stacks.model.geo import GeoSight
from stacks.model.values import WAN, Conflict, Deferred, Family, Frozen, Known, Sighting, Unknown, UnreadZone
from stacks.plan.changes import Action, Change
from stacks.plan.safety.refusal import Refusal
from tests.cli.metrics.telling import EPOCH, UP, Told, converged, settled

WWW = Record("www.example.com", "A", "192.0.2.1", 1, proxied=False, comment="")
V4 = Sighting(WAN, Family.IPV4, Known((ip_address("192.0.2.1"),)))
V6 = Sighting(WAN, Family.IPV6, Known((ip_address("2001:db8::1"),)))
AWAY = Unknown("no answer")


def health(told: Told) -> dict[str, float]:
    return {labels["component"]: value for labels, value in told.series("esddns_service_health")}


class TestUpdates:
    def test_are_counted_by_zone_and_type_without_marks(self, told: Told) -> None:
        told.now = 5
        told.tell(converged(runs=[UP]))
        counted = {name["record_type"]: value for name, value in told.series("esddns_dns_updates_total")}
        assert counted == {"A": 1, "AAAA": 0}
        assert told.series("esddns_last_dns_update_timestamp") == [({"domain": "example.com"}, EPOCH + 5)]

    @pytest.mark.parametrize("action", [Action.ADOPT, Action.FORGET])
    def test_are_not_what_writes_nothing_to_the_zone(self, told: Told, action: Action) -> None:
        change = Change(action, "www.example.com/A", WWW, WWW, zone="example.com")
        told.tell(replace(settled(), changes=(change,), runs=(UP,)))
        assert {value for _, value in told.series("esddns_dns_updates_total")} == {0}

    def test_that_fail_as_a_whole_do_so_in_each_zone(self, told: Told) -> None:
        told.tell(Failure("away", 2.0, Cause.OBSERVATION))
        labels = {"domain": "example.com", "record_type": "", "error_type": "observation"}
        assert told.series("esddns_dns_update_failures_total") == [(labels, 1)]


class TestTheAddress:
    def test_is_in_a_label_one_for_each_family(self, told: Told) -> None:
        told.tell(V4, V6, Sighting("dsl", Family.IPV4, Known((ip_address("192.0.2.9"),))))
        found = told.series("esddns_current_wan_ip_info")
        assert found == [({"ip_address": "192.0.2.1"}, 1), ({"ip_address": "2001:db8::1"}, 1)]

    def test_has_one_value_after_a_change_and_none_while_it_is_not_known(self, told: Told) -> None:
        told.tell(V4, replace(V4, addresses=Known((ip_address("192.0.2.2"),))))
        assert told.series("esddns_current_wan_ip_info") == [({"ip_address": "192.0.2.2"}, 1)]
        told.tell(replace(V4, addresses=AWAY))
        assert told.series("esddns_current_wan_ip_info") == []
        assert health(told)["addresses"] == 0

    def test_is_known_to_standbys_from_the_cache(self, told: Told) -> None:
        told.tell(Leadership(Role.STANDBY), Cached((V4,)))
        assert told.series("esddns_current_wan_ip_info") == [({"ip_address": "192.0.2.1"}, 1)]


class TestASync:
    def in_sync(self, told: Told) -> float | None:
        return told.value("esddns_state_in_sync", domain="example.com")

    def test_is_a_zone_that_is_as_it_is_wanted(self, told: Told) -> None:
        assert self.in_sync(told) is None
        told.tell(settled())
        assert self.in_sync(told) == 1

    def test_ends_where_something_stays_as_it_is(self, told: Told) -> None:
        done = settled()
        name = ("www.example.com", "A")
        for plan in (
            replace(done.plan, frozen=(Frozen(*name, (), "away"),)),
            replace(done.plan, conflicts=(Conflict(*name, "somebody", "no mark"),)),
            replace(done.plan, deferred=(Deferred(*name, ("CNAME",)),)),
        ):
            told.tell(done, replace(done, plan=plan))
            assert self.in_sync(told) == 0

    def test_ends_where_the_guard_refuses(self, told: Told) -> None:
        done = settled()
        refusals = (Refusal("example.com", "too many", ()),)
        told.tell(replace(done, refusals=refusals, is_held_back=True))
        assert self.in_sync(told) == 0
        told.tell(replace(done, refusals=refusals, allowed_by="a word"))
        assert self.in_sync(told) == 1
        told.tell(Refused((Problem("too many", "example.com", "allow it"),)))
        assert self.in_sync(told) == 0

    def test_ends_with_a_failure_and_is_not_known_to_a_standby(self, told: Told) -> None:
        told.tell(settled(), Failure("a zone", 2.0, Cause.UNREAD))
        assert self.in_sync(told) == 1
        told.tell(Failure("away", 2.0))
        assert self.in_sync(told) == 0
        told.tell(Leadership(Role.STANDBY))
        assert self.in_sync(told) is None

    def test_is_of_each_zone(self, told: Told) -> None:
        done = settled()
        zones = (*done.observation.zones, UnreadZone("example.net", "429"))
        told.tell(replace(done, observation=replace(done.observation, zones=zones)))
        assert told.value("esddns_state_in_sync", domain="example.net") == 0
        assert self.in_sync(told) == 1


class TestHealth:
    def test_is_that_of_each_part(self, told: Told) -> None:
        assert health(told) == {"loop": 1}
        told.tell(settled())
        assert health(told) == {"loop": 1, "addresses": 1, "provider": 1, "clusters": 1}

    def test_of_the_loop_ends_with_a_failure(self, told: Told) -> None:
        told.tell(Failure("away", 2.0))
        assert health(told) == {"loop": 0}
        told.tell(settled())
        assert health(told)["loop"] == 1

    def test_of_the_clusters_is_also_that_of_the_objects_that_are_balanced(self, told: Told) -> None:
        done = settled()
        for unread, expected in (("away", 0), ("", 1)):
            sight = GeoSight(Unknown("503"), unread=unread)
            told.tell(replace(done, observation=replace(done.observation, geo=sight)))
            assert health(told)["clusters"] == expected

    def test_of_the_clusters_is_that_of_their_sources(self, told: Told) -> None:
        source = SourceSighting("home", "ingress", "Ingress", Known(()))
        for found, expected in (
            (replace(source, found=AWAY), 0),
            (source, 1),
            (replace(source, stale="refused"), 0),
            (replace(source, found=AWAY, waiting=True), 1),
        ):
            told.tell(found)
            assert health(told)["clusters"] == expected

    def test_of_the_provider_is_not_known_to_a_standby(self, told: Told) -> None:
        told.tell(settled(), Failure("away", 2.0), Leadership(Role.STANDBY))
        assert health(told) == {"loop": 1, "addresses": 1, "clusters": 1}

    def test_of_the_provider_ends_with_a_zone_that_is_unread(self, told: Told) -> None:
        done = settled()
        told.tell(replace(done, observation=replace(done.observation, zones=(UnreadZone("example.com", "429"),))))
        assert health(told)["provider"] == 0
