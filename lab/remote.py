"""Handles of a running lab for other processes: set the address, see and edit records, read the log of requests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import requests

from lab.world import Places

TIMEOUT = 60.0


@dataclass(frozen=True, slots=True)
class Request:
    """A call that an API of the lab has had."""

    time: datetime
    method: str
    path: str
    body: dict[str, Any] | None
    status: int | None


def set_address(places: Places, ipv4: str) -> None:
    """Make the lab's services tell another IPv4 address."""
    _call(places, "PUT", "/_lab/addresses", json={"ipv4": ipv4})


def records(places: Places, zone: str = "") -> list[dict[str, Any]]:
    """The records of a zone, the lab's own if none is named, as the API would give them."""
    found: list[dict[str, Any]] = _call(places, "GET", f"/_lab/cloudflare/records?zone={zone or places.zone}")
    return found


def edit_record(places: Places, record: dict[str, Any], zone: str = "") -> None:
    """Somebody else's edit: a new record, or a change of the one with this id."""
    _call(places, "POST", f"/_lab/cloudflare/records?zone={zone or places.zone}", json=record)


def delete_record(places: Places, record_id: str, zone: str = "") -> None:
    """Somebody else deletes a record of a zone, the lab's own if none is named."""
    _call(places, "DELETE", f"/_lab/cloudflare/records?zone={zone or places.zone}&id={record_id}")


def set_faults(places: Places, faults: list[dict[str, Any]]) -> None:
    """What goes wrong from now on; an empty list for nothing."""
    _call(places, "PUT", "/_lab/cloudflare/faults", json=faults)


def forget_faults(places: Places) -> None:
    """Let everything work, at both providers, and lose the requests that are delayed or held."""
    for provider in ("cloudflare", "gandi"):
        _call(places, "DELETE", f"/_lab/{provider}/faults")


def faults_left(places: Places) -> list[dict[str, Any]]:
    """The faults in force, each with how often it will strike yet."""
    found: list[dict[str, Any]] = _call(places, "GET", "/_lab/cloudflare/faults")
    return found


def api_requests(places: Places) -> list[Request]:
    """The calls the API has had, oldest first; the lab's own control does not count."""
    return _requests(places, "cloudflare")


def forget_requests(places: Places) -> None:
    """Empty the log of requests."""
    _call(places, "DELETE", "/_lab/cloudflare/requests")


def add_zone(places: Places, name: str, plan: str = "pro", status: str = "active", account: str = "") -> str:
    """A further zone at Cloudflare, which every token reaches that is not made for certain zones; its id."""
    body = {"name": name, "plan": plan, "status": status, **({"account": account} if account else {})}
    return str(_call(places, "POST", "/_lab/cloudflare/zones", json=body)["id"])


def set_zone_status(places: Places, zone_id: str, status: str) -> None:
    """A zone becomes active at Cloudflare, or is moved away."""
    _call(places, "POST", "/_lab/cloudflare/zones", json={"id": zone_id, "status": status})


def add_token(places: Places, token: str, zone: str | Sequence[str], permissions: list[str] | None = None) -> None:
    """A token at Cloudflare, new or changed, for one zone or several; with all permissions if none are named."""
    some = {} if permissions is None else {"permissions": permissions}
    _call(places, "POST", "/_lab/cloudflare/tokens", json={"token": token, "zone": zone, **some})


def address_lists(places: Places) -> dict[str, dict[str, str]]:
    """The lists of the account at Cloudflare by name, each with its addresses and their comments."""
    found = _call(places, "GET", "/_lab/cloudflare/lists")["lists"]
    return {one["name"]: {item["ip"]: item.get("comment", "") for item in one["items"]} for one in found}


def account_id(places: Places) -> str:
    """The id of the account at Cloudflare."""
    return str(_call(places, "GET", "/_lab/cloudflare/lists")["account_id"])


def edit_list(places: Places, name: str, **others: object) -> None:
    """Somebody else's edit: a new list (kind, description), or in one an address (ip, comment) or rules (filters)."""
    method = "PUT" if {"ip", "filters"} & others.keys() else "POST"
    _call(places, method, "/_lab/cloudflare/lists", json={"name": name, **others})


def delete_from_list(places: Places, name: str, ip: str = "") -> None:
    """Somebody else deletes an address of a list, or the list with all of them."""
    _call(places, "DELETE", f"/_lab/cloudflare/lists?{urlencode({'name': name, 'ip': ip})}")


def gandi_records(places: Places) -> dict[tuple[str, str], dict[str, Any]]:
    """The record sets of the zone at Gandi, as the API would give them, by relative name and type."""
    found = _call(places, "GET", f"/_lab/gandi/records?zone={places.gandi_zone}")
    return {(one["rrset_name"], one["rrset_type"]): one for one in found}


def gandi_edit(places: Places, name: str, record_type: str, values: list[str], ttl: int = 300) -> None:
    """Somebody else's edit at Gandi: a new record set, or other values and TTL (seconds) of one."""
    body = {"rrset_name": name, "rrset_type": record_type, "rrset_values": values, "rrset_ttl": ttl}
    _call(places, "POST", f"/_lab/gandi/records?zone={places.gandi_zone}", json=body)


def gandi_delete(places: Places, name: str = "", record_type: str = "") -> None:
    """Somebody else deletes record sets at Gandi: all, those of a name, of a type, or of both."""
    chosen = {"zone": places.gandi_zone, "name": name, "type": record_type}
    query = urlencode({key: value for key, value in chosen.items() if value})
    _call(places, "DELETE", f"/_lab/gandi/records?{query}")


def gandi_faults(places: Places, faults: list[dict[str, Any]]) -> None:
    """What goes wrong at Gandi from now on; an empty list for nothing."""
    _call(places, "PUT", "/_lab/gandi/faults", json=faults)


def gandi_requests(places: Places) -> list[Request]:
    """The calls that the Gandi API has had, oldest first."""
    return _requests(places, "gandi")


def gandi_forget_requests(places: Places) -> None:
    """Empty the log of requests of the Gandi API."""
    _call(places, "DELETE", "/_lab/gandi/requests")


def _requests(places: Places, provider: str) -> list[Request]:
    return [
        Request(datetime.fromisoformat(entry["time"]), entry["method"], entry["path"], entry["body"], entry["status"])
        for entry in _call(places, "GET", f"/_lab/{provider}/requests")
    ]


def _call(places: Places, method: str, path: str, json: object = None) -> Any:  # noqa: ANN401 - JSON of many shapes
    response = requests.request(method, f"{places.control}{path}", json=json, timeout=TIMEOUT)
    response.raise_for_status()
    return response.json()
