"""Several processes of `truenorth watch` that keep one stack, on a real API server."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any

from cli.exit_codes import DONE, UNUSABLE
from cli.state.secrets.factory import lock_name
from lab import remote
from lab.kube.cluster import Cluster
from lab.world import FIRST_IPV4
from tests.cli.conftest import PATIENCE, STACK, Inside
from tests.cli.daemon.watching import ended, told, until, watching

PACE = ["--election-lease-duration", "25s", "--election-renew-deadline", "20s", "--election-retry-period", "500ms"]
"""So long that no leader loses its lease where a busy machine stands still, and waited for once one was killed."""
LONG_LEASE = ["--election-lease-duration", "300s", "--election-renew-deadline", "200s"]


@contextmanager
def replica(
    inside: Inside, namespace: str, name: str, *arguments: str, wan: dict[str, Any] | None = None
) -> Iterator[subprocess.Popen[str]]:
    """A pod: its own name, its own home, the same stack."""
    home = inside.settings_file.parent / name
    home.mkdir(exist_ok=True)
    own = {"POD_NAME": name, "XDG_STATE_HOME": str(home), "TMPDIR": str(home)}
    environment = {key: value for key, value in inside.environment.items() if key != "PULUMI_BACKEND_URL"}
    state = f"kubernetes://{namespace}/state"
    election = ["--election-lock-name", "ours", "--election-lock-namespace", namespace, *PACE]
    pod = replace(inside, environment=environment | own)
    with watching(pod, "--state", state, *election, *arguments, **(wan or {})) as watcher:
        yield watcher


def configure(inside: Inside, cluster: Cluster, namespace: str, *names: object) -> None:
    inside.settings(
        *names,
        cluster={"kubeconfig": str(cluster.kubeconfig)},
        watch={"cache": {"enabled": "on", "namespace": namespace}},
    )


def await_cached(cluster: Cluster, namespace: str) -> dict[str, Any]:
    """Wait until the leader has written an address into its cache, beside its first turn; return that."""
    until = time.monotonic() + PATIENCE
    while True:
        maps = cluster.admin.call("GET", f"/api/v1/namespaces/{namespace}/configmaps")["items"]
        cached: list[dict[str, Any]] = [one for one in maps if one["metadata"]["name"] == "truenorth-wan-ip"]
        if cached and cached[0]["data"].get("current_ip"):
            return cached[0]
        assert time.monotonic() < until, maps
        time.sleep(0.05)


def leads(watcher: subprocess.Popen[str]) -> dict[str, Any]:
    """Its next news of who leads."""
    return told(watcher, "leadership")


def test_one_leads_and_the_other_goes_on_where_it_was_killed_without_a_hand_laid_on(
    inside: Inside, kube_cluster: Cluster, namespace: str
) -> None:
    configure(inside, kube_cluster, namespace, "www")
    with ExitStack() as pods:
        first = pods.enter_context(replica(inside, namespace, "pod-a"))
        told(first, "result")
        made = inside.record("www")["id"]
        second = pods.enter_context(replica(inside, namespace, "pod-b"))
        standby = leads(second)
        assert standby["role"] == "standby"
        assert standby["holder"].startswith("pod-a_")
        os.kill(first.pid, signal.SIGKILL)
        remote.set_address(inside.places, "203.0.113.8")
        assert leads(second)["role"] == "leader"
        until(second, "result")
        while inside.zone() != {"www.example.com/A": "203.0.113.8"}:
            until(second, "result")
        assert inside.record("www")["id"] == made, "the state went with the lease"
        assert ended(second) == 0


def test_a_leader_that_ends_hands_over_at_once(inside: Inside, kube_cluster: Cluster, namespace: str) -> None:
    configure(inside, kube_cluster, namespace, "www")
    with ExitStack() as pods:
        first = pods.enter_context(replica(inside, namespace, "pod-a", *LONG_LEASE))
        told(first, "result")
        second = pods.enter_context(replica(inside, namespace, "pod-b", *LONG_LEASE))
        assert leads(second)["role"] == "standby"
        first.send_signal(signal.SIGTERM)
        stopped = time.monotonic()
        while leads(second)["role"] != "leader":
            pass  # nobody leads for a moment, which is told too
        assert time.monotonic() - stopped < 100, "the lease was given back: it would have lasted for longer"
        assert told(second, "result")["changes"] == []
        assert first.wait(180) == 0
        assert inside.zone() == {"www.example.com/A": FIRST_IPV4}
        assert ended(second) == 0


def test_a_standby_reads_the_leaders_address_and_asks_nobody(
    inside: Inside, kube_cluster: Cluster, namespace: str
) -> None:
    configure(inside, kube_cluster, namespace, "www")
    nowhere = {"stun": ["127.0.0.1:9"], "http": [], "sources": [], "agreement": 1, "timeout": 1}
    with ExitStack() as pods:
        first = pods.enter_context(replica(inside, namespace, "pod-a", *LONG_LEASE))
        told(first, "result")
        cached = await_cached(kube_cluster, namespace)
        second = pods.enter_context(replica(inside, namespace, "pod-b", *LONG_LEASE, wan=nowhere))
        assert told(second, "address")["addresses"] == [FIRST_IPV4]
        assert cached["data"]["current_ip"] == FIRST_IPV4
        assert {"current_ip", "detected_at", "timestamp", "ipv4"} <= cached["data"].keys()
        assert ended(second) == 0
        assert ended(first) == 0


def test_nothing_is_released_while_one_leads_and_all_is_once_it_has_ended(
    inside: Inside, kube_cluster: Cluster, namespace: str
) -> None:
    configure(inside, kube_cluster, namespace, "www")
    state = f"kubernetes://{namespace}/state?kubeconfig={kube_cluster.kubeconfig}"
    release = ("release", "--to", "nobody", "--yes", "--state", state)
    with replica(inside, namespace, "pod-a", *LONG_LEASE, "--election-lock-name", lock_name(STACK)) as leader:
        told(leader, "result")
        before = remote.records(inside.places)
        refused = inside.run(*release, without=("PULUMI_BACKEND_URL",))
        assert (refused.returncode, remote.records(inside.places)) == (UNUSABLE, before), refused.stderr
        assert ended(leader) == 0
    done = inside.run(*release, without=("PULUMI_BACKEND_URL",))
    assert done.returncode == DONE, done.stderr + done.stdout
    assert [one["content"] for one in remote.records(inside.places)] == [FIRST_IPV4]
