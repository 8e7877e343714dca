"""octoDNS, a client of other people's making, manages a zone of the stand-in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from octodns.record import Record  # type: ignore[import-untyped] # octoDNS is untyped
from octodns.zone import Zone as Plan  # type: ignore[import-untyped] # octoDNS is untyped
from octodns_cloudflare import CloudflareError, CloudflareProvider  # type: ignore[import-untyped] # octoDNS is untyped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lab.cloudflare.model import Zone
    from lab.cloudflare.state import Cloudflare

    NewProvider = Callable[[], CloudflareProvider]

# octodns-cloudflare 1.2 calls what octodns 1.22 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:.*parse_rdata_text.* is DEPRECATED:DeprecationWarning")

DESIRED: dict[str, list[dict[str, object]]] = {
    "": [
        {"type": "ALIAS", "ttl": 300, "value": "target.example.net."},
        {"type": "MX", "ttl": 300, "values": [{"preference": 10, "exchange": "mx.example.net."}]},
        {"type": "CAA", "ttl": 300, "values": [{"flags": 0, "tag": "issue", "value": "letsencrypt.org"}]},
    ],
    "www": [
        {"type": "A", "ttl": 300, "values": ["192.0.2.1", "192.0.2.2"]},
        {"type": "AAAA", "ttl": 300, "value": "2001:db8::1"},
        {"type": "TXT", "ttl": 300, "values": ["v=spf1 -all", "x" * 300]},
    ],
    "proxied": [{"type": "A", "ttl": 300, "value": "192.0.2.3", "octodns": {"cloudflare": {"proxied": True}}}],
    "alias": [
        {
            "type": "CNAME",
            "ttl": 300,
            "value": "target.example.net.",
            "octodns": {"cloudflare": {"comment": "by octodns"}},
        }
    ],
    "_sip._tcp": [
        {
            "type": "SRV",
            "ttl": 300,
            "values": [{"priority": 1, "weight": 2, "port": 5060, "target": "sip.example.net."}],
        }
    ],
    "delegated": [
        {"type": "NS", "ttl": 300, "values": ["ns1.example.net.", "ns2.example.net."]},
        {"type": "DS", "ttl": 300, "value": {"key_tag": 1, "algorithm": 13, "digest_type": 2, "digest": "ab" * 32}},
    ],
    "tls": [
        {
            "type": "TLSA",
            "ttl": 300,
            "value": {
                "certificate_usage": 3,
                "selector": 1,
                "matching_type": 1,
                "certificate_association_data": "ab" * 32,
            },
        },
        {"type": "SSHFP", "ttl": 300, "value": {"algorithm": 4, "fingerprint_type": 2, "fingerprint": "ab" * 32}},
        {"type": "HTTPS", "ttl": 300, "value": {"svcpriority": 1, "targetname": ".", "svcparams": {"alpn": ["h3"]}}},
    ],
    "place": [
        {
            "type": "LOC",
            "ttl": 300,
            "value": {
                "lat_degrees": 52,
                "lat_minutes": 22,
                "lat_seconds": 23.5,
                "lat_direction": "N",
                "long_degrees": 4,
                "long_minutes": 53,
                "long_seconds": 32.0,
                "long_direction": "E",
                "altitude": 20.0,
                "size": 10.0,
                "precision_horz": 1000.0,
                "precision_vert": 10.0,
            },
        },
        {
            "type": "NAPTR",
            "ttl": 300,
            "value": {
                "order": 10,
                "preference": 100,
                "flags": "S",
                "service": "SIP+D2U",
                "regexp": "!^.*$!sip:info@example.com!",
                "replacement": ".",
            },
        },
    ],
}


def desired(changes: dict[str, list[dict[str, object]]] | None = None) -> Plan:
    zone = Plan("example.com.", [])
    for name, records in {**DESIRED, **(changes or {})}.items():
        for data in records:
            zone.add_record(Record.new(zone, name, data))
    return zone


@pytest.fixture
def new_provider(base: str, zone: Zone) -> Iterator[NewProvider]:
    """Makes providers that know nothing of each other's cache; their connections end with the test."""
    assert zone.name == "example.com"
    providers: list[CloudflareProvider] = []

    def make() -> CloudflareProvider:
        provider = CloudflareProvider("lab", token="lab-token", api_url=base, pagerules=False, retry_count=0)
        providers.append(provider)
        return provider

    yield make
    for provider in providers:
        provider._sess.close()  # noqa: SLF001 - it has no way to close its session


def apply(provider: CloudflareProvider, zone: Plan) -> int:
    plan = provider.plan(zone)
    return provider.apply(plan) if plan is not None else 0


def test_a_plan_is_applied_and_the_next_is_empty(new_provider: NewProvider, cloudflare: Cloudflare, zone: Zone) -> None:
    assert apply(new_provider(), desired()) == sum(len(records) for records in DESIRED.values())
    assert len(cloudflare.records(zone.id)) == 19
    assert new_provider().plan(desired()) is None


def test_what_was_written_is_read_back(new_provider: NewProvider) -> None:
    apply(new_provider(), desired())
    found = Plan("example.com.", [])
    assert new_provider().populate(found)
    kinds = {(record.name, record._type) for record in found.records}  # noqa: SLF001 - octoDNS itself reads it so
    assert kinds == {(name, record["type"]) for name, records in DESIRED.items() for record in records}


def test_changes_and_removals_are_applied_and_the_next_plan_is_empty(new_provider: NewProvider) -> None:
    apply(new_provider(), desired())
    changed = {
        "www": [{"type": "A", "ttl": 600, "values": ["192.0.2.2", "192.0.2.7"]}],
        "alias": [{"type": "CNAME", "ttl": 300, "value": "other.example.net."}],
        "tls": [],
    }
    # www: A changed, AAAA and TXT gone; alias changed; tls: TLSA, SSHFP and HTTPS gone.
    assert apply(new_provider(), desired(changed)) == 7
    assert new_provider().plan(desired(changed)) is None


def test_several_pages_are_read(new_provider: NewProvider, cloudflare: Cloudflare) -> None:
    zone = Plan("example.com.", [])
    for number in range(120):
        zone.add_record(Record.new(zone, f"host{number}", {"type": "A", "ttl": 300, "value": "192.0.2.1"}))
    apply(new_provider(), zone)
    cloudflare.requests.clear()
    assert new_provider().plan(zone) is None
    assert [entry.query for entry in cloudflare.requests if "dns_records" in entry.path] == [
        "page=1&per_page=100",
        "page=2&per_page=100",
    ]


def test_a_refusal_reaches_the_user(new_provider: NewProvider, cloudflare: Cloudflare) -> None:
    cloudflare.add_zone("small.example", record_quota=0)
    zone = Plan("small.example.", [])
    zone.add_record(Record.new(zone, "www", {"type": "A", "ttl": 300, "value": "192.0.2.1"}))
    with pytest.raises(CloudflareError, match="Record quota exceeded"):
        apply(new_provider(), zone)
