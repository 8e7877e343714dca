from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address

from cli.events import Cached, Leadership, Role, Unwritten
from components.records.record import Record
from stacks.model.claims import Claim, Complaint, ObjectKey, SourceSighting
from stacks.model.values import WAN, Family, Known, LiveRecord, Sighting, Unknown, UnreadZone
from tests.cli.metrics.telling import Told, converged, settled
from tests.stacks.plan.worlds import make_observation, make_settings, owned_www

INGRESS = ObjectKey("home", "Ingress", "shop", "web")
WISH = Claim("www.example.com", "A", Known(("192.0.2.1",)), INGRESS, "2026-01-01T00:00:00Z")
COMPLAINT = Complaint(INGRESS, "truenorth/ttl", "soon", "seconds", "bad")
HOME = ("home", "ingress", "Ingress")
AWAY = Unknown("no answer")


class TestAddresses:
    def test_are_known_or_not_by_link_and_family(self, told: Told) -> None:
        told.tell(Sighting(WAN, Family.IPV4, Known((ip_address("192.0.2.1"),))), Sighting("dsl", Family.IPV6, AWAY))
        assert told.value("truenorth_address_known", link="", family="ipv4") == 1
        assert told.value("truenorth_address_known", link="dsl", family="ipv6") == 0

    def test_are_those_of_the_last_convergence(self, told: Told) -> None:
        told.tell(Sighting("gone", Family.IPV6, AWAY), settled())
        assert told.series("truenorth_address_known") == [({"link": "", "family": "ipv4"}, 1)]

    def test_are_read_from_the_cache_by_a_standby(self, told: Told) -> None:
        told.tell(Cached((Sighting(WAN, Family.IPV4, Known((ip_address("192.0.2.1"),))),)))
        assert told.value("truenorth_address_known", link="", family="ipv4") == 1


class TestThePlan:
    def test_has_records_by_zone_and_type_without_marks(self, told: Told) -> None:
        observation = make_observation(ipv4="203.0.113.7,203.0.113.8", ipv6="2001:db8::7")
        told.tell(converged(make_settings("www", "api"), observation))
        assert told.value("truenorth_records_owned", zone="example.com", type="A") == 4
        assert told.value("truenorth_records_owned", zone="example.com", type="AAAA") == 2

    def test_says_what_is_frozen(self, told: Told) -> None:
        live, owned = owned_www()
        told.tell(converged(observation=make_observation(ipv4=AWAY, live=live, owned=owned)))
        assert told.value("truenorth_frozen_record_sets") == 1

    def test_says_what_somebody_else_holds(self, told: Told) -> None:
        theirs = Record("www.example.com", "CNAME", "elsewhere.example.net", 1, proxied=False, comment="")
        told.tell(converged(observation=make_observation(live=[LiveRecord("x", theirs)])))
        assert told.value("truenorth_conflicts") == 1
        assert told.value("truenorth_deferred_record_sets") == 0

    def test_says_what_owners_have_to_mend(self, told: Told) -> None:
        done = settled()
        told.tell(replace(done, plan=replace(done.plan, complaints=(COMPLAINT,))))
        assert told.value("truenorth_complaints") == 1

    def test_is_not_reported_by_one_that_leads_no_more(self, told: Told) -> None:
        names = ("records_owned", "zone_read", "frozen_record_sets", "conflicts", "complaints", "deferred_record_sets")
        told.tell(settled())
        assert all(told.series(f"truenorth_{name}") for name in names)
        told.tell(Leadership(Role.STANDBY))
        assert not any(told.series(f"truenorth_{name}") for name in names)
        assert told.series("truenorth_address_known")


class TestZones:
    def test_are_read_or_not_and_leave_with_the_settings(self, told: Told) -> None:
        done = settled()
        unread = UnreadZone("example.net", "429")
        told.tell(replace(done, observation=replace(done.observation, zones=(*done.observation.zones, unread))))
        assert told.value("truenorth_zone_read", zone="example.com") == 1
        assert told.value("truenorth_zone_read", zone="example.net") == 0
        told.tell(done)
        assert told.value("truenorth_zone_read", zone="example.net") is None


class TestSources:
    def test_are_read_now_or_not(self, told: Told) -> None:
        told.tell(
            SourceSighting(*HOME, Known((WISH, COMPLAINT))),
            SourceSighting("home", "service", "Service", Known(()), stale="refused"),
            SourceSighting("home", "node", "Node", AWAY),
            SourceSighting("home", "httproute", "HTTPRoute", Unknown("not served"), waiting=True),
        )
        assert told.series("truenorth_source_read") == [
            ({"cluster": "home", "source": "ingress"}, 1),
            ({"cluster": "home", "source": "service"}, 0),
            ({"cluster": "home", "source": "node"}, 0),
        ]
        assert told.value("truenorth_source_wishes", cluster="home", source="ingress") == 1
        assert told.value("truenorth_source_wishes", cluster="home", source="node") is None

    def test_leave_with_the_settings_and_those_that_are_balanced_stay(self, told: Told) -> None:
        told.tell(SourceSighting(*HOME, AWAY), SourceSighting("home", "geo-ingress", "Ingress", Known(())), settled())
        assert told.series("truenorth_source_read") == [({"cluster": "home", "source": "geo-ingress"}, 1)]

    def test_whose_owners_cannot_be_told_are_counted(self, told: Told) -> None:
        told.tell(Unwritten("home", "forbidden"))
        assert told.value("truenorth_feedback_failures_total", cluster="home") == 1
