"""The commands with an estate over several stacks whose state is in Secrets, through the real engine and API server."""

from __future__ import annotations

import json
from pathlib import Path

from lab import remote
from tests.cli.conftest import STACK, Inside
from tests.cli.state.places import NAME, Place
from tests.cli.state.test_up import settings, stack, url

__all__ = ["stack", "url"]
FIRST, SECOND = f"{STACK}-shard-1", f"{STACK}-shard-2"
NAMES = ["a", "b", "c", "d"]


def test_each_node_has_all_of_them(stack: Inside, place: Place, tmp_path: Path) -> None:
    settings(stack, *NAMES, shards=2)
    stack.result("up")
    before = remote.records(stack.places)
    assert len(before) == 2 * len(NAMES)
    assert {NAME, f"{NAME}-shard-1", f"{NAME}-shard-2"} <= place.secrets().keys()
    assert stack.result("up")["engine_runs"] == 0
    versions = json.loads(stack.run("state", "versions", "--json").stdout)
    assert {one["stack"] for one in versions} == {STACK, FIRST, SECOND}
    held = 0
    for one in (FIRST, SECOND):
        pulled = stack.run("state", "pull", str(tmp_path / one), "--stack", one)
        assert (pulled.returncode, pulled.stderr) == (0, "")
        held += (tmp_path / one).read_text().count('"type": "cloudflare:index/dnsRecord:DnsRecord"')
    assert held == len(before)
    own = stack.run("state", "pull", str(tmp_path / "own"))
    assert f"note: this is the state of stack {STACK} alone; its 2 shards hold their own" in own.stderr
    pushed = stack.run("state", "push", str(tmp_path / FIRST), "--stack", FIRST, "--yes")
    assert pushed.returncode == 0, pushed.stderr
    settings(stack, *NAMES, shards=1)
    stack.result("up")
    assert remote.records(stack.places) == before
    assert stack.result("up")["engine_runs"] == 0
