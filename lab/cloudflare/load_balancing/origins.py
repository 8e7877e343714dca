"""Origins of a pool: what may be sent, and how the API gives them back."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import TYPE_CHECKING

from lab.cloudflare.errors import failed_validation
from lab.cloudflare.load_balancing.fields import Field, accepted, flag, listing, number, record, text
from lab.cloudflare.model import timestamp
from lab.cloudflare.names import hostname

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

_INTERNAL: list[IPv4Network | IPv6Network] = [
    *map(IPv4Network, ("0.0.0.0/8", "10.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16")),
    *map(IPv6Network, ("::/127", "fc00::/7", "fe80::/10")),
]


def _address(path: str, value: object) -> str:
    given = text(path, value).strip()
    try:
        address = ip_address(given)
    except ValueError:
        name = hostname(given)
        if name is None or "." not in name:
            raise failed_validation(f"{path} must be an IP address or a hostname") from None
        return name
    if any(address in network for network in _INTERNAL if network.version == address.version):
        # The lab's accounts have no virtual networks, which such an address needs.
        raise failed_validation(f"{path} {given} is an internal address and needs a virtual_network_id")
    return str(address)


def _virtual_network(path: str, value: object) -> str:
    text(path, value)
    raise failed_validation("virtual_network_id does not belong to tunnel route that covers origin IP")


_FIELDS: Mapping[str, Field] = {
    "name": Field(text, ""),
    "address": Field(_address, required=True),
    "enabled": Field(flag, default=True),
    "weight": Field(number(0, 1, 0.01), 1),
    "flatten_cname": Field(flag, default=True),
    "port": Field(number(0, 65535, 1)),
    "header": Field(record({"Host": Field(listing(text, 1, 1, "host header"), required=True)})),
    "virtual_network_id": Field(_virtual_network),
}


def stored_origins(
    value: object, most: int, now: datetime, before: Sequence[Mapping[str, object]]
) -> list[dict[str, object]]:
    """Check the origins, up to `most`, and sort them by name; `before` are those that were there."""
    checked = listing(lambda path, one: _stored(path, one, now, before), 1, most, "origin")("origins", value)
    origins = [one for one in checked if isinstance(one, dict)]
    for key in ("address", "name"):
        _check_unique(key, [str(one[key]) for one in origins])
    return sorted(origins, key=lambda one: (str(one["name"]), str(one["address"])))


def _check_unique(key: str, values: Sequence[str]) -> None:
    repeated = sorted({value for value in values if value and values.count(value) > 1})
    if repeated:
        raise failed_validation(f"origin {key} {repeated[0]} is not unique in the pool")


def _stored(path: str, value: object, now: datetime, before: Sequence[Mapping[str, object]]) -> dict[str, object]:
    if not isinstance(value, dict):
        raise failed_validation(f"{path} must be an object")
    origin = accepted(_FIELDS, value, f"{path}.")
    if not origin["enabled"]:
        same = (one for one in before if one["address"] == origin["address"] and "disabled_at" in one)
        origin["disabled_at"] = next(same, {"disabled_at": timestamp(now)})["disabled_at"]
    return origin
