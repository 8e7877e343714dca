from __future__ import annotations

import pytest

from lab import remote
from lab.world import FIRST_IPV4
from tests.cli.conftest import Inside

REFUSALS = {
    "a ttl below the plan's": ({"ttl": 30}, "TTL must be between 60 and 86400 seconds, or 1 for Automatic. (9021)"),
    "a comment above the plan's": ({"comment": "x" * 501}, "DNS record comment exceeds the maximum length of 500"),
}


@pytest.mark.parametrize(("fields", "words"), REFUSALS.values(), ids=REFUSALS.keys())
def test_a_refused_record_costs_nothing_but_itself(inside: Inside, fields: dict[str, object], words: str) -> None:
    inside.settings("www", {"name": "bad", **fields}, "api", "shop")
    done = inside.run("up")
    assert done.returncode == 1, done.stderr + done.stdout
    print(done.stdout, done.stderr)
    assert inside.zone() == {f"{name}.example.com/A": FIRST_IPV4 for name in ("www", "api", "shop")}
    assert len(remote.records(inside.places)) == 6
    assert done.stderr.count(words) == 1
    assert "bad.example.com A" in done.stderr
    assert "settings/names/bad" in done.stderr
    inside.calls()
    again = inside.run("up")
    assert again.returncode == 1
    print(again.stdout, again.stderr)
    assert [method for method, _ in inside.calls()] == ["GET", "POST"]
    inside.settings("www", "bad", "api", "shop")
    inside.result("up")
    assert inside.zone()["bad.example.com/A"] == FIRST_IPV4
    assert inside.result("up")["changes"] == []
