"""A namespace in which state is kept, and processes that keep it there."""

from __future__ import annotations

import gc
import itertools
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from cli.lease.record import LeaseName
from cli.session.backend import state_folder
from cli.state.secrets import layout
from cli.state.secrets.client import Patience, SecretsClient
from cli.state.secrets.connection import ClusterConnection
from cli.state.secrets.lock import WriterLock
from cli.state.secrets.shared import Estate
from cli.state.secrets.store import KubernetesState
from cli.state.secrets.url import StateUrl
from lab.kube.cluster import Cluster
from lab.kube.users import Rule, User
from stacks.kube.access import access
from stacks.kube.home import Home
from stacks.settings.cluster import ClusterSettings
from tests.cli.lease.electing import CALM, vacant

NAME = "state"
STACK = "home"
QUICK = Patience(read=1.0, written=1.0, lock=0.0, first_retry=0.05, longest_retry=0.2, upload=0.05)
SECRETS = "/api/v1/namespaces/{}/secrets"
LEASES = "/apis/coordination.k8s.io/v1/namespaces/{}/leases"
_NUMBERS = itertools.count(1)


@dataclass
class Process:
    """What a process has: its state, and what it was told of it."""

    state: KubernetesState
    told: list[str]
    stack: str = STACK

    @property
    def checkpoint(self) -> Path:
        """The file that the engine works on."""
        folder = state_folder(self.state.backend)
        assert folder is not None
        return folder / "stacks" / "truenorth" / f"{self.stack}.json"

    def pulled(self) -> bytes | None:
        """The checkpoint as this process has it after a look."""
        self.state.pull()
        return self.checkpoint.read_bytes() if self.checkpoint.exists() else None

    def engine_writes(self, content: bytes) -> None:
        """Replace the checkpoint, as the engine does."""
        self.checkpoint.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.checkpoint.with_suffix(".tmp")
        fresh.write_bytes(content)
        fresh.replace(self.checkpoint)


@dataclass
class Place:
    """One namespace of the cluster."""

    cluster: Cluster
    namespace: str
    _processes: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._processes.close()

    def process(
        self,
        kubeconfig: Path | None = None,
        *,
        stack: str = STACK,
        name: str = NAME,
        patience: Patience = QUICK,
        holder: str = "",
    ) -> Process:
        """Another process that keeps its state here."""
        way = access(ClusterSettings(kubeconfig=str(kubeconfig or self.cluster.kubeconfig)), {})
        home = Home(way, self.namespace)
        url = StateUrl(self.namespace, name)
        client = SecretsClient(ClusterConnection(home), url, "truenorth", stack, patience)
        lease = LeaseName(self.namespace, f"truenorth-{stack}")
        if not self._is_there(lease):
            vacant(self.cluster, self.namespace, lease.name)
        lock = WriterLock(home, lease, CALM, holder or f"p{next(_NUMBERS)}")
        told: list[str] = []
        made = KubernetesState(client, Estate(lock, told.append))
        self._processes.callback(made.close)
        return Process(made, told, stack)

    def _is_there(self, lease: LeaseName) -> bool:
        found = self.cluster.admin.call("GET", LEASES.format(self.namespace))["items"]
        return lease.name in {one["metadata"]["name"] for one in found}

    def secrets(self) -> dict[str, Any]:
        """The Secrets that are there, by name."""
        found = self.cluster.admin.call("GET", SECRETS.format(self.namespace))["items"]
        return {one["metadata"]["name"]: one for one in found}

    def index(self, name: str = NAME) -> layout.Index:
        """What the head says."""
        return layout.index_of(self.secrets()[name])

    def delete(self, name: str) -> None:
        """Delete a Secret."""
        self.cluster.admin.call("DELETE", f"{SECRETS.format(self.namespace)}/{name}")

    def put(self, secret: dict[str, Any]) -> None:
        """Make a Secret in place of the one of its name."""
        name = secret["metadata"]["name"]
        if name in self.secrets():
            self.delete(name)
        kept = {key: secret["metadata"][key] for key in ("labels", "annotations") if key in secret["metadata"]}
        body = {**secret, "metadata": {"name": name, "namespace": self.namespace, **kept}}
        self.cluster.admin.call("POST", SECRETS.format(self.namespace), body)

    def lead_without_lock(self, process: Process, *, server: str = "", may_write: bool = True) -> None:
        """Let a process write without taking the lock, as a leader does."""
        place = LeaseName(self.namespace, f"truenorth-{process.stack}")
        process.state.led_by(place, server or self.cluster.server, lambda: may_write)

    def user(self, name: str, *rules: Rule) -> User:
        """A user that may do this, in this namespace."""
        return self.cluster.service_account(f"{self.namespace}-{name}", rules, within=self.namespace)

    def close(self) -> None:
        """End the processes."""
        self._processes.close()
        gc.collect()
