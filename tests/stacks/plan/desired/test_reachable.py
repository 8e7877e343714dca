from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stacks.model.claims import Claim, Complaint, ObjectKey, SourceSighting
from stacks.model.scope import TargetScope, reach
from stacks.model.values import Endpoint, Known, Unknown
from stacks.plan.desired.cluster_endpoints import ANY, StayingName, claims_by_zone, zone_claims
from stacks.plan.desired.endpoints import endpoints
from stacks.settings.stack import Settings
from tests.stacks.model.test_scope import NEVER, PRIVATE, PUBLIC
from tests.stacks.plan.shared_world import World
from tests.stacks.plan.worlds import make_settings

WEB = ObjectKey("home", "HTTPRoute", "shop", "web")
NAME = "app.example.com"
NET = {"zone": "example.net", "provider": "gandi"}
TUNNEL = "6ff42ae2-765d-4adf-8112-31c55c1551ef.cfargotunnel.com"
PLAIN = make_settings(zones=[NET])
LET_IN: dict[str, object] = {"private_addresses": True}


def claims(*targets: str, name: str = NAME, key: ObjectKey = WEB, **more: Any) -> list[Claim]:  # noqa: ANN401 - a claim's fields
    """The claims of an object with these targets, one for each type."""
    by_type: dict[str, list[str]] = {}
    for one in targets:
        is_v4 = one.replace(".", "").isdigit()
        by_type.setdefault("AAAA" if ":" in one else "A" if is_v4 else "CNAME", []).append(one)
    return [Claim(name, kind, Known(tuple(sorted(found))), key, "", **more) for kind, found in by_type.items()]


def sighting(found: list[Claim]) -> SourceSighting:
    return SourceSighting("home", "gateway-httproute", "HTTPRoute", Known(tuple(found)))


def planned(
    found: list[Claim], settings: Settings = PLAIN
) -> tuple[list[Endpoint], list[StayingName], list[Complaint]]:
    settled = claims_by_zone(settings, [sighting(found)])
    wanted: list[Endpoint] = []
    staying: list[StayingName] = []
    told = list(settled.complaints)
    for zone in settings.each_zone():
        of_zone = zone_claims(zone, settled.by_zone.get(zone.zone, ()), endpoints(zone, {}), {})
        wanted += of_zone.endpoints
        staying += of_zone.staying
        told += of_zone.complaints
    return wanted, staying, told


def published(found: list[Claim], settings: Settings = PLAIN) -> dict[str, tuple[str, ...]]:
    return {one.type: one.targets.value for one in planned(found, settings)[0] if isinstance(one.targets, Known)}


@pytest.mark.parametrize("target", [one for one in (*NEVER, *PRIVATE) if "%" not in one])
def test_a_target_that_nobody_outside_reaches_is_no_address_yet_and_is_told(target: str) -> None:
    wanted, (stays,), (told,) = planned(claims(target))
    assert wanted == []
    assert (stays.name, stays.type, stays.reason) == (NAME, ANY, told.text)
    assert told.text.startswith(f"HTTPRoute shop/web in home: {target} is ")
    assert "of no use in the public zone example.com, and is left out" in told.text


@pytest.mark.parametrize(
    ("kind", "values", "left"),
    [
        ("MX", ("10 mail.local", "20 mail.example.org"), ("20 mail.example.org",)),
        ("SRV", ("0 5 443 db.data.svc.cluster.local", "0 5 443 db.example.org"), ("0 5 443 db.example.org",)),
        ("HTTPS", ("1 web.internal alpn=h2", "2 web.example.org alpn=h2"), ("2 web.example.org alpn=h2",)),
        ("MX", ("0 .",), ("0 .",)),
        ("HTTPS", ("1 . alpn=h2",), ("1 . alpn=h2",)),
        ("MX", ("10 mail.local",), ()),
        ("SRV", ("0 5 443 nas.local",), ()),
        ("TXT", ('"mail.local"',), ('"mail.local"',)),
    ],
)
def test_the_host_in_a_value_is_a_target_like_any_other(
    kind: str, values: tuple[str, ...], left: tuple[str, ...]
) -> None:
    given = [Claim(NAME, kind, Known(values), WEB, "")]
    wanted, staying, told = planned(given)
    assert [one.targets for one in wanted] == ([Known(left)] if left else [])
    assert (len(staying), len(told)) == (not left, left != values)
    assert not told or told[0].is_waiting == (not left)


@pytest.mark.parametrize("target", PUBLIC[:-1])
def test_a_public_target_is_published_without_a_word(target: str) -> None:
    wanted, staying, told = planned(claims(target))
    assert ([one.targets for one in wanted], staying, told) == ([Known((target,))], [], [])


def test_a_private_address_beside_a_public_one_is_left_out_and_the_record_stays_proxied() -> None:
    (endpoint,), staying, (told,) = planned(claims("203.0.113.10", "10.0.10.4", proxied=True))
    assert (endpoint.targets, endpoint.proxied, staying) == (Known(("203.0.113.10",)), True, [])
    assert told.text == (
        "HTTPRoute shop/web in home: 10.0.10.4 is an address of a private network (RFC 1918): of no use in the public "
        "zone example.com, and is left out (truenorth:private_addresses: true lets private ones in)"
    )


def test_a_route_of_two_gateways_has_the_address_of_the_public_one_and_follows_it() -> None:
    history = World()
    for outside in ("203.0.113.10", "203.0.113.11"):
        history.run(sighting([*claims(outside), *claims("192.168.42.121")]))
        assert history.has(NAME) == {"A": [outside]}


@pytest.mark.parametrize(
    "before", [claims("203.0.113.10"), claims("lb.example.org"), claims("203.0.113.10", "2001:db8::1")]
)
@pytest.mark.parametrize("target", ["10.0.0.4", "0.0.0.0", "istio.network.svc.cluster.local", "fd00::1"])
def test_what_was_there_stays_while_an_object_has_no_target_of_use(before: list[Claim], target: str) -> None:
    history = World()
    history.run(sighting(before))
    assert history.run(sighting(claims(target))) == ()


def test_one_complaint_tells_of_all_names_of_an_object() -> None:
    found = [one for number in range(5) for one in claims("10.0.0.4", name=f"app{number}.example.com")]
    wanted, staying, told = planned(found)
    assert (wanted, len(staying), len(told)) == ([], 5, 1)


class TestASettingLetsIn:
    @pytest.mark.parametrize("target", PRIVATE)
    def test_what_is_private_and_nothing_that_is_of_no_use(self, target: str) -> None:
        settings = make_settings(**LET_IN)
        wanted, _, told = planned(claims(target), settings)
        assert ([one.targets for one in wanted], told) == ([Known((target,))], [])
        assert planned(claims(NEVER[0]), settings)[0] == []

    @pytest.mark.parametrize(
        ("rules", "target", "is_in"),
        [
            ({"targets": {"networks": ["10.0.0.0/8"]}}, "10.0.0.4", True),
            ({"targets": {"networks": ["10.0.0.0/24"]}}, "10.0.0.4", True),
            ({"targets": {"networks": ["0.0.0.0/0"]}}, "10.0.0.4", False),
            ({"targets": {"names": ["*.home.arpa"]}}, "nas.home.arpa", True),
            ({"targets": {"names": ["**"]}}, "nas.home.arpa", False),
            ({"cluster_addresses": True}, "10.0.0.4", False),
        ],
    )
    def test_the_private_targets_that_the_rules_for_objects_spell(
        self,
        rules: dict[str, object],
        target: str,
        is_in: bool,  # noqa: FBT001 - pytest's parameter
    ) -> None:
        settings = make_settings(cluster=rules, sources=["gateway-httproute"])
        assert bool(planned(claims(target), settings)[0]) is is_in

    def test_cluster_addresses_of_services_where_the_settings_ask_for_these(self) -> None:
        settings = make_settings(cluster={"cluster_addresses": True}, sources=["service"])
        service = ObjectKey("home", "Service", "shop", "web")
        assert published(claims("10.96.0.1", key=service), settings) == {"A": ("10.96.0.1",)}

    def test_but_leaves_them_out_beside_others_that_are_proxied(self) -> None:
        settings = make_settings(**LET_IN, proxied=True)
        (endpoint,), _, (told,) = planned(claims("203.0.113.10", "10.0.10.4"), settings)
        assert (endpoint.targets, endpoint.proxied) == (Known(("203.0.113.10",)), True)
        assert "no proxy reaches 10.0.10.4" in told.text

    def test_but_makes_nothing_where_the_object_itself_asks_for_the_proxy(self) -> None:
        wanted, (stays,), (told,) = planned(claims("10.0.10.4", proxied=True), make_settings(**LET_IN))
        assert (wanted, stays.reason) == ([], told.text)


class TestATunnel:
    def test_is_of_no_use_at_another_provider(self) -> None:
        wanted, (stays,), (told,) = planned(claims(TUNNEL, name="app.example.net"))
        assert (wanted, stays.reason) == ([], told.text)
        assert "only Cloudflare's proxy leads" in told.text


def unproxied(world: World) -> set[tuple[str, str]]:
    """The records at the name without the proxy, by type and content."""
    return {
        (live.record.type, live.record.content)
        for live in world.zone.records
        if live.record.name == NAME and not live.record.proxied
    }


TARGETS = st.lists(
    st.sampled_from(["203.0.113.1", "203.0.113.2", "2001:db8::1", "10.0.0.4", "fd00::1", "127.0.0.1", "0.0.0.0"]),
    min_size=1,
    max_size=4,
    unique=True,
)
NAMES_OF_HOSTS = st.sampled_from(["lb.example.org", "a.svc.cluster.local", "nas.home.arpa", "localhost"])
ASKED = st.one_of(TARGETS, NAMES_OF_HOSTS.map(lambda one: [one]))
OTHER = ObjectKey("home", "HTTPRoute", "shop", "other")


@settings(deadline=None)
@given(
    history=st.lists(
        st.tuples(ASKED, st.one_of(st.none(), ASKED), st.sampled_from([None, True])), min_size=1, max_size=4
    ),
    proxied=st.booleans(),
)
def test_no_history_of_targets_publishes_what_nobody_reaches_or_turns_the_proxy_off(
    history: list[tuple[list[str], list[str] | None, bool | None]],
    proxied: bool,  # noqa: FBT001 - drawn
) -> None:
    chosen = make_settings(proxied=proxied)
    world = World(chosen)
    for targets, others, said in history:
        wanted = proxied or bool(said)
        found = claims(*targets, proxied=said) + (claims(*others, key=OTHER, proxied=said) if others else [])
        usable = {one for one in (*targets, *(others or ())) if reach(one).scope is TargetScope.PUBLIC}
        before, grey = world.has(NAME), unproxied(world)
        world.run(sighting(found))
        assert all(reach(one).scope is TargetScope.PUBLIC for several in world.has(NAME).values() for one in several)
        assert not wanted or unproxied(world) <= grey
        if not usable:
            assert world.has(NAME) == before


def test_an_unknown_target_is_no_private_one() -> None:
    wanted, staying, told = planned([Claim(NAME, None, Unknown("silence"), WEB, "")])
    assert (wanted, staying, told) == ([], [StayingName(NAME, ANY, "silence")], [])
