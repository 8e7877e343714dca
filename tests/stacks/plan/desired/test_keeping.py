from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.records.plan_limits import NOT_KNOWN, PlanLimits, limits_of
from stacks.model.claims import Claim, Complaint, ObjectKey, SourceSighting
from stacks.model.values import Endpoint, Known
from stacks.plan.desired.cluster_endpoints import claims_by_zone, zone_claims
from stacks.plan.desired.endpoints import endpoints
from stacks.plan.desired.keeping import Keeping
from stacks.settings.stack import Settings
from tests.stacks.plan.worlds import make_settings

WEB = ObjectKey("home", "Ingress", "shop", "web")
TUNNEL = "6ff42ae2-765d-4adf-8112-31c55c1551ef.cfargotunnel.com"
NET = {"zone": "example.net", "provider": "gandi"}
ORG = {"zone": "example.org", "marks": "comment"}
SETTINGS = make_settings(zones=[NET, ORG])
LONG = "c" * 130


def claim(name: str = "app.example.com", target: str = "192.0.2.1", **more: Any) -> Claim:  # noqa: ANN401 - a claim's fields
    values: dict[str, Any] = {"type": "A", "object": WEB, "created": "", **more}
    return Claim(name, targets=Known((target,)), **values)


def asked(
    *claims: Claim, settings: Settings = SETTINGS, limits: PlanLimits = NOT_KNOWN
) -> tuple[list[Endpoint], tuple[Complaint, ...]]:
    """The endpoints of claims in all zones, and what their objects are told."""
    sources = [SourceSighting("home", "ingress", "Ingress", Known(claims))]
    settled = claims_by_zone(settings, sources, limits={zone.zone: limits for zone in settings.each_zone()})
    found: list[Endpoint] = []
    told = list(settled.complaints)
    for zone in settings.each_zone():
        keeping = Keeping(zone, limits, settings.owner)
        of_zone = zone_claims(zone, settled.by_zone.get(zone.zone, ()), endpoints(zone, {}, keeping), {}, keeping)
        assert not of_zone.staying
        found += of_zone.endpoints
        told += of_zone.complaints
    return found, tuple(told)


FREE, PRO, ENTERPRISE = limits_of("free", "2025-01-01"), limits_of("pro"), limits_of("enterprise")

CASES: dict[str, tuple[Claim, PlanLimits, dict[str, object], str]] = {
    "a ttl below Gandi's": (
        claim("app.example.net", ttl=60),
        NOT_KNOWN,
        {"ttl": 300},
        (
            "the annotation truenorth/ttl has the value '60'; allowed: seconds, 300 to 2592000 at Gandi, or auto. "
            "app.example.net in the zone example.net: made with a ttl of 300"
        ),
    ),
    "a ttl above Cloudflare's": (claim(ttl=100_000), NOT_KNOWN, {"ttl": 86_400}, "made with a ttl of 86400"),
    "a ttl of Enterprise on Free": (claim(ttl=30), FREE, {"ttl": 60}, "example.com (plan free): made with a ttl of 60"),
    "a ttl of Enterprise on Enterprise": (claim(ttl=30), ENTERPRISE, {"ttl": 30}, ""),
    "a ttl of a proxied name": (claim(ttl=10, proxied=True), FREE, {"ttl": 1, "proxied": True}, ""),
    "the proxy at Gandi": (claim("app.example.net", proxied=True), NOT_KNOWN, {"proxied": False}, "Gandi has no proxy"),
    "a long comment on Free": (claim(comment=LONG), FREE, {"comment": "c" * 97 + "..."}, "at most 100 characters"),
    "a long comment on Pro": (claim(comment=LONG), PRO, {"comment": LONG}, ""),
    "a long comment on an unknown plan": (claim(comment=LONG), NOT_KNOWN, {"comment": "c" * 97 + "..."}, "at most 100"),
    "a long comment beside our mark": (
        claim("app.example.org", comment="c" * 90),
        FREE,
        {"comment": "c" * 74 + "..."},
        "at most 77 characters beside our mark [truenorth owner=home]",
    ),
    "a comment at Gandi": (claim("app.example.net", comment=LONG), NOT_KNOWN, {"comment": ""}, ""),
    "a comment like a mark": (
        claim(comment="ours? [TrueNorth  owner=b]"),
        PRO,
        {"comment": ""},
        (
            "allowed: a comment that is not like an ownership mark. app.example.com in the zone example.com "
            "(plan pro): made without a comment"
        ),
    ),
    "tags on Free": (claim(tags=("a", "b")), FREE, {"tags": ()}, "no tags, as the zone example.com (plan free) has it"),
    "tags on Pro": (claim(tags=("a", "b")), PRO, {"tags": ("a", "b")}, ""),
    "a tag that no zone takes": (
        claim(tags=("a", "b c", "team:" + "x" * 101)),
        PRO,
        {"tags": ("a",)},
        "allowed: NAME or NAME:VALUE",
    ),
    "more tags than a zone takes": (claim(tags=tuple("abcdefghijklmnopqrstu")), PRO, {"tags": ()}, "20 tags, as"),
    "a comment that no zone takes": (
        claim(comment="c" * 600),
        PRO,
        {"comment": "c" * 497 + "..."},
        "made with the first 500 of them",
    ),
    "no ttl at all": (claim(ttl=0), PRO, {"ttl": 60}, "made with a ttl of 60"),
    "a tunnel without a word on the proxy": (
        claim(target=TUNNEL, type="CNAME"),
        FREE,
        {"proxied": True, "ttl": 1, "targets": Known((TUNNEL,))},
        "",
    ),
    "a tunnel that is not to be proxied": (
        claim(target=TUNNEL, type="CNAME", proxied=False),
        FREE,
        {"proxied": True},
        (
            "allowed: true: only the proxy leads to a tunnel. app.example.com in the zone example.com (plan free): "
            "made proxied"
        ),
    ),
}


@pytest.mark.parametrize(("one", "limits", "fields", "said"), CASES.values(), ids=CASES.keys())
def test_a_setting_that_a_zone_does_not_keep_costs_the_name_nothing_and_is_told(
    one: Claim, limits: PlanLimits, fields: dict[str, object], said: str
) -> None:
    (endpoint,), told = asked(one, limits=limits)
    assert {field: getattr(endpoint, field) for field in fields} == fields
    assert endpoint.targets == one.targets
    assert len(told) == bool(said)
    assert not told or said in told[0].text


def test_a_setting_of_many_names_is_told_once() -> None:
    names = [claim(f"app{number}.example.net", ttl=60) for number in range(9)]
    found, (told,) = asked(*names)
    assert {one.ttl for one in found} == {300}
    assert "app0.example.net, app1.example.net, app2.example.net and 6 more in the zone example.net" in told.text


def test_one_object_in_two_zones_has_the_ttl_that_each_keeps_and_is_told_of_the_other() -> None:
    found, (told,) = asked(claim(ttl=60), claim("app.example.net", ttl=60))
    assert {one.name: one.ttl for one in found} == {"app.example.com": 60, "app.example.net": 300}
    assert "example.com" not in told.text


def test_two_objects_whose_ttls_do_not_matter_share_a_name() -> None:
    other = ObjectKey("home", "Ingress", "shop", "other")
    one = claim(ttl=10, proxied=True)
    (endpoint,), told = asked(one, claim(target="192.0.2.2", ttl=30, proxied=True, object=other))
    assert (endpoint.targets, told) == (Known(("192.0.2.1", "192.0.2.2")), ())


def test_a_ttl_of_the_settings_that_the_plan_has_not_is_raised() -> None:
    settings = make_settings({"name": "www", "targets": ["192.0.2.1"]}, ttl=30)
    for limits, ttl in ((FREE, 60), (ENTERPRISE, 30), (NOT_KNOWN, 30)):
        (endpoint,) = endpoints(settings, {}, Keeping(settings, limits, "home"))
        assert endpoint.ttl == ttl


def test_a_comment_of_the_settings_that_the_plan_has_not_is_cut() -> None:
    settings = make_settings({"name": "www", "targets": ["192.0.2.1"]}, comment=LONG)
    (endpoint,) = endpoints(settings, {}, Keeping(settings, FREE, "home"))
    assert endpoint.comment == "c" * 97 + "..."


@given(
    claims=st.lists(
        st.builds(
            claim,
            st.sampled_from(["a.example.com", "b.example.net", "c.example.org"]),
            ttl=st.sampled_from([None, 1, 2, 30, 60, 300, 2**31 - 1]),
            proxied=st.sampled_from([None, True, False]),
            comment=st.one_of(st.none(), st.text("c [truenohw=]", max_size=500)),
            tags=st.sampled_from([None, (), ("a",), tuple("abcdefghijklmnopqrstuvwxyz")]),
        ),
        min_size=1,
        max_size=3,
        unique_by=lambda one: one.name,
    ),
    limits=st.sampled_from([NOT_KNOWN, FREE, PRO, ENTERPRISE]),
    proxied=st.booleans(),
)
def test_no_setting_costs_a_name_its_record_and_none_is_more_than_its_zone_keeps(
    claims: list[Claim],
    limits: PlanLimits,
    proxied: bool,  # noqa: FBT001 - drawn
) -> None:
    settings = make_settings(zones=[NET | {"proxied": False}, ORG], proxied=proxied)
    found, told = asked(*claims, settings=settings, limits=limits)
    assert {one.name: one.targets for one in found} == {one.name: one.targets for one in claims}
    for one in found:
        zone = settings.of_zone(".".join(one.name.split(".")[1:]))
        assert one.ttl == zone.traits.automatic_ttl or zone.traits.shortest_ttl <= one.ttl <= zone.traits.longest_ttl
        assert one.ttl == 1 or one.ttl >= (limits.shortest_ttl or 0)
        assert len(one.comment) <= (limits.comment or 100)
        assert len(one.tags) <= (limits.tags or 0)
    assert all(one.annotation for one in told)
