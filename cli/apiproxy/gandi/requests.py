"""Read the requests of Gandi's plugin: one record set each, by the paths and bodies of LiveDNS.

https://api.gandi.net/docs/livedns/
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from cli.apiproxy.http import Request, Response
from components.records import zone_file_names
from components.records.record import Record
from stacks.observe.zone.gandi import read_record

PATH = re.compile(r"(?P<base>/v5/livedns/domains/(?P<zone>[^/]+)/records)(?:/(?P<name>[^/]+)/(?P<type>[^/]+))?/?")


@dataclass(frozen=True, slots=True)
class RequestedSet:
    """A record set that a request is about. record: as it is to be; None where it is deleted.

    target: where the API has it, with the query of the request (sharing_id).
    """

    zone: str
    name: str
    type: str
    record: Record | None
    target: str

    @property
    def id(self) -> str:
        """The id in state: the plugin requests a record set in the words of its id."""
        return f"{self.zone}/{self.name}/{self.type}"

    def __str__(self) -> str:
        return f"{zone_file_names.fqdn(self.name, self.zone)} {self.type} ({self.id})"


def requested_set(request: Request) -> RequestedSet | None:
    """Return the record set of a write; None for a write that the plugin does not make.

    Raises ValueError where the body does not say what is to be written.
    """
    parts = urlsplit(request.target)
    match = PATH.fullmatch(unquote(parts.path))
    if match is None or (match["name"] is None) != (request.method == "POST"):
        return None
    zone, name, record_type = match["zone"], match["name"], match["type"]
    record = None
    if request.method != "DELETE":
        said = _object(request.body)
        name, record_type = name or said.get("rrset_name"), record_type or said.get("rrset_type")
        record = _record(zone, name, record_type, said)
    base = parts.path.rstrip("/") if match["name"] is None else parts.path.rstrip("/").rsplit("/", 2)[0]
    query = f"?{parts.query}" if parts.query else ""
    return RequestedSet(zone, name, record_type, record, f"{base}/{name}/{record_type}{query}")


def set_in(answer: Response, zone: str) -> Record | None:
    """Return the record set in the API's answer; None where there is none."""
    try:
        said = _object(answer.body)
        return _record(zone, said.get("rrset_name"), said.get("rrset_type"), said)
    except ValueError:
        return None


def _record(zone: str, name: object, record_type: object, said: dict[str, Any]) -> Record:
    ttl, values = said.get("rrset_ttl"), said.get("rrset_values")
    if not (isinstance(name, str) and isinstance(record_type, str) and name and record_type):
        raise ValueError("rrset_name and rrset_type have to be texts")
    if not (isinstance(values, list) and values and all(isinstance(value, str) for value in values)):
        raise ValueError("rrset_values has to be a list of texts")
    if not isinstance(ttl, int):
        raise ValueError("rrset_ttl has to be a number of seconds")  # noqa: TRY004 - of a body, as the others
    return read_record(zone, name, record_type, ttl, values)


def _object(body: bytes) -> dict[str, Any]:
    said = json.loads(body)
    if not isinstance(said, dict):
        raise ValueError("the body has to be a JSON object")  # noqa: TRY004 - of a body, as the others
    return said
