from __future__ import annotations

import pytest

from components.records.plan_limits import NOT_KNOWN, limits_of
from stacks.plan.desired.advice import advice
from stacks.plan.desired.endpoints import endpoints
from stacks.plan.desired.keeping import Keeping
from stacks.settings.stack import Settings
from tests.stacks.plan.worlds import make_settings

FREE = limits_of("free", "2025-01-01")
TUNNEL = "6ff42ae2-765d-4adf-8112-31c55c1551ef.cfargotunnel.com"
NET = {"zone": "example.net", "provider": "gandi"}


def told(settings: Settings, zone: str = "example.com", *, has_objects: bool = False) -> list[tuple[str, str]]:
    keeping = Keeping(settings.of_zone(zone), FREE if zone == "example.com" else NOT_KNOWN, "home")
    return [(one.subject, one.what) for one in advice(keeping, has_objects=has_objects)]


def record(content: str, kind: str = "A", **more: object) -> dict[str, object]:
    return {"name": "www", "type": kind, "content": content, **more}


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (record("192.168.1.5"), "192.168.1.5, an address of a private network (RFC 1918)"),
        (record("127.0.0.1"), "127.0.0.1, a loopback address (RFC 1122)"),
        (record("fd00::1", "AAAA"), "fd00::1, an address of a private network (RFC 4193)"),
        (record("nas.home.arpa", "CNAME"), "nas.home.arpa, a name of a home network (RFC 8375)"),
        (record("203.0.113.1"), ""),
        (record("100::", "AAAA", proxied=True), ""),
        (record("10 mail.internal", "MX"), "mail.internal, a name of a private network"),
        (record("0 5 5060 sip.local", "SRV"), "sip.local, a name of one link (RFC 6762)"),
        (record("10 mail", "MX"), ""),
        (record("0 .", "MX"), ""),
    ],
)
def test_what_a_person_writes_is_made_as_it_is_written_and_told_unless_it_is_meant(
    written: dict[str, object], said: str
) -> None:
    settings = make_settings(records=[written])
    expected = [("www.example.com", f"points at {said}, in the public zone example.com")] if said else []
    assert told(settings) == expected
    assert told(make_settings(records=[written], private_addresses=True)) == []
    (endpoint,) = endpoints(settings, {})
    assert getattr(endpoint.targets, "value", None)


@pytest.mark.parametrize(
    ("ttl", "proxied", "zone", "said"),
    [
        (300, True, {}, ["has an automatic ttl, not its own: it is proxied"]),
        (300, None, {"proxied": True}, ["has an automatic ttl, not its own: it is proxied"]),
        (1, True, {}, []),
        (None, True, {"ttl": 300}, []),
        (300, False, {"proxied": True}, []),
    ],
)
def test_a_ttl_that_does_not_matter_costs_a_proxied_name_nothing_and_is_told(
    ttl: int | None,
    proxied: bool | None,  # noqa: FBT001 - pytest's parameter
    zone: dict[str, object],
    said: list[str],
) -> None:
    wish = {"name": "www", "targets": ["203.0.113.1"], "ttl": ttl, "proxied": proxied}
    settings = make_settings({key: value for key, value in wish.items() if value is not None}, **zone)
    assert [what for _, what in told(settings)] == said
    assert {one.ttl for one in endpoints(settings, {})} == {300 if proxied is False else 1}


def test_names_at_one_strange_address_are_told_together() -> None:
    names = [{"name": f"n{number}", "targets": ["10.0.0.1"]} for number in range(5)]
    ((subject, _),) = told(make_settings(*names))
    assert subject == "n0.example.com, n1.example.com, n2.example.com and 2 more"


@pytest.mark.parametrize(
    ("proxied", "is_proxied", "said"),
    [(None, True, []), (True, True, []), (False, False, ["is an alias of a tunnel and not proxied: it leads nowhere"])],
)
def test_a_record_of_a_tunnel_is_proxied_unless_it_is_said_not_to_be(
    proxied: bool | None,  # noqa: FBT001 - pytest's parameter
    is_proxied: bool,  # noqa: FBT001 - likewise
    said: list[str],
) -> None:
    settings = make_settings(records=[record(TUNNEL, "CNAME", proxied=proxied)])
    (endpoint,) = endpoints(settings, {})
    assert (endpoint.proxied, [what for _, what in told(settings)]) == (is_proxied, said)


def test_a_record_of_a_tunnel_at_another_provider_is_told() -> None:
    written = {"records": [record(TUNNEL, "CNAME")], "private_addresses": True}
    settings = make_settings(zones=[NET | written])
    ((subject, what),) = told(settings, "example.net")
    assert (subject, "to which only Cloudflare's proxy leads" in what) == ("www.example.net", True)
    (one,) = advice(Keeping(make_settings(zones=[NET | written]).of_zone("example.net"), NOT_KNOWN, "home"))
    assert "leads nowhere: take it out" in one.do


def test_a_default_that_a_zone_does_not_keep_is_told_where_objects_have_it() -> None:
    settings = make_settings(ttl=60, zones=[NET])
    assert told(settings, "example.net") == []
    ((subject, what),) = told(settings, "example.net", has_objects=True)
    assert (subject, what) == (
        "the zone example.net",
        "has a ttl of 300, not 60: the zone example.net keeps no other",
    )


def test_the_ttl_of_a_proxied_name_is_not_spoken_of() -> None:
    assert told(make_settings("www", ttl=30, proxied=True), has_objects=True) == []
