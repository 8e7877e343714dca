"""Of address lists no more is written than the plan has: the items and lists of others stay."""

from __future__ import annotations

import json

import pytest

from cli.apiproxy.cloudflare.lists import is_about_lists, may_write
from cli.apiproxy.http import Request
from cli.apiproxy.intent import NO_LISTS, ListWrites

ACCOUNT, OTHER = "a" * 32, "b" * 32
OURS, THEIRS = "1" * 32, "2" * 32
LISTS = f"/accounts/{ACCOUNT}/rules/lists"
INTENDED = ListWrites(
    declared=frozenset({(ACCOUNT, "home")}),
    added=frozenset({(ACCOUNT, "192.0.2.1")}),
    lists=frozenset({OURS}),
    items=frozenset({OURS}),
)


def allowed(method: str, target: str, body: object = None, intended: ListWrites = INTENDED) -> bool:
    sent = b"" if body is None else json.dumps(body).encode()
    return may_write(Request(method, target, {}, sent), intended)


GOOD: list[tuple[str, str, object]] = [
    ("POST", LISTS, {"name": "home", "kind": "ip"}),
    ("PUT", f"{LISTS}/{OURS}", {"description": "home"}),
    ("DELETE", f"{LISTS}/{OURS}", None),
    ("POST", f"{LISTS}/{THEIRS}/items", [{"ip": "192.0.2.1", "comment": "ours"}]),
    ("DELETE", f"{LISTS}/{THEIRS}/items", {"items": [{"id": OURS}]}),
]
BAD: list[tuple[str, str, object]] = [
    ("POST", LISTS, {"name": "other", "kind": "ip"}),
    ("POST", f"/accounts/{OTHER}/rules/lists", {"name": "home", "kind": "ip"}),
    ("DELETE", f"{LISTS}/{THEIRS}", None),
    ("PUT", f"{LISTS}/{THEIRS}", {"description": "home"}),
    ("PUT", f"{LISTS}/{OURS}/items", [{"ip": "192.0.2.1"}]),
    ("POST", f"{LISTS}/{OURS}/items", [{"ip": "192.0.2.1"}, {"ip": "192.0.2.2"}]),
    ("POST", f"{LISTS}/{OURS}/items", []),
    ("POST", f"{LISTS}/{OURS}/items", [{}]),
    ("DELETE", f"{LISTS}/{OURS}/items", {"items": [{"id": OURS}, {"id": THEIRS}]}),
    ("DELETE", f"{LISTS}/{OURS}/items", {"items": []}),
    ("DELETE", f"{LISTS}/{OURS}/items", None),
    ("POST", f"{LISTS}/{OURS}", {"name": "home"}),
    ("POST", LISTS, ["home"]),
    ("POST", f"{LISTS}/bulk_operations", {"name": "home"}),
]


@pytest.mark.parametrize(("method", "target", "body"), GOOD)
def test_what_the_plan_has_passes_and_nothing_without_a_plan(method: str, target: str, body: object) -> None:
    assert is_about_lists(target)
    assert allowed(method, target, body)
    assert not allowed(method, target, body, NO_LISTS)


@pytest.mark.parametrize(("method", "target", "body"), BAD)
def test_what_the_plan_does_not_have_is_refused(method: str, target: str, body: object) -> None:
    assert not allowed(method, target, body)


def test_a_body_that_is_no_json_is_refused() -> None:
    assert not may_write(Request("POST", LISTS, {}, b"{"), INTENDED)
