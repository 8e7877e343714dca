"""Handles of a running lab for other processes: set the address, see and edit records, read the log of requests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import requests

from lab.world import Places

TIMEOUT = 10.0


@dataclass(frozen=True, slots=True)
class Request:
    """A call that the Cloudflare API of the lab has had."""

    time: datetime
    method: str
    path: str
    body: dict[str, Any] | None
    status: int | None


def set_address(places: Places, ipv4: str) -> None:
    """Make the lab's services tell another IPv4 address."""
    _call(places, "PUT", "/_lab/addresses", json={"ipv4": ipv4})


def records(places: Places) -> list[dict[str, Any]]:
    """The zone's records, as the API would give them."""
    found: list[dict[str, Any]] = _call(places, "GET", f"/_lab/cloudflare/records?zone={places.zone}")
    return found


def edit_record(places: Places, record: dict[str, Any]) -> None:
    """Somebody else's edit: a new record, or a change of the one with this id."""
    _call(places, "POST", f"/_lab/cloudflare/records?zone={places.zone}", json=record)


def delete_record(places: Places, record_id: str) -> None:
    """Somebody else deletes a record."""
    _call(places, "DELETE", f"/_lab/cloudflare/records?zone={places.zone}&id={record_id}")


def set_faults(places: Places, faults: list[dict[str, Any]]) -> None:
    """What goes wrong from now on; an empty list for nothing."""
    _call(places, "PUT", "/_lab/cloudflare/faults", json=faults)


def api_requests(places: Places) -> list[Request]:
    """The calls the API has had, oldest first; the lab's own control does not count."""
    return [
        Request(datetime.fromisoformat(entry["time"]), entry["method"], entry["path"], entry["body"], entry["status"])
        for entry in _call(places, "GET", "/_lab/cloudflare/requests")
    ]


def forget_requests(places: Places) -> None:
    """Empty the log of requests."""
    _call(places, "DELETE", "/_lab/cloudflare/requests")


def _call(places: Places, method: str, path: str, json: object = None) -> Any:  # noqa: ANN401 - JSON of many shapes
    response = requests.request(method, f"{places.control}{path}", json=json, timeout=TIMEOUT)
    response.raise_for_status()
    return response.json()
