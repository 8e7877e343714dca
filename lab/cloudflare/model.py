"""What the account holds: accounts, zones, tokens and records. All frozen."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING
from uuid import uuid4

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from lab.cloudflare.limits import Plan

PROXIABLE_TYPES = frozenset({"A", "AAAA", "CNAME"})


class Permission(StrEnum):
    """What a token may do, by the names that the API gives in a zone's `permissions`. Edit includes read."""

    ZONE_READ = "#zone:read"
    DNS_READ = "#dns_records:read"
    DNS_EDIT = "#dns_records:edit"
    ACCOUNT_READ = "#account_settings:read"
    LOAD_BALANCING_READ = "#lb:read"
    LOAD_BALANCING_EDIT = "#lb:edit"
    LISTS_READ = "#filter_lists:read"
    LISTS_EDIT = "#filter_lists:edit"


ALL_PERMISSIONS = frozenset(Permission)
_INCLUDES = {
    Permission.DNS_EDIT: Permission.DNS_READ,
    Permission.LOAD_BALANCING_EDIT: Permission.LOAD_BALANCING_READ,
    Permission.LISTS_EDIT: Permission.LISTS_READ,
}


def new_id() -> str:
    """Make an identifier as the API does: 32 hexadecimal digits."""
    return uuid4().hex


def timestamp(moment: datetime) -> str:
    """Write a moment (UTC) as the API does, to the microsecond."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@dataclass(frozen=True, slots=True)
class Account:
    id: str
    name: str
    created_on: datetime


@dataclass(frozen=True, slots=True)
class Zone:
    """`record_quota` is the plan's unless an agreement (Enterprise) says otherwise."""

    id: str
    name: str
    plan: Plan
    account: Account
    created_on: datetime
    record_quota: int
    status: str = "active"


@dataclass(frozen=True, slots=True)
class Token:
    """An API token, or a global key where `email` is set. `zones` None: every zone of the account."""

    id: str
    value: str = field(repr=False)
    zones: frozenset[str] | None = None
    permissions: frozenset[Permission] = ALL_PERMISSIONS
    email: str | None = None

    def may(self, permission: Permission) -> bool:
        """Tell whether the token has this permission, by itself or because it may edit."""
        return permission in self.permissions or any(
            read is permission and edit in self.permissions for edit, read in _INCLUDES.items()
        )

    def reaches(self, zone_id: str) -> bool:
        """Tell whether the token is made for this zone."""
        return self.zones is None or zone_id in self.zones


@dataclass(frozen=True, slots=True)
class RecordFields:
    """What a client decides about a record, validated and in the form in which the API gives it back."""

    name: str
    type: str
    content: str
    ttl: int
    proxied: bool
    proxiable: bool
    comment: str | None = None
    tags: tuple[str, ...] = ()
    priority: int | None = None
    data: Mapping[str, object] | None = None
    settings: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Record:
    """A DNS record. Not slotted: its JSON is made once, since a zone is listed far more often than written."""

    id: str
    fields: RecordFields
    created_on: datetime
    modified_on: datetime
    comment_modified_on: datetime | None = None
    tags_modified_on: datetime | None = None
    meta: Mapping[str, object] = field(default_factory=dict)
    """What Cloudflare says beside the record: `read_only` with the service that keeps it."""

    @property
    def name(self) -> str:
        return self.fields.name

    @property
    def type(self) -> str:
        return self.fields.type

    @property
    def content(self) -> str:
        return self.fields.content

    @property
    def ttl(self) -> int:
        return self.fields.ttl

    @property
    def proxied(self) -> bool:
        return self.fields.proxied

    @property
    def comment(self) -> str | None:
        return self.fields.comment

    def as_json(self) -> dict[str, object]:
        """Give the record as the API does."""
        fields = self.fields
        answer: dict[str, object] = {
            "id": self.id,
            "name": fields.name,
            "type": fields.type,
            "content": fields.content,
            "proxiable": fields.proxiable,
            "proxied": fields.proxied,
            "ttl": fields.ttl,
            "settings": dict(fields.settings),
            "meta": dict(self.meta),
            "comment": fields.comment,
            "tags": list(fields.tags),
            "created_on": timestamp(self.created_on),
            "modified_on": timestamp(self.modified_on),
        }
        if fields.data is not None:
            answer["data"] = dict(fields.data)
        if fields.priority is not None:
            answer["priority"] = fields.priority
        if self.comment_modified_on is not None:
            answer["comment_modified_on"] = timestamp(self.comment_modified_on)
        if self.tags_modified_on is not None:
            answer["tags_modified_on"] = timestamp(self.tags_modified_on)
        return answer

    @cached_property
    def json(self) -> bytes:
        """The record as the bytes that go into an answer."""
        return json.dumps(self.as_json(), separators=(",", ":")).encode()
