"""The settings of clusters: how to reach each, which of its objects count, and their rights to names and targets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PrivateAttr, model_validator
from pydantic_core import PydanticCustomError

from components.plain_text import quoted
from stacks.model.claims import WEBHOOK
from stacks.settings.fields import (
    LONGEST_OBJECT,
    OBJECT,
    AnnotationPrefix,
    AnnotationSelector,
    DefaultTarget,
    Domain,
    GatewayName,
    LabelSelector,
    NamePattern,
    NamespacePattern,
    Network,
    Resolver,
    gateway_name,
)
from stacks.settings.geo import GeoSettings
from stacks.settings.kinds import KindSettings, ServicePlace, TemplateSettings
from stacks.settings.problems import fault

SourceName = Literal[
    "gateway-httproute",
    "gateway-grpcroute",
    "gateway-tlsroute",
    "gateway-tcproute",
    "gateway-udproute",
    "ingress",
    "service",
    "node",
    "pod",
    "crd",
    "traefik-ingressroute",
    "traefik-ingressroutetcp",
    "traefik-ingressrouteudp",
    "istio-gateway",
    "istio-virtualservice",
    "contour-httpproxy",
    "openshift-route",
    "kong-tcpingress",
]

ROUTES_INGRESSES_SERVICES: tuple[SourceName, ...] = (
    "gateway-httproute",
    "gateway-grpcroute",
    "gateway-tlsroute",
    "ingress",
    "service",
)
"""The sources of a cluster without the setting."""
LONGEST_NAME, MOST_KINDS, MOST_RESOLVERS = 63, 50, 8
"""Characters of the name of a cluster; kinds that the settings describe; name servers."""
IMPLICIT = ""
"""The name of the one cluster of a stack that names none: no mark and no message needs to tell it from another."""


def _place(value: str) -> str:
    """Return the name of a Gateway or a class, or a word. Raises a fault for another text."""
    kind, slash, name = value.partition("/")
    named = name if kind == "class" else value
    is_one = gateway_name(name) if kind == "gateway" else len(named) <= LONGEST_OBJECT and OBJECT.fullmatch(named)
    if not is_one or (slash and kind not in {"gateway", "class"}):
        raise _no_place(value)
    return value


def _no_place(value: str, *location: str) -> PydanticCustomError:
    do = "write a source, gateway/[NAMESPACE/]NAME, class/NAME, or PLURAL.GROUP of one of kinds"
    return fault(f"{quoted(value)} names no objects", do, location)


Merge = Literal["namespace", "all"]
ServiceType = Literal["LoadBalancer", "NodePort", "ClusterIP", "ExternalName"]
TlsHosts = Literal["fallback", "always", "never"]
MOST_RULES = 200
"""Of one setting: a policy of the API server goes through all of them for each name."""


class DomainSettings(BaseModel):
    """Names that the objects of some namespaces may ask for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    namespaces: Annotated[tuple[NamespacePattern, ...], Field(max_length=MOST_RULES)] = ()
    """Namespaces, `*` for a part of a name; none: all, and objects without one, such as nodes."""
    labels: dict[str, str] = Field(default_factory=dict)
    """Labels that the namespace has to have, each with this value."""
    names: Annotated[tuple[NamePattern, ...], Field(min_length=1, max_length=MOST_RULES)]
    """Patterns: `*` for a part of a label, `**` in front for any labels; a label with `_` in front is spelled out."""
    exclude: Annotated[tuple[NamePattern, ...], Field(max_length=MOST_RULES)] = ()
    """Patterns of names among these that they may not ask for."""


class TargetSettings(BaseModel):
    """Targets that objects may point their names at. Detected addresses are always allowed, hosts beside them not."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    networks: Annotated[tuple[Network, ...], Field(max_length=MOST_RULES)] = ()
    """Networks of addresses: 192.0.2.0/24."""
    names: Annotated[tuple[NamePattern, ...], Field(max_length=MOST_RULES)] = ()
    """Patterns of host names, as in `domains`."""

    @property
    def are_limited(self) -> bool:
        """Whether anything is not allowed."""
        return bool(self.networks or self.names)


class ClaimRules(BaseModel):
    """The rules for what the objects of a cluster may ask for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    merge: Merge = "namespace"
    """The objects that may share a name: those of one namespace, or all. The same targets may always be asked for."""
    domains: Annotated[tuple[DomainSettings, ...], Field(max_length=MOST_RULES)] = ()
    """Who may ask for which names; none: everybody for any name without a label that begins with `_`."""
    targets: TargetSettings = Field(default_factory=TargetSettings)
    """The targets that may be pointed at; none: any public one."""
    names_per_object: Annotated[int, Field(ge=1, le=10_000)] = 250
    """The number of names that one object may ask for."""
    targets_per_name: Annotated[int, Field(ge=1, le=1_000)] = 100
    """The number of targets that a name may have."""

    @property
    def asks_for_labels(self) -> bool:
        """Whether a rule depends on the labels of namespaces."""
        return any(one.labels for one in self.domains)

    @model_validator(mode="after")
    def _labels_are_of_namespaces(self) -> ClaimRules:
        for position, one in enumerate(self.domains):
            if any(len(text) > 317 or not text.isprintable() for pair in one.labels.items() for text in pair):  # noqa: PLR2004 - a prefix of 253, a slash, a name of 63
                raise fault("a label of a namespace cannot be that", "write it as team: web", ("domains", position))
        return self


class ClusterDefaults(ClaimRules):
    """The defaults of each of `clusters`, from `cluster`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kubeconfig: str = ""
    """The kubeconfig file; empty: that of KUBECONFIG, ~/.kube/config, or in a pod its service account."""
    namespaces: tuple[str, ...] = ()
    """The namespaces of the routes, Ingresses, Services and Pods that count; none: all."""
    gateway_namespaces: tuple[str, ...] = ()
    """The namespaces of the Gateways, ListenerSets and XListenerSets that are read; none: all."""
    gateways: tuple[GatewayName, ...] = ()
    """The Gateways that count, by name, or with their namespace: edge/external; none: all."""
    gateway_labels: LabelSelector = ""
    """A label selector: the Gateways that count."""
    gateway_classes: tuple[str, ...] = ()
    """The classes of the Gateways that count; none: all."""
    labels: LabelSelector = ""
    """A label selector: the routes, Ingresses, Services, Nodes and Pods that count."""
    annotations: AnnotationSelector = ""
    """A selector over annotations, written as one over labels: the objects that count, those of `labels` alike."""
    annotation_prefix: AnnotationPrefix = ""
    """The prefix of the annotations that are read; empty: those of TrueNorth, Routeflare and external-dns."""
    opt_in: bool = False
    """Whether only objects with a content-mode, their own or their Gateway's, are named."""
    ingress_classes: tuple[str, ...] = ()
    """The classes of the Ingresses that count; none: all."""
    tls_hosts: TlsHosts = "fallback"
    """When the hosts of an Ingress's tls are names: where nothing else names it, always, or never."""
    service_types: tuple[ServiceType, ...] = ()
    """The types of the Services that count, headless ones being of ClusterIP; none: all."""
    cluster_addresses: bool = False
    """Whether Services of type ClusterIP are named too, and private addresses of Services published."""
    host_addresses: bool = False
    """Whether the pods of headless Services are at the addresses of their nodes, unless a Service says otherwise."""
    unready_pods: bool = False
    """Whether the pods of headless Services count that are not ready, too."""
    pod_targets: bool = False
    """Whether the pods of headless Services are at the targets of their own annotation, which is read on each pod."""
    pod_domain: Domain = ""
    """The domain below which each pod has its own name, for the source `pod`; empty: none."""
    host_pods: bool = False
    """Whether only pods on the network of their host count, for the source `pod`."""
    cordoned_nodes: bool = False
    """Whether nodes that take no new pods count too."""
    target_networks: Annotated[tuple[Network, ...], Field(max_length=MOST_RULES)] = ()
    """The networks of the addresses that count among an object's targets; none: all, and names of hosts."""
    excluded_target_networks: Annotated[tuple[Network, ...], Field(max_length=MOST_RULES)] = ()
    """The networks of the addresses that do not count."""
    load_balancer_addresses: bool = False
    """Whether a Service of type LoadBalancer with a host name is at the addresses to which that resolves."""
    resolvers: Annotated[tuple[Resolver, ...], Field(max_length=MOST_RESOLVERS)] = ()
    """The name servers that resolve these names, ADDRESS or ADDRESS:PORT; none: the system's."""
    default_targets: dict[Annotated[str, AfterValidator(_place)], DefaultTarget] = Field(default_factory=dict)
    """Where objects point that do not say so (`ddns`, addresses, a name): by source, `gateway/NAME`, `class/NAME`."""
    templates: TemplateSettings = Field(default_factory=TemplateSettings)
    """Go templates of names and targets, as external-dns has them."""
    source_services: dict[SourceName, ServicePlace] = Field(default_factory=dict)
    """The Service, NAMESPACE/NAME, with the addresses of a source whose objects have none: `traefik-ingressroute`."""
    kinds: Annotated[tuple[KindSettings, ...], Field(max_length=MOST_KINDS)] = ()
    """Kinds of objects that are named too, each described by its fields."""
    timeout: Annotated[float, Field(gt=0, le=300)] = 10.0
    """Seconds of attempts before a cluster is unknown."""
    events: bool = True
    """Whether Events, and the status of a DNSEndpoint, tell an object's owner about the outcome of its records."""
    status_annotation: bool = False
    """Whether objects get the annotation truenorth/status, with the present state of their records."""

    @model_validator(mode="after")
    def _defaults_are_of_sources(self) -> ClusterDefaults:
        sources = {*get_args(SourceName), *(one.source for one in self.kinds)}
        for place in self.default_targets:
            if "/" not in place and place not in sources:
                raise _no_place(place, "default_targets", place)
        return self


class ClusterSettings(ClusterDefaults):
    """A cluster."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9._@:/-]{0,63}$")] = IMPLICIT
    """The name in marks and messages; empty: the context. Unique."""
    context: str = ""
    """The kubeconfig's context; empty: its current one, or in a pod its service account."""
    sources: Annotated[tuple[SourceName, ...], Field(min_length=1)] = ROUTES_INGRESSES_SERVICES
    """The kinds of objects that are named; left out: `sources` of the stack."""
    _geo: GeoSettings | None = PrivateAttr(default=None)

    @property
    def geo(self) -> GeoSettings | None:
        """The settings of load balancing, for a cluster with balanced objects; else None."""
        return self._geo

    def balanced(self, geo: GeoSettings) -> ClusterSettings:
        """Return a copy of the cluster with the addresses of its labelled objects balanced."""
        copy = self.model_copy()
        copy._geo = geo  # noqa: SLF001 - no setting of a cluster: it is that of the stack
        return copy

    @model_validator(mode="before")
    @classmethod
    def _is_called_as_its_context(cls, data: Any) -> Any:  # noqa: ANN401 - whatever the user wrote; pydantic checks it
        if not isinstance(data, dict) or data.get("name") or not isinstance(data.get("context"), str):
            return data
        return data | {"name": _as_name(data["context"])}


def _as_name(context: str) -> str:
    """Return the name of a cluster from its context, without characters that a mark cannot hold."""
    kept = "".join(character if character.isascii() and character not in ' ,"\\=' else "-" for character in context)
    return kept[-LONGEST_NAME:]


def filled_in(outer: dict[str, Any], cluster: Any) -> Any:  # noqa: ANN401 - whatever the user wrote; pydantic checks it
    """Return the settings of one of `clusters`, with defaults from `cluster` and `sources`."""
    if isinstance(cluster, str):
        cluster = {"context": cluster}
    defaults = outer.get("cluster", {})
    if not isinstance(cluster, dict) or not isinstance(defaults, dict):
        return cluster
    sources = {"sources": outer["sources"]} if outer.get("sources") else {}
    return sources | defaults | cluster


def check_clusters(clusters: Sequence[ClusterSettings]) -> None:
    """Raise a fault for two clusters of one name, because marks could not tell them apart."""
    names = [cluster.name for cluster in clusters]
    for position, name in enumerate(names):
        if name == WEBHOOK:
            said = f"marks with the name {WEBHOOK} are of what external-dns asks for by its webhook"
            raise fault(said, "give the cluster another name", ("clusters", position, "name"))
        if names.count(name) > 1:
            said = f"the cluster {name} stands twice" if name else "two clusters have neither a name nor a context"
            raise fault(said, "keep one of the two, or give each a name", ("clusters", position))
