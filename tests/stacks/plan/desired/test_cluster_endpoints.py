from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from ipaddress import ip_address
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stacks.model.claims import Claim, Complaint, Detected, ObjectKey, SourceSighting, Targets
from stacks.model.values import WAN, Address, Endpoint, Family, Known, Unknown
from stacks.plan.desired.cluster_endpoints import (
    ANY,
    SettledClaims,
    StayingName,
    ZoneClaims,
    claims_by_zone,
    zone_claims,
    zone_of,
)
from stacks.plan.desired.endpoints import AddressesByLink, endpoints
from stacks.settings.stack import Settings
from tests.stacks.plan.worlds import ZONE, make_settings

WEB = ObjectKey("home", "HTTPRoute", "shop", "web")
API = ObjectKey("home", "HTTPRoute", "shop", "api")
WWW = "www.example.com"
NOTHING_SEEN: AddressesByLink = {}
NET = {"zone": "example.net", "provider": "gandi"}
SAME = {"name": "www", "targets": ["203.0.113.9"]}
ALIAS = {"name": "www", "type": "CNAME", "content": "a.example.edu"}
LINKS: dict[str, object] = {"wan": {"links": {"fibre": {}, "lte": {}}}}


def wish(
    *addresses: str,
    name: str = WWW,
    record_type: str | None = "A",
    targets: Targets | None = None,
    **more: Any,  # noqa: ANN401 - a wish's fields
) -> Claim:
    values: dict[str, Any] = {"object": WEB, "created": "2026-01-01T00:00:00Z", **more}
    return Claim(name, record_type, targets or Known(addresses or ("192.0.2.1",)), **values)


def read(*found: Claim | Complaint) -> SourceSighting:
    return SourceSighting("home", "gateway-httproute", "HTTPRoute", Known(found))


def asked_of(
    *wishes: Claim, settings: Settings | None = None, zone: str = ZONE, seen: AddressesByLink = NOTHING_SEEN
) -> ZoneClaims:
    """What these wishes ask of a zone, after conflicts among them have been settled."""
    chosen = settings or make_settings()
    of_zone = chosen.of_zone(zone)
    detected = frozenset(link for (link, _), found in seen.items() if isinstance(found, Known))
    settled = claims_by_zone(chosen, [read(*wishes)], detected=detected)
    found = zone_claims(of_zone, settled.by_zone.get(zone, ()), endpoints(of_zone, seen), seen)
    return replace(found, complaints=(*settled.complaints, *found.complaints))


def only(
    *wishes: Claim, settings: Settings | None = None, zone: str = ZONE, seen: AddressesByLink = NOTHING_SEEN
) -> Endpoint:
    found = asked_of(*wishes, settings=settings, zone=zone, seen=seen)
    assert found.complaints == ()
    (endpoint,) = found.endpoints
    return endpoint


def addresses(*texts: str) -> Known[tuple[Address, ...]]:
    return Known(tuple(ip_address(text) for text in texts))


class TestTheZoneOfAName:
    ZONES = frozenset({"example.com", "dev.example.com", "example.net"})

    @pytest.mark.parametrize(
        ("name", "zone"),
        [
            ("www.example.com", "example.com"),
            ("example.com", "example.com"),
            ("a.b.c.example.com", "example.com"),
            ("dev.example.com", "dev.example.com"),
            ("www.dev.example.com", "dev.example.com"),
            ("wwwdev.example.com", "example.com"),
            ("*.dev.example.com", "dev.example.com"),
            ("www.example.org", ""),
            ("myexample.com", ""),
            ("com", ""),
        ],
    )
    def test_is_the_innermost_that_holds_it(self, name: str, zone: str) -> None:
        assert zone_of(name, self.ZONES) == zone

    def test_is_where_its_wish_goes_and_one_of_none_goes_nowhere(self) -> None:
        settings = make_settings(zones=[{"zone": "dev.example.com"}])
        names = ["www.example.com", "www.dev.example.com", "www.example.org"]
        settled = claims_by_zone(settings, [read(*(wish(name=name) for name in names))])
        assert {zone: [one.name for one in found] for zone, found in settled.by_zone.items()} == {
            "example.com": ["www.example.com"],
            "dev.example.com": ["www.dev.example.com"],
        }
        assert settled.complaints == ()

    def test_objects_that_differ_about_a_name_in_no_zone_are_not_told(self) -> None:
        both = [wish(name="www.example.org", ttl=60), wish(name="www.example.org", object=API)]
        assert claims_by_zone(make_settings(), [read(*both)]) == SettledClaims({}, (), ())


class TestComplaints:
    def test_of_the_sources_and_of_conflicts_are_handed_on(self) -> None:
        bad = Complaint(WEB, "truenorth/ttl", "soon", "seconds", "web: bad")
        both = [wish("192.0.2.1", ttl=60), wish("192.0.2.2", object=API)]
        complaints = claims_by_zone(make_settings(), [read(bad), read(*both)]).complaints
        assert [one.object for one in complaints] == [WEB, WEB]
        assert complaints[0] is bad

    def test_of_a_source_that_could_not_be_read_there_are_none(self) -> None:
        unread = SourceSighting("home", "ingress", "Ingress", Unknown("refused"))
        assert claims_by_zone(make_settings(), [unread]) == SettledClaims({}, (), ())


class TestDefaults:
    def test_are_the_zones(self) -> None:
        found = only(wish(), settings=make_settings(ttl=600, comment="of the zone", proxied=False))
        assert (found.ttl, found.proxied, found.comment) == (600, False, "of the zone")

    def test_give_way_to_what_the_object_says(self) -> None:
        said = wish(ttl=120, proxied=False, comment="")
        found = only(said, settings=make_settings(ttl=600, comment="of the zone", proxied=True))
        assert (found.ttl, found.proxied, found.comment) == (120, False, "")

    def test_of_a_proxied_name_have_an_automatic_ttl(self) -> None:
        found = only(wish(ttl=120), settings=make_settings(proxied=True))
        assert (found.ttl, found.proxied) == (1, True)

    def test_of_gandi_have_neither_comment_nor_proxy_and_an_automatic_ttl_of_its_own(self) -> None:
        settings = make_settings(comment="above", proxied=True, zones=[NET])
        found = only(wish(name="www.example.net", comment="said"), settings=settings, zone="example.net")
        assert (found.ttl, found.proxied, found.comment) == (300, False, "")

    @pytest.mark.parametrize(("record_type", "proxied"), [("A", True), ("AAAA", True), ("CNAME", True), ("SRV", False)])
    def test_and_annotations_never_proxy_what_cannot_be(self, record_type: str, proxied: bool) -> None:  # noqa: FBT001 - pytest's parameter
        target = {"AAAA": "2001:db8::1", "CNAME": "a.example.edu", "SRV": "0 50 80 a.example.edu"}.get(record_type, "")
        for said in (None, True):
            one = wish(target or "192.0.2.1", record_type=record_type, proxied=said)
            found = only(one, settings=make_settings(proxied=True, ttl=600))
            assert (found.proxied, found.ttl) == (proxied, 1 if proxied else 600)

    @pytest.mark.parametrize(
        ("target", "proxied"),
        [
            *((one, False) for one in ("10.1.2.3", "100.64.0.1", "172.31.0.1", "192.168.0.1", "fd00::1")),
            *((one, True) for one in ("192.0.2.1", "11.0.0.1", "172.32.0.1", "2001:db8::1")),
        ],
    )
    def test_of_the_zone_never_proxy_an_address_that_no_proxy_reaches(self, target: str, proxied: bool) -> None:  # noqa: FBT001 - pytest's parameter
        one = wish(target, record_type="AAAA" if ":" in target else "A")
        found = only(one, settings=make_settings(proxied=True, ttl=600, private_addresses=True))
        assert (found.proxied, found.ttl) == (proxied, 1 if proxied else 600)

    def test_the_endpoint_names_the_object_and_what_each_of_several_gives(self) -> None:
        both = [wish("192.0.2.1"), wish("192.0.2.2", object=API, created="2026-01-02T00:00:00Z")]
        found = asked_of(*both)
        (endpoint,) = found.endpoints
        assert endpoint.source == "home/httproute/shop/api"  # the first by name, as none has it yet
        assert dict(endpoint.parts) == {
            "home/httproute/shop/web": Known(("192.0.2.1",)),
            "home/httproute/shop/api": Known(("192.0.2.2",)),
        }
        assert found.objects == {(WWW, "A"): (API, WEB)}


class TestDetectedTargets:
    SEEN: Mapping[tuple[str, Family], Known[tuple[Address, ...]] | Unknown] = {
        (WAN, Family.IPV4): addresses("203.0.113.7"),
        (WAN, Family.IPV6): addresses("2001:db8::7"),
        ("fibre", Family.IPV4): addresses("198.51.100.1"),
        ("lte", Family.IPV4): addresses("192.0.2.1"),
    }

    def targets(self, record_type: str | None, *links: str) -> dict[str, object]:
        one = wish(record_type=record_type, targets=Detected(links))
        found = asked_of(one, settings=make_settings(**LINKS), seen=self.SEEN).endpoints
        assert all(endpoint.links == links for endpoint in found)
        return {endpoint.type: endpoint.targets for endpoint in found}

    def test_are_of_each_family_that_is_detected_on_the_links(self) -> None:
        assert self.targets(None, WAN) == {"A": Known(("203.0.113.7",)), "AAAA": Known(("2001:db8::7",))}
        assert self.targets(None, "fibre") == {"A": Known(("198.51.100.1",))}

    def test_are_of_the_type_that_is_asked_for(self) -> None:
        assert self.targets("AAAA", WAN) == {"AAAA": Known(("2001:db8::7",))}

    def test_of_several_links_are_the_addresses_of_all(self) -> None:
        assert self.targets("A", "fibre", "lte") == {"A": Known(("192.0.2.1", "198.51.100.1"))}

    def test_of_a_family_that_is_not_detected_are_unknown(self) -> None:
        assert self.targets("AAAA", "lte") == {
            "AAAA": Unknown("ipv6 is not among truenorth:wan.families"),
        }

    def test_on_links_that_nobody_has_looked_at_yet_let_all_stay(self) -> None:
        found = asked_of(wish(record_type=None, targets=Detected()))
        assert found.endpoints == ()
        assert [(one.name, one.type) for one in found.staying] == [(WWW, ANY)]


class TestUnknownTargets:
    def test_of_a_type_are_an_endpoint_that_is_unknown(self) -> None:
        assert only(wish(targets=Unknown("silence"))).targets == Unknown("silence")

    def test_of_any_type_let_all_stay_that_the_name_has(self) -> None:
        found = asked_of(wish(record_type=None, targets=Unknown("silence")))
        assert (found.endpoints, found.staying) == ((), (StayingName(WWW, ANY, "silence"),))


class TestNamesOfTheSettings:
    def test_win_over_an_objects_and_its_owner_is_told(self) -> None:
        found = asked_of(wish(), settings=make_settings(SAME))
        assert (found.endpoints, dict(found.objects), found.staying) == ((), {}, ())
        (told,) = found.complaints
        assert told.object == WEB
        assert told.text == (
            "HTTPRoute shop/web in home: it does not get www.example.com: the settings have it too, and what they say "
            "counts; take it out of one of the two"
        )

    def test_win_over_all_of_several_objects_and_each_is_told(self) -> None:
        found = asked_of(wish("192.0.2.1"), wish("192.0.2.2", object=API), settings=make_settings(SAME))
        assert {one.object for one in found.complaints} == {WEB, API}

    def test_are_theirs_in_every_type(self) -> None:
        found = asked_of(wish("2001:db8::1", record_type="AAAA"), settings=make_settings(SAME))
        assert (found.endpoints, len(found.complaints)) == ((), 1)

    def test_with_mail_alone_leave_addresses_to_the_objects(self) -> None:
        mail = {"name": "www", "type": "MX", "content": "10 mail.example.com"}
        found = asked_of(wish("2001:db8::1", record_type="AAAA"), settings=make_settings(records=[mail]))
        assert ([one.type for one in found.endpoints], found.complaints) == (["AAAA"], ())

    def test_that_are_aliases_leave_none(self) -> None:
        found = asked_of(wish("2001:db8::1", record_type="AAAA"), settings=make_settings(records=[ALIAS]))
        assert (found.endpoints, len(found.complaints)) == ((), 1)

    def test_leave_no_room_for_an_alias(self) -> None:
        found = asked_of(wish("a.example.edu", record_type="CNAME"), settings=make_settings(SAME))
        assert (found.endpoints, len(found.complaints)) == ((), 1)

    def test_with_mail_alone_leave_no_room_for_an_alias_and_each_object_is_told_so(self) -> None:
        mail = {"name": "www", "type": "MX", "content": "10 mail.example.com"}
        alias = wish("a.example.edu", record_type="CNAME")
        found = asked_of(alias, replace(alias, object=API), settings=make_settings(records=[mail]))
        why = "it does not get www.example.com: the settings have it too, and what they say counts; take it out of one"
        assert (found.endpoints, len(found.complaints)) == ((), 2)
        assert all(one.text.startswith(f"{one.object}: {why}") for one in found.complaints)

    def test_of_two_types_tell_the_object_once(self) -> None:
        seen: AddressesByLink = {(WAN, family): addresses("203.0.113.7") for family in Family}
        found = asked_of(wish(record_type=None, targets=Detected()), settings=make_settings("www"), seen=seen)
        assert (found.endpoints, len(found.complaints)) == ((), 1)


LONG = "a" * 90
TOO_LONG = ".".join(["a" * 60] * 3) + ".example.com"  # 194 characters; the mark's prefix has to fit too

FAULTS = [
    pytest.param(
        wish(record_type=None, targets=Detected(("dsl", "lte"))),
        ("truenorth/link", "dsl", "the links of the settings' wan.links: fibre, lte"),
        id="a link that there is not",
    ),
]
NAME_FAULTS = [
    pytest.param(
        wish(WWW, record_type="CNAME"), "www.example.com would be an alias of itself", id="an alias of itself"
    ),
    pytest.param(
        wish(name=f"{'a' * 50}.{TOO_LONG}"), "cannot be marked as ours: the name", id="a name whose mark is too long"
    ),
]


class TestWhatAZoneCannotHave:
    SETTINGS = make_settings(**LINKS, zones=[NET, {"zone": "example.org", "marks": "comment"}])

    def zone(self, one: Claim) -> str:
        return zone_of(one.name, frozenset({"example.com", "example.net", "example.org"}))

    def test_a_name_that_can_be_told_but_whose_mark_cannot_is_one_that_is_long(self) -> None:
        assert len(f"{'a' * 50}.{TOO_LONG}") <= 253 < len(f"_truenorth-a.{'a' * 50}.{TOO_LONG}")

    @pytest.mark.parametrize(("one", "said"), FAULTS)
    def test_an_annotation_is_told_with_its_spelling_value_and_what_is_allowed(
        self, one: Claim, said: tuple[str, str, str]
    ) -> None:
        annotation, value, allowed = said
        (told,) = asked_of(one, settings=self.SETTINGS, zone=self.zone(one)).complaints
        assert (told.object, told.annotation, told.value) == (WEB, annotation, value)
        assert allowed in told.allowed
        assert told.text == (
            f"HTTPRoute shop/web in home: the annotation {annotation} has the value {value!r}; "
            f"allowed: {told.allowed}. The records stay as they are until it is mended"
        )

    @pytest.mark.parametrize(("one", "said"), NAME_FAULTS)
    def test_a_name_is_told_with_the_reason(self, one: Claim, said: str) -> None:
        (told,) = asked_of(one, settings=self.SETTINGS, zone=self.zone(one)).complaints
        assert (told.object, told.annotation, told.value, told.allowed) == (WEB, "", "", "")
        assert told.text.startswith("HTTPRoute shop/web in home: ")
        assert said in told.text
        assert told.text.endswith(". The records stay as they are until it is mended")

    @pytest.mark.parametrize("one", [case.values[0] for case in (*FAULTS, *NAME_FAULTS)])
    def test_lets_the_records_stay(self, one: Claim) -> None:
        found = asked_of(one, settings=self.SETTINGS, zone=self.zone(one))
        assert (found.endpoints, dict(found.objects)) == ((), {})
        (staying,) = found.staying
        assert (staying.name, staying.type) == (one.name, ANY)
        assert staying.reason == found.complaints[0].text

    def test_a_name_that_is_marked_otherwise_needs_no_room_for_a_text(self) -> None:
        long = f"{'a' * 50}.{TOO_LONG}"
        assert only(wish(name=long), settings=make_settings(marks="none")).name == long

    @pytest.mark.parametrize("ttl", [1, 300, 2_592_000])
    def test_is_not_a_ttl_that_it_has(self, ttl: int) -> None:
        found = only(wish(name="www.example.net", ttl=ttl), settings=self.SETTINGS, zone="example.net")
        assert found.ttl == max(300, ttl)

    def test_is_not_an_alias_at_the_apex_where_the_provider_has_them(self) -> None:
        assert only(wish("a.example.edu", name=ZONE, record_type="CNAME")).name == ZONE

    def test_is_an_alias_at_the_apex_at_a_name_server_of_ones_own(self) -> None:
        house = {"zone": "house.example", "provider": "rfc2136", "rfc2136": {"server": "192.0.2.53", "key": "any"}}
        one = wish("a.example.edu", name="house.example", record_type="CNAME")
        found = asked_of(one, settings=make_settings(zones=[house]), zone="house.example")
        assert found.endpoints == ()
        assert ["the name server has no ALIAS records" in one.text for one in found.complaints] == [True]


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["www.example.com", "api.example.com", "www.example.net", "www.example.org"]),
            st.sampled_from(["A", "AAAA", "CNAME", None]),
            st.sampled_from([None, 1, 60, 600]),
            st.sampled_from([None, True, False]),
            st.sampled_from([WEB, API]),
            st.booleans(),
        ),
        max_size=8,
    )
)
def test_every_wish_in_a_zone_is_asked_for_or_told_of_or_lets_something_stay(
    drawn: list[tuple[str, str | None, int | None, bool | None, ObjectKey, bool]],
) -> None:
    of_type = {"A": "192.0.2.1", "AAAA": "2001:db8::1", "CNAME": "a.example.edu"}
    wishes = [
        wish(
            name=name,
            record_type=record_type,
            targets=Known((of_type[record_type],)) if known and record_type else Unknown("silence"),
            ttl=ttl,
            proxied=proxied,
            object=key,
        )
        for name, record_type, ttl, proxied, key, known in drawn
    ]
    settings = make_settings("api", zones=[NET])
    settled = claims_by_zone(settings, [read(*wishes)])
    for zone in settings.each_zone():
        found = zone_claims(zone, settled.by_zone.get(zone.zone, ()), endpoints(zone, {}), {})
        keys = [(one.name, one.type) for one in found.endpoints]
        assert len(set(keys)) == len(keys)
        assert set(keys) == set(found.objects)
        told = {one.object for one in (*settled.complaints, *found.complaints)}
        spoken_of = {name for name, _ in keys} | {one.name for one in found.staying}
        for one in wishes:
            if zone_of(one.name, frozenset({ZONE, "example.net"})) == zone.zone:
                assert one.name in spoken_of or one.object in told or isinstance(one.targets, Unknown)
