"""Strategies for hypothesis: routes of several Gateways whose controllers contradict themselves and each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from stacks.kube.objects import Manifest
from stacks.model.claims import SourceSighting
from stacks.observe.cluster.claims.source import Options
from stacks.observe.cluster.kinds.conditions import ROUTE_REFUSALS
from stacks.observe.cluster.sources import SOURCES
from tests.stacks.observe.cluster.worlds import ACCEPTED, Caches, gateway, parent, route

WWW = "www.example.com"
SOURCE = "gateway-httproute"
GATEWAYS = ("one", "two", "three")
STRANGE = "strange"
"""A parent of a kind that is not read."""
PARENTS = (*GATEWAYS, STRANGE)
ROUTES = ("web", "api")
ADDRESSES = ("192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4")

REFUSED = tuple({"type": "Accepted", "status": "False", "reason": one} for one in sorted(ROUTE_REFUSALS))
UNREADY = tuple(
    {"type": "Accepted", "status": "False", "reason": one}
    for one in ("NoReadyListeners", "Pending", "IncompatibleFilters", "GatewayNotProgrammed", "Whatever")
)
SILENT: tuple[Mapping[str, Any] | None, ...] = (
    None,
    {"type": "Accepted", "status": "Unknown"},
    {"type": "ResolvedRefs", "status": "True"},
)
"""None: the status has no entry for the parent."""
some = st.sampled_from


@dataclass
class Parents:
    """Routes that all ask for one name, with what is said of each parent; Gateways with their addresses."""

    refs: dict[str, tuple[str, ...]] = field(default_factory=dict)
    said: dict[tuple[str, str], Mapping[str, Any] | None] = field(default_factory=dict)
    addresses: dict[str, tuple[str, ...] | None] = field(default_factory=dict)
    """None: the Gateway is absent."""

    def manifests(self) -> tuple[Manifest, ...]:
        gateways = [gateway(*found, name=name) for name, found in self.addresses.items() if found is not None]
        return (*gateways, *(self._route(name, refs) for name, refs in self.refs.items()))

    def _route(self, name: str, refs: tuple[str, ...]) -> Manifest:
        spoken = ((one, self.said.get((name, one), ACCEPTED)) for one in refs)
        status = tuple(parent(condition, **reference(one)) for one, condition in spoken if condition is not None)
        return route(WWW, name=name, refs=tuple(map(reference, refs)), parents=status)

    def sources(self) -> tuple[SourceSighting, ...]:
        found = SOURCES[SOURCE](Options()).claims(Caches(self.manifests()))
        return (SourceSighting("home", SOURCE, "HTTPRoute", found),)


def reference(name: str) -> dict[str, str]:
    return {"name": name} | ({"group": "example.net", "kind": "Tunnel"} if name == STRANGE else {})


conditions: st.SearchStrategy[Mapping[str, Any] | None] = st.one_of(
    st.just(ACCEPTED), st.just(ACCEPTED), some(UNREADY), some(SILENT), some(REFUSED)
)
refs = st.lists(some(PARENTS), unique=True, min_size=2, max_size=4).map(tuple)
addresses = st.lists(some(ADDRESSES), unique=True, min_size=1, max_size=2).map(tuple)
Step = tuple[str, Any]
steps: st.SearchStrategy[Step] = st.one_of(
    st.tuples(st.just("refs"), st.tuples(some(ROUTES), refs)),
    st.tuples(st.just("said"), st.tuples(st.tuples(some(ROUTES), some(PARENTS)), conditions)),
    st.tuples(st.just("said"), st.tuples(st.tuples(some(ROUTES), some(PARENTS)), conditions)),
    st.tuples(st.just("addresses"), st.tuples(some(GATEWAYS), st.one_of(addresses, addresses, st.just(()), st.none()))),
    st.tuples(st.just("gone"), some(ROUTES)),
)
