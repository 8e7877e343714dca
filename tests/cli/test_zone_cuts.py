"""Names below a delegation, records that the provider keeps itself, and zones of one name, through the real engine."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from lab import remote
from lab.kube.cluster import Cluster
from lab.world import FIRST_IPV4, GANDI_ZONE
from tests.cli.clusters import at
from tests.cli.conftest import Inside
from tests.cluster.objects import ingress
from tests.cluster.place import make_place

NUMBERS = itertools.count(1)
SERVERS = ("ns1.other-dns.example", "ns2.other-dns.example")
CUT = f"dev.example.com is delegated to {', '.join(SERVERS)}: a record here is never answered"


def delegate(inside: Inside, name: str = "dev.example.com", *servers: str) -> None:
    for server in servers or SERVERS:
        remote.edit_record(inside.places, {"type": "NS", "name": name, "content": server, "ttl": 3600})


def conflicts(result: dict[str, Any]) -> dict[str, str]:
    """What is told of each set, by `name/type`."""
    return {f"{one['name']}/{one['type']}": f"{one['held_by']}: {one['reason']}" for one in result["conflicts"]}


def texts(inside: Inside) -> set[str]:
    """The names of all texts, marks among them."""
    return {one["name"] for one in remote.records(inside.places) if one["type"] == "TXT"}


class TestBelowADelegation:
    def test_nothing_is_made_and_everything_else_is(self, inside: Inside) -> None:
        delegate(inside)
        inside.settings("y.dev.example.com", "dev", "*.dev.example.com", "ok")
        result = inside.result("up")
        assert inside.zone() == {"dev.example.com/NS": SERVERS[1], "ok.example.com/A": FIRST_IPV4}
        assert texts(inside) == {"_truenorth-a.ok.example.com"}
        told = conflicts(result)
        assert told.keys() == {"y.dev.example.com/A", "dev.example.com/A", "*.dev.example.com/A"}
        assert all(CUT in said and said.endswith("nothing was declared") for said in told.values())
        assert inside.result("up")["engine_runs"] == 0

    def test_an_objects_name_is_told_and_its_others_are_made(self, inside: Inside, kube_cluster: Cluster) -> None:
        place = make_place(kube_cluster, "cut")
        delegate(inside)
        place.put(ingress("x.dev.example.com", "ok.example.com", at=[{"ip": "203.0.113.10"}]))
        inside.settings(sources=["ingress"], cluster=at(place))
        told = conflicts(inside.result("up"))
        assert told.keys() == {"x.dev.example.com/A"}
        assert inside.zone()["ok.example.com/A"] == "203.0.113.10"

    def test_what_is_ours_when_the_delegation_appears_stays_and_is_told(self, inside: Inside) -> None:
        inside.settings("x.dev.example.com", "ok")
        inside.result("up")
        before = texts(inside)
        delegate(inside)
        remote.set_address(inside.places, "203.0.113.8")
        result = inside.result("up")
        assert inside.zone()["x.dev.example.com/A"] == FIRST_IPV4
        assert inside.zone()["ok.example.com/A"] == "203.0.113.8"
        assert conflicts(result)["x.dev.example.com/A"].endswith("never answered; ours stays as it is")
        assert texts(inside) == before
        inside.settings("ok")
        inside.result("up")
        assert texts(inside) == {"_truenorth-a.ok.example.com"}

    def test_glue_is_made_where_its_mark_is_no_text(self, inside: Inside) -> None:
        delegate(inside, "dev.example.com", "ns1.dev.example.com")
        inside.settings("ns1.dev.example.com")
        (said,) = conflicts(inside.result("up")).values()
        assert "its mark at _truenorth-a.ns1.dev.example.com is never answered" in said
        inside.settings("ns1.dev.example.com", marks="comment")
        assert conflicts(inside.result("up")) == {}
        assert inside.zone()["ns1.dev.example.com/A"] == FIRST_IPV4

    def test_that_the_settings_make_is_answered_marked_beside_it_and_removed(self, inside: Inside) -> None:
        records = [{"name": "dev", "type": "NS", "content": list(SERVERS)}]
        inside.settings("ok", records=records)
        result = inside.result("up")
        assert result["conflicts"] == []
        assert texts(inside) == {"_truenorth-a.ok.example.com", "_truenorth-ns-dev.example.com"}
        assert inside.result("up")["engine_runs"] == 0
        inside.settings("ok", "x.dev.example.com")
        inside.result("up", "--force")
        assert inside.zone() == {"ok.example.com/A": FIRST_IPV4}
        inside.result("up")
        assert inside.zone() == {"ok.example.com/A": FIRST_IPV4, "x.dev.example.com/A": FIRST_IPV4}
        assert inside.result("up")["changes"] == []

    def test_the_zones_own_name_servers_delegate_nothing(self, inside: Inside) -> None:
        delegate(inside, "example.com")
        inside.settings("@", "www")
        assert conflicts(inside.result("up")) == {}

    def test_at_gandi_it_is_told_too_though_the_api_would_take_it(self, inside: Inside) -> None:
        remote.gandi_edit(inside.places, "dev", "NS", [f"{SERVERS[0]}."])
        inside.settings("x.dev.example.net", "ok", zone=GANDI_ZONE, provider="gandi")
        told = conflicts(inside.result("up"))
        assert told.keys() == {"x.dev.example.net/A"}
        assert not any(name.endswith("dev") for name, _ in remote.gandi_records(inside.places) if name != "dev")


WORKER = {"type": "AAAA", "name": "worker.example.com", "content": "100::", "proxied": True, "ttl": 1}
DKIM = {"type": "TXT", "name": "cf1._domainkey.example.com", "content": '"v=DKIM1; p=MIIBI"', "ttl": 1}


class TestWhatTheProviderManages:
    @pytest.fixture
    def managed(self, inside: Inside) -> Inside:
        remote.edit_record(inside.places, {**WORKER, "meta": {"origin_worker_id": "w1", "read_only": True}})
        remote.edit_record(inside.places, {**DKIM, "meta": {"email_routing": True, "read_only": True}})
        return inside

    @pytest.mark.parametrize("adopt", ["owned", "same-content", "all"])
    def test_is_never_taken_over_and_the_service_is_named(self, managed: Inside, adopt: str) -> None:
        before = remote.records(managed.places)
        names = [{"name": "worker", "targets": ["2001:db8::10"]}, {"name": "worker", "targets": ["100::"]}]
        for name, text in itertools.product(names, ["v=DKIM1; p=MIIBI", "v=DKIM1; k=rsa; p=MIIB"]):
            records = [{"name": "cf1._domainkey", "type": "TXT", "content": text}]
            managed.settings(name, adopt=adopt, records=records)
            assert managed.result("preview")["changes"] == []
            told = conflicts(managed.result("up"))
            assert "managed by Cloudflare: a Worker" in told["worker.example.com/AAAA"]
            assert "managed by Cloudflare: Email Routing" in told["cf1._domainkey.example.com/TXT"]
        assert remote.records(managed.places) == before

    def test_keeps_other_addresses_from_its_name(self, managed: Inside) -> None:
        managed.settings("worker", "ok")
        assert conflicts(managed.result("up")).keys() == {"worker.example.com/A"}
        assert "ok.example.com/A" in managed.zone()
        assert managed.run("status").stdout.splitlines()[-1] == "nothing to do but what is said above"

    def test_is_not_offered_by_adopt(self, managed: Inside) -> None:
        managed.settings({"name": "worker", "targets": ["100::"]})
        done = managed.run("adopt", "--from", "routeflare", "--yes")
        assert "worker.example.com" not in done.stdout.replace("conflict", "") or "managed by" in done.stdout
        assert "--name NAME" not in done.stdout
        assert texts(managed) == {"cf1._domainkey.example.com"}

    def test_of_ours_is_left_as_it_is_while_a_service_keeps_it(self, inside: Inside) -> None:
        inside.settings("www", "ok")
        inside.result("up")
        record = inside.record("www")
        remote.edit_record(inside.places, {"id": record["id"], "meta": {"read_only": True}})
        remote.set_address(inside.places, "203.0.113.8")
        told = conflicts(inside.result("up"))
        assert "Cloudflare refuses every change of it; ours stays as it is" in told["www.example.com/A"]
        assert inside.zone() == {"www.example.com/A": FIRST_IPV4, "ok.example.com/A": "203.0.113.8"}
        inside.settings("ok")
        told = conflicts(inside.result("up"))
        assert "it is not wanted any more; ours stays as it is" in told["www.example.com/A"]
        assert inside.zone()["www.example.com/A"] == FIRST_IPV4


class TestZonesOfOneName:
    def zone(self, inside: Inside, *others: str, own: str = "active") -> tuple[str, list[str]]:
        """A zone of a name of its own, with others of that name: their ids."""
        name = f"several{next(NUMBERS)}.example"
        first = remote.add_zone(inside.places, name, status=own)
        return name, [first, *(remote.add_zone(inside.places, name, status=one, account=one) for one in others)]

    def names(self, inside: Inside, zone_id: str) -> set[str]:
        return {one["name"] for one in remote.records(inside.places, zone_id) if one["type"] == "A"}

    def test_the_active_one_is_written_to(self, inside: Inside) -> None:
        name, (old, active, waiting) = self.zone(inside, "active", "pending", own="moved")
        inside.settings("www", zone=name)
        inside.result("up")
        assert [self.names(inside, one) for one in (old, active, waiting)] == [set(), {f"www.{name}"}, set()]

    @pytest.mark.parametrize(("own", "other"), [("moved", "pending"), ("moved", "initializing")])
    def test_where_none_is_active_the_question_is_asked(self, inside: Inside, own: str, other: str) -> None:
        name, ids = self.zone(inside, other, own=own)
        inside.settings("www", zone=name)
        done = inside.run("up")
        assert done.returncode == 2
        assert all(one in done.stderr for one in (*ids, "TrueNorth Lab", other, "set truenorth:zone_id"))
        inside.settings("www", zone=name, zone_id=ids[1])
        inside.result("up")
        assert self.names(inside, ids[1]) == {f"www.{name}"}

    def test_the_only_one_is_taken_while_it_is_set_up_and_not_once_it_has_moved(self, inside: Inside) -> None:
        name, (only,) = self.zone(inside, own="pending")
        inside.settings("www", zone=name)
        inside.result("up")
        assert self.names(inside, only) == {f"www.{name}"}
        remote.set_zone_status(inside.places, only, "moved")
        remote.set_address(inside.places, "203.0.113.8")
        done = inside.run("up")
        assert done.returncode == 2
        assert f"the zone {name} is moved: it answers nobody" in done.stderr

    def test_an_id_in_state_is_checked_before_anything_is_written(self, inside: Inside) -> None:
        name, (old,) = self.zone(inside)
        inside.settings("www", zone=name)
        inside.result("up")
        remote.set_zone_status(inside.places, old, "moved")
        new = remote.add_zone(inside.places, name, account="New")
        inside.settings("www", "api", zone=name)
        inside.run("up", "--force")
        assert self.names(inside, new) == {f"www.{name}", f"api.{name}"}
        assert "api" not in " ".join(self.names(inside, old))
