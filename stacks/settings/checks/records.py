"""Checks the contents of a zone's records, and their names and hosts once the zone they lie in is known."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

from components.plain_text import quoted
from components.records import canonical, canonical_content, hosts
from components.records.types import DELEGATING_TYPES, PROXIED_TYPES, why_not_at
from components.views import bare
from stacks.settings.problems import fault


class WrittenRecord(Protocol):
    """A record set as the settings have it."""

    @property
    def name(self) -> str:
        """The name, relative to the zone."""

    @property
    def type(self) -> str:
        """The type of the record set."""

    @property
    def content(self) -> tuple[str, ...]:
        """The values as in a zone file."""

    @property
    def proxied(self) -> bool | None:
        """Whether it is to be proxied."""


class RequestedSet(NamedTuple):
    """A record set that the settings of a zone ask for. where: the path of the setting."""

    name: str
    type: str
    where: tuple[str | int, ...]


def check_content(record: WrittenRecord) -> None:
    """Raise a fault for contents that the type cannot have, or a setting that it has not."""
    for text in record.content:
        try:
            canonical_content.content(record.type, text)
        except ValueError as error:
            raise fault(f"{record.name}: {error}", "write it as a zone file has it") from None
    if record.type == "CNAME" and len(record.content) > 1:
        raise fault(f"{record.name} has {len(record.content)} CNAMEs", "a name has one CNAME, or other records")
    if record.proxied and record.type not in PROXIED_TYPES:
        raise fault(f"{record.name} {record.type} cannot be proxied", "only A, AAAA and CNAME records can")


def check_delegations(asked: Sequence[RequestedSet], zone: str, delegations: Mapping[str, Collection[str]]) -> None:
    """Raise a fault for what a zone never answers with, because it hands the name to other name servers.

    asked: all that the settings ask for. delegations: the name servers by name.
    """
    for one in asked:
        if what := why_not_at(one.type, one.name, zone):
            raise fault(what, "write the name that is handed to other name servers", one.where)
        if one.type in DELEGATING_TYPES:
            continue
        at = next((name for name in delegations if f".{one.name}".endswith(f".{name}")), None)
        is_glue = at is not None and one.type in canonical_content.ADDRESSES and bare(one.name) in delegations[at]
        if at is not None and (at == one.name or not is_glue):
            what = (
                f"{one.name} {one.type} would never be answered: the settings hand {at} to {', '.join(delegations[at])}"
            )
            raise fault(what, f"make it at those name servers, or take the NS records of {at} out", one.where)


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
