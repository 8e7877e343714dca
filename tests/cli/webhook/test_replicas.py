"""Replicas with the webhook, on a real API server: the leader answers changes, and another goes on where it was."""

from __future__ import annotations

import signal
import subprocess
from contextlib import ExitStack

from lab.kube.cluster import Cluster
from lab.world import FIRST_IPV4, ZONE
from tests.cli.conftest import Inside
from tests.cli.daemon.test_replicas import LONG_LEASE, configure, leads, replica
from tests.cli.daemon.watching import ended, told
from tests.cli.webhook.external import Webhook, endpoint

WISHED = (endpoint(f"www.{ZONE}", "8.8.4.4"), endpoint(f"api.{ZONE}", "8.8.4.4"))
FOUND = {f"www.{ZONE}/A": "8.8.4.4", f"api.{ZONE}/A": "8.8.4.4", f"own.{ZONE}/A": FIRST_IPV4}


def webhook_of(watcher: subprocess.Popen[str]) -> Webhook:
    return Webhook(told(watcher, "webhook")["url"])


def test_a_standby_waits_and_knows_what_was_asked_for_once_it_leads(
    inside: Inside, kube_cluster: Cluster, namespace: str
) -> None:
    configure(inside, kube_cluster, namespace, "own")
    with ExitStack() as pods:
        first = pods.enter_context(replica(inside, namespace, "pod-a", "--webhook", "127.0.0.1:0", *LONG_LEASE))
        asked = webhook_of(first)
        told(first, "result")
        second = pods.enter_context(replica(inside, namespace, "pod-b", "--webhook", "127.0.0.1:0", *LONG_LEASE))
        standby = webhook_of(second)
        assert leads(second)["role"] == "standby"
        answer = asked.sync(*WISHED)
        assert answer is not None
        assert answer.status_code == 204
        assert standby.ask("GET", "/").status_code == 200
        assert standby.ask("GET", "/records").status_code == 503
        assert standby.change(delete=WISHED).status_code == 503
        assert inside.zone() == FOUND
        first.send_signal(signal.SIGKILL)
        first.wait()
        lease = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease"}
        metadata = {"name": "ours", "namespace": namespace}
        kube_cluster.admin.apply({**lease, "metadata": metadata, "spec": {"leaseDurationSeconds": 1}})
        while leads(second)["role"] != "leader":
            pass
        told(second, "result")
        assert standby.sync(*WISHED) is None, "it knows what was asked of the other one"
        answer = standby.sync(WISHED[0])
        assert answer is not None
        assert answer.status_code == 204
        assert inside.zone().keys() == FOUND.keys() - {f"api.{ZONE}/A"}
        assert ended(second) == 0
