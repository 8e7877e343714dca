from __future__ import annotations

from ipaddress import ip_address
from typing import Any

import pytest

from components.geo.marks import PoolMark, encode, text
from components.geo.values import LoadBalancer, Pool
from stacks.model.claims import Claim, Complaint, ObjectKey, SourceSighting
from stacks.model.geo import GeoMemory, GeoWish, RegisteredGeo
from stacks.model.values import WAN, Family, Known, Sighting, Unknown
from stacks.observe.geo.wishes import GeoWishes, geo_wishes
from stacks.settings.geo import GeoSettings

APP, API = "app.example.com", "api.example.com"
AWAY = Unknown("the cluster is away")
NOTHING = GeoMemory()
BEFORE = GeoMemory(
    (
        RegisteredGeo(
            "urn",
            "geo/k8s-pool-home-eu/pool",
            "p1",
            "pool",
            Pool("k8s-pool-home-eu", (), description=encode(text("home", "eu"), PoolMark("stack", (APP,)))),
        ),
    ),
    (LoadBalancer(APP, (), ""),),
)


def key(name: str) -> ObjectKey:
    return ObjectKey("", "Ingress", "shop", name)


def wish(host: str, *addresses: str, by: str = "web", pool_of: str = "home", created: str = "2026") -> Claim:
    targets: Known[tuple[str, ...]] | Unknown = Known(addresses) if addresses else Unknown(f"{by} has no address")
    return Claim(host, None, targets, key(by), created, pool_of=pool_of)


def seen(*found: Claim | Complaint, source: str = "geo-ingress", **others: Any) -> SourceSighting:  # noqa: ANN401 - any field
    return SourceSighting("", source, "Ingress", others.pop("unknown", None) or Known(found), **others)


def of(*sources: SourceSighting, memory: GeoMemory = NOTHING, **settings: Any) -> GeoWishes:  # noqa: ANN401 - any setting
    return geo_wishes(GeoSettings(**settings), sources, (), memory)


def addresses(found: GeoWishes) -> dict[str, object]:
    return {one.host_name: one.addresses.value if isinstance(one.addresses, Known) else Unknown for one in found.wishes}


class TestObjects:
    def test_of_one_host_are_balanced_together(self) -> None:
        found = of(seen(wish(APP, "192.0.2.2")), seen(wish(APP, "192.0.2.1", by="api"), source="geo-service"))
        assert found == GeoWishes((GeoWish(APP, Known(("192.0.2.1", "192.0.2.2")), (key("web"), key("api"))),), "home")

    def test_with_one_address_give_it_once(self) -> None:
        assert addresses(of(seen(wish(APP, "192.0.2.1"), wish(APP, "192.0.2.1", by="b")))) == {APP: ("192.0.2.1",)}

    def test_of_other_sources_play_no_part(self) -> None:
        assert of(seen(wish(APP, "192.0.2.1"), source="ingress")) == GeoWishes()

    def test_one_of_which_has_no_address_leave_the_host_unknown_with_what_is_known(self) -> None:
        (only,) = of(seen(wish(APP, "192.0.2.1"), wish(APP, by="b"))).wishes
        assert (only.addresses, only.known) == (Unknown("b has no address"), ("192.0.2.1",))

    def test_that_are_gone_leave_nothing(self) -> None:
        assert of(seen(), memory=BEFORE).wishes == ()

    def test_that_are_gone_leave_the_host_names_of_the_settings_empty(self) -> None:
        assert addresses(of(seen(), memory=BEFORE, hostname=APP)) == {APP: ()}


class TestWhatCannotBeSeen:
    def test_leaves_every_host_name_unknown(self) -> None:
        found = of(seen(wish(API, "192.0.2.1")), seen(unknown=AWAY, source="geo-gateway"), memory=BEFORE)
        assert found.wishes == (
            GeoWish(API, AWAY, (key("web"),), ("192.0.2.1",)),
            GeoWish(APP, AWAY),
        )

    def test_leaves_the_host_names_of_the_settings_unknown(self) -> None:
        assert addresses(of(seen(unknown=AWAY), hostname=APP)) == {APP: Unknown}

    def test_is_told_with_the_reason(self) -> None:
        assert of(seen(unknown=AWAY)).unread == AWAY.reason
        assert of(seen(unknown=AWAY, waiting=True)).unread == of(seen(wish(APP))).unread == ""

    def test_leaves_the_pool_its_name(self) -> None:
        assert of(seen(unknown=AWAY), memory=BEFORE).cluster == "home"

    def test_may_be_a_kind_that_the_cluster_does_not_have(self) -> None:
        absent = seen(unknown=AWAY, source="geo-gateway", waiting=True)
        assert addresses(of(seen(wish(APP, "192.0.2.1")), absent)) == {APP: ("192.0.2.1",)}


class TestComplaints:
    LACKS = Complaint(key("web"), "cluster-name", "", "", "Ingress shop/web: it lacks the label")

    def test_skip_their_object(self) -> None:
        found = of(seen(self.LACKS, wish(APP, "192.0.2.1", by="b")))
        assert (addresses(found), found.complaints) == ({APP: ("192.0.2.1",)}, (self.LACKS,))

    def test_take_no_host_name_out_by_themselves(self) -> None:
        found = of(seen(self.LACKS), memory=BEFORE)
        assert (found.wishes, found.cluster) == ((GeoWish(APP, Unknown(self.LACKS.text)),), "home")


class TestTheCluster:
    def test_is_the_oldest_objects(self) -> None:
        old, new = wish(APP, "192.0.2.1", pool_of="old", created="2025"), wish(APP, "192.0.2.2", by="b", pool_of="new")
        found = of(seen(new, old))
        assert (found.cluster, addresses(found)) == ("old", {APP: ("192.0.2.1",)})
        (complaint,) = found.complaints
        assert complaint.object == key("b")
        assert "its label says cluster new, and this stack's pool is that of old" in complaint.text

    def test_is_that_of_the_settings_for_all(self) -> None:
        assert of(seen(wish(APP, "192.0.2.1", pool_of="set")), cluster="set").cluster == "set"


class TestAddressesThatNoObjectSays:
    def test_are_those_of_the_settings(self) -> None:
        found = of(hostnames=(APP, API), addresses=("192.0.2.1",), cluster="home")
        assert addresses(found) == {APP: ("192.0.2.1",), API: ("192.0.2.1",)}
        assert found.cluster == "home"

    def test_are_the_wan_addresses(self) -> None:
        wan = GeoSettings(hostname=APP, wan=True)
        sightings = [
            Sighting(WAN, Family.IPV4, Known((ip_address("203.0.113.7"),))),
            Sighting(WAN, Family.IPV6, Known((ip_address("2001:db8::7"),))),
            Sighting("cable", Family.IPV4, Known((ip_address("203.0.113.9"),))),
        ]
        assert addresses(geo_wishes(wan, (), sightings, NOTHING)) == {APP: ("2001:db8::7", "203.0.113.7")}

    @pytest.mark.parametrize("sightings", [[], [Sighting(WAN, Family.IPV4, Unknown("no answer"))]])
    def test_are_unknown_while_the_wan_address_is(self, sightings: list[Sighting]) -> None:
        found = geo_wishes(GeoSettings(hostname=APP, wan=True), (), sightings, NOTHING)
        assert addresses(found) == {APP: Unknown}
