"""What external-dns makes of a cluster in an empty zone of the Cloudflare stand-in."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from components.records import cloudflare_fields
from lab.api.serving import listening
from lab.cloudflare.routes import PREFIX
from lab.cloudflare.server import application
from lab.cloudflare.state import Cloudflare
from lab.external_dns import SOURCES, Setup, sync_once
from stacks.model.claims import ObjectKey
from tests.differential.compare import RecordSet, Theirs
from tests.differential.drawing import ZONE
from tests.differential.gateways import ROUTE_KINDS
from tests.differential.ingresses import CLASS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from lab.cloudflare.model import Record

TOKEN = "lab-token"
KINDS = {one.lower(): one for one in (*ROUTE_KINDS, "Ingress", "Service", "Node", "Pod")}
KINDS |= {"crd": "DNSEndpoint", "configmap": "ConfigMap"}
_MARK = re.compile(r"owner-(?P<type>[a-z]+)\.(?P<name>.+)")
_RESOURCE = re.compile(r"external-dns/resource=([^,\"]+)")
_WILDCARD = "any-name"
QUOTA = 20_000
"""Records of the zone, so that all that is wanted fits."""


def made_by_external_dns(
    program: Path, kubeconfig: Path, prefix: str, *arguments: str, sources: Sequence[str] = SOURCES
) -> Theirs:
    """Run it once, with these arguments too, and return what it made."""
    cloudflare = Cloudflare(rate_limit=None)
    cloudflare.add_token(TOKEN)
    zone = cloudflare.add_zone(ZONE, record_quota=QUOTA)
    with listening(application(cloudflare)) as port:
        setup = Setup(program, kubeconfig, f"http://127.0.0.1:{port}{PREFIX}", TOKEN, ZONE, sources, prefix)
        sync_once(
            setup,
            f"--ingress-class={CLASS}",
            "--gateway-listener-sets",
            "--txt-prefix=owner-%{record_type}.",
            f"--txt-wildcard-replacement={_WILDCARD}",
            "--batch-change-interval=10ms",
            *arguments,
        )
    return _theirs(cloudflare.records(zone.id))


def _theirs(records: Iterable[Record]) -> Theirs:
    found: dict[tuple[str, str], list[Record]] = {}
    owners: dict[tuple[str, str], ObjectKey] = {}
    for record in records:
        if record.type == "TXT" and _MARK.fullmatch(record.name):
            owners.update(_owner(record))
        else:
            found.setdefault((record.name, record.type), []).append(record)
    sets = {
        key: RecordSet(
            tuple(sorted(map(_content, several))), several[0].ttl, several[0].proxied, several[0].comment or ""
        )
        for key, several in found.items()
    }
    return Theirs(sets, owners)


def _content(record: Record) -> str:
    """Return the content in zone file form, as ours are."""
    fields = record.fields
    item = {"type": record.type, "content": record.content, "priority": fields.priority, "data": fields.data}
    return cloudflare_fields.content(item)


def _owner(record: Record) -> dict[tuple[str, str], ObjectKey]:
    mark = _MARK.fullmatch(record.name)
    resource = _RESOURCE.search(json.dumps(record.content))
    if mark is None or resource is None:
        return {}
    kind, *where = resource[1].rstrip("\\").split("/")
    namespace = where[0] if len(where) > 1 else ""
    name = mark["name"].replace(_WILDCARD, "*")
    return {(name, mark["type"].upper()): ObjectKey("", KINDS[kind], namespace, where[-1])}
