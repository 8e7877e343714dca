from __future__ import annotations

from components.records.record import Record
from stacks.model.values import RegisteredRecord
from stacks.plan.desired.kept_ttls import kept_ttls
from stacks.settings.zone import ZoneSettings

ZONE = "house.example"


def ours(name: str, wished: int, kept: int | None, zone: str = ZONE) -> RegisteredRecord:
    record = Record(f"{name}.{zone}", "A", "192.0.2.1", wished, proxied=False, comment="")
    return RegisteredRecord("urn", f"{name}.{zone}/A", "id", zone, record, "webhook", kept)


def test_a_wished_ttl_that_is_not_kept_is_told_by_the_one_that_is() -> None:
    zone = ZoneSettings(zone=ZONE, provider="webhook")
    records = [
        *(ours("a", 300, 0), ours("b", 300, 0), ours("c", 60, 3600)),
        *(ours("automatic", 0, 3600), ours("kept", 300, None), ours("d", 300, 0, "other.example")),
    ]
    assert [(one.subject, one.what) for one in kept_ttls(zone, records)] == [
        (f"c.{ZONE}", "has a ttl of 3600, not 60: the webhook keeps no other"),
        (f"a.{ZONE}, b.{ZONE}", "has no ttl of its own, not 300: the webhook keeps no other"),
    ]
