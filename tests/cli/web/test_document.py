from __future__ import annotations

import json
from typing import Any

from cli.events import Cached, Failure, Leadership, Role
from cli.reconcile.events import Event
from cli.web.document import head, raw
from cli.web.status import Status, after, after_detection
from stacks.model.values import Family, Unknown, ZoneSnapshot
from tests.cli.web.sample import (
    FORMER,
    IPV4,
    IPV6,
    NOW,
    OWNER,
    POD,
    board,
    convergence,
    detection,
    dispatch,
    leading,
    record_set,
    records,
    sighting,
    troubled,
)

START = Status("home", OWNER, NOW)


def status(*event: Event) -> Status:
    found = START
    for one in event:
        found = after(found, dispatch(one))
    return found


def document(*event: Event) -> dict[str, Any]:
    return raw(status(*event))


class TestTheFieldsOfEsddns:
    def test_have_the_address_and_a_record(self) -> None:
        found = document(convergence([record_set("www", IPV4, ttl=300)]))
        assert (found["current_ip"], found["detected_at"]) == (IPV4, "2026-03-14T09:26:53.000Z")
        assert found["timestamp"] == "2026-03-14T09:26:53.000Z"
        assert found["wan_ip_state"] == {"usable": True, "IP": IPV4}
        assert found["record_state"] == {
            "in_sync": True,
            "record_data": {"rrset_name": "www", "rrset_type": "A", "rrset_ttl": 300, "rrset_values": [IPV4]},
        }
        assert found["poll_date"] == "2026-03-14 09:26:53"

    def test_call_the_apex_as_gandi_does(self) -> None:
        found = document(convergence([record_set("", IPV4)]))
        assert found["record_state"]["record_data"]["rrset_name"] == "@"

    def test_fall_back_to_ipv6(self) -> None:
        found = document(sighting(Family.IPV4, Unknown("silence")), sighting(Family.IPV6, IPV6))
        assert found["current_ip"] == IPV6

    def test_are_null_where_nothing_is_known(self) -> None:
        found = document()
        assert (found["current_ip"], found["detected_at"]) == (None, None)
        assert found["wan_ip_state"] == {"usable": False, "IP": None}
        assert found["record_state"] == {"in_sync": None, "record_data": None}

    def test_say_nothing_of_the_records_on_a_standby(self) -> None:
        standby = document(Leadership(Role.STANDBY, "pod-a", POD), sighting(Family.IPV4, IPV4))
        assert standby["current_ip"] == IPV4
        assert standby["record_state"] == {"in_sync": None, "record_data": None}

    def test_are_not_in_sync_where_a_name_is_not_as_it_should_be(self) -> None:
        assert document(troubled())["record_state"]["in_sync"] is False


class TestTheDocument:
    def test_is_json(self) -> None:
        shown = raw(board(NOW).status)
        assert json.loads(json.dumps(shown)) == shown

    def test_has_the_same_fields_at_any_time(self) -> None:
        assert document().keys() == raw(board(NOW).status).keys()

    def test_begins_with_all_but_the_names(self) -> None:
        found = board(NOW).status
        whole = raw(found)
        assert {key: whole[key] for key in head(found)} == head(found)
        assert "records" not in head(found)

    def test_stays_small_however_many_names_there_are(self) -> None:
        found = status(convergence([record_set(f"n{number}", IPV4) for number in range(5000)]))
        assert len(json.dumps(head(found))) < 5_000

    def test_counts(self) -> None:
        assert document(troubled())["counts"] == {
            "names": 12,
            "record_sets": 13,
            "records": 14,
            "marks": 13,
            "conflicts": 1,
            "refused": 0,
            "frozen": 2,
            "deferred": 0,
            "leaving": 0,
            "zones": ["example.com"],
        }

    def test_counts_a_name_of_two_views_once_and_says_which_views_there_are(self) -> None:
        zones = tuple(ZoneSnapshot(zone, "z", ()) for zone in ("example.com", "example.com@inside"))
        sets = [record_set("www", IPV4), record_set("www", "192.168.7.10", name="www.example.com@inside")]
        found = document(convergence(sets, zones=zones))
        assert (found["counts"]["names"], found["counts"]["record_sets"]) == (1, 2)
        assert found["views"] == ["outside", "inside"]
        assert document(troubled())["views"] == document()["views"] == []

    def test_says_who_leads(self) -> None:
        found = document(Leadership(Role.LEADER, "", POD, 4))
        assert found["leadership"] == {"role": "leader", "holder": POD, "identity": POD, "transitions": 4, "reason": ""}
        assert document(Leadership(Role.STANDBY, "pod-a", POD))["leadership"]["holder"] == "pod-a"

    def test_has_the_pools_with_health_and_place(self) -> None:
        (balancer,) = document(troubled())["balancing"]["load_balancers"]
        assert [(one["location"], one["health"], one["ours"]) for one in balancer["pools"]] == [
            ("eu", "healthy", True),
            ("us_east", "unhealthy", False),
            ("asia", "healthy", False),
            ("sao_paulo", "unknown", False),
        ]

    def test_has_no_load_balancing_where_there_is_none(self) -> None:
        assert document(convergence(records()))["balancing"] is None

    def test_says_what_each_cluster_source_wants(self) -> None:
        found = {(one["cluster"], one["source"]): one for one in document(troubled())["sources"]}
        assert found["home", "ingress"]["names"] == 2
        assert found["office", "ingress"]["reason"]
        assert found["edge", "httproute"]["waiting"]

    def test_has_the_history_newest_first(self) -> None:
        found = START
        for one in leading(NOW):
            found = after(found, one)
        times = [one["at"] for one in raw(found)["history"]]
        assert times == sorted(times, reverse=True)
        assert raw(found)["history"][0]["count"] == 3

    def test_hides_what_is_secret(self) -> None:
        def redact(document: Any) -> Any:  # noqa: ANN401 - whatever JSON has
            return json.loads(json.dumps(document).replace("hunter2", "***"))

        found = status(convergence(), Failure("token hunter2", 1.0), sighting(Family.IPV4, Unknown("hunter2")))
        assert "hunter2" not in json.dumps(raw(found, redact))


class TestDetection:
    def detected(self, *event: Event) -> dict[str, dict[str, Any]]:
        found = after_detection(status(*event), detection(), NOW)
        return {f"{one['source']} {one['family']}": one for one in head(found)["detection"]}

    def test_says_what_each_source_said(self) -> None:
        found = self.detected(sighting(Family.IPV4, IPV4))
        assert found["stun.cloudflare.com:3478 ipv4"]["verdict"] == "agrees"
        assert found["https://ifconfig.me ipv4"]["verdict"] == "silent"
        assert found["https://ifconfig.me ipv4"]["reason"] == "no answer in time"

    def test_says_who_contradicts_what_is_known(self) -> None:
        found = self.detected(sighting(Family.IPV4, FORMER))
        assert found["stun.cloudflare.com:3478 ipv4"]["verdict"] == "contradicts"

    def test_says_that_answers_count_where_nothing_is_known(self) -> None:
        assert self.detected()["stun.cloudflare.com:3478 ipv4"]["verdict"] == "counts"

    def test_is_left_out_where_there_are_several_links(self) -> None:
        assert self.detected(sighting(Family.IPV4, IPV4, "lte")) == {}


def test_addresses_of_the_cache_are_marked() -> None:
    (found,) = head(status(Cached((sighting(Family.IPV4, IPV4),))))["addresses"]
    assert (found["addresses"], found["from_cache"]) == ([IPV4], True)
