"""Find the cluster and namespace for the Lease, the address cache and state in Secrets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lightkube.config.kubeconfig import SERVICE_ACCOUNT

from stacks.kube.access import Access, access
from stacks.kube.object_api import ObjectApi
from stacks.kube.timing import ApiTiming
from stacks.settings.cluster import ClusterSettings
from stacks.settings.stack import Settings


@dataclass(frozen=True, slots=True)
class Home:
    """The access to a cluster, and our namespace in it."""

    access: Access
    namespace: str

    def api(self, timeout: float) -> ObjectApi:
        """Return a client, to be closed in the loop of its use. timeout: seconds to wait for an answer."""
        return ObjectApi(self.access, ApiTiming(timeout=timeout))


def home(settings: Settings, environment: Mapping[str, str], service_account: Path = Path(SERVICE_ACCOUNT)) -> Home:
    """Return the pod's cluster and namespace; outside of a pod those of the setting `cluster` or the kubeconfig.

    Raises UserError where there is none, or the kubeconfig is incomplete.
    """
    way = access(ClusterSettings(**settings.cluster.model_dump()), environment, service_account)
    inside = service_account / "namespace"
    if way.config.context_name == "pod" and inside.exists():
        namespace = inside.read_text(encoding="utf-8").strip()
    else:
        namespace = way.config.context.namespace or ""
    return Home(way, namespace or "default")
