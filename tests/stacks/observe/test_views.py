"""Names get the view that they are of where the world is read."""

from __future__ import annotations

import pytest

from components.records.record import Record
from stacks.model.claims import WEBHOOK, Claim, Complaint, ObjectKey, SourceSighting
from stacks.model.errors import UserError
from stacks.model.observation import Registry
from stacks.model.values import Known, LiveRecord, RegisteredRecord, Unknown, ZoneSnapshot
from stacks.observe.views import in_views, listed, registered, require_known_views
from stacks.settings.stack import Settings
from tests.stacks.settings.reading import read

SERVER = {"provider": "rfc2136", "rfc2136": {"server": "192.0.2.53", "key": "truenorth"}}
CLUSTERS = [{"name": "public"}, {"name": "lan"}]
WWW = Record("www.example.com", "A", "192.0.2.1", 300, proxied=False, comment="")


def two(*further: dict[str, object], view: str = "inside") -> Settings:
    zones = [
        {"zone": "example.com", "objects": "public"},
        {"zone": "example.com", "view": view, "objects": "lan", **SERVER},
    ]
    return read(zone="", zones=[*zones, *further], clusters=CLUSTERS)


def claim(cluster: str, name: str = "www.example.com") -> Claim:
    return Claim(name, "A", Known(("192.0.2.1",)), ObjectKey(cluster, "Ingress", "shop", "web"), created="")


def source(*found: Claim | Complaint, name: str = "ingress") -> SourceSighting:
    return SourceSighting("", name, "Ingress", Known(found))


def names(settings: Settings, *found: Claim) -> list[str]:
    (seen,) = in_views(settings, (source(*found),))
    assert isinstance(seen.found, Known)
    return [one.name for one in seen.found.value if isinstance(one, Claim)]


class TestAClaim:
    def test_is_of_each_view_that_counts_its_object(self) -> None:
        assert names(two(), claim("public"), claim("lan")) == ["www.example.com", "www.example.com@inside"]

    def test_of_an_object_that_no_view_counts_is_none(self) -> None:
        assert names(two(), claim("other")) == []

    def test_in_none_of_our_zones_stays_as_it_is_and_is_told(self) -> None:
        assert names(two(), claim("public", "www.example.net")) == ["www.example.net"]

    def test_cannot_name_a_view_itself(self) -> None:
        assert names(two(), claim("public", "www.example.com@inside")) == []

    def test_of_a_zone_that_one_view_alone_has_is_inside_of_the_zone_around_it_in_the_other(self) -> None:
        settings = two({"zone": "dev.example.com", "objects": "lan"})
        assert names(settings, claim("lan", "a.dev.example.com")) == ["a.dev.example.com", "a.dev.example.com@inside"]

    def test_that_external_dns_has_told_is_of_the_view_of_everybody(self) -> None:
        assert names(two(), claim(WEBHOOK)) == ["www.example.com"]

    def test_to_a_load_balancer_has_no_view(self) -> None:
        balanced = source(claim("lan"), name="geo-ingress")
        assert in_views(two(), (balanced,)) == (balanced,)

    def test_is_the_same_object_where_there_are_no_views(self) -> None:
        seen = (source(claim("any")), SourceSighting("", "service", "Service", Unknown("down")))
        assert in_views(read(), seen) is seen


def test_a_zone_of_everybody_is_as_it_is_listed() -> None:
    snapshot = ZoneSnapshot("example.com", "example.com", (LiveRecord("example.com/www/A", WWW),))
    assert listed(snapshot, "outside") is snapshot


def test_a_zone_of_another_view_has_the_view_in_its_name_its_id_and_its_records() -> None:
    snapshot = ZoneSnapshot("example.com", "example.com", (LiveRecord("example.com/www/A", WWW),))
    found = listed(snapshot, "inside")
    assert (found.zone, found.zone_id) == ("example.com@inside", "example.com@inside")
    (live,) = found.records
    assert (live.id, live.record.name) == ("example.com/www/A@inside", "www.example.com@inside")


@pytest.mark.parametrize("view", ["", "@inside"])
def test_a_record_in_state_is_of_the_view_of_its_logical_name(view: str) -> None:
    inputs = {"zone": "example.com", "name": "www", "type": "A", "ttl": 300, "values": ["192.0.2.1"]}
    urn = f"urn:pulumi:test::truenorth::truenorth:dns:OwnedRecord$truenorth:dns:RecordSet::www.example.com{view}/A"
    found = registered("rfc2136", {"urn": urn, "id": "example.com/www/A", "inputs": inputs})
    assert (found.id, found.zone_id, found.record.name) == (
        f"example.com/www/A{view}",
        f"example.com{view}",
        f"www.example.com{view}",
    )


def held(view: str) -> RegisteredRecord:
    name = f"www.example.com{view}"
    return RegisteredRecord("urn", f"{name}/A", "id", f"example.com{view}", WWW, "rfc2136")


class TestAViewInState:
    def test_keeps_its_name(self) -> None:
        with pytest.raises(UserError, match=r"the view lan of example.com has no records in state, and inside,"):
            require_known_views(two(view="lan"), Registry((held("@inside"),)))

    def test_is_not_given_to_a_zone_that_had_none(self) -> None:
        with pytest.raises(UserError, match=r"the view inside of example.com has no records in state, and outside,"):
            require_known_views(two(), Registry((held(""),)))

    def test_may_come_and_go(self) -> None:
        require_known_views(two(), Registry())
        require_known_views(two(), Registry((held("@inside"),)))
        require_known_views(two(), Registry((held("@inside"), held("@former"))))
        require_known_views(read(), Registry((held("@inside"),)))
