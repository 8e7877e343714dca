"""The settings of `truenorth deploy`: where the operator runs, and what comes with it."""

from __future__ import annotations

import re
from importlib.metadata import version
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from components.operator.args import ServiceArgs
from stacks.settings.problems import fault

_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_QUANTITY = re.compile(r"[0-9]+(\.[0-9]+)?(m|k|Ki|M|Mi|G|Gi)?")
_VARIABLE = r"^[A-Za-z_][A-Za-z0-9_]*$"
Port = Annotated[int, Field(ge=1, le=65535)]


def _label(value: str) -> str:
    """Refuse what Kubernetes does not take as a name (RFC 1123)."""
    if not _LABEL.fullmatch(value):
        raise fault(f"{value!r} is no name of an object", "use small letters, digits and -, at most 63")
    return value


def _quantity(value: str) -> str:
    if not _QUANTITY.fullmatch(value):
        raise fault(f"{value!r} is no quantity", "write it as Kubernetes does: 50m of CPU, 256Mi of memory")
    return value


Name = Annotated[str, AfterValidator(_label)]
Quantity = Annotated[str, AfterValidator(_quantity)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DeployServiceSettings(_Part):
    """The Service before the page and the metrics."""

    type: Literal["ClusterIP", "LoadBalancer", "NodePort"] = "ClusterIP"
    """Who reaches it: the cluster, everybody by an address, or everybody by a port of each node."""
    port: Port = 80
    """At which it is reached."""
    node_port: Annotated[int, Field(ge=0, le=65535)] = 0
    """0: any."""
    annotations: dict[str, str] = Field(default_factory=dict)
    """Of the Service; load balancers of clouds take their options from there."""
    source_ranges: tuple[str, ...] = ()
    """Who may come through a LoadBalancer; none: everybody."""

    @model_validator(mode="after")
    def _fits(self) -> DeployServiceSettings:
        if self.node_port and self.type == "ClusterIP":
            raise fault("a Service of type ClusterIP has no node_port", "leave it out, or set type: NodePort")
        if self.source_ranges and self.type != "LoadBalancer":
            raise fault("source_ranges are for a LoadBalancer only", "leave them out, or set type: LoadBalancer")
        return self

    def arguments(self) -> ServiceArgs:
        """As the component takes it."""
        return ServiceArgs(self.type, self.port, self.node_port, self.annotations, self.source_ranges)


class DeployResourceSettings(_Part):
    """What a pod asks for, and the memory that it may have at most."""

    cpu: Quantity = "50m"
    """What it asks for."""
    memory: Quantity = "256Mi"
    """What it asks for."""
    memory_limit: Quantity = "512Mi"
    """What it may have."""


class DeploySettings(_Part):
    """How the operator is deployed. The defaults suit a cluster with nothing special."""

    kubeconfig: str = ""
    """Of the cluster that it is deployed to; empty: that of KUBECONFIG, or ~/.kube/config."""
    context: str = ""
    """The kubeconfig's context; empty: its current one."""
    namespace: Name = "truenorth"
    """Where it runs."""
    make_namespace: bool = True
    """Make the namespace, and delete it with all that is in it in the end."""
    name: Annotated[str, AfterValidator(_label), Field(max_length=40)] = "truenorth"
    """Of all its objects. Two operators of one namespace differ in it."""
    image: Annotated[str, Field(min_length=1)] = f"truenorth:{version('truenorth')}"
    """The container image."""
    image_pull_policy: Literal["Always", "IfNotPresent", "Never"] = "IfNotPresent"
    """When nodes fetch it."""
    image_pull_secrets: tuple[Name, ...] = ()
    """Secrets with which they fetch it."""
    kind: Literal["deployment", "daemonset"] = "deployment"
    """A Deployment with standbys, or a pod a node in the node's own network."""
    replicas: Annotated[int, Field(ge=1, le=10)] = 2
    """One leads, the others stand by."""
    credentials_secret: str = ""
    """The Secret that has the credentials already; empty: one is made, of those in the environment."""
    kubeconfig_secret: str = ""
    """A Secret with kubeconfig files, for other clusters: the pods have them in /etc/truenorth-kubeconfig."""
    variables: dict[Annotated[str, Field(pattern=_VARIABLE)], str] = Field(default_factory=dict)
    """Further environment variables of the pods. No secrets."""
    service_account_annotations: dict[str, str] = Field(default_factory=dict)
    """What gives the pods a role of a cloud: EKS, GKE and AKS take it from there."""
    resources: DeployResourceSettings = Field(default_factory=DeployResourceSettings)
    """What a pod asks for and may have."""
    priority_class: str = ""
    """Of the pods; empty: that of the cluster."""
    annotations: dict[str, str] = Field(default_factory=dict)
    """Of the pods."""
    node_selector: dict[str, str] = Field(default_factory=dict)
    """Labels of the nodes that may run it."""
    tolerations: tuple[dict[str, Any], ...] = ()
    """Taints of nodes that it puts up with, as Kubernetes has them."""
    service: DeployServiceSettings = Field(default_factory=DeployServiceSettings)
    """The Service before the page and the metrics."""
    network_policy: bool = True
    """Let pods reach only what they need, and be reached only at their port."""
    egress_ports: tuple[Port, ...] = ()
    """TCP ports of the world that pods may reach, beside 53, 80, 443, 6443 and those of STUN."""
    service_monitor: bool = False
    """Have Prometheus scrape it; needs the Prometheus operator."""
    alerts: bool = False
    """Give Prometheus the alerts; likewise."""
    dashboard: bool = False
    """Give Grafana the dashboard, by a ConfigMap with the label grafana_dashboard."""
