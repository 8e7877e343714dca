"""The settings of `truenorth deploy`: the operator's place in a cluster, and the objects beside it."""

from __future__ import annotations

import re
from importlib.metadata import version
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from components.operator.args import ServiceArgs
from stacks.settings.fields import matching
from stacks.settings.problems import fault

_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_QUANTITY = re.compile(r"[0-9]+(\.[0-9]+)?(m|k|Ki|M|Mi|G|Gi)?")
_ARGUMENT = re.compile(r"--[a-z0-9][^\x00-\x1f]{0,2000}")
_GIVEN = ("--provider", "--webhook-provider-url", "--registry")
_VARIABLE = r"^[A-Za-z_][A-Za-z0-9_]*$"
Port = Annotated[int, Field(ge=1, le=65535)]


Name = Annotated[str, matching(_LABEL, "no name of an object", "use small letters, digits and -, at most 63")]
"""The name of an object of Kubernetes (RFC 1123)."""
Quantity = Annotated[
    str, matching(_QUANTITY, "no quantity", "write it as Kubernetes does: 50m of CPU, 256Mi of memory")
]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DeployServiceSettings(_Part):
    """A Service: that for the page and the metrics, or that for routers."""

    type: Literal["ClusterIP", "LoadBalancer", "NodePort"] = "ClusterIP"
    """Reached by the cluster, by everybody at an address, or by everybody at a port of each node."""
    port: Port = 80
    """The port of the Service."""
    node_port: Annotated[int, Field(ge=0, le=65535)] = 0
    """The port of the nodes; 0: any."""
    annotations: dict[str, str] = Field(default_factory=dict)
    """Of the Service; load balancers of clouds take their options from there."""
    source_ranges: tuple[str, ...] = ()
    """Networks that may come through a LoadBalancer; none: all."""

    @model_validator(mode="after")
    def _fits(self) -> DeployServiceSettings:
        if self.node_port and self.type == "ClusterIP":
            raise fault("a Service of type ClusterIP has no node_port", "leave it out, or set type: NodePort")
        if self.source_ranges and self.type != "LoadBalancer":
            raise fault("source_ranges are for a LoadBalancer only", "leave them out, or set type: LoadBalancer")
        return self

    def arguments(self) -> ServiceArgs:
        """Return the component's arguments."""
        return ServiceArgs(self.type, self.port, self.node_port, self.annotations, self.source_ranges)


class DeployResourceSettings(_Part):
    """The resources that a pod asks for, and the limit of its memory."""

    cpu: Quantity = "50m"
    """The CPU that it asks for."""
    memory: Quantity = "256Mi"
    """The memory that it asks for."""
    memory_limit: Quantity = "512Mi"
    """The memory that it may have at most."""


class DeployExternalDnsSettings(_Part):
    """An external-dns in the operator's pods, which asks for its names by the webhook."""

    image: Annotated[str, Field(min_length=1)]
    """Its image, with registry and version."""
    args: tuple[Annotated[str, matching(_ARGUMENT, "no option", "write --source=ingress")], ...] = ()
    """Its sources and filters; provider, webhook and registry are given."""
    rules: tuple[dict[str, Any], ...] = ()
    """What its sources read in the whole cluster, as a ClusterRole of Kubernetes has it."""
    resources: DeployResourceSettings = DeployResourceSettings(cpu="20m", memory="64Mi", memory_limit="256Mi")
    """The resources of its container."""

    @model_validator(mode="after")
    def _asks_here(self) -> DeployExternalDnsSettings:
        for one in self.args:
            if (name := one.partition("=")[0]) in _GIVEN:
                raise fault(f"{name} is given to it already", f"leave it out of args: {', '.join(_GIVEN)} are ours")
        return self


class DeploySettings(_Part):
    """The deployment of the operator. The defaults suit a cluster with nothing special."""

    kubeconfig: str = ""
    """The kubeconfig file for the cluster of the operator; empty: that of KUBECONFIG, or ~/.kube/config."""
    context: str = ""
    """The kubeconfig's context; empty: its current one."""
    namespace: Name = "truenorth"
    """The namespace of the operator."""
    make_namespace: bool = True
    """Whether the namespace is made, and deleted with everything in it in the end."""
    name: Annotated[Name, Field(max_length=40)] = "truenorth"
    """The name of all its objects. Two operators of one namespace differ in it."""
    image: Annotated[str, Field(min_length=1)] = f"truenorth:{version('truenorth')}"
    """The container image."""
    image_pull_policy: Literal["Always", "IfNotPresent", "Never"] = "IfNotPresent"
    """When nodes fetch the image."""
    image_pull_secrets: tuple[Name, ...] = ()
    """Secrets with the credentials for the image's registry."""
    kind: Literal["deployment", "daemonset"] = "deployment"
    """A Deployment with standbys, or a pod a node in the node's own network."""
    replicas: Annotated[int, Field(ge=1, le=10)] = 2
    """The number of pods of a Deployment. One leads, the others stand by."""
    probe_timeout: Annotated[int, Field(ge=1, le=300)] = 5
    """Seconds that the kubelet waits for the answer to a probe of liveness or readiness."""
    credentials_secret: str = ""
    """An existing Secret with the credentials; empty: one is made from the environment."""
    kubeconfig_secret: str = ""
    """A Secret with kubeconfig files, for other clusters: the pods have them in /etc/truenorth-kubeconfig."""
    variables: dict[Annotated[str, Field(pattern=_VARIABLE)], str] = Field(default_factory=dict)
    """Further environment variables of the pods. No secrets."""
    service_account_annotations: dict[str, str] = Field(default_factory=dict)
    """Annotations that give the pods a role of a cloud, as EKS, GKE and AKS read them."""
    resources: DeployResourceSettings = Field(default_factory=DeployResourceSettings)
    """The resources of a pod."""
    priority_class: str = ""
    """The priority class of the pods; empty: that of the cluster."""
    external_dns: DeployExternalDnsSettings | None = None
    """An external-dns in the same pods, whose provider they are, by `watch.webhook`."""
    annotations: dict[str, str] = Field(default_factory=dict)
    """Annotations of the pods."""
    node_selector: dict[str, str] = Field(default_factory=dict)
    """Labels of the nodes that may run it."""
    tolerations: tuple[dict[str, Any], ...] = ()
    """Tolerations of the pods, as Kubernetes writes them."""
    service: DeployServiceSettings = Field(default_factory=DeployServiceSettings)
    """The Service for the page and the metrics."""
    dyndns_service: DeployServiceSettings = Field(default_factory=DeployServiceSettings)
    """The Service for routers that tell their addresses, where `watch.dyndns.listen` is set."""
    network_policy: bool = True
    """Whether a NetworkPolicy limits the pods to the connections that they need."""
    state_policy: bool = True
    """Whether an admission policy holds its writes of Secrets to those of its state; from Kubernetes 1.30 on."""
    page_from: tuple[Name, ...] = ()
    """Namespaces whose pods reach the page and the metrics, by the NetworkPolicy; none: all."""
    egress_ports: tuple[Port, ...] = ()
    """Further TCP ports that pods may connect to, beside 53, 80, 443, 6443 and those of STUN. With 80 they reach the
    metadata service of a cloud, too."""
    service_monitor: bool = False
    """Whether Prometheus scrapes it; needs the Prometheus operator."""
    alerts: bool = False
    """Whether Prometheus gets the alerts; needs the Prometheus operator."""
    monitoring_labels: dict[str, str] = Field(default_factory=dict)
    """Further labels of ServiceMonitor and PrometheusRule, by which a Prometheus selects them."""
    dashboard: bool = False
    """Whether Grafana gets the dashboard, by a ConfigMap with the label grafana_dashboard."""
