from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from components.geo.values import LoadBalancer, Origin, Pool
from lab.api.faults import Effect, Fault
from stacks.model.errors import UserError
from stacks.model.geo import Account, GeoMemory, GeoSight, RegisteredGeo
from stacks.model.observation import Registry
from stacks.model.values import Known, Unknown, ZoneSnapshot
from stacks.observe.geo.sight import observe_geo
from stacks.settings.stack import parse
from tests.geo import APP, ZONE, Place, account

OWN = {"cluster": "home", "location": "eu", "hostname": APP, "addresses": ["203.0.113.7"]}


@pytest.fixture
def place() -> Iterator[Place]:
    with account() as found:
        yield found


def pool_in_state(identity: str) -> GeoMemory:
    value = Pool("k8s-pool-home-eu", (Origin("origin-eu", "203.0.113.7"),))
    return GeoMemory((RegisteredGeo("urn", "geo/k8s-pool-home-eu/pool", identity, "pool", value),))


def seen(place: Place, memory: GeoMemory | None = None, **settings: Any) -> GeoSight | None:  # noqa: ANN401 - any setting
    values = {"zone": ZONE, "geo": OWN, **settings}
    parsed = parse(values, {}, stack="home", where="settings")
    registry = Registry(geo=memory or GeoMemory())
    zones = [ZoneSnapshot(ZONE, place.zone_id(), ())]
    signing = {one.zone: place.credentials for one in parsed.each_zone()}
    place.cloudflare.requests.clear()
    return observe_geo(parsed, signing, registry, zones, (), ())


def read(sight: GeoSight | None) -> Account:
    assert sight is not None
    assert isinstance(sight.account, Account)
    return sight.account


def test_a_stack_without_it_asks_for_nothing(place: Place) -> None:
    assert seen(place, geo={}) is None
    assert len(place.cloudflare.requests) == 0


def test_a_stack_with_it_sees_the_account_and_what_it_wishes_for(place: Place) -> None:
    pool = place.pool("k8s-pool-home-eu")
    found = seen(place)
    assert [one.id for one in read(found).pools] == [pool]
    assert found is not None
    assert [(one.host_name, one.addresses) for one in found.wishes] == [(APP, Known(("203.0.113.7",)))]
    assert found.cluster == "home"


def test_a_stack_that_leaves_it_still_sees_the_account(place: Place) -> None:
    assert len(read(seen(place, pool_in_state(place.pool("k8s-pool-home-eu")), geo={})).pools) == 1


def test_an_account_that_state_knows_is_not_looked_up(place: Place) -> None:
    seen(place, replace(pool_in_state("p1"), account_id=place.account_id))
    assert len(place.cloudflare.requests) == 3
    assert read(seen(place, pool_in_state("p1"))).account_id == place.account_id
    assert len(place.cloudflare.requests) == 4


def test_an_account_that_cannot_be_read_is_unknown(place: Place) -> None:
    place.cloudflare.faults.set([Fault(Effect.THROTTLE, path="/load_balancers", seconds=1)])
    found = seen(place)
    assert found is not None
    assert isinstance(found.account, Unknown)
    assert len(found.wishes) == 1


def test_a_stack_that_left_and_has_no_zone_at_cloudflare_any_more_sees_no_account(place: Place) -> None:
    found = seen(place, pool_in_state("p1"), geo={}, provider="gandi")
    assert found is not None
    assert found.account == Unknown("none of our zones is at Cloudflare")


def test_only_the_zones_of_our_load_balancers_are_asked_about(place: Place) -> None:
    token = "lab-token-of-one-zone-0123456789abcdefghi"
    place.cloudflare.add_zone("example.net", "pro")
    place.cloudflare.add_token(token, [place.zone_id()])
    limited = Place(place.cloudflare, type(place.credentials)(token=token, base_url=place.credentials.base_url))
    read(seen(limited, zones=[{"zone": "example.net"}]))
    left = GeoMemory((), (LoadBalancer("app.example.net", (), ""),))
    with pytest.raises(UserError, match=r"no zone example\.net that this token can see"):
        seen(limited, left, zones=[{"zone": "example.net"}])


@pytest.mark.parametrize(("address", "asked"), [("203.0.113.7", False), ("203.0.113.8", True)])
def test_health_is_asked_for_while_the_own_pool_is_to_have_other_addresses(
    place: Place, address: str, *, asked: bool
) -> None:
    mine = place.pool("k8s-pool-home-eu", "203.0.113.7", monitor=place.monitor())
    place.pool("k8s-pool-other-eu", "192.0.2.1", monitor=place.monitor())
    place.cloudflare.load_balancing.health.check()
    found = read(seen(place, pool_in_state(mine), geo=OWN | {"addresses": [address]}))
    assert [one.health for one in found.pools] == ["healthy" if asked else "unknown", "unknown"]
