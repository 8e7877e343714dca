"""Lists of records: filters, order, pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from lab.cloudflare.model import Zone
    from lab.cloudflare.state import Cloudflare
    from tests.lab.cloudflare.conftest import Api

RECORDS: list[dict[str, object]] = [
    {"type": "A", "name": "a", "content": "192.0.2.1", "comment": "By TrueNorth", "tags": ["team:dns", "prod"]},
    {"type": "A", "name": "b", "content": "192.0.2.2", "proxied": True, "tags": ["team:web"]},
    {"type": "AAAA", "name": "b", "content": "2001:db8::2", "ttl": 300},
    {"type": "CNAME", "name": "www", "content": "a.paid.example", "comment": "alias"},
    {"type": "TXT", "name": "a", "content": '"heritage=truenorth"', "ttl": 60},
]


@pytest.fixture
def path(cloudflare: Cloudflare, paid_zone: Zone) -> str:
    for body in RECORDS:
        cloudflare.add_record(paid_zone.id, body)
    return f"/zones/{paid_zone.id}/dns_records"


def listed(api: Api, url: str) -> list[str]:
    answer = api("GET", url)
    assert answer.status_code == 200, answer.text
    return [f"{one['type']} {one['name'].split('.')[0]}" for one in answer.json()["result"]]


ALL = ["A a", "A b", "AAAA b", "CNAME www", "TXT a"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ALL),
        ("name=b.paid.example", ["A b", "AAAA b"]),
        ("name=B.PAID.example", ["A b", "AAAA b"]),
        ("name.exact=www.paid.example", ["CNAME www"]),
        ("name.contains=ww", ["CNAME www"]),
        ("name.startswith=a.", ["A a", "TXT a"]),
        ("name.endswith=.example", ALL),
        ("name=a", []),
        ("content=192.0.2.1", ["A a"]),
        ("content.exact=2001:DB8::2", ["AAAA b"]),
        ("content.contains=heritage", ["TXT a"]),
        ("content.startswith=192.0.2.", ["A a", "A b"]),
        ("content.endswith=.2", ["A b"]),
        ("type=A", ["A a", "A b"]),
        ("type=cname", ["CNAME www"]),
        ("proxied=true", ["A b"]),
        ("proxied=false", ["A a", "AAAA b", "CNAME www", "TXT a"]),
        ("comment=by truenorth", ["A a"]),
        ("comment.exact=By TrueNorth", ["A a"]),
        ("comment.contains=north", ["A a"]),
        ("comment.startswith=ali", ["CNAME www"]),
        ("comment.endswith=ias", ["CNAME www"]),
        ("comment.present=", ["A a", "CNAME www"]),
        ("comment.absent=", ["A b", "AAAA b", "TXT a"]),
        ("tag=team:dns", ["A a"]),
        ("tag=prod", ["A a"]),
        ("tag.present=team", ["A a", "A b"]),
        ("tag.absent=team", ["AAAA b", "CNAME www", "TXT a"]),
        ("tag.exact=TEAM:WEB", ["A b"]),
        ("tag.contains=team:n", ["A a"]),
        ("tag.startswith=team:w", ["A b"]),
        ("tag.endswith=team:s", ["A a"]),
        ("tag.present=prod&tag.exact=team:web", []),
        ("tag.present=prod&tag.exact=team:web&tag_match=any", ["A a", "A b"]),
        ("type=A&name.startswith=b", ["A b"]),
        ("type=TXT&name.startswith=b&match=any", ["A b", "AAAA b", "TXT a"]),
        ("search=truenorth", ["A a", "TXT a"]),
        ("search=truenorth&type=A&match=any", ["A a"]),
        ("direction=desc", ["TXT a", "CNAME www", "AAAA b", "A a", "A b"]),
        ("order=name", ["A a", "TXT a", "A b", "AAAA b", "CNAME www"]),
        ("order=ttl&direction=desc", ["AAAA b", "TXT a", "A a", "A b", "CNAME www"]),
        ("order=content&type=A&direction=desc", ["A b", "A a"]),
        ("order=proxied&type=A", ["A a", "A b"]),
    ],
)
def test_a_filter_finds_what_it_says(api: Api, path: str, query: str, expected: list[str]) -> None:
    assert listed(api, f"{path}?{query}") == expected


@pytest.mark.parametrize(
    "query",
    ["type=SPF", "proxied=maybe", "order=age", "direction=up", "match=some", "page=0", "page=x", "per_page=-1"],
)
def test_a_query_that_makes_no_sense_is_refused(api: Api, path: str, query: str) -> None:
    answer = api("GET", f"{path}?{query}")
    assert answer.status_code == 400
    assert not answer.json()["success"]


class TestPages:
    def test_pages_hold_every_record_once(self, api: Api, path: str) -> None:
        pages = [listed(api, f"{path}?per_page=2&page={page}") for page in (1, 2, 3)]
        assert pages == [ALL[:2], ALL[2:4], ALL[4:]]

    def test_a_page_beyond_the_last_is_empty(self, api: Api, path: str) -> None:
        answer = api("GET", f"{path}?per_page=5&page=2").json()
        assert answer["result"] == []
        info = {"page": 2, "per_page": 5, "count": 0, "total_count": 5, "total_pages": 1}
        assert answer["result_info"] == info

    def test_the_counts_are_those_of_the_filtered_list(self, api: Api, path: str) -> None:
        answer = api("GET", f"{path}?type=A&per_page=1").json()
        info = {"page": 1, "per_page": 1, "count": 1, "total_count": 2, "total_pages": 2}
        assert answer["result_info"] == info

    def test_a_page_holds_a_hundred_records_unless_told_otherwise(self, api: Api, path: str) -> None:
        assert api("GET", path).json()["result_info"]["per_page"] == 100

    def test_pages_of_millions_are_cut_to_five_thousand(self, api: Api, path: str) -> None:
        assert api("GET", f"{path}?per_page=5000000").json()["result_info"]["per_page"] == 5000

    def test_whole_numbers_may_be_written_as_floats(self, api: Api, path: str) -> None:
        assert listed(api, f"{path}?per_page=2.0&page=1.0") == ALL[:2]
