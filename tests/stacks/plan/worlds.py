from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address

from components.marks import ownership
from components.records.record import Record
from stacks.model.observation import Observation, Registry
from stacks.model.plan import Plan
from stacks.model.values import (
    WAN,
    Address,
    Family,
    Known,
    LiveRecord,
    RegisteredRecord,
    Sighting,
    Unknown,
    ZoneSnapshot,
)
from stacks.plan.records.record_sets import declared_records
from stacks.settings.stack import Settings, parse

ZONE, ZONE_ID = "example.com", "z1"


def make_settings(*names: object, **changes: object) -> Settings:
    return parse({"zone": ZONE, "names": list(names), **changes}, {}, stack="home", where="test")


def make_observation(
    *,
    ipv4: str | Unknown = "203.0.113.7",
    ipv6: str | Unknown | None = None,
    live: Iterable[LiveRecord] = (),
    owned: Iterable[RegisteredRecord] = (),
) -> Observation:
    def known(value: str | Unknown) -> Known[tuple[Address, ...]] | Unknown:
        return value if isinstance(value, Unknown) else Known(tuple(ip_address(one) for one in value.split(",")))

    addresses = [Sighting(WAN, Family.IPV4, known(ipv4))]
    if ipv6 is not None:
        addresses.append(Sighting(WAN, Family.IPV6, known(ipv6)))
    return Observation(tuple(addresses), (ZoneSnapshot(ZONE, ZONE_ID, tuple(live)),), Registry(tuple(owned)))


def a_record(name: str, content: str, record_type: str = "A", **changes: object) -> Record:
    values: dict[str, object] = {"ttl": 1, "proxied": False, "comment": ""} | changes
    return Record(f"{name}.{ZONE}", record_type, content, **values)  # type: ignore[arg-type] # test values


def registered(logical_name: str, record: Record, identity: str, zone_id: str = ZONE_ID) -> RegisteredRecord:
    urn = f"urn:pulumi:home::truenorth::truenorth:dns:OwnedRecord$cloudflare:index/dnsRecord:DnsRecord::{logical_name}"
    return RegisteredRecord(urn, logical_name, identity, zone_id, record)


def applied(plan: Plan, foreign: Iterable[LiveRecord] = ()) -> tuple[list[LiveRecord], list[RegisteredRecord]]:
    """What zone and state hold after the engine has carried out the plan on an empty zone."""
    live, owned = list(foreign), []
    for record_set in plan.record_sets:
        for logical_name, record in declared_records(record_set).items():
            identity = f"id-{logical_name}"
            live.append(LiveRecord(identity, record))
            owned.append(registered(logical_name, record, identity))
    return live, owned


def owned_www(content: str = "203.0.113.7") -> tuple[list[LiveRecord], list[RegisteredRecord]]:
    """www A as ours, alive, with its mark."""
    www = a_record("www", content)
    mark = Record(
        ownership.mark_name(www.name, "A"),
        "TXT",
        ownership.encode(ownership.Mark("truenorth", "home", "settings/names/www")),
        1,
        proxied=False,
        comment="",
    )
    live = [LiveRecord("r1", www), LiveRecord("m1", mark)]
    return live, [registered(f"{www.name}/A", www, "r1"), registered(f"{www.name}/A/mark", mark, "m1")]
