"""Batches: one transaction, in a fixed order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from lab.cloudflare.model import Zone
    from lab.cloudflare.state import Cloudflare
    from tests.lab.cloudflare.conftest import Api


@pytest.fixture
def ids(cloudflare: Cloudflare, zone: Zone) -> list[str]:
    return [cloudflare.add_record(zone.id, address(number)).id for number in range(3)]


def address(number: int, **more: object) -> dict[str, object]:
    return {"type": "A", "name": f"host{number}", "content": "192.0.2.1", **more}


def post(api: Api, path: str, **operations: object) -> Any:  # noqa: ANN401 - a response of requests
    return api("POST", f"{path}/batch", operations)


def test_a_batch_answers_what_each_operation_left(api: Api, records_path: str, ids: list[str]) -> None:
    result = post(
        api,
        records_path,
        posts=[address(9)],
        puts=[{"id": ids[2], **address(2, content="192.0.2.9")}],
        patches=[{"id": ids[1], "ttl": 300}],
        deletes=[{"id": ids[0]}],
    ).json()["result"]
    assert [one["id"] for one in result["deletes"]] == [ids[0]]
    assert [(one["id"], one["ttl"], one["content"]) for one in result["patches"]] == [(ids[1], 300, "192.0.2.1")]
    assert [(one["id"], one["content"]) for one in result["puts"]] == [(ids[2], "192.0.2.9")]
    assert [one["name"] for one in result["posts"]] == ["host9.example.com"]
    names = [one["name"].split(".")[0] for one in api("GET", records_path).json()["result"]]
    assert names == ["host1", "host2", "host9"]


def test_deletes_come_first_whatever_the_order_of_the_body(api: Api, records_path: str, ids: list[str]) -> None:
    alias = {"type": "CNAME", "name": "host0", "content": "target.example.net"}
    assert post(api, records_path, posts=[alias], deletes=[{"id": ids[0]}]).status_code == 200


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"posts": [address(8), address(1)]}, 81058),
        ({"posts": [address(8, content="nonsense")]}, 9005),
        ({"puts": [{"id": "0" * 32, **address(8)}]}, 81044),
        ({"patches": [{"id": "0" * 32, "ttl": 1}]}, 81044),
        ({"puts": [address(8)]}, 9100),
        ({"posts": ["no object"]}, 9207),
        ({"posts": {}}, 9207),
    ],
)
def test_one_wrong_operation_undoes_the_whole_batch(  # noqa: PLR0913, PLR0917 - four of them are fixtures
    api: Api, cloudflare: Cloudflare, zone: Zone, records_path: str, ids: list[str], wrong: dict[str, Any], code: int
) -> None:
    before = cloudflare.records(zone.id)
    answer = post(api, records_path, deletes=[{"id": ids[0]}], **wrong)
    assert answer.status_code in (400, 404)
    assert answer.json()["errors"][0]["code"] == code
    assert cloudflare.records(zone.id) == before


def test_the_quota_counts_what_the_batch_deletes(api: Api, cloudflare: Cloudflare) -> None:
    small = cloudflare.add_zone("small.example", record_quota=2)
    path = f"/zones/{small.id}/dns_records"
    first = post(api, path, posts=[address(1), address(2)]).json()["result"]["posts"][0]["id"]
    assert post(api, path, posts=[address(3)]).json()["errors"][0]["code"] == 81045
    assert post(api, path, deletes=[{"id": first}], posts=[address(3)]).status_code == 200


def test_the_plan_limits_how_much_goes_into_a_batch(
    api: Api, records_path: str, paid_zone: Zone, cloudflare: Cloudflare, zone: Zone
) -> None:
    many = [address(number) for number in range(201)]
    assert post(api, records_path, posts=many).status_code == 400
    assert cloudflare.records(zone.id) == []
    assert post(api, records_path, posts=many[:200]).status_code == 200
    assert post(api, f"/zones/{paid_zone.id}/dns_records", posts=many).status_code == 200
