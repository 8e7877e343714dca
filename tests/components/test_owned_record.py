"""Records of a program of one's own: what is registered, what is refused, and that a second run changes nothing."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

import pulumi
import pytest
from google.protobuf import json_format  # type: ignore[import-untyped] # ships no types

from components.owned_record import OwnedRecord, OwnedRecordArgs
from tests.components.recorder import registered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.components.conftest import World

CLOUDFLARE = OwnedRecordArgs(zone="example.com", zone_id="zone", name="www", type="A", contents=["192.0.2.1"])
GANDI = OwnedRecordArgs(zone="example.com", name="www", type="A", contents=["192.0.2.1"], provider="gandi")


def args(base: OwnedRecordArgs, **others: object) -> OwnedRecordArgs:
    return cast("OwnedRecordArgs", {**base, **others})


def inputs(given: OwnedRecordArgs) -> dict[str, dict[str, Any]]:
    """The inputs of the records by logical name, in the order in which they are registered."""
    component, *records = registered(lambda: void(OwnedRecord("site", given)))
    assert component.type == "truenorth:index:OwnedRecord"
    assert all(one.deleteBeforeReplace and one.parent for one in records)
    return {one.name: json_format.MessageToDict(one.object) for one in records}


@pytest.fixture(autouse=True)
def _loop() -> Iterator[None]:
    """An event loop, which outputs need; other tests of the process may have closed theirs."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield
    asyncio.set_event_loop(None)
    loop.close()


def void(_: object) -> None:
    """What a program returns."""


class TestNamesAndHosts:
    def test_are_taken_as_people_write_them(self) -> None:
        given = args(
            CLOUDFLARE, zone="München.example", name="bücher", type="MX", contents=["10 mail", "20 a.example.org"]
        )
        found = inputs(given)
        assert {one["name"] for name, one in found.items() if name != "site/mark"} == {
            "xn--bcher-kva.xn--mnchen-3ya.example"
        }
        assert {one["content"] for name, one in found.items() if name != "site/mark"} == {
            "mail.xn--mnchen-3ya.example",
            "a.example.org",
        }

    def test_a_host_that_can_be_nowhere_is_refused(self) -> None:
        with pytest.raises(ValueError, match=r"write s1\._domainkey\.example\.com"):
            OwnedRecord("site", args(CLOUDFLARE, type="CNAME", contents=["s1._domainkey"]))


class TestAtCloudflare:
    def test_the_mark_comes_last_and_names_the_program_and_its_stack(self) -> None:
        assert list(inputs(CLOUDFLARE).items()) == [
            (
                "site",
                {
                    "zoneId": "zone",
                    "name": "www.example.com",
                    "type": "A",
                    "content": "192.0.2.1",
                    "ttl": 1,
                    "proxied": False,
                },
            ),
            (
                "site/mark",
                {
                    "zoneId": "zone",
                    "name": "_truenorth-a.www.example.com",
                    "type": "TXT",
                    "content": '"heritage=truenorth,truenorth/owner=truenorth/home"',
                    "ttl": 1,
                    "proxied": False,
                },
            ),
        ]

    def test_the_mark_waits_for_the_record_so_that_it_never_stands_alone(self) -> None:
        _, record, mark = registered(lambda: void(OwnedRecord("site", CLOUDFLARE)))
        assert (list(record.dependencies), [one.rsplit("::", 1)[1] for one in mark.dependencies]) == ([], ["site"])

    def test_contents_are_records_of_their_own_in_one_order(self) -> None:
        one = inputs(args(CLOUDFLARE, contents=["192.0.2.2", "192.0.2.1"], mark=False))
        other = inputs(args(CLOUDFLARE, contents=["192.0.2.1", "192.0.2.2"], mark=False))
        assert one == other
        assert {name: record["content"] for name, record in one.items()} == {"site": "192.0.2.1", "site/1": "192.0.2.2"}

    def test_what_only_the_run_tells_is_a_content_and_an_id_of_a_zone(self) -> None:
        def program() -> None:
            given = args(
                CLOUDFLARE,
                zone_id=pulumi.Output.from_input("zone"),
                type="AAAA",
                contents=[pulumi.Output.from_input("2001:DB8:0::1")],
            )
            OwnedRecord("site", given)

        _, record, _ = registered(program)
        assert json_format.MessageToDict(record.object)["content"] == "2001:db8::1"

    def test_everything_that_is_given_is_declared(self) -> None:
        given = args(CLOUDFLARE, name="@", type="MX", contents=["10 Mail.example.net."], ttl=300, comment="post")
        record = inputs(args(given, owner="me"))["site"]
        assert (record["name"], record["content"], record["priority"]) == ("example.com", "mail.example.net", 10)
        assert (record["ttl"], record["comment"]) == (300, "post")

    def test_a_proxied_record_has_the_ttl_that_cloudflare_gives_it(self) -> None:
        assert inputs(args(CLOUDFLARE, proxied=True, ttl=300))["site"]["ttl"] == 1


class TestAtGandi:
    def test_all_contents_are_one_record_in_the_form_of_the_api(self) -> None:
        given = args(GANDI, type="CNAME", contents=["Host.example.net"], ttl=600)
        assert inputs(given)["site"] == {
            "zone": "example.com",
            "name": "www",
            "type": "CNAME",
            "ttl": 600,
            "values": ["host.example.net."],
        }

    def test_what_only_the_run_tells_is_among_them(self) -> None:
        def program() -> None:
            OwnedRecord("site", args(GANDI, contents=["192.0.2.2", pulumi.Output.from_input("192.0.2.1")]))

        _, record, _ = registered(program)
        assert json_format.MessageToDict(record.object)["values"] == ["192.0.2.1", "192.0.2.2"]


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        (args(CLOUDFLARE, zone_id=""), "zoneId: Cloudflare needs the id of the zone"),
        (args(CLOUDFLARE, name="www.example.net"), "lies outside of the zone example.com"),
        (args(CLOUDFLARE, type="SPF"), "type: 'SPF' is none of A, AAAA, CNAME"),
        (args(CLOUDFLARE, contents=[]), "contents: give at least one"),
        (args(CLOUDFLARE, contents=["2001:db8::1"]), "no IPv4 address"),
        (args(CLOUDFLARE, type="CNAME", contents=["a.example.net", "b.example.net"]), "a CNAME has one"),
        (args(CLOUDFLARE, ttl=7), "ttl: 7 is not from 30 to 86400, nor 1 for automatic"),
        (args(CLOUDFLARE, type="TXT", contents=["x"], proxied=True), "has no proxy for records of type TXT"),
        (args(CLOUDFLARE, provider="route53"), "provider: 'route53' is none of cloudflare, gandi"),
        (args(CLOUDFLARE, type="NS", name="@", contents=["ns.example.net"]), "NS records of example.com itself are no"),
        (args(GANDI, type="URI", contents=['10 1 "ftp://a.example/"']), "type: Gandi has no records of type URI"),
        (args(GANDI, proxied=True), "proxied: Gandi has no proxy"),
        (args(GANDI, comment="hello"), "comment: Gandi has none"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_registered(given: OwnedRecordArgs, fault: str) -> None:
    with pytest.raises(ValueError, match=f"cannot be made: .*{fault}"):
        OwnedRecord("site", given)


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(ValueError, match=r"zoneId: .*; ttl: .*; contents: .*; name: "):
        OwnedRecord("site", args(CLOUDFLARE, zone_id="", ttl=2, contents=[], name="a b"))


def test_an_output_cannot_be_in_a_record_that_has_parts() -> None:
    given = args(CLOUDFLARE, type="SRV", contents=[pulumi.Output.from_input("0 5 5060 sip.example.net")])
    with pytest.raises(ValueError, match="give those of SRV as plain texts"):
        OwnedRecord("site", given)


@pytest.mark.engine
def test_a_second_run_changes_nothing_and_everything_goes_at_the_end(world: World) -> None:
    def program() -> None:
        given = args(CLOUDFLARE, zone_id=world.zone, contents=[pulumi.Output.from_input("192.0.2.1")])
        OwnedRecord("site", given)
        OwnedRecord("post", args(given, name="@", type="MX", contents=["10 mail.example.net"]))

    run = world.up(program)
    assert run.operations == {name: ["create"] for name in ("site/mark", "site", "post/mark", "post")}
    world.settled()
    assert sorted((one.name, one.type) for one in world.cloudflare.records(world.zone)) == [
        ("_truenorth-a.www.example.com", "TXT"),
        ("_truenorth-mx.example.com", "TXT"),
        ("example.com", "MX"),
        ("www.example.com", "A"),
    ]
    run = world.up(lambda: None)
    deleted = [call for call in run.calls if call.startswith("DELETE")]
    assert (len(deleted), world.cloudflare.records(world.zone)) == (4, [])
