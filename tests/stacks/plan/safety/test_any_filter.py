"""Random clusters under settings that change: nothing that leaves a source without a name goes unasked.

What a source gives is worked out here once more, by a model of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from components.records.logical_name import LogicalName
from stacks.kube.api import Collection, ListPage
from stacks.kube.object_api import ObjectApi
from stacks.kube.objects import Manifest, Resource
from stacks.kube.timing import ApiTiming
from stacks.model.observation import Observation, Registry
from stacks.model.values import ZoneSnapshot
from stacks.observe.cluster.reading import ConnectedCluster, reflected, sightings
from stacks.observe.cluster.sighting import ClusterSources
from stacks.plan.changes import Action, changes
from stacks.plan.planner import make_plan
from stacks.plan.safety.guard import refusals
from stacks.plan.safety.identities import identities
from stacks.plan.simulate import carried_out
from stacks.settings.stack import Settings
from tests.profiles import examples
from tests.stacks.observe.cluster.worlds import gateway, manifest, route
from tests.stacks.plan.worlds import ZONE, ZONE_ID, make_settings

EXAMPLES = examples(1000)
HERE = "192.0.2.7"
GATEWAYS = {"external": "network", "internal": "edge"}
KINDS = {"HTTPRoute": "gateway-httproute", "Ingress": "ingress", "Service": "service"}
MODE = {"truenorth/content-mode": "gateway-address"}

some = st.sampled_from


@dataclass(frozen=True)
class Thing:
    """An object that asks for a name. place: the Gateway of a route, the class of an Ingress."""

    kind: str
    host: str
    namespace: str
    team: str | None
    place: str
    has_mode: bool

    def manifest(self, number: int) -> Manifest:
        """The object as the API server gives it."""
        name, own = f"o{number}", MODE if self.has_mode else {}
        if self.kind == "HTTPRoute":
            ref = {"name": self.place, "namespace": GATEWAYS[self.place]}
            made = route(self.host, name=name, refs=(ref,), namespace=self.namespace, annotations=own)
        elif self.kind == "Ingress":
            spec = {"ingressClassName": self.place, "rules": [{"host": self.host}]}
            status = {"loadBalancer": {"ingress": [{"ip": HERE}]}}
            made = manifest("Ingress", name, spec, status=status, namespace=self.namespace, annotations=own)
        else:
            status = {"loadBalancer": {"ingress": [{"ip": HERE}]}}
            asks = own | {"truenorth/hostname": self.host}
            spec = {"type": "LoadBalancer"}
            made = manifest("Service", name, spec, status=status, namespace=self.namespace, annotations=asks)
        made["metadata"]["labels"] = {"team": self.team} if self.team else {}
        return made

    def is_chosen(self, chosen: Mapping[str, Any]) -> bool:
        """Whether settings choose the object, by a model of their own."""
        cluster = chosen["cluster"]
        return (
            KINDS[self.kind] in chosen["sources"]
            and cluster.get("labels", "") in {"", f"team={self.team}"}
            and self.namespace in cluster.get("namespaces", ("shop", "blog"))
            and (
                self.kind != "HTTPRoute"
                or GATEWAYS[self.place] in cluster.get("gateway_namespaces", ("network", "edge"))
            )
            and (self.kind != "Ingress" or self.place in cluster.get("ingress_classes", ("external", "internal")))
            and (self.has_mode or not cluster.get("opt_in"))
            and self.host.endswith(cluster.get("domains", [{"names": ["**."]}])[0]["names"][0].removeprefix("**."))
        )


class PaperApi:
    """An API server on paper: it lists by namespace and label, and never ends a watch."""

    server = "https://cluster.example"

    def __init__(self, items: tuple[Manifest, ...]) -> None:
        self.items = items

    async def served(self, resource: Resource) -> str:
        return resource.version

    async def list(self, collection: Collection, _: int) -> AsyncIterator[ListPage]:
        key, _equals, value = collection.labels.partition("=")
        yield ListPage(
            tuple(
                one
                for one in self.items
                if one["kind"] == collection.resource.kind
                and collection.namespace in {"", one["metadata"].get("namespace", "")}
                and (not key or one["metadata"]["labels"].get(key) == value)
            ),
            "1",
        )

    async def cluster_uid(self) -> str:
        return "the same"

    async def close(self) -> None:
        pass


@dataclass
class Estate:
    """A cluster, and a zone with its state, which one run after another changes."""

    things: tuple[Thing, ...]
    registry: Registry = field(default_factory=Registry)
    zone: ZoneSnapshot = field(default_factory=lambda: ZoneSnapshot(ZONE, ZONE_ID, ()))

    def observation(self, chosen: Settings) -> Observation:
        """What a run with these settings sees."""
        gateways = (gateway(HERE, name=name, namespace=where) for name, where in GATEWAYS.items())
        items = (*(one.manifest(number) for number, one in enumerate(self.things)), *gateways)
        listening = [{"name": "web", "protocol": "HTTP", "port": 80, "allowedRoutes": {"namespaces": {"from": "All"}}}]
        for one in items:
            if one["kind"] == "Gateway":
                cast("dict[str, Any]", one["spec"])["listeners"] = listening
        api = cast("ObjectApi", PaperApi(items))
        clusters = [ConnectedCluster(ClusterSources(one), api) for one in chosen.each_cluster()]

        async def read() -> Observation:
            async with reflected(clusters, ApiTiming(), lambda: None, watching=False):
                return Observation((), (self.zone,), self.registry, sightings(clusters), instance="i", now=1.0)

        return asyncio.run(read())

    def run(self, chosen: Settings) -> None:
        """A run with nothing refused."""
        observation = self.observation(chosen)
        plan = make_plan(chosen, observation)
        after = carried_out(plan, observation)
        (zone,) = after.zones
        assert isinstance(zone, ZoneSnapshot)
        made = tuple(replace(one, urn=f"urn::{one.logical_name}") for one in after.registry.records)
        self.zone = zone
        self.registry = replace(after.registry, records=made, memory=identities(observation, kept=False))


def clusters() -> st.SearchStrategy[dict[str, Any]]:
    """Settings that choose among the objects."""
    return st.fixed_dictionaries(
        {},
        optional={
            "labels": some(["team=web", "team=api", "team=nobody"]),
            "namespaces": some([["shop"], ["blog"], ["shop", "blog"], ["empty"]]),
            "gateway_namespaces": some([["network"], ["edge"], ["empty"]]),
            "ingress_classes": some([["external"], ["internal"], ["none"]]),
            "opt_in": st.booleans(),
            "domains": some(
                [[{"names": [f"**.{ZONE}"]}], [{"names": [f"**.shop.{ZONE}"]}], [{"names": ["**.x.example"]}]]
            ),
        },
    )


chosen_settings = st.fixed_dictionaries(
    {
        "cluster": st.one_of(st.just({}), clusters()),
        "sources": st.lists(some(sorted(KINDS.values())), unique=True, max_size=3),
        "names": some([(), (f"own.{ZONE}",), (f"n0.shop.{ZONE}",)]),
        "marks": some(["txt", "txt", "comment", "none"]),
    }
)
things = st.builds(
    lambda kind, number, namespace, team, place, has_mode: Thing(
        kind, f"n{number}.{namespace}.{ZONE}", namespace, team, place, has_mode
    ),
    some(sorted(KINDS)),
    st.integers(0, 3),
    some(["shop", "blog"]),
    some(["web", "api", None]),
    some(sorted(GATEWAYS)),
    st.booleans(),
)


def parsed(chosen: dict[str, Any]) -> Settings:
    """The settings of a stack."""
    names = [{"name": name, "targets": ["198.51.100.9"]} for name in chosen["names"]]
    return make_settings(**(chosen | {"names": names}))


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(things, min_size=1, max_size=12).map(tuple), chosen_settings, chosen_settings)
def test_settings_that_leave_nothing_of_what_a_source_gave_are_refused(
    objects: tuple[Thing, ...], before: dict[str, Any], after: dict[str, Any]
) -> None:
    after = after | {"marks": before["marks"]}
    first, second = parsed(before), parsed(after)
    estate = Estate(objects)
    estate.run(first)
    observation = estate.observation(second)
    plan = make_plan(second, observation)
    found = changes(plan, observation)
    deleted = {one.record.name for one in found if one.action is Action.DELETE and one.resource.is_record}
    told = refusals(second, plan, found, observation)
    refused = {LogicalName.parse(change.logical_name).name for one in told for change in one.changes}
    for kind in KINDS:
        gave = {one.host for one in objects if one.kind == kind and one.is_chosen(before)} - {*before["names"]}
        # A name that a setting takes from now on stands, and its object goes on asking for it.
        gives = {one.host for one in objects if one.kind == kind and one.is_chosen(after)}
        if gave & deleted and not gave & gives:
            event("a source is emptied")
            assert gave & deleted <= refused, f"{kind} objects gave {gave}, give {gives}; deleted: {deleted}"
    lax = second.model_copy(update={"guard": second.guard.model_copy(update={"emptying": True, "share": 1.0})})
    assert refusals(lax, plan, found, observation) == ()


@settings(max_examples=examples(200), deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(things, min_size=1, max_size=12).map(tuple), chosen_settings)
def test_the_same_settings_are_never_refused(objects: tuple[Thing, ...], chosen: dict[str, Any]) -> None:
    the_same = parsed(chosen)
    estate = Estate(objects)
    estate.run(the_same)
    observation = estate.observation(the_same)
    plan = make_plan(the_same, observation)
    assert changes(plan, observation) == ()
    assert refusals(the_same, plan, (), observation) == ()
