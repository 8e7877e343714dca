"""The settings of clusters: the way to each, and the objects of it that count."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Field, PrivateAttr, model_validator

from stacks.settings.claim_rules import ClaimRules
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
"""The sources of a cluster without the setting."""
LONGEST_NAME = 63
IMPLICIT = ""
"""The name of the one cluster of a stack that names none: no mark and no message needs to tell it from another."""


def _labels(value: str) -> str:
    """Return a label selector. Raises a fault for a text that cannot be one; the API server checks the rest."""
    if any(character in value for character in "\n&?#"):
        raise fault(f"{value!r} is no label selector", "write it as kubectl does: team=web,stage in (test,live)")
    return value


class ClusterDefaults(ClaimRules):
    """The defaults of each of `clusters`, from `cluster`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kubeconfig: str = ""
    """The kubeconfig file; empty: that of KUBECONFIG, ~/.kube/config, or in a pod its service account."""
    namespaces: tuple[str, ...] = ()
    """The namespaces of the routes, Ingresses and Services that count; none: all."""
    gateway_namespaces: tuple[str, ...] = ()
    """The namespaces of the Gateways and ListenerSets that are read; none: all."""
    labels: Annotated[str, AfterValidator(_labels)] = ""
    """A label selector: the objects that count."""
    opt_in: bool = False
    """Whether only objects with a content-mode, their own or their Gateway's, are named."""
    ingress_classes: tuple[str, ...] = ()
    """The classes of the Ingresses that count; none: all."""
    cluster_addresses: bool = False
    """Whether Services of type ClusterIP are named too."""
    cordoned_nodes: bool = False
    """Whether nodes that take no new pods count too."""
    timeout: Annotated[float, Field(gt=0, le=300)] = 10.0
    """Seconds of attempts before a cluster is unknown."""
    events: bool = True
    """Whether an Event tells an object's owner about the outcome of its records."""
    status_annotation: bool = False
    """Whether objects get the annotation truenorth/status, with the present state of their records."""


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
        if names.count(name) > 1:
            said = f"the cluster {name} stands twice" if name else "two clusters have neither a name nor a context"
            raise fault(said, "keep one of the two, or give each a name", ("clusters", position))
