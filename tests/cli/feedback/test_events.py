from __future__ import annotations

import asyncio
import platform

from cli.feedback.cluster_client import ClusterClient
from cli.feedback.events import Events
from lab.kube.cluster import Cluster
from lab.kube.proxy import Proxy
from stacks.kube.access import access
from stacks.kube.object_api import ObjectApi
from stacks.kube.timing import ApiTiming
from stacks.model.claims import ObjectKey
from stacks.plan.owners.events import Notice, Reason
from tests.cli.feedback.conftest import Shop
from tests.kube import gateway, http_route

READING = {"apiGroups": [""], "resources": ["services"], "verbs": ["get"]}
WRITING = {"apiGroups": [""], "resources": ["events"], "verbs": ["create", "patch"]}


def posts(proxy: Proxy) -> int:
    return len([one for one in proxy.faults.requests("POST /api/v1/namespaces/") if "/events" in one])


def counts(shop: Shop) -> list[int]:
    return [one["count"] for one in shop.events("web")]


def tell(shop: Shop, *turns: tuple[Notice, ...], again: float = 3600) -> None:
    """Tell this, one run after the other, in one process."""

    async def whole() -> None:
        api = ObjectApi(access(shop.settings, {}), ApiTiming())
        events = Events(ClusterClient(shop.settings, api, shop.untold.append), pause=0, again=again)
        try:
            for told in turns:
                events.add(told)
                await events.write()
        finally:
            await api.close()

    asyncio.run(whole())


class TestAnEvent:
    def test_it_stands_under_the_object_whose_record_was_made(self, shop: Shop) -> None:
        shop.asks("web", "www.example.com")
        shop.run()
        (event,) = shop.events("web")
        assert (event["type"], event["reason"]) == ("Normal", "RecordCreated")
        assert event["message"] == "www.example.com A -> 192.0.2.1"
        about = event["involvedObject"]
        assert (about["apiVersion"], about["kind"], about["namespace"]) == ("v1", "Service", shop.namespace)
        assert about["name"] == "web"
        assert event["source"] == {"component": "truenorth", "host": platform.node()}
        assert (event["reportingComponent"], event["reportingInstance"]) == ("truenorth", platform.node())
        assert event["count"] == 1
        assert event["firstTimestamp"] == event["lastTimestamp"]
        assert shop.untold == []

    def test_what_happens_again_is_counted(self, shop: Shop) -> None:
        for _ in range(3):
            shop.asks("web", "www.example.com")
            shop.run()
            shop.asks("web", "")
            shop.run()
        assert [(one["reason"], one["count"]) for one in shop.events("web")] == [
            ("RecordCreated", 3),
            ("RecordDeleted", 3),
        ]

    def test_what_lasts_is_told_once_by_a_loop_and_counted_by_the_next_command(self, shop: Shop, proxy: Proxy) -> None:
        shop.reached_by(proxy.kubeconfig())
        shop.asks("web", "www.example.com", ttl="soon")
        outcomes = [shop.outcome() for _ in range(3)]
        shop.write(*outcomes)
        assert posts(proxy) == 1
        shop.run()
        assert posts(proxy) == 2
        (event,) = shop.events("web")
        assert (event["type"], event["reason"], event["count"]) == ("Warning", "BadAnnotation", 2)
        assert "truenorth/ttl" in event["message"]

    def test_what_is_left_out_is_told_once_beside_what_was_made(self, shop: Shop, proxy: Proxy) -> None:
        shop.reached_by(proxy.kubeconfig())
        shop.asks("web", "www.example.com", tll="300")
        shop.write(*(shop.outcome() for _ in range(3)))
        shop.run()
        told = {one["reason"]: (one["type"], one["count"]) for one in shop.events("web")}
        assert told == {"RecordCreated": ("Normal", 1), "LeftOut": ("Warning", 2)}
        assert posts(proxy) == 3, "a loop tells it once, and the next command counts it"

    def test_what_is_over_and_comes_back_is_told_again_and_what_lasts_after_a_while(self, shop: Shop) -> None:
        shop.asks("web", "www.example.com")
        bad = Notice(ObjectKey("home", "Service", shop.namespace, "web"), Reason.BAD_ANNOTATION, "it is bad")

        tell(shop, (bad,), (bad,), (bad,))
        assert counts(shop) == [1]
        tell(shop, (bad,), (), (bad,))
        assert counts(shop) == [3]
        tell(shop, (bad,), (bad,), again=0)
        assert counts(shop) == [5]

    def test_every_kind_can_have_one(self, shop: Shop, kube_cluster: Cluster) -> None:
        shop.says(sources=("gateway-httproute", "node"))
        admin, rack = kube_cluster.admin, f"rack-{shop.namespace}"
        admin.apply(http_route(shop.namespace, "web", "www.example.com", "edge"))
        admin.apply(gateway(shop.namespace, "edge"))
        admin.apply({"apiVersion": "v1", "kind": "Node", "metadata": {"name": rack}})
        keys = [
            ObjectKey("home", "HTTPRoute", shop.namespace, "web"),
            ObjectKey("home", "Gateway", shop.namespace, "edge"),
            ObjectKey("home", "Node", "", rack),
        ]
        tell(shop, tuple(Notice(key, Reason.CREATED, rack) for key in keys))
        found = admin.call("GET", "/api/v1/events")["items"]
        about = {one["involvedObject"]["kind"]: one["involvedObject"] for one in found if one.get("message") == rack}
        versions = {kind: one["apiVersion"] for kind, one in about.items()}
        gateway_api = "gateway.networking.k8s.io/v1"
        assert versions == {"HTTPRoute": gateway_api, "Gateway": gateway_api, "Node": "v1"}
        assert about["Node"]["uid"] == admin.call("GET", f"/api/v1/nodes/{rack}")["metadata"]["uid"]
        assert shop.untold == []

    def test_an_object_that_is_gone_is_told_nothing(self, shop: Shop, proxy: Proxy) -> None:
        shop.reached_by(proxy.kubeconfig())
        shop.asks("web", "www.example.com")
        shop.run()
        shop.cluster.admin.call("DELETE", f"/api/v1/namespaces/{shop.namespace}/services/web")
        shop.run()
        assert posts(proxy) == 1
        assert shop.untold == []

    def test_none_is_written_where_they_are_switched_off(self, shop: Shop, proxy: Proxy) -> None:
        shop.reached_by(proxy.kubeconfig())
        shop.says(events=False)
        shop.asks("web", "www.example.com")
        shop.run()
        assert proxy.faults.requests() == []


class TestRights:
    def test_these_suffice(self, shop: Shop, kube_cluster: Cluster) -> None:
        user = kube_cluster.service_account(f"{shop.namespace}-writer", [READING, WRITING], within=shop.namespace)
        shop.reached_by(user.kubeconfig)
        shop.asks("web", "www.example.com")
        shop.run()
        shop.asks("web", "")
        shop.run()
        shop.asks("web", "www.example.com")
        shop.run()
        assert counts(shop) == [2, 1]
        assert shop.untold == []

    def test_without_them_one_message_names_the_verb(self, shop: Shop, kube_cluster: Cluster) -> None:
        user = kube_cluster.service_account(f"{shop.namespace}-reader", [READING], within=shop.namespace)
        shop.reached_by(user.kubeconfig)
        for number in range(3):
            shop.asks(f"web{number}", f"www{number}.example.com")
        shop.run()
        (said,) = shop.untold
        assert said.cluster == "home"
        assert said.reason.startswith("cannot create events: the API server says 403")
        assert "grant it" in said.reason


class TestAnApiServerThatIsAway:
    def test_it_is_tried_again_after_as_long_as_it_asks_for(self, shop: Shop, proxy: Proxy) -> None:
        shop.reached_by(proxy.kubeconfig())
        proxy.answer(429, 2, containing="POST", headers={"Retry-After": "0"})
        shop.asks("web", "www.example.com")
        shop.run()
        assert len(shop.events("web")) == 1
        assert shop.untold == []

    def test_where_it_stays_away_one_message_says_so_and_nobody_waits(self, shop: Shop, proxy: Proxy) -> None:
        shop.reached_by(proxy.kubeconfig())
        proxy.answer(503, 1000, headers={"Retry-After": "0"})
        for number in range(3):
            shop.asks(f"web{number}", f"www{number}.example.com")
        shop.run()
        (said,) = shop.untold
        assert "503" in said.reason
        assert len(proxy.faults.requests()) == 3, "the others are not even tried"

    def test_credentials_that_do_not_hold_are_one_message_too(self, shop: Shop, proxy: Proxy) -> None:
        shop.reached_by(proxy.kubeconfig("stranger", "no-such-token"))
        for number in range(3):
            shop.asks(f"web{number}", f"www{number}.example.com")
        shop.run()
        (said,) = shop.untold
        assert "401" in said.reason
        assert "log in anew" in said.reason

    def test_the_end_does_not_wait_for_one_that_is_silent(self, shop: Shop, proxy: Proxy) -> None:
        shop.reached_by(proxy.kubeconfig())
        proxy.go_silent()
        shop.asks("web", "www.example.com")
        shop.run(linger=0.2)
        (said,) = shop.untold
        assert said.reason == "1 Events were not written in 0.2 s"
