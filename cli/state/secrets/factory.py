"""Open the state at a URL of Secrets, in the cluster that the URL or the settings name."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping

from cli.lease.record import LeaseName
from cli.state.secrets.client import Patience, SecretsClient
from cli.state.secrets.connection import ClusterConnection
from cli.state.secrets.holder import holder
from cli.state.secrets.lock import WriterLock
from cli.state.secrets.shared import Estate
from cli.state.secrets.store import KubernetesState
from cli.state.secrets.url import StateUrl
from stacks.kube.access import access
from stacks.kube.home import Home
from stacks.model.shards import estate_of
from stacks.settings.cluster import ClusterSettings
from stacks.settings.stack import Settings

_ON_TOP = 5.0
"""Seconds of patience for a lock, beyond those after which a holder that has died has lost it."""


def in_secrets(
    url: StateUrl, project: str, stack: str, settings: Settings, environment: Mapping[str, str]
) -> KubernetesState:
    """Return the state at a URL.

    The cluster is the one in the URL, else the one of the setting `cluster`, else the pod's own. The URL names the
    Secret of the estate's own stack; shards have theirs beside it. Raises UserError where the cluster cannot be reached
    with these settings, NotNow where there is no room for the local copy.
    """
    named = settings.cluster.model_dump()
    if url.kubeconfig or url.context:
        named |= {"kubeconfig": url.kubeconfig, "context": url.context}
    way = access(ClusterSettings(**named), environment)
    home = Home(way, url.namespace)
    pace = settings.watch.election
    estate = estate_of(stack)
    lock = WriterLock(home, LeaseName(url.namespace, lock_name(estate)), pace, holder(environment))
    patience = Patience(lock=pace.lease_duration + _ON_TOP)
    client = SecretsClient(ClusterConnection(home), url, project, estate, patience)
    own = KubernetesState(client, Estate(lock, _on_stderr))
    return own if stack == estate else own.of(stack)


def lock_name(stack: str) -> str:
    """Return the name of the Lease that a writer of a stack's state holds; the election uses it too by default."""
    return "truenorth-" + re.sub(r"[^a-z0-9.-]", "-", stack.lower()).strip(".-")


def _on_stderr(what: str) -> None:
    sys.stderr.write(f"{what}\n")
