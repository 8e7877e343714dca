from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from stacks.model.errors import UserError
from stacks.settings.geo import GEO_ROUTE, GeoSettings, LocationSettings
from stacks.settings.stack import Settings, parse

APP = "app.example.com"
ALL = {
    "CF_ACCOUNT_ID": "a1",
    "GEO_LOCATION": "us_east",
    "LABEL_SELECTOR": "geo=yes",
    "CF_LB_HOSTNAME": "lb.example.com",
    "CF_ORIGIN_WEIGHT": "50",
}
EU = LocationSettings(name="eu", latitude=50.1109, longitude=8.6821)


def whole(environment: Mapping[str, str] | None = None, **others: Any) -> Settings:  # noqa: ANN401 - any setting
    return parse({"zone": "example.com", **others}, environment or {}, stack="home", where="Pulumi.home.yaml")


def read(environment: Mapping[str, str] | None = None, **geo: Any) -> GeoSettings:  # noqa: ANN401 - any setting
    found = whole(environment, geo={"location": "eu", **geo}).geo
    assert found is not None
    return found


def refused(environment: Mapping[str, str] | None = None, **others: Any) -> str:  # noqa: ANN401 - any setting
    with pytest.raises(UserError) as caught:
        whole(environment, **others)
    return str(caught.value)


def refused_geo(**geo: Any) -> str:  # noqa: ANN401 - any setting
    return refused(geo={"location": "eu", "hostname": APP, **geo})


class TestWhatIsLeftOut:
    def test_is_as_in_the_readme(self) -> None:
        found = read(hostname=APP)
        assert (found.weight, found.label_selector, found.handover) == (33, GEO_ROUTE, 300)
        assert (found.hub, found.adopt, found.pool_limit, found.cluster) == ("", "owned", 20, "")
        (one,) = found.each_balancer()
        assert (one.hostname, one.steering_policy, one.proxied, one.ttl) == (APP, "proximity", True, 30)

    @pytest.mark.parametrize("nothing", [None, {}])
    def test_leaves_a_stack_out_of_it_altogether(self, nothing: object) -> None:
        assert whole().geo is None
        assert whole(geo=nothing).geo is None

    def test_of_a_load_balancer_is_taken_from_geo(self) -> None:
        listed = [{"hostname": APP}, {"hostname": "b.example.com", "ttl": 60}, "c.example.com"]
        found = read(proxied=False, ttl=120, load_balancers=listed)
        assert [(one.hostname, one.proxied, one.ttl) for one in found.each_balancer()] == [
            (APP, False, 120),
            ("b.example.com", False, 60),
            ("c.example.com", False, 120),
        ]

    def test_is_what_a_load_balancer_that_only_objects_name_has(self) -> None:
        found = read(proxied=False, load_balancers=[{"hostname": APP, "ttl": 60}])
        assert (found.balancer(APP).ttl, found.balancer("b.example.com").ttl) == (60, 30)
        assert found.balancer("b.example.com").proxied is False

    def test_is_told_apart_from_a_load_balancer_that_is_listed_and_named_short(self) -> None:
        found = read(hostname=APP, load_balancers=[{"hostname": APP, "steering_policy": "off"}])
        assert [one.steering_policy for one in found.each_balancer()] == ["off"]


class TestALocation:
    @pytest.mark.parametrize(
        ("name", "latitude", "longitude"),
        [
            ("eu", 50.1109, 8.6821),
            ("us_east", 40.7128, -74.0060),
            ("us_west", 34.0522, -118.2437),
            ("asia", 35.6762, 139.6503),
        ],
    )
    def test_is_named(self, name: str, latitude: float, longitude: float) -> None:
        assert read(location=name).location == LocationSettings(name=name, latitude=latitude, longitude=longitude)

    def test_is_any_other_by_its_coordinates(self) -> None:
        oslo = {"name": "oslo", "latitude": 59.91, "longitude": 10.75}
        assert read(location=oslo).location == LocationSettings.model_validate(oslo)

    def test_may_be_written_as_a_mapping_of_its_name_alone(self) -> None:
        assert read(location={"name": "eu"}).location == EU

    def test_of_a_cloud_names_a_pool_without_its_slash(self) -> None:
        found = read(location="aws/eu-central-1").location
        assert found is not None
        assert found.name == "aws-eu-central-1"

    def test_that_is_missing_is_named_with_its_variable(self) -> None:
        said = refused(geo={"hostname": APP})
        assert "the location of geo load balancing is missing" in said
        assert "where: truenorth:geo.location in Pulumi.home.yaml" in said
        assert "export GEO_LOCATION: eu, us_east, us_west or asia" in said

    def test_that_nobody_knows_names_those_that_are_known(self) -> None:
        said = refused_geo(location="mars")
        assert "'mars'" in said
        assert "where: truenorth:geo.location in Pulumi.home.yaml" in said
        assert "use eu, us_east, us_west or asia" in said

    def test_lies_on_the_earth(self) -> None:
        said = refused_geo(location={"name": "x", "latitude": 91, "longitude": 0})
        assert "truenorth:geo.location.latitude" in said
        assert "less than or equal to 90" in said

    def test_has_both_coordinates(self) -> None:
        assert "'geo.location.longitude' is missing" in refused_geo(location={"name": "x", "latitude": 1})


class TestAWeight:
    @pytest.mark.parametrize("weight", [0, 101, -1, "heavy", 1.5, True])
    def test_is_from_1_to_100(self, weight: object) -> None:
        said = refused_geo(weight=weight)
        assert f"a weight of {weight!r} is not possible" in said
        assert "write a whole number from 1 to 100" in said


class TestAHostName:
    def test_is_in_one_of_our_zones(self) -> None:
        said = refused_geo(hostnames=[APP, "app.example.net"])
        assert "the host name app.example.net is in none of our zones at Cloudflare" in said
        assert "where: truenorth:geo.hostnames[1]" in said
        assert "use a name in example.com" in said

    def test_is_in_a_zone_that_has_load_balancing(self) -> None:
        gandi = {"zone": "example.net", "provider": "gandi"}
        said = refused(geo={"location": "eu", "hostname": "app.example.net"}, zones=[gandi])
        assert "it is in example.net, which is at Gandi" in said

    @pytest.mark.parametrize(
        "also", [{"names": ["app"]}, {"records": [{"name": "app", "type": "A", "content": "192.0.2.1"}]}]
    )
    def test_has_no_records_beside_its_load_balancer(self, also: dict[str, Any]) -> None:
        said = refused(geo={"location": "eu", "load_balancers": [APP]}, **also)
        assert f"{APP} is to have a load balancer and records" in said
        assert "where: truenorth:geo.load_balancers[0]" in said

    def test_has_one_load_balancer(self) -> None:
        assert f"the load balancer {APP} is there twice" in refused_geo(load_balancers=[APP, {"hostname": APP}])

    @pytest.mark.parametrize("name", ["app", "app example.com", "a..b.example.com"])
    def test_is_written_in_full(self, name: str) -> None:
        assert "app.example.com" in refused_geo(hostname=name).partition("do:")[2]

    def test_is_canonical(self) -> None:
        assert read(hostname="App.Example.com.").hostname == APP

    def test_is_needed_where_addresses_are_given(self) -> None:
        said = refused(geo={"location": "eu", "addresses": "192.0.2.1"})
        assert "no load balancer is named" in said
        assert "CF_LB_HOSTNAME" in said


class TestOrigins:
    def test_are_addresses_in_their_canonical_form(self) -> None:
        found = read(hostname=APP, addresses=["2001:DB8::0001", "192.0.2.1", "LB.example.net."])
        assert found.addresses == ("2001:db8::1", "192.0.2.1", "lb.example.net")
        assert not found.from_objects

    def test_are_not_the_wan_address_and_others(self) -> None:
        assert "keep addresses or wan" in refused_geo(addresses=["192.0.2.1"], wan=True)

    def test_are_at_real_addresses(self) -> None:
        assert "'192.0.2.300' is no IP address" in refused_geo(addresses=["192.0.2.300"])


class TestWhatIsNotPossible:
    @pytest.mark.parametrize(
        ("geo", "said"),
        [
            ({"steering_policy": "nearest"}, "'proximity'"),
            ({"regions": ["EU"]}, "'WEU'"),
            ({"cluster": "home.lab"}, "no pool can be named after a cluster 'home.lab'"),
            ({"label_selector": "a\nb"}, "write it as kubectl does: dns.external/geo-route=true"),
            ({"label_selector": "(("}, "write it as kubectl does: dns.external/geo-route=true"),
            ({"label_selector": " "}, "' ' is no label selector"),
            ({"location": "us-east"}, "us_east"),
            ({"monitor": {"type": "tcp"}}, "a check of type tcp needs a port"),
            ({"session_affinity": "header"}, "name them in session_affinity_headers"),
            ({"session_affinity": "cookie", "session_affinity_ttl": 60}, "use 1800 to 604800, or 0 for the default"),
            ({"wieght": 3}, "did you mean 'weight'?"),
            ({"monitor": {"intervall": 3}}, "did you mean 'interval'?"),
            ({"location": {"name": "Nowhere in particular", "latitude": 0, "longitude": 0}}, "geo.location.name"),
        ],
    )
    def test_is_refused_with_what_is(self, geo: dict[str, Any], said: str) -> None:
        assert said in refused_geo(**geo)


class TestTheVariablesOfExternalDnsCloudflareGeo:
    def test_are_enough(self) -> None:
        found = whole(ALL).geo
        assert found is not None
        assert found.location is not None
        assert (found.account_id, found.location.name, found.label_selector) == ("a1", "us_east", "geo=yes")
        assert (found.hostname, found.weight) == ("lb.example.com", 50)

    def test_give_way_to_settings(self) -> None:
        found = read(ALL, account_id="own", label_selector="own", hostnames=[APP], weight=1)
        assert found.location == EU
        assert (found.account_id, found.label_selector, found.weight) == ("own", "own", 1)
        assert [one.hostname for one in found.each_balancer()] == [APP]

    @pytest.mark.parametrize("generic", [{"CF_ACCOUNT_ID": "a1"}, {"LABEL_SELECTOR": "app=web"}])
    def test_that_may_mean_something_else_turn_nothing_on(self, generic: dict[str, str]) -> None:
        assert whole(generic).geo is None

    def test_miss_the_location(self) -> None:
        said = refused({"CF_LB_HOSTNAME": APP})
        assert "the location of geo load balancing is missing" in said
        assert "Missing required environment variables: ['GEO_LOCATION']" in said
        assert "export GEO_LOCATION" in said

    @pytest.mark.parametrize(
        ("variable", "value", "said"),
        [
            ("GEO_LOCATION", "moon", "use eu, us_east, us_west or asia"),
            ("CF_ORIGIN_WEIGHT", "101", "write a whole number from 1 to 100"),
            ("CF_ORIGIN_WEIGHT", "heavy", "write a whole number from 1 to 100"),
            ("CF_LB_HOSTNAME", "app.example.net", "use a name in example.com"),
        ],
    )
    def test_are_named_where_they_are_wrong(self, variable: str, value: str, said: str) -> None:
        found = refused({**ALL, variable: value})
        assert f"in environment variable {variable}\n" in found
        assert said in found
