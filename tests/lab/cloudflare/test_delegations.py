"""What a delegated name keeps from the parent zone."""

from __future__ import annotations

import pytest

from lab.cloudflare.errors import ApiError
from lab.cloudflare.state import Cloudflare

ZONE = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def cloudflare() -> Cloudflare:
    world = Cloudflare(rate_limit=None)
    world.add_zone("example.com", "pro", ZONE)
    put(world, "NS", "dev", "ns1.dev.example.com")
    put(world, "NS", "dev", "ns2.other-dns.example")
    return world


def put(cloudflare: Cloudflare, record_type: str, name: str, content: str) -> str:
    priority = {"priority": 10} if record_type == "MX" else {}
    return cloudflare.add_record(ZONE, {"type": record_type, "name": name, "content": content, **priority}).id


def refused(cloudflare: Cloudflare, record_type: str, name: str, content: str) -> int:
    with pytest.raises(ApiError) as error:
        put(cloudflare, record_type, name, content)
    return error.value.problems[0].code


ADDRESS = {"A": "192.0.2.1", "AAAA": "2001:db8::1", "CNAME": "a.example.org"}


@pytest.mark.parametrize(("record_type", "content"), ADDRESS.items())
def test_an_address_or_alias_is_refused_at_its_name(cloudflare: Cloudflare, record_type: str, content: str) -> None:
    assert refused(cloudflare, record_type, "dev", content) == 81056


@pytest.mark.parametrize(
    ("record_type", "content"), [*ADDRESS.items(), ("TXT", '"a text"'), ("MX", "mail.example.org")]
)
def test_what_is_no_glue_is_refused_below_it(cloudflare: Cloudflare, record_type: str, content: str) -> None:
    assert refused(cloudflare, record_type, "x.dev", content) == 89018
    assert refused(cloudflare, record_type, "y.x.dev", content) == 89018


def test_glue_and_further_delegations_are_taken(cloudflare: Cloudflare) -> None:
    assert refused(cloudflare, "CNAME", "ns1.dev", "a.example.org") == 89018
    put(cloudflare, "A", "ns1.dev", "192.0.2.1")
    put(cloudflare, "AAAA", "ns1.dev", "2001:db8::1")
    put(cloudflare, "NS", "dev", "ns3.other-dns.example")


def test_records_of_the_apex_have_nothing_to_do_with_its_own_name_servers(cloudflare: Cloudflare) -> None:
    put(cloudflare, "NS", "@", "ns1.other-dns.example")
    put(cloudflare, "A", "@", "192.0.2.1")
    put(cloudflare, "A", "www", "192.0.2.1")


def test_a_delegation_over_records_shadows_them_and_they_can_be_changed_and_deleted(cloudflare: Cloudflare) -> None:
    record_id = put(cloudflare, "A", "www", "192.0.2.1")
    put(cloudflare, "NS", "www", "ns1.other-dns.example")
    cloudflare.change_record(ZONE, record_id, {"content": "192.0.2.2"})
    cloudflare.remove_record(ZONE, record_id)
