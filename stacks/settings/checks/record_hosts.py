"""Checks the names of a zone's records, and the hosts in their contents, once the zone they lie in is known."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Protocol

from components.plain_text import quoted
from components.records import canonical, canonical_content, hosts
from stacks.settings.problems import fault


class WrittenRecord(Protocol):
    """A record set as the settings have it."""

    @property
    def name(self) -> str:
        """Relative to the zone."""

    @property
    def type(self) -> str:
        """Of the record set."""

    @property
    def content(self) -> tuple[str, ...]:
        """The values as in a zone file."""


def check_hosts(records: Sequence[WrittenRecord], zone: str, names: Collection[str]) -> None:
    """Raise a fault for a content with a host that does not say whether it is in the zone. names: those of the zone."""
    for position, record in enumerate(records):
        for fault_of in _host_faults(record, zone, names) if record.type in hosts.HOST_AT else ():
            raise fault(f"{record.name}: {fault_of[0]}", fault_of[1], ("records", position, "content"))


def _host_faults(record: WrittenRecord, zone: str, names: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield each fault of a record's hosts, with the way to mend it."""
    for text in record.content:
        try:
            host = hosts.written(record.type, canonical_content.content(record.type, text, zone))
        except ValueError as error:
            yield str(error), "write the host with its domain, or @ for the zone"
            continue
        inside = f"{host}.{zone}"
        if inside in names and not hosts.written(record.type, text).endswith("."):
            what = f"{quoted(host)} could be {inside}, which the settings have, or a host elsewhere"
            yield what, f"write {inside}, or {host}. with a dot at its end"


def check_names(
    records: Sequence[WrittenRecord], zone: str, domains: Sequence[str], where: Sequence[str | int]
) -> None:
    """Raise a fault for a record whose name lies in another zone of the settings. where: the path of the zone."""
    for position, record in enumerate(records):
        if "." not in record.name.strip("."):
            continue
        bare, full = canonical.ascii_name(record.name), canonical.fqdn_of_zone_file(record.name, zone)
        other = next((one for one in domains if one != zone and f".{bare}".endswith(f".{one}")), "")
        if other and full != bare:
            raise fault(
                f"{quoted(record.name)} would be {full}, and {other} is a zone of its own here",
                f"write it under the zone {other}; or {full}, if that is meant",
                (*where, "records", position),
            )
