"""Who may ask for what, and how others are refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lab.cloudflare.model import Permission

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lab.cloudflare.model import Zone
    from lab.cloudflare.state import Cloudflare
    from tests.lab.cloudflare.conftest import Api

UNKNOWN = "x" * 40
KEY = "0123456789abcdef0123456789abcdef01234"


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize(
    ("path", "headers", "status", "code"),
    [
        ("/zones", {}, 400, 9106),
        ("/zones", {"X-Auth-Email": "me@example.com"}, 400, 9106),
        ("/zones", bearer("short"), 400, 6003),
        ("/zones", {"Authorization": "Basic eDp5"}, 400, 6003),
        ("/zones", bearer(UNKNOWN), 403, 9109),
        ("/accounts", bearer(UNKNOWN), 401, 10000),
        ("/user/tokens/verify", bearer(UNKNOWN), 401, 1000),
        ("/user/tokens/verify", bearer("short"), 400, 6003),
        ("/zones", {"X-Auth-Email": "me@example.com", "X-Auth-Key": "short"}, 400, 6003),
        ("/zones", {"X-Auth-Email": "me@example.com", "X-Auth-Key": "f" * 37}, 403, 9103),
        ("/zones", {"X-Auth-Email": "else@example.com", "X-Auth-Key": KEY}, 403, 9103),
        ("/zones", bearer(KEY), 400, 6003),
    ],
)
def test_who_is_not_known_is_refused(
    api: Api, cloudflare: Cloudflare, path: str, headers: Mapping[str, str], status: int, code: int
) -> None:
    cloudflare.add_key("me@example.com", KEY)
    answer = api("GET", path, headers=headers)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (status, code)


def test_a_malformed_token_is_explained_in_a_chain(api: Api) -> None:
    chain = [{"code": 6111, "message": "Invalid format for Authorization header"}]
    expected = [{"code": 6003, "message": "Invalid request headers", "error_chain": chain}]
    assert api("GET", "/zones", headers=bearer("short")).json()["errors"] == expected


def test_a_token_that_works_is_verified(api: Api) -> None:
    answer = api("GET", "/user/tokens/verify").json()
    assert answer["result"]["status"] == "active"
    assert answer["messages"][0]["message"] == "This API Token is valid and active"


def test_a_global_key_may_do_everything_but_is_no_token(api: Api, cloudflare: Cloudflare, records_path: str) -> None:
    cloudflare.add_key("me@example.com", KEY)
    headers = {"X-Auth-Email": "me@example.com", "X-Auth-Key": KEY}
    assert api("GET", records_path, headers=headers).status_code == 200
    answer = api("GET", "/user/tokens/verify", headers=headers)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, 1001)


def test_a_revoked_token_is_unknown(api: Api, cloudflare: Cloudflare) -> None:
    cloudflare.add_token(UNKNOWN)
    assert api("GET", "/zones", headers=bearer(UNKNOWN)).status_code == 200
    cloudflare.remove_token(UNKNOWN)
    assert api("GET", "/zones", headers=bearer(UNKNOWN)).status_code == 403


def test_a_token_sees_only_its_zones(api: Api, cloudflare: Cloudflare, zone: Zone, paid_zone: Zone) -> None:
    cloudflare.add_token("narrow", zones=[zone.id])
    listed = api("GET", "/zones", headers=bearer("narrow")).json()["result"]
    assert [one["name"] for one in listed] == ["example.com"]
    other = api("GET", f"/zones/{paid_zone.id}", headers=bearer("narrow"))
    assert (other.status_code, other.json()["errors"][0]["code"]) == (403, 9109)
    records = api("GET", f"/zones/{paid_zone.id}/dns_records", headers=bearer("narrow"))
    assert (records.status_code, records.json()["errors"][0]["code"]) == (403, 10000)


def test_a_token_that_may_read_may_not_write(api: Api, cloudflare: Cloudflare, records_path: str) -> None:
    cloudflare.add_token("reader", permissions=[Permission.ZONE_READ, Permission.DNS_READ])
    assert api("GET", records_path, headers=bearer("reader")).status_code == 200
    body = {"type": "A", "name": "www", "content": "192.0.2.1"}
    answer = api("POST", records_path, body, headers=bearer("reader"))
    assert (answer.status_code, answer.json()["errors"]) == (403, [{"code": 10000, "message": "Authentication error"}])


def test_a_token_that_may_edit_may_read(api: Api, cloudflare: Cloudflare, records_path: str) -> None:
    cloudflare.add_token("editor", permissions=[Permission.DNS_EDIT])
    assert api("GET", records_path, headers=bearer("editor")).status_code == 200
    assert api("GET", "/zones", headers=bearer("editor")).status_code == 403
    assert api("GET", "/accounts", headers=bearer("editor")).json()["result"] == []
    account = f"/accounts/{cloudflare.account.id}"
    assert api("GET", account, headers=bearer("editor")).status_code == 403
    assert api("GET", account).json()["result"]["name"] == "TrueNorth Lab"


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nonsense", 404, 7003),
        ("GET", "/zones/example.com", 404, 7003),
        ("GET", "/zones/" + "0" * 32, 404, 7003),
        ("GET", "/zones/" + "0" * 32 + "/dns_records", 404, 7003),
        ("PATCH", "/zones", 405, 7001),
    ],
)
def test_what_is_not_there_has_no_route(api: Api, method: str, path: str, status: int, code: int) -> None:
    answer = api(method, path)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (status, code)


def test_a_path_without_a_route_is_named_in_full(api: Api) -> None:
    message = "Could not route to /client/v4/zones/example.com, perhaps your object identifier is invalid?"
    assert api("GET", "/zones/example.com").json()["errors"] == [{"code": 7003, "message": message}]
