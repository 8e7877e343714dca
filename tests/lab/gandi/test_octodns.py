"""octoDNS, a client of other people's making, manages a zone of the stand-in."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from octodns.record import Record  # type: ignore[import-untyped] # octoDNS is untyped
from octodns.zone import Zone as Plan  # type: ignore[import-untyped] # octoDNS is untyped
from octodns_gandi import GandiClientForbidden, GandiProvider  # type: ignore[import-untyped] # octoDNS is untyped

from lab.gandi.state import Gandi
from tests.lab.gandi.conftest import TOKEN, ZONE

NewProvider = Callable[[], GandiProvider]

DESIRED: dict[str, list[dict[str, object]]] = {
    "": [
        {"type": "ALIAS", "ttl": 300, "value": "target.example.net."},
        {"type": "MX", "ttl": 300, "values": [{"preference": 10, "exchange": "mx.example.net."}]},
        {"type": "CAA", "ttl": 300, "values": [{"flags": 0, "tag": "issue", "value": "letsencrypt.org"}]},
    ],
    "www": [
        {"type": "A", "ttl": 300, "values": ["192.0.2.1", "192.0.2.2"]},
        {"type": "AAAA", "ttl": 300, "value": "2001:db8::1"},
        {"type": "TXT", "ttl": 300, "values": ["v=spf1 -all", "v=DKIM1\\; k=rsa"]},
    ],
    "*": [{"type": "A", "ttl": 600, "value": "192.0.2.3"}],
    "alias": [{"type": "CNAME", "ttl": 300, "value": "target.example.net."}],
    "_sip._tcp": [
        {
            "type": "SRV",
            "ttl": 300,
            "values": [{"priority": 1, "weight": 2, "port": 5060, "target": "sip.example.net."}],
        }
    ],
    "delegated": [{"type": "NS", "ttl": 300, "values": ["ns1.example.net.", "ns2.example.net."]}],
    "tls": [{"type": "SSHFP", "ttl": 300, "value": {"algorithm": 4, "fingerprint_type": 2, "fingerprint": "ab" * 32}}],
}


def desired(changes: dict[str, list[dict[str, object]]] | None = None) -> Plan:
    zone = Plan(f"{ZONE}.", [])
    for name, records in {**DESIRED, **(changes or {})}.items():
        for data in records:
            zone.add_record(Record.new(zone, name, data))
    return zone


@pytest.fixture
def new_provider(root: str) -> Iterator[NewProvider]:
    """Makes providers that know nothing of each other's cache; their connections end with the test."""
    providers: list[GandiProvider] = []

    def make(token: str = TOKEN, per_page: int = 500) -> GandiProvider:
        provider = GandiProvider("lab", token=token, per_page=per_page)
        provider._client.endpoint = f"{root}/v5"  # noqa: SLF001 - it takes no other address
        providers.append(provider)
        return provider

    yield make
    for provider in providers:
        provider._client._session.close()  # noqa: SLF001 - it has no way to close its session


def apply(provider: GandiProvider, zone: Plan) -> int:
    plan = provider.plan(zone)
    return provider.apply(plan) if plan is not None else 0


def test_a_plan_is_applied_and_the_next_is_empty(new_provider: NewProvider, gandi: Gandi) -> None:
    count = sum(len(records) for records in DESIRED.values())
    assert apply(new_provider(), desired()) == len(gandi.records(ZONE)) == count
    assert new_provider().plan(desired()) is None


def test_what_was_written_is_read_back(new_provider: NewProvider) -> None:
    apply(new_provider(), desired())
    found = Plan(f"{ZONE}.", [])
    assert new_provider().populate(found)
    assert found.records == desired().records


def test_changes_and_removals_are_applied_and_the_next_plan_is_empty(new_provider: NewProvider) -> None:
    apply(new_provider(), desired())
    changed: dict[str, list[dict[str, object]]] = {
        "": [{"type": "MX", "ttl": 300, "values": [{"preference": 20, "exchange": "mx.example.net."}]}],
        "www": [{"type": "A", "ttl": 600, "values": ["192.0.2.2", "192.0.2.7"]}],
        "alias": [{"type": "CNAME", "ttl": 300, "value": "other.example.net."}],
        "tls": [],
    }
    # apex: MX changed, ALIAS and CAA gone; www: A changed, AAAA and TXT gone; alias changed; tls: SSHFP gone.
    assert apply(new_provider(), desired(changed)) == 8
    assert new_provider().plan(desired(changed)) is None


def test_several_pages_are_read(new_provider: Callable[..., GandiProvider], gandi: Gandi) -> None:
    zone = Plan(f"{ZONE}.", [])
    for number in range(25):
        zone.add_record(Record.new(zone, f"host{number}", {"type": "A", "ttl": 300, "value": "192.0.2.1"}))
    apply(new_provider(), zone)
    gandi.requests.clear()
    assert new_provider(per_page=10).plan(zone) is None
    assert [entry.query for entry in gandi.requests] == [f"page={page}&per_page=10" for page in (1, 2, 3)]


def test_the_zones_are_listed(new_provider: NewProvider, gandi: Gandi) -> None:
    gandi.add_zone("example.net")
    assert new_provider().list_zones() == ["example.com.", "example.net."]


def test_a_refusal_reaches_the_user(new_provider: Callable[..., GandiProvider]) -> None:
    with pytest.raises(GandiClientForbidden, match="Access was denied"):
        new_provider(token="unknown").plan(desired())
