"""That the commands tell, with the real engine and the real API server."""

from __future__ import annotations

import json

from tests.cli.conftest import Inside
from tests.cli.daemon.watching import ended, told, watching
from tests.cli.feedback.conftest import PATIENT, Shop, await_seen


def on(inside: Inside, shop: Shop, **cluster: object) -> None:
    read = {"kubeconfig": str(shop.cluster.kubeconfig), "namespaces": [shop.namespace], "timeout": PATIENT, **cluster}
    inside.settings(sources=["service"], cluster=read)


def test_up_tells_what_it_has_made(inside: Inside, shop: Shop) -> None:
    shop.asks("web", "www.example.com")
    on(inside, shop, status_annotation=True)
    assert len(inside.result("up")["changes"]) == 2
    assert [one["message"] for one in shop.events("web")] == ["www.example.com A -> 192.0.2.1"]
    assert json.loads(shop.status("web") or "")["records"][0]["state"] == "ready"


def test_watch_tells_of_each_change_beside_the_loop(inside: Inside, shop: Shop) -> None:
    shop.asks("web", "www.example.com")
    on(inside, shop)
    with watching(inside) as watcher:
        told(watcher, "result")
        shop.asks("web", "www.example.com", "192.0.2.9")
        expected = {
            "RecordCreated": "www.example.com A -> 192.0.2.1",
            "RecordUpdated": "www.example.com A -> 192.0.2.9 (was 192.0.2.1)",
        }
        await_seen(lambda: {one["reason"]: one["message"] for one in shop.events("web")}, expected)
        assert ended(watcher) == 0
