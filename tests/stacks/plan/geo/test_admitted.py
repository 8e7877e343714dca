from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stacks.model.claims import Claim, Complaint, ObjectKey, SourceSighting
from stacks.model.geo import Account, GeoMemory, GeoSight, GeoWish
from stacks.model.plan import Plan
from stacks.model.values import Known, Unknown, ZoneSnapshot
from stacks.observe.geo.wishes import geo_wishes
from stacks.plan.desired.admission import Closed, admitted
from stacks.plan.geo.admitted import with_admitted
from stacks.plan.planner import make_plan
from stacks.settings.stack import Settings, parse
from tests.stacks.plan.shared_world import World
from tests.stacks.plan.worlds import ZONE as DOMAIN
from tests.stacks.plan.worlds import ZONE_ID

DOMAINS = [{"namespaces": ["shop"], "names": ["**.shop.example.com"], "exclude": ["admin.shop.example.com"]}]
TARGETS = {"networks": ["198.51.100.0/24"]}


def make_settings(geo: dict[str, Any] | None = None, **cluster: Any) -> Settings:  # noqa: ANN401 - values of settings
    written = {
        "zone": DOMAIN,
        "names": ["www"],
        "geo": {"cluster": "fra", "location": "eu", **(geo or {})},
        "cluster": cluster,
    }
    return parse(written, {}, stack="home", where="test")


def claim(name: str, *addresses: str, namespace: str = "shop", of: str = "web", pool: str = "fra") -> Claim:
    key = ObjectKey("", "Ingress", namespace, of)
    return Claim(name, None, Known(addresses or ("198.51.100.7",)), key, "2026-01-01T00:00:00Z", pool_of=pool)


def source(*claims: Claim, **more: Any) -> SourceSighting:  # noqa: ANN401 - a sighting's fields
    return SourceSighting("", "geo-ingress", "Ingress", Known(claims), **more)


def seen(settings: Settings, *sources: SourceSighting) -> tuple[dict[str, GeoWish], tuple[Complaint, ...], Plan]:
    assert settings.geo is not None
    wanted = geo_wishes(settings.geo, sources, (), GeoMemory())
    sight = GeoSight(Account("a1", (), (), ()), wanted.wishes, wanted.cluster, wanted.complaints)
    world = replace(World(settings), zone=ZoneSnapshot(DOMAIN, ZONE_ID, ()))
    observation = replace(world.observation(sources), geo=sight)
    found = with_admitted(settings, observation)
    assert with_admitted(settings, found) == found
    assert found.geo is not None
    return {one.host_name: one for one in found.geo.wishes}, found.geo.complaints, make_plan(settings, observation)


def balancers(plan: Plan) -> set[str]:
    assert plan.geo is not None
    return {one.balancer.name for one in plan.geo.balancers}


class TestALoadBalancerThatAnObjectAsksFor:
    def test_is_made_at_a_name_that_its_namespace_may_have(self) -> None:
        _, told, plan = seen(make_settings(domains=DOMAINS), source(claim("a.shop.example.com")))
        assert balancers(plan) == {"a.shop.example.com"}
        assert told == ()

    @pytest.mark.parametrize(
        ("name", "namespace"),
        [("api.example.com", "shop"), ("admin.shop.example.com", "shop"), ("a.shop.example.com", "blog")],
    )
    def test_is_not_made_at_another_and_the_object_is_told_once(self, name: str, namespace: str) -> None:
        asked = source(claim(name, namespace=namespace), claim("b.shop.example.com", of="other"))
        _, told, plan = seen(make_settings(domains=DOMAINS), asked)
        assert balancers(plan) == {"b.shop.example.com"}
        assert [one.object.namespace for one in told] == [namespace]
        assert f"it does not get {name}: cluster.domains" in told[0].text
        assert [one for one in plan.complaints if one in told] == list(told)

    def test_is_not_made_at_a_name_of_the_settings(self) -> None:
        _, told, plan = seen(make_settings(), source(claim("www.example.com"), claim("api.example.com")))
        assert balancers(plan) == {"api.example.com"}
        assert "the settings have it too" in told[0].text

    def test_gets_no_address_that_targets_do_not_allow(self) -> None:
        one, other = claim("a.shop.example.com"), claim("a.shop.example.com", "203.0.113.66", of="other")
        wishes, told, _ = seen(make_settings(targets=TARGETS), source(one, other))
        assert wishes["a.shop.example.com"] == GeoWish("a.shop.example.com", one.targets, (one.object,))  # type: ignore[arg-type]
        assert "cluster.targets does not allow the target 203.0.113.66" in told[0].text

    def test_stays_as_it_is_while_nobody_can_tell_the_labels_of_namespaces(self) -> None:
        rules = [{"labels": {"team": "web"}, "names": ["**"]}]
        asked = source(claim("a.shop.example.com"), namespaces=Unknown("forbidden"))
        wishes, told, _ = seen(make_settings(domains=rules), asked)
        assert wishes["a.shop.example.com"].addresses == Unknown("forbidden")
        assert told == ()


class TestALoadBalancerOfTheSettings:
    GEO: ClassVar = {"hostname": "app.example.com"}

    def test_gets_the_addresses_of_objects_whatever_names_they_may_ask_for(self) -> None:
        _, told, plan = seen(make_settings(self.GEO, domains=DOMAINS), source(claim("app.example.com")))
        assert balancers(plan) == {"app.example.com"}
        assert told == ()

    def test_gets_no_address_that_targets_do_not_allow(self) -> None:
        asked = source(claim("app.example.com"), claim("app.example.com", "203.0.113.66", of="other"))
        wishes, told, _ = seen(make_settings(self.GEO, targets=TARGETS), asked)
        assert wishes["app.example.com"].addresses == Known(("198.51.100.7",))
        assert len(told) == 1

    def test_gets_none_where_targets_allow_none(self) -> None:
        wishes, _, _ = seen(make_settings(self.GEO, targets=TARGETS), source(claim("app.example.com", "203.0.113.66")))
        assert wishes["app.example.com"].addresses == Known(())


def test_an_object_with_the_label_of_another_cluster_gets_no_records_instead() -> None:
    _, told, plan = seen(
        make_settings(), SourceSighting("", "geo-ingress", "Ingress", Known((claim("api.example.com", pool="ams"),)))
    )
    assert [one.name for one in plan.record_sets] == ["www.example.com"]
    assert len(told) == 1


hosts = st.sampled_from(["www", "a.shop", "admin.shop", "api", "_x.shop", "*.shop"]).map(
    lambda one: f"{one}.example.com"
)
addresses = st.lists(st.sampled_from(["198.51.100.7", "203.0.113.66"]), min_size=1, unique=True)
asking = st.builds(
    lambda name, found, namespace, of: claim(name, *sorted(found), namespace=namespace, of=of),
    hosts,
    addresses,
    st.sampled_from(["shop", "blog"]),
    st.sampled_from(["web", "other"]),
)


@given(
    asked=st.lists(asking, max_size=6, unique_by=lambda one: (one.name, one.object)),
    domains=st.sampled_from([[], DOMAINS]),
    targets=st.sampled_from([{}, TARGETS]),
)
def test_whatever_objects_ask_for_a_load_balancer_has_what_a_record_could_have(
    asked: list[Claim], domains: list[dict[str, Any]], targets: dict[str, Any]
) -> None:
    settings = make_settings(domains=domains, targets=targets)
    allowed, _ = admitted(settings, asked, [source(*asked)], Closed.of(settings))
    wished: dict[str, set[str]] = {}
    for one in allowed:
        assert isinstance(one.targets, Known)
        wished.setdefault(one.name, set()).update(one.targets.value)
    wishes, _, _ = seen(settings, source(*asked))
    assert {name: {*one.addresses.value} for name, one in wishes.items() if isinstance(one.addresses, Known)} == wished
