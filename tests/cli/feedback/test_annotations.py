from __future__ import annotations

import json
import queue

from lab.kube.cluster import Cluster
from lab.kube.proxy import Proxy
from stacks.model.claims import SourceSighting
from stacks.observe.cluster.following import following
from tests.cli.feedback.conftest import PATIENT, Shop

READY = {"records": [{"name": "www.example.com", "type": "A", "content": ["192.0.2.1"], "state": "ready"}]}


def patches(proxy: Proxy) -> int:
    return len(proxy.faults.requests("PATCH"))


def test_it_says_what_the_objects_records_are(shop: Shop) -> None:
    shop.says(status_annotation=True)
    shop.asks("web", "www.example.com")
    shop.run()
    assert json.loads(shop.status("web") or "") == READY


def test_none_is_written_unless_it_is_asked_for(shop: Shop) -> None:
    shop.asks("web", "www.example.com")
    shop.run()
    assert shop.status("web") is None


def test_what_is_there_already_is_not_written_again(shop: Shop, proxy: Proxy) -> None:
    shop.says(status_annotation=True, events=False)
    shop.reached_by(proxy.kubeconfig())
    shop.asks("web", "www.example.com")
    shop.run()
    before = shop.service("web")["metadata"]["resourceVersion"]
    shop.run()
    again = shop.outcome()
    shop.write(again, again)
    assert patches(proxy) == 1
    assert shop.service("web")["metadata"]["resourceVersion"] == before


def test_writing_it_changes_no_wish_so_that_no_loop_turns_on_it(shop: Shop) -> None:
    shop.says(status_annotation=True, events=False)
    shop.asks("web", "www.example.com")
    told: queue.Queue[tuple[SourceSighting, ...]] = queue.Queue()
    with following([shop.settings], {}, told.put):
        first = told.get(timeout=PATIENT)
        shop.run()
        assert shop.status("web") is not None
        shop.asks("web", "www.example.com", "192.0.2.9")
        assert told.get(timeout=PATIENT) != first
    assert told.empty(), "the change of the address is all that was told after the annotation was written"


def test_a_change_is_written(shop: Shop) -> None:
    shop.says(status_annotation=True)
    shop.asks("web", "www.example.com")
    shop.run()
    shop.asks("web", "www.example.com", "192.0.2.9")
    shop.run()
    assert json.loads(shop.status("web") or "")["records"][0]["content"] == ["192.0.2.9"]


def test_it_goes_when_the_object_asks_no_more_even_if_another_process_wrote_it(shop: Shop) -> None:
    shop.says(status_annotation=True)
    shop.asks("web", "www.example.com")
    shop.run()
    shop.asks("web", "")
    shop.run()
    assert shop.status("web") is None


def test_it_stays_while_nobody_knows_whether_the_object_asks(shop: Shop) -> None:
    shop.says(status_annotation=True)
    shop.asks("web", "www.example.com")
    shop.run()
    before = shop.status("web")
    shop.run(unread="the cluster is away")
    assert shop.status("web") == before


def test_without_the_right_one_message_names_the_verb(shop: Shop, kube_cluster: Cluster) -> None:
    shop.says(status_annotation=True, events=False)
    rules = [{"apiGroups": [""], "resources": ["services"], "verbs": ["list"]}]
    shop.reached_by(kube_cluster.service_account(f"{shop.namespace}-lister", rules, within=shop.namespace).kubeconfig)
    for number in range(3):
        shop.asks(f"web{number}", f"www{number}.example.com")
    shop.run()
    (said,) = shop.untold
    assert said.reason.startswith("cannot patch services: the API server says 403")
