"""Routers that tell `truenorth watch` their addresses, with a real engine."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace

import requests

from lab.kube.cluster import Cluster
from tests.cli.conftest import Inside
from tests.cli.daemon.test_replicas import LONG_LEASE, replica
from tests.cli.daemon.watching import ended, told, watching

PASSWORD = "open sesame"
DYNDNS = {"listen": "127.0.0.1:0", "users": {"cottage": "COTTAGE_PASSWORD"}}
LINKS = {"cottage": {"mode": "list", "sources": ["pushed:cottage"]}}


def tell(port: int, address: str) -> str:
    answer = requests.get(
        f"http://127.0.0.1:{port}/nic/update",
        params={"hostname": "cottage.example.com", "myip": address},
        auth=("cottage", PASSWORD),
        timeout=60,
    )
    return answer.text.strip()


def test_a_name_follows_what_its_router_tells_and_keeps_it_over_restarts(inside: Inside) -> None:
    inside.settings("www", {"name": "cottage", "links": ["cottage"]}, watch={"dyndns": DYNDNS})
    inside = replace(inside, environment={**inside.environment, "COTTAGE_PASSWORD": PASSWORD})
    folder = str(inside.state / "pushed")
    with watching(inside, links=LINKS, pushed=folder, interval=3600) as watcher:
        port = told(watcher, "listening")["port"]
        told(watcher, "result")
        assert "cottage.example.com/A" not in inside.zone(), "unknown until it is told"
        assert tell(port, "203.0.113.40") == "good 203.0.113.40"
        told(watcher, "result")
        assert inside.zone()["cottage.example.com/A"] == "203.0.113.40"
        assert tell(port, "192.168.1.2") == "dnserr"
        assert tell(port, "203.0.113.40") == "nochg 203.0.113.40"
        assert tell(port, "203.0.113.41") == "good 203.0.113.41"
        told(watcher, "result")
        assert inside.zone()["cottage.example.com/A"] == "203.0.113.41"
        assert ended(watcher) == 0
    with watching(inside, links=LINKS, pushed=folder) as watcher:
        assert told(watcher, "result")["changes"] == []
        assert ended(watcher) == 0
    assert inside.zone()["cottage.example.com/A"] == "203.0.113.41"


def test_what_a_standby_is_told_the_leader_publishes(inside: Inside, kube_cluster: Cluster, namespace: str) -> None:
    inside.settings(
        {"name": "cottage", "links": ["cottage"]},
        cluster={"kubeconfig": str(kube_cluster.kubeconfig)},
        watch={"dyndns": {**DYNDNS, "shared": "on"}},
    )
    inside = replace(inside, environment={**inside.environment, "COTTAGE_PASSWORD": PASSWORD})
    with ExitStack() as pods:
        leader = pods.enter_context(
            replica(inside, namespace, "pod-a", *LONG_LEASE, wan={"links": LINKS, "interval": 3600})
        )
        told(leader, "result")
        standby = pods.enter_context(
            replica(inside, namespace, "pod-b", *LONG_LEASE, wan={"links": LINKS, "interval": 3600})
        )
        port = told(standby, "listening")["port"]
        assert told(standby, "leadership")["role"] == "standby"
        assert tell(port, "203.0.113.40") == "good 203.0.113.40"
        told(leader, "result")
        assert inside.zone()["cottage.example.com/A"] == "203.0.113.40"
        assert ended(standby) == 0
        assert ended(leader) == 0


def test_without_a_password_it_does_not_begin(inside: Inside) -> None:
    inside.settings("www", watch={"dyndns": DYNDNS})
    done = inside.process("watch", "--stack", "home")
    assert done.returncode == 2
    assert "there is no password for the router cottage" in done.stderr
