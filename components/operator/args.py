"""The arguments of an operator's deployment. Their text is checked where it is read; only credentials are secret."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

TYPE = "truenorth:index:Operator"
"""The type of the component."""


@dataclass(frozen=True, slots=True)
class Read:
    """A kind of object that is listed and watched. group: "" for the core one. namespaces: () for all.

    gets_events: whether its objects get Events, for which they are looked up. is_annotated: whether they get an
    annotation of their status. gets_status: whether their status is ours to write.
    """

    group: str
    resource: str
    namespaced: bool = True
    namespaces: tuple[str, ...] = ()
    gets_events: bool = False
    is_annotated: bool = False
    gets_status: bool = False


@dataclass(frozen=True, slots=True)
class ObjectName:
    """A namespaced object."""

    namespace: str
    name: str


@dataclass(frozen=True, slots=True)
class Rights:
    """Everything in the cluster that the operator needs access to.

    leases: those of the election and of the state. cache: the ConfigMap of the WAN addresses; None for none. pushed:
    that of the addresses which routers tell; None for none. files: the ConfigMaps with zones that CoreDNS serves.
    state: the head of the Secrets that hold Pulumi's state; None where state is elsewhere.
    """

    reads: tuple[Read, ...] = ()
    leases: tuple[ObjectName, ...] = ()
    cache: ObjectName | None = None
    pushed: ObjectName | None = None
    files: tuple[ObjectName, ...] = ()
    state: ObjectName | None = None


@dataclass(frozen=True, slots=True)
class DomainArgs:
    """Names that objects of some namespaces may ask for; patterns as the settings have them."""

    names: tuple[str, ...]
    namespaces: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    exclude: tuple[str, ...] = ()


Reading = Literal["names", "rule", "hosts"]


@dataclass(frozen=True, slots=True)
class KindArgs:
    """A described kind of objects.

    names: the fields with names, `[]` after a list. reading: whether each is a name, a rule of Traefik's, or a host of
    Istio's after its namespace.
    """

    group: str
    version: str
    resource: str
    kind: str
    names: tuple[str, ...] = ()
    reading: Reading = "names"


@dataclass(frozen=True, slots=True)
class PolicyArgs:
    """The names and targets that objects may ask for, for the API server to refuse others.

    sources: the kinds of objects, beside those described. zones: names outside of them are not looked at.
    counted_namespaces, gateways, gateway_namespaces, ingress_classes, service_types: those that count; () for all.
    cluster_addresses: whether Services of ClusterIP have targets. selection: requirements of objects that count, each
    `labels` or `annotations` with key and operator, and values. opt_in: whether only objects with a content-mode count.
    annotation_prefix: that of the annotations, "" for the usual ones. tls_hosts: when the hosts of an Ingress's tls are
    names. taken: names of the settings. prefixes, suffixes: of the names of ownership marks. networks, target_names: of
    the targets that are allowed; any, where both are ().
    """

    sources: tuple[str, ...]
    zones: tuple[str, ...]
    described: tuple[KindArgs, ...] = ()
    counted_namespaces: tuple[str, ...] = ()
    gateways: tuple[str, ...] = ()
    gateway_namespaces: tuple[str, ...] = ()
    ingress_classes: tuple[str, ...] = ()
    service_types: tuple[str, ...] = ()
    selection: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = ()
    cluster_addresses: bool = False
    opt_in: bool = False
    annotation_prefix: str = ""
    tls_hosts: Literal["fallback", "always", "never"] = "fallback"
    taken: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    suffixes: tuple[str, ...] = ()
    domains: tuple[DomainArgs, ...] = ()
    networks: tuple[str, ...] = ()
    target_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ServiceArgs:
    """A Service, before the page or the dyndns2 endpoint. node_port: 0 for any, where the type has one."""

    type: Literal["ClusterIP", "LoadBalancer", "NodePort"] = "ClusterIP"
    port: int = 80
    node_port: int = 0
    annotations: Mapping[str, str] = field(default_factory=dict)
    source_ranges: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ResourceArgs:
    """Requests and limits, as Kubernetes writes quantities. There is no limit of CPU: it would only delay a run.

    Between runs the process takes some 190 MB; during one, engine and plugin take 100 to 200 MB more.
    """

    cpu: str = "50m"
    memory: str = "256Mi"
    memory_limit: str = "512Mi"


@dataclass(frozen=True, slots=True)
class ExternalDnsArgs:
    """An external-dns in the same pod, whose provider the operator is.

    webhook: HOST:PORT at which it asks. arguments: its sources and filters. rules: what its sources read in the whole
    cluster, as a ClusterRole has it.
    """

    image: str
    webhook: str
    arguments: tuple[str, ...] = ()
    rules: tuple[Mapping[str, Any], ...] = ()
    resources: ResourceArgs = ResourceArgs("20m", "64Mi", "256Mi")


@dataclass(frozen=True, slots=True)
class PodArgs:
    """The pods: their kind, number, resources and nodes. port: of the page, the metrics and the probes.

    probe_timeout: seconds that the kubelet waits for the answer to a probe. dyndns_port: at which routers tell their
    addresses; 0 for none.
    """

    kind: Literal["deployment", "daemonset"] = "deployment"
    replicas: int = 2
    port: int = 8080
    probe_timeout: int = 5
    dyndns_port: int = 0
    image_pull_policy: str = "IfNotPresent"
    image_pull_secrets: tuple[str, ...] = ()
    resources: ResourceArgs = field(default_factory=ResourceArgs)
    priority_class: str = ""
    annotations: Mapping[str, str] = field(default_factory=dict)
    node_selector: Mapping[str, str] = field(default_factory=dict)
    tolerations: tuple[Mapping[str, Any], ...] = ()
    external_dns: ExternalDnsArgs | None = None


@dataclass(frozen=True, slots=True)
class OperatorArgs:
    """Everything about one deployed operator.

    settings: the text of Pulumi.<stack>.yaml. state: where the operator keeps Pulumi's state, a URL; "" for what the
    settings say. credentials: variables for the container, of which a Secret is made beside the objects; None: the
    Secret `credentials_secret` is there already. policy: None for none. variables: those that hold no secret.
    kubeconfig_secret: a Secret whose files the pods find under /etc/truenorth-kubeconfig, for clusters other than their
    own. dyndns_service: the Service before the dyndns2 endpoint, where the pods have one. state_policy: whether the API
    server holds its writes of Secrets to those of its state. page_from: the namespaces whose pods reach the page; none:
    all. egress_ports: TCP ports of the world beside the usual. stun_ports: those of the STUN servers.
    monitoring_labels: those by which a Prometheus selects its objects. rules: the groups of the alerts. dashboard: the
    text of Grafana's; "" where none is wanted.
    """

    stack: str
    settings: str
    image: str
    rights: Rights
    policy: PolicyArgs | None = None
    name: str = "truenorth"
    namespace: str = "truenorth"
    make_namespace: bool = True
    state: str = ""
    credentials: Mapping[str, str] | None = field(default=None, repr=False)
    credentials_secret: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)
    service_account_annotations: Mapping[str, str] = field(default_factory=dict)
    kubeconfig_secret: str = ""
    pods: PodArgs = field(default_factory=PodArgs)
    service: ServiceArgs = field(default_factory=ServiceArgs)
    dyndns_service: ServiceArgs = field(default_factory=ServiceArgs)
    network_policy: bool = True
    state_policy: bool = True
    page_from: tuple[str, ...] = ()
    egress_ports: tuple[int, ...] = ()
    stun_ports: tuple[int, ...] = ()
    service_monitor: bool = False
    monitoring_labels: Mapping[str, str] = field(default_factory=dict)
    rules: Sequence[Mapping[str, Any]] = ()
    dashboard: str = ""

    @property
    def cluster_name(self) -> str:
        """The name of cluster-wide objects, which no operator in another namespace has."""
        return self.name if self.name == self.namespace else f"{self.namespace}-{self.name}"

    @property
    def secret(self) -> str:
        """The name of the Secret with the credentials."""
        return self.credentials_secret or f"{self.name}-credentials"

    @property
    def secret_of_ours(self) -> str:
        """The name of the Secret with the credentials; "" where somebody else has made it."""
        return "" if self.credentials is None else self.secret

    @property
    def settings_name(self) -> str:
        """The name of the ConfigMap with the settings."""
        return f"{self.name}-settings"

    @property
    def settings_file(self) -> str:
        """The name of the settings' file in the ConfigMap."""
        return f"Pulumi.{self.stack}.yaml"
