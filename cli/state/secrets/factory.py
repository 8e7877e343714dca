"""Finds the cluster that a URL of state in Secrets means."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping

from cli.lease.record import Place
from cli.state.secrets.client import Asking, Patience
from cli.state.secrets.connection import Connection
from cli.state.secrets.holder import holder
from cli.state.secrets.lock import Lock
from cli.state.secrets.store import KubernetesState
from cli.state.secrets.url import StateUrl
from stacks.kube.access import access
from stacks.kube.home import Home
from stacks.model.shards import estate_of
from stacks.settings.cluster import ClusterSettings
from stacks.settings.stack import Settings

_ON_TOP = 5.0
"""Seconds for which a lock is waited for, on top of those after which one that has died has lost it."""


def in_secrets(
    url: StateUrl, project: str, stack: str, settings: Settings, environment: Mapping[str, str]
) -> KubernetesState:
    """The state at this URL: in the cluster that it names, else in that of the setting `cluster`, or the pod's own.

    The URL is that of the estate's own stack, whose Secrets the shard's lie beside.
    Raises UserError where there is no such cluster, or it is not said how to reach it.
    """
    named = settings.cluster.model_dump()
    if url.kubeconfig or url.context:
        named |= {"kubeconfig": url.kubeconfig, "context": url.context}
    way = access(ClusterSettings(**named), environment)
    home = Home(way, url.namespace)
    pace = settings.watch.election
    estate = estate_of(stack)
    lock = Lock(home, Place(url.namespace, lock_name(estate)), pace, holder(environment))
    patience = Patience(lock=pace.lease_duration + _ON_TOP)
    own = KubernetesState(Asking(Connection(home), url, project, estate, patience), lock, _on_stderr)
    return own if stack == estate else own.of(stack)


def lock_name(stack: str) -> str:
    """The Lease that keeps those who write a stack's state apart: that of the election, where no other is set."""
    return "truenorth-" + re.sub(r"[^a-z0-9.-]", "-", stack.lower()).strip(".-")


def _on_stderr(what: str) -> None:
    sys.stderr.write(f"{what}\n")
