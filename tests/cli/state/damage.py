"""Ways in which a checkpoint is damaged."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

RECORD = "cloudflare:index/dnsRecord:DnsRecord"


def resources(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The resources in a checkpoint."""
    found: list[dict[str, Any]] = document["checkpoint"]["latest"]["resources"]
    return found


def _twice(document: dict[str, Any]) -> None:
    resources(document).append(copy.deepcopy(resources(document)[-1]))


def _without_provider(document: dict[str, Any]) -> None:
    resources(document)[:] = [one for one in resources(document) if not one["type"].startswith("pulumi:providers:")]


def _dangling(document: dict[str, Any]) -> None:
    resources(document)[-1].setdefault("dependencies", []).append("urn:pulumi:test::truenorth::a:b:C::gone")


def _out_of_order(document: dict[str, Any]) -> None:
    resources(document).reverse()


def _without_parent(document: dict[str, Any]) -> None:
    resources(document)[:] = [one for one in resources(document) if one["type"] != "pulumi:pulumi:Stack"]


def _tampered(document: dict[str, Any]) -> None:
    document["checkpoint"]["latest"]["manifest"]["magic"] = "0" * 64


def _without_urn(document: dict[str, Any]) -> None:
    del resources(document)[-1]["urn"]


def _without_zone(document: dict[str, Any]) -> None:
    for one in resources(document):
        if one["type"] == RECORD:
            del one["inputs"]


def _edited(edit: Callable[[dict[str, Any]], None]) -> Callable[[bytes], bytes]:
    def damaged(content: bytes) -> bytes:
        document = json.loads(content)
        edit(document)
        return json.dumps(document).encode()

    return damaged


BYTES: dict[str, Callable[[bytes], bytes]] = {
    "truncated": lambda content: content[: len(content) * 2 // 3],
    "empty": lambda _: b"",
    "zeros": lambda content: bytes(len(content)),
    "garbage": lambda _: bytes(range(256)) * 8,
    "cut gzip": lambda _: b"\x1f\x8b\x08\x00\x00\x00",
    "a list": lambda _: b"[]",
    "an empty object": lambda _: b"{}",
    "no version": lambda content: content.replace(b'"version":3', b'"version":0', 1),
    "no checkpoint": lambda _: b'{"version": 3}',
    "resources that are none": lambda _: (
        b'{"version": 3, "checkpoint": {"latest": {"manifest": {"magic": "", "version": ""}, "resources": [1]}}}'
    ),
}
"""What is no checkpoint at all."""
EDITS = {
    "a resource twice": _edited(_twice),
    "no provider": _edited(_without_provider),
    "a dangling dependency": _edited(_dangling),
    "out of order": _edited(_out_of_order),
    "no parent": _edited(_without_parent),
    "a wrong magic number": _edited(_tampered),
    "a resource without a name": _edited(_without_urn),
    "a record without inputs": _edited(_without_zone),
}
"""What the engine reads, and would refuse, or this program could not work with."""
REPAIRED = frozenset({"a dangling dependency", "out of order", "no parent"})
"""What `pulumi state repair` mends; of the rest a former version is restored."""
