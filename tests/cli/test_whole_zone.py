"""A small zone that lives here whole, and a large one of aliases, through the real engine."""

from __future__ import annotations

from lab import remote
from tests.cli.conftest import Inside

RECORDS = [
    {"name": "@", "type": "MX", "content": ["10 mail.example.com", "20 mail.example.net"]},
    {"name": "@", "type": "TXT", "content": "v=spf1 mx -all"},
    {"name": "_sip._tcp", "type": "SRV", "content": "10 5 5060 sip.example.com"},
    {"name": "@", "type": "CAA", "content": '0 issue "letsencrypt.org"'},
    {"name": "blog", "type": "CNAME", "content": "blog.example.net"},
    {"name": "mail", "type": "A", "content": "198.51.100.25"},
    {"name": "long", "type": "TXT", "content": "k=" + "a" * 400},
]


def test_every_type_is_made_found_right_and_put_right(inside: Inside) -> None:
    inside.settings("www", "@", records=RECORDS)
    inside.result("up")
    held = {(one["name"], one["type"]): one for one in remote.records(inside.places)}
    assert held["_sip._tcp.example.com", "SRV"]["data"] == {
        "priority": 10,
        "weight": 5,
        "port": 5060,
        "target": "sip.example.com",
    }
    assert held["example.com", "CAA"]["data"] == {"flags": 0, "tag": "issue", "value": "letsencrypt.org"}
    assert sum(one["type"] == "MX" for one in remote.records(inside.places)) == 2
    assert inside.result("up")["changes"] == []
    blog = held["blog.example.com", "CNAME"]
    remote.edit_record(inside.places, {"id": blog["id"], "content": "elsewhere.example.net"})
    assert [change["action"] for change in inside.result("up")["changes"]] == ["correct"]
    inside.settings("www")
    assert {change["action"] for change in inside.result("up", "--force")["changes"]} == {"delete"}
    assert {one["name"] for one in remote.records(inside.places)} == {"www.example.com", "_truenorth-a.www.example.com"}


def test_300_names_need_one_call_unchanged_and_two_writes_for_a_new_address(inside: Inside) -> None:
    names = [f"n{number}" for number in range(300)]
    inside.settings(*names, targets="cname")
    inside.result("up")
    assert len(remote.records(inside.places)) == 2 * 301
    inside.calls()
    assert inside.result("up")["engine_runs"] == 0
    assert inside.calls() == [("GET", "dns_records")]
    remote.set_address(inside.places, "203.0.113.8")
    inside.result("up")
    writes = [method for method, _ in inside.calls() if method != "GET"]
    assert 1 <= len(writes) <= 2
