"""What a request of Gandi's plugin asks for: one record set, by the paths and bodies of LiveDNS.

https://api.gandi.net/docs/livedns/
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from cli.apiproxy.http import Answer, Request
from components.records import gandi_names
from components.records.record import Record
from stacks.observe.zone.gandi import read_record

PATH = re.compile(r"(?P<base>/v5/livedns/domains/(?P<zone>[^/]+)/records)(?:/(?P<name>[^/]+)/(?P<type>[^/]+))?/?")


@dataclass(frozen=True, slots=True)
class RecordSet:
    """A record set that is asked for. record: what it is to be; None where it is deleted.

    target: where the API has it, with the query of the request (sharing_id).
    """

    zone: str
    name: str
    type: str
    record: Record | None
    target: str

    @property
    def id(self) -> str:
        """As state has it: the plugin asks for a record set in the words of its id."""
        return f"{self.zone}/{self.name}/{self.type}"

    def __str__(self) -> str:
        return f"{gandi_names.fqdn(self.name, self.zone)} {self.type} ({self.id})"


def asked_for(request: Request) -> RecordSet | None:
    """The record set that a write is about; None where it is none that the plugin makes.

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
    return RecordSet(zone, name, record_type, record, f"{base}/{name}/{record_type}{query}")


def found(answer: Answer, zone: str) -> Record | None:
    """The record set that the API has read out; None where the answer is none."""
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
