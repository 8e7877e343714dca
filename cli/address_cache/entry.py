"""Encode WAN addresses in a ConfigMap's data, and decode them. Pure.

`current_ip` (the default link's IPv4 address, else its IPv6 one), `detected_at` (ISO 8601, UTC) and `timestamp` (the
same in Unix seconds) are the keys of the ESDDNS operator, whose `timestamp` is ISO 8601 without a zone: that is read,
too, as UTC. Beside them, for each family (`ipv4`, `ipv6`):

    <family>                            addresses, with commas between them; `none` where it is known that there is none
    <family>_detected_at                when they were last known, ISO 8601, UTC
    link.<name>.<family>[_detected_at]  those of another link than the default one
    written_by                          the identity of the process that wrote it
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address

from stacks.model.values import WAN, Address, Family, Known, Sighting, Unknown
from stacks.observe.wan.agreement.verdict import unfit
from stacks.settings.detection.ranges import ALL, Ranges

SKEW = 30.0
"""Seconds that a time may lie in the future: the clocks of two nodes are never quite the same."""
FOREIGN_KEYS = ("current_ip", "timestamp")
"""Keys by which a ConfigMap is known to be an address cache of any tool."""
_NONE = "none"
_AT = "_detected_at"
_LINK = "link."


class _UnreadableError(Exception):
    """A key cannot be read. The text has the key and the reason."""


@dataclass(frozen=True, slots=True)
class AddressEntry:
    """The addresses of one link and family, and the time when they were last known (UTC)."""

    link: str
    family: Family
    addresses: tuple[Address, ...]
    detected: datetime


def encode(
    sightings: Iterable[Sighting], now: datetime, written_by: str, before: Iterable[AddressEntry] = ()
) -> dict[str, str]:
    """Encode the known sightings. before: the former entries; they stay, and grow old, where nothing is known now."""
    former = {(one.link, one.family): one for one in before}
    kept = [_entry(one, now, former) for one in sightings]
    entries = [one for one in kept if one is not None]
    data = {}
    for one in entries:
        key = _key(one.link, one.family)
        data[key] = ",".join(str(address) for address in one.addresses) or _NONE
        data[key + _AT] = _text(one.detected)
    default = [one for one in entries if one.link == WAN and one.addresses]
    current = min(default, key=lambda one: one.family.version, default=None)
    if current is not None:
        data["current_ip"] = str(current.addresses[0])
    detected = now if current is None else current.detected
    return data | {
        "detected_at": _text(detected),
        "timestamp": str(int(detected.timestamp())),
        "written_by": written_by,
    }


def decode(
    data: Mapping[str, str], now: datetime, max_age: float, ranges: Mapping[str, Ranges]
) -> tuple[Sighting, ...] | Unknown:
    """Return the sightings in the data that are at most max_age seconds old: at least one, each of them Known.

    Unknown where none is fresh, where anything cannot be read, and where any address would be refused of a source: a
    half broken document is not believed. ranges: of each link, by which its addresses are refused.
    """
    try:
        entries = read(data)
        _check_times(entries, now)
        _check_addresses(entries, ranges)
    except _UnreadableError as error:
        return Unknown(str(error))
    if not entries:
        return Unknown("it holds no address")
    fresh = [one for one in entries if (now - one.detected).total_seconds() <= max_age]
    if not fresh:
        youngest = min((now - one.detected).total_seconds() for one in entries)
        return Unknown(f"it is stale: its addresses are {youngest:.0f} s old, and {max_age:g} s are allowed")
    return tuple(Sighting(one.link, one.family, Known(one.addresses)) for one in fresh)


def former(data: Mapping[str, str]) -> tuple[AddressEntry, ...]:
    """Return the entries of any age in the data; () where it cannot be read."""
    try:
        return read(data)
    except _UnreadableError:
        return ()


def read(data: Mapping[str, str]) -> tuple[AddressEntry, ...]:
    """Return the entries in the data, the default link's first."""
    links = {key[len(_LINK) :].rpartition(".")[0] for key in data if key.startswith(_LINK)}
    ways = [(link, family) for link in (WAN, *sorted(links)) for family in Family]
    found = [_read_entry(data, link, family) for link, family in ways if _key(link, family) in data]
    if not any(one.link == WAN for one in found) and "current_ip" in data:
        found.insert(0, _read_current(data))
    return tuple(found)


def _entry(sighting: Sighting, now: datetime, former: Mapping[tuple[str, Family], AddressEntry]) -> AddressEntry | None:
    if isinstance(sighting.addresses, Unknown):
        return former.get((sighting.link, sighting.family))
    return AddressEntry(sighting.link, sighting.family, sighting.addresses.value, now)


def _read_entry(data: Mapping[str, str], link: str, family: Family) -> AddressEntry:
    key = _key(link, family)
    text = data[key]
    addresses = () if text == _NONE else tuple(_address(one.strip(), key, family) for one in text.split(","))
    return AddressEntry(link, family, addresses, _time(data, key + _AT))


def _read_current(data: Mapping[str, str]) -> AddressEntry:
    """Read the entry that another tool wrote."""
    address = _address(data["current_ip"].strip(), "current_ip", None)
    family = Family.of(address)
    try:
        detected = datetime.fromtimestamp(float(data.get("timestamp", "")), UTC)
    except (ValueError, OverflowError, OSError):
        detected = _time(data, "timestamp")
    return AddressEntry(WAN, family, (address,), detected)


def _address(text: str, key: str, family: Family | None) -> Address:
    try:
        address = ip_address(text)
    except ValueError:
        raise _UnreadableError(f"its {key} is no IP address: {text!r}") from None
    if family is not None and address.version != family.version:
        raise _UnreadableError(f"its {key} is an address of the other family: {text}")
    return address


def _time(data: Mapping[str, str], key: str) -> datetime:
    try:
        found = datetime.fromisoformat(data.get(key, ""))
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise _UnreadableError(f"its {key} is no time: {data.get(key)!r}") from None


def _check_times(entries: Iterable[AddressEntry], now: datetime) -> None:
    ahead = max(((one.detected - now).total_seconds() for one in entries), default=-math.inf)
    if ahead > SKEW:
        raise _UnreadableError(f"it was written {ahead:.0f} s in the future: set the nodes' clocks (NTP)")


def _check_addresses(entries: Iterable[AddressEntry], ranges: Mapping[str, Ranges]) -> None:
    for one in entries:
        for address in one.addresses:
            if reason := unfit(address, one.family, ranges.get(one.link, ALL)):
                raise _UnreadableError(f"its {_key(one.link, one.family)}: {reason}")


def _key(link: str, family: Family) -> str:
    return family.value if link == WAN else f"{_LINK}{link}.{family.value}"


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")
