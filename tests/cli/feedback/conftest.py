"""Namespaces of the shared cluster, a proxy in front of it, and one who writes to objects there."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from anyio.from_thread import start_blocking_portal

from cli.events import Unwritten
from cli.feedback.writing import Writing
from stacks.model.observation import Observation
from stacks.model.values import Unknown
from stacks.observe.cluster.reading import read
from stacks.plan.changes import changes
from stacks.plan.owners.events import Outcome
from stacks.plan.planner import make_plan
from stacks.plan.simulate import carried_out
from stacks.settings.cluster import ClusterSettings
from tests.cli.conftest import COMMAND_DEADLINE
from tests.stacks.plan.worlds import make_observation, make_settings

if TYPE_CHECKING:
    from lab.kube.cluster import Cluster

PATIENT = 60.0


def await_seen(seen: Callable[[], object], expected: object) -> None:
    """Wait until this is seen: a loop writes beside its turns, and at its end for a moment only."""
    until = time.monotonic() + COMMAND_DEADLINE / 2
    while (now := seen()) != expected:
        assert time.monotonic() < until, now
        time.sleep(0.05)


@dataclass
class Shop:
    """The Services of a namespace, a zone, and runs that make what they ask for and write back."""

    cluster: Cluster
    namespace: str
    settings: ClusterSettings
    untold: list[Unwritten] = field(default_factory=list)
    observation: Observation = field(default_factory=make_observation)

    def reached_by(self, kubeconfig: Path) -> None:
        self.settings = self.settings.model_copy(update={"kubeconfig": str(kubeconfig)})

    def says(self, **changes: Any) -> None:  # noqa: ANN401 - settings of a cluster
        self.settings = self.settings.model_copy(update=changes)

    def asks(self, name: str, host: str, *addresses: str, **annotations: str) -> None:
        """A Service that asks for a name at its own addresses; it stays if it is there."""
        said = {"external-dns.kubernetes.io/hostname": host} if host else {}
        said |= {f"truenorth/{key}": value for key, value in annotations.items()}
        self.cluster.admin.apply(
            {
                "apiVersion": "v1",
                "kind": "Service",
                "metadata": {"namespace": self.namespace, "name": name, "annotations": said},
                "spec": {
                    "type": "LoadBalancer",
                    "externalIPs": list(addresses or ("192.0.2.1",)),
                    "allocateLoadBalancerNodePorts": False,
                    "ports": [{"port": 80}],
                },
            }
        )

    def outcome(self, *, unread: str = "") -> Outcome:
        """What a run comes to; unread: why it does not know what the objects ask for."""
        kubeconfig = str(self.cluster.kubeconfig)
        sources = read([self.settings.model_copy(update={"kubeconfig": kubeconfig})], {})
        if unread:
            sources = tuple(replace(one, found=Unknown(unread)) for one in sources)
        seen = replace(self.observation, sources=sources)
        plan = make_plan(make_settings(), seen)
        self.observation = carried_out(plan, seen)
        return Outcome(plan, seen, changes(plan, seen))

    def run(self, *, unread: str = "", linger: float = PATIENT) -> None:
        """One run of a command: what it comes to is written."""
        self.write(self.outcome(unread=unread), linger=linger)

    def write(self, *outcomes: Outcome, linger: float = PATIENT) -> None:
        """Write what several runs of a loop have come to."""
        writing = Writing([self.settings], {}, self.untold.append)
        with start_blocking_portal() as portal:
            done = portal.start_task_soon(writing.run)
            for outcome in outcomes:
                portal.start_task_soon(writing.post, outcome)
            portal.start_task_soon(writing.stop, linger)
            done.result()

    def events(self, name: str) -> list[dict[str, Any]]:
        """Our Events that `kubectl describe service` shows, in the order of their reasons."""
        selector = f"involvedObject.uid={self.service(name)['metadata']['uid']}"
        path = f"/api/v1/namespaces/{self.namespace}/events"
        items: list[dict[str, Any]] = self.cluster.admin.call("GET", path, query={"fieldSelector": selector})["items"]
        ours = [one for one in items if one["reportingComponent"] == "truenorth"]
        return sorted(ours, key=lambda one: str(one["reason"]))

    def service(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.cluster.admin.call("GET", f"/api/v1/namespaces/{self.namespace}/services/{name}")
        return found

    def status(self, name: str) -> str | None:
        found: str | None = self.service(name)["metadata"].get("annotations", {}).get("truenorth/status")
        return found


@pytest.fixture
def shop(kube_cluster: Cluster, namespace: str) -> Shop:
    kubeconfig = str(kube_cluster.kubeconfig)
    settings = ClusterSettings(name="home", kubeconfig=kubeconfig, sources=("service",), namespaces=(namespace,))
    return Shop(kube_cluster, namespace, settings)
