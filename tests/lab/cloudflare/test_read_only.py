"""Records that one of Cloudflare's own services keeps, and zones of one name in several accounts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from lab.cloudflare.server import serve
from lab.cloudflare.state import Cloudflare

TOKEN = "read-only-0123456789abcdefghijklmnopqrst"
ZONE = "0123456789abcdef0123456789abcdef"
META = {"origin_worker_id": "w1", "read_only": True}


@pytest.fixture
def cloudflare() -> Cloudflare:
    world = Cloudflare(rate_limit=None)
    world.add_zone("example.com", "pro", ZONE)
    world.add_token(TOKEN)
    return world


@pytest.fixture
def api(cloudflare: Cloudflare) -> Iterator[str]:
    with serve(cloudflare) as url:
        yield url


def call(api: str, method: str, path: str, body: object = None) -> tuple[int, object]:
    response = requests.request(
        method, f"{api}{path}", json=body, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=60
    )
    said = response.json()
    return response.status_code, said["result"] if said["success"] else said["errors"][0]["code"]


@pytest.mark.parametrize(("method", "body"), [("PATCH", {"ttl": 300}), ("DELETE", None)])
def test_a_record_of_a_service_is_listed_and_every_change_of_it_refused(
    cloudflare: Cloudflare, api: str, method: str, body: object
) -> None:
    fields = {"type": "AAAA", "name": "worker", "content": "100::", "proxied": True}
    record = cloudflare.add_record(ZONE, fields, META)
    status, listed = call(api, "GET", f"/zones/{ZONE}/dns_records")
    assert (status, [one["meta"] for one in listed]) == (200, [META])  # type: ignore[attr-defined]  # JSON
    assert call(api, method, f"/zones/{ZONE}/dns_records/{record.id}", body) == (400, 1043)
    batch = {"deletes": [{"id": record.id}]}
    assert call(api, "POST", f"/zones/{ZONE}/dns_records/batch", batch) == (400, 1043)
    cloudflare.set_meta(ZONE, record.id, {})
    assert call(api, method, f"/zones/{ZONE}/dns_records/{record.id}", body)[0] == 200


def test_several_accounts_may_have_a_zone_of_one_name(cloudflare: Cloudflare, api: str) -> None:
    other = cloudflare.add_zone("example.com", status="moved", account=cloudflare.add_account("Old agency"))
    _, found = call(api, "GET", "/zones?name=example.com")
    shown = {one["id"]: (one["status"], one["account"]["name"]) for one in found}  # type: ignore[attr-defined]  # JSON
    assert shown == {ZONE: ("active", "TrueNorth Lab"), other.id: ("moved", "Old agency")}
    with pytest.raises(ValueError, match="exists already"):
        cloudflare.add_zone("example.com")
