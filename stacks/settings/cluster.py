"""The settings of the clusters whose objects are named: where each is, and which of its objects count."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PrivateAttr, model_validator

from stacks.settings.geo import GeoSettings
from stacks.settings.problems import fault

SourceName = Literal["gateway-httproute", "gateway-grpcroute", "gateway-tlsroute", "ingress", "service", "node"]

ROUTES_INGRESSES_SERVICES: tuple[SourceName, ...] = (
    "gateway-httproute",
    "gateway-grpcroute",
    "gateway-tlsroute",
    "ingress",
    "service",
)
"""What is named of a cluster where nothing says what."""
LONGEST_NAME = 63
IMPLICIT = ""
"""The name of the one cluster of a stack that names none: no mark and no message needs to tell it from another."""


def _labels(value: str) -> str:
    """Refuse what cannot be a label selector; the API server has the last word on the rest."""
    if any(character in value for character in "\n&?#"):
        raise fault(f"{value!r} is no label selector", "write it as kubectl does: team=web,stage in (test,live)")
    return value


class ClusterDefaults(BaseModel):
    """What each of `clusters` takes from `cluster` where it does not set it itself."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kubeconfig: str = ""
    """The kubeconfig file; empty: that of KUBECONFIG, ~/.kube/config, or in a pod its service account."""
    namespaces: tuple[str, ...] = ()
    """Those whose routes, Ingresses and Services count; none: all."""
    gateway_namespaces: tuple[str, ...] = ()
    """Those whose Gateways and ListenerSets are read; none: all."""
    labels: Annotated[str, AfterValidator(_labels)] = ""
    """A label selector: the objects that count."""
    opt_in: bool = False
    """Only objects with a content-mode, their own or their Gateway's, are named."""
    ingress_classes: tuple[str, ...] = ()
    """The classes of the Ingresses that count; none: all."""
    cluster_addresses: bool = False
    """Services of type ClusterIP are named too."""
    cordoned_nodes: bool = False
    """Nodes that take no new pods count too."""
    timeout: Annotated[float, Field(gt=0, le=300)] = 10.0
    """Seconds for which a cluster is tried before it is unknown."""
    events: bool = True
    """Whether an Event tells an object's owner what became of its records."""
    status_annotation: bool = False
    """Whether the annotation truenorth/status on an object has its records as they are."""


class ClusterSettings(ClusterDefaults):
    """One cluster."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9._@:/-]{0,63}$")] = IMPLICIT
    """What marks and messages call it; empty: the context. Unique."""
    context: str = ""
    """The kubeconfig's context; empty: its current one, or in a pod its service account."""
    sources: Annotated[tuple[SourceName, ...], Field(min_length=1)] = ROUTES_INGRESSES_SERVICES
    """The kinds of objects that are named; left out: `sources` of the stack."""
    _geo: GeoSettings | None = PrivateAttr(default=None)

    @property
    def geo(self) -> GeoSettings | None:
        """The settings of load balancing, where the addresses of the cluster's objects are balanced."""
        return self._geo

    def balanced(self, geo: GeoSettings) -> ClusterSettings:
        """The same cluster, with the addresses of its labelled objects balanced."""
        found = self.model_copy()
        found._geo = geo  # noqa: SLF001 - no setting of a cluster: it is that of the stack
        return found

    @model_validator(mode="before")
    @classmethod
    def _is_called_as_its_context(cls, data: Any) -> Any:  # noqa: ANN401 - whatever the user wrote; pydantic checks it
        if not isinstance(data, dict) or data.get("name") or not isinstance(data.get("context"), str):
            return data
        return data | {"name": _as_name(data["context"])}


def _as_name(context: str) -> str:
    """The name of a cluster by its context, without what a mark cannot hold."""
    kept = "".join(character if character.isascii() and character not in ' ,"\\=' else "-" for character in context)
    return kept[-LONGEST_NAME:]


def filled_in(outer: dict[str, Any], cluster: Any) -> Any:  # noqa: ANN401 - whatever the user wrote; pydantic checks it
    """The settings of one of `clusters`, with what it leaves out taken from `cluster` and `sources`."""
    if isinstance(cluster, str):
        cluster = {"context": cluster}
    defaults = outer.get("cluster", {})
    if not isinstance(cluster, dict) or not isinstance(defaults, dict):
        return cluster
    sources = {"sources": outer["sources"]} if outer.get("sources") else {}
    return sources | defaults | cluster


def check_clusters(clusters: Sequence[ClusterSettings]) -> None:
    """Refuse clusters of one name: nobody could tell whose records are whose."""
    names = [cluster.name for cluster in clusters]
    for position, name in enumerate(names):
        if names.count(name) > 1:
            said = f"the cluster {name} stands twice" if name else "two clusters have neither a name nor a context"
            raise fault(said, "keep one of the two, or give each a name", ("clusters", position))
