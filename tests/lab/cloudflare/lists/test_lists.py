"""The lists API of the stand-in: lists, items, and operations that end later."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from lab.cloudflare.lists.edits import refer
from lab.cloudflare.model import Permission

if TYPE_CHECKING:
    from lab.cloudflare.state import Cloudflare
    from tests.lab.cloudflare.conftest import Api


@pytest.fixture
def path(cloudflare: Cloudflare) -> str:
    """The path of the account's lists; an operation ends at once unless a test says otherwise."""
    cloudflare.custom_lists.delay = timedelta(0)
    return f"/accounts/{cloudflare.account.id}/rules/lists"


def made(api: Api, path: str, **body: object) -> str:
    answer = api("POST", path, {"name": "office", "kind": "ip"} | body)
    assert answer.status_code == 200, answer.text
    return f"{path}/{answer.json()['result']['id']}"


def listed(api: Api, at: str) -> dict[str, Any]:
    return {one["ip"]: one for one in api("GET", f"{at}/items").json()["result"]}


class TestAList:
    def test_is_made_shown_described_and_deleted(self, api: Api, path: str) -> None:
        at = made(api, path, description="one")
        assert api("PUT", at, {"description": "two"}).json()["result"]["description"] == "two"
        (shown,) = api("GET", path).json()["result"]
        assert (shown["name"], shown["kind"], shown["num_items"], shown["num_referencing_filters"]) == (
            "office",
            "ip",
            0,
            0,
        )
        assert api("DELETE", at).status_code == 200
        assert api("GET", at).status_code == 404

    @pytest.mark.parametrize("body", [{"name": "of-fice"}, {"name": "o" * 51}, {"kind": "address"}, {"name": 1}])
    def test_with_a_bad_name_or_kind_is_refused(self, api: Api, path: str, body: dict[str, object]) -> None:
        assert api("POST", path, {"name": "office", "kind": "ip"} | body).status_code == 400

    def test_of_a_name_that_is_taken_and_one_too_many_are_refused(
        self, api: Api, path: str, cloudflare: Cloudflare
    ) -> None:
        made(api, path)
        assert api("POST", path, {"name": "office", "kind": "ip"}).status_code == 400
        cloudflare.custom_lists.most_lists = 1
        assert api("POST", path, {"name": "other", "kind": "ip"}).status_code == 400

    def test_to_which_a_rule_refers_is_not_deleted(self, api: Api, path: str, cloudflare: Cloudflare) -> None:
        at = made(api, path)
        refer(cloudflare, "office")
        assert api("DELETE", at).status_code == 400
        assert api("GET", at).json()["result"]["num_referencing_filters"] == 1


class TestItems:
    def test_are_added_found_by_how_they_begin_and_taken_out(self, api: Api, path: str) -> None:
        at = made(api, path)
        answer = api("POST", f"{at}/items", [{"ip": "192.0.2.1", "comment": "one"}, {"ip": "2001:db8::1/64"}])
        operation = answer.json()["result"]["operation_id"]
        assert api("GET", f"{path}/bulk_operations/{operation}").json()["result"]["status"] == "completed"
        found = listed(api, at)
        assert found.keys() == {"192.0.2.1", "2001:db8::/64"}
        assert [one["ip"] for one in api("GET", f"{at}/items?search=192").json()["result"]] == ["192.0.2.1"]
        one = found["192.0.2.1"]
        assert api("GET", f"{at}/items/{one['id']}").json()["result"]["comment"] == "one"
        assert api("DELETE", f"{at}/items", {"items": [{"id": one["id"]}]}).status_code == 200
        assert listed(api, at).keys() == {"2001:db8::/64"}
        assert api("GET", f"{at}/items/{one['id']}").status_code == 404

    def test_come_page_by_page_with_a_cursor(self, api: Api, path: str) -> None:
        at = made(api, path)
        api("POST", f"{at}/items", [{"ip": f"192.0.2.{number}"} for number in range(7)])
        found, cursor = [], ""
        while True:
            answer = api("GET", f"{at}/items?per_page=3{cursor}").json()
            found += [one["ip"] for one in answer["result"]]
            if not (after := answer["result_info"]["cursors"].get("after")):
                break
            cursor = f"&cursor={after}"
        assert found == [f"192.0.2.{number}" for number in range(7)]

    @pytest.mark.parametrize("ip", ["192.0.2.1/7", "2001:db8::1", "2001:db8::/65", "office", ""])
    def test_that_no_list_takes_are_refused(self, api: Api, path: str, ip: str) -> None:
        at = made(api, path)
        assert api("POST", f"{at}/items", [{"ip": ip}]).status_code == 400
        assert listed(api, at) == {}

    @pytest.mark.parametrize("body", [{"ip": "192.0.2.1"}, [], ["192.0.2.1"], [{"comment": "none"}]])
    def test_of_another_form_are_refused(self, api: Api, path: str, body: object) -> None:
        assert api("POST", f"{made(api, path)}/items", body).status_code == 400

    def test_wait_for_the_operation_under_way(self, api: Api, path: str, cloudflare: Cloudflare) -> None:
        at = made(api, path)
        cloudflare.custom_lists.delay = timedelta(hours=1)
        operation = api("POST", f"{at}/items", [{"ip": "192.0.2.1"}]).json()["result"]["operation_id"]
        assert api("GET", f"{path}/bulk_operations/{operation}").json()["result"]["status"] == "pending"
        assert listed(api, at) == {}
        assert api("POST", f"{at}/items", [{"ip": "192.0.2.2"}]).status_code == 429

    def test_beyond_what_an_account_may_have_are_refused(self, api: Api, path: str, cloudflare: Cloudflare) -> None:
        cloudflare.custom_lists.most_items = 1
        body = [{"ip": "192.0.2.1"}, {"ip": "192.0.2.2"}]
        assert api("POST", f"{made(api, path)}/items", body).status_code == 400

    def test_replace_all_that_are_there(self, api: Api, path: str) -> None:
        at = made(api, path)
        api("POST", f"{at}/items", [{"ip": "192.0.2.1"}])
        api("PUT", f"{at}/items", [{"ip": "192.0.2.2"}])
        assert listed(api, at).keys() == {"192.0.2.2"}


def test_who_may_not_or_asks_about_another_account_is_refused(api: Api, path: str, cloudflare: Cloudflare) -> None:
    cloudflare.add_token("reader", permissions=[Permission.LISTS_READ])
    cloudflare.add_token("none", permissions=[Permission.DNS_EDIT])
    body = {"name": "office", "kind": "ip"}
    reader, other = ({"Authorization": f"Bearer {one}"} for one in ("reader", "none"))
    assert api("GET", path, headers=reader).status_code == 200
    assert api("POST", path, body, headers=reader).status_code == 403
    assert api("GET", path, headers=other).status_code == 403
    assert api("GET", f"/accounts/{'0' * 32}/rules/lists").status_code == 403
    assert api("GET", f"{path}/{'0' * 32}").status_code == 404


def test_the_lab_edits_lists_as_somebody_else_would(api: Api, path: str) -> None:
    del path
    control = "/_lab/cloudflare/lists"
    api.lab("POST", control, {"name": "office", "description": "theirs"})
    api.lab("PUT", control, {"name": "office", "ip": "192.0.2.1", "comment": "one"})
    (shown,) = api.lab("PUT", control, {"name": "office", "filters": 2}).json()["lists"]
    assert (shown["num_referencing_filters"], [one["ip"] for one in shown["items"]]) == (2, ["192.0.2.1"])
    assert api.lab("PUT", control, {"name": "other", "ip": "192.0.2.1"}).status_code == 404
    assert api.lab("POST", control, {"name": "of fice"}).status_code == 400
    assert api.lab("POST", control, {"kind": "ip"}).status_code == 400
    assert api.lab("DELETE", f"{control}?name=office&ip=192.0.2.1").json()["lists"][0]["items"] == []
    assert api.lab("DELETE", f"{control}?name=office").json()["lists"] == []
