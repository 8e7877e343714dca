"""Lists of zones: filters, order, pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from lab.cloudflare.state import Cloudflare
    from tests.lab.cloudflare.conftest import Api


@pytest.fixture(autouse=True)
def zones(cloudflare: Cloudflare) -> None:
    cloudflare.add_zone("beta.org")
    cloudflare.add_zone("alpha.com", plan="business")
    cloudflare.add_zone("gamma.com", account=cloudflare.add_account("Another"))


def test_an_international_zone_is_found_and_shown_under_its_unicode_name_alone(
    api: Api, cloudflare: Cloudflare
) -> None:
    """https://github.com/cloudflare/cloudflare-go/issues/347"""
    cloudflare.add_zone("xn--mnchen-3ya.example")
    assert [one["name"] for one in api("GET", "/zones?name=münchen.example").json()["result"]] == ["münchen.example"]
    assert api("GET", "/zones?name=xn--mnchen-3ya.example").json()["result"] == []


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["alpha.com", "beta.org", "gamma.com"]),
        ("name=alpha.com", ["alpha.com"]),
        ("name=ALPHA.com", ["alpha.com"]),
        ("name=contains:am", ["gamma.com"]),
        ("name=starts_with:be", ["beta.org"]),
        ("name=ends_with:.com", ["alpha.com", "gamma.com"]),
        ("name=not_equal:alpha.com", ["beta.org", "gamma.com"]),
        ("name=alpha", []),
        ("account.name=Another", ["gamma.com"]),
        ("account.name=contains:truenorth", ["alpha.com", "beta.org"]),
        ("account.name=contains_case_sensitive:truenorth", []),
        ("status=active&name=beta.org", ["beta.org"]),
        ("status=pending", []),
        ("name=beta.org&account.name=Another", []),
        ("name=beta.org&account.name=Another&match=any", ["beta.org", "gamma.com"]),
        ("direction=desc", ["gamma.com", "beta.org", "alpha.com"]),
        ("order=account.name", ["gamma.com", "beta.org", "alpha.com"]),
        ("per_page=2&page=2", ["gamma.com"]),
        ("page=9", []),
    ],
)
def test_a_filter_finds_what_it_says(api: Api, query: str, expected: list[str]) -> None:
    assert [zone["name"] for zone in api("GET", f"/zones?{query}").json()["result"]] == expected


def test_zones_are_found_by_the_id_of_their_account(api: Api, cloudflare: Cloudflare) -> None:
    answer = api("GET", f"/zones?account.id={cloudflare.account.id}").json()
    assert [zone["name"] for zone in answer["result"]] == ["alpha.com", "beta.org"]


@pytest.mark.parametrize("query", ["status=odd", "order=age", "match=none"])
def test_a_query_that_makes_no_sense_is_refused(api: Api, query: str) -> None:
    assert api("GET", f"/zones?{query}").status_code == 400


def test_a_page_holds_fifty_zones_at_most(api: Api) -> None:
    assert api("GET", "/zones?per_page=1000").json()["result_info"]["per_page"] == 50


def test_a_zone_tells_its_plan(api: Api) -> None:
    zone = api("GET", "/zones?name=alpha.com").json()["result"][0]
    assert zone["plan"]["legacy_id"] == "business"
    assert api("GET", f"/zones/{zone['id']}").json()["result"] == zone


def test_a_name_is_taken_once(cloudflare: Cloudflare) -> None:
    with pytest.raises(ValueError, match=r"alpha\.com"):
        cloudflare.add_zone("Alpha.com.")


def test_accounts_are_listed_by_name(api: Api) -> None:
    names = [account["name"] for account in api("GET", "/accounts?direction=desc").json()["result"]]
    assert names == ["TrueNorth Lab", "Another"]
    assert [one["name"] for one in api("GET", "/accounts?name=Another").json()["result"]] == ["Another"]
