"""Monitors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lab.cloudflare.load_balancing.model import NO_QUOTA
from tests.lab.cloudflare.load_balancing.conftest import MONITOR

if TYPE_CHECKING:
    from tests.lab.cloudflare.load_balancing.conftest import Asking, World


def test_defaults_are_filled_in(ask: Asking, world: World) -> None:
    made = ask("POST", world.monitors, {"expected_codes": "2xx"})
    del made["id"], made["created_on"], made["modified_on"]
    assert made == {
        "type": "http",
        "description": "",
        "method": "GET",
        "path": "/",
        "timeout": 5,
        "retries": 2,
        "interval": 60,
        "expected_body": "",
        "expected_codes": "2xx",
        "follow_redirects": False,
        "allow_insecure": False,
        "probe_zone": "",
    }


def test_zeros_are_answered_where_they_were_sent(ask: Asking, world: World) -> None:
    nothing: dict[str, object] = {"port": 0, "consecutive_up": 0, "consecutive_down": 0}
    made = ask("POST", world.monitors, {**MONITOR, **nothing})
    assert made.items() >= nothing.items()


@pytest.mark.parametrize("kind", ["tcp", "udp_icmp", "icmp_ping", "smtp"])
def test_other_kinds_need_no_codes(ask: Asking, world: World, kind: str) -> None:
    made = ask("POST", world.monitors, {"type": kind, "port": 25})
    assert (made["method"], made["port"], "path" in made) == ("connection_established", 25, False)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"expected_codes": ""}, "expected_codes must be set"),
        ({"type": "ftp"}, "type must be one of [http https tcp udp_icmp icmp_ping smtp]"),
        ({"type": "tcp"}, "port must be set"),
        ({"interval": 14}, "interval must be in range [15, 3600]"),
        ({"interval": 3601}, "interval must be in range [15, 3600]"),
        ({"timeout": 1.5}, "timeout must be a multiple of 1"),
        ({"header": {"Host": []}}, "the header list length"),
        ({"header": {"Host": "example.com"}}, "header.Host must be a list"),
    ],
)
def test_what_is_wrong_is_told(ask: Asking, world: World, changes: dict[str, object], message: str) -> None:
    status, code, text = ask.refused("POST", world.monitors, {**MONITOR, **changes})
    assert (status, code) == (400, 1002)
    assert message in text


def test_enterprise_may_check_more_often(ask: Asking, world: World) -> None:
    world.cloudflare.load_balancing.quota = NO_QUOTA
    assert ask("POST", world.monitors, {**MONITOR, "interval": 5})["interval"] == 5


def test_a_monitor_in_use_is_not_deleted(ask: Asking, world: World) -> None:
    path = f"{world.monitors}/{world.monitor.id}"
    assert ask.refused("DELETE", path)[:2] == (412, 1005)
    assert [one["resource_name"] for one in ask("GET", f"{path}/references")] == ["europe", "asia"]
    for pool in (world.europe, world.asia):
        ask("PATCH", f"{world.pools}/{pool.id}", {"monitor": ""})
    assert ask("GET", f"{path}/references") == []
    assert ask("DELETE", path) == {"id": world.monitor.id}


def test_patch_keeps_what_put_resets(ask: Asking, world: World) -> None:
    path = f"{world.monitors}/{world.monitor.id}"
    assert ask("PATCH", path, {"description": "a"})["interval"] == 60
    assert ask("PUT", path, {"expected_codes": "2xx", "interval": 90})["description"] == ""
    assert ask("GET", path)["type"] == "http"
