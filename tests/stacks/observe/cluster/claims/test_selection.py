from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stacks.kube.objects import GATEWAYS
from stacks.kube.slim import slim
from stacks.model.claims import Claim
from stacks.model.values import Known, Unknown
from stacks.observe.cluster.claims.selection import EVERY_GATEWAY, GatewaySelection
from stacks.observe.cluster.claims.source import Options
from stacks.observe.cluster.kinds.geo import balanced
from stacks.plan.desired.claims import settle
from stacks.settings.cluster import ClusterSettings
from stacks.settings.geo import GeoSettings
from tests.stacks.observe.cluster.worlds import Caches, allow, claims, gateway, listener, manifest, of_routes, route

WWW = "www.example.com"
OPEN = (listener(allowedRoutes=allow("All")),)
EXTERNAL = gateway("192.0.2.1", name="external", namespace="edge", listeners=OPEN, labels={"dns": "public"})
INTERNAL = gateway("192.0.2.2", name="internal", namespace="edge", listeners=OPEN, of_class="inside")
AT_EXTERNAL, AT_INTERNAL = {"name": "external", "namespace": "edge"}, {"name": "internal", "namespace": "edge"}
BOTH = route(WWW, name="both", refs=(AT_EXTERNAL, AT_INTERNAL))
INSIDE = route("grafana.example.com", name="inside", refs=(AT_INTERNAL,))
PUBLIC = {f"{WWW} A": ("192.0.2.1",)}


def selecting(**settings: Any) -> Options:  # noqa: ANN401 - any setting
    return Options(gateways=GatewaySelection.of(ClusterSettings(**settings)))


@pytest.mark.parametrize(
    "settings",
    [
        {"gateways": ["external"]},
        {"gateways": ["edge/external"]},
        {"gateways": ["absent", "external"]},
        {"gateway_labels": "dns=public"},
        {"gateway_labels": "dns,stage notin (test)"},
        {"gateway_classes": ["lab"]},
        {"gateways": ["external", "internal"], "gateway_labels": "dns in (public)", "gateway_classes": ["lab"]},
    ],
)
class TestAGatewayThatIsNotSelected:
    """https://github.com/kubernetes-sigs/external-dns/pull/5160, https://github.com/billimek/k8s-gitops/issues/4956."""

    def test_gives_neither_names_nor_targets(self, settings: Mapping[str, Any]) -> None:
        assert of_routes(EXTERNAL, INTERNAL, BOTH, INSIDE, options=selecting(**settings)) == PUBLIC

    def test_gives_no_names_through_a_listener_set(self, settings: Mapping[str, Any]) -> None:
        def team(gateway: str) -> dict[str, Any]:
            spec = {"parentRef": {"name": gateway}, "listeners": [listener(hostname=f"{gateway}.example.com")]}
            accepted = [{"type": "Accepted", "status": "True"}]
            status = {"conditions": accepted, "listeners": [{"name": "web", "conditions": accepted}]}
            return manifest("ListenerSet", f"set-{gateway}", spec, status=status, namespace="edge")

        gateways = [one | {"spec": one["spec"] | {"allowedListeners": allow("All")}} for one in (EXTERNAL, INTERNAL)]
        sets = [team("external"), team("internal")]
        refs = tuple({"name": one["metadata"]["name"], "kind": "ListenerSet"} for one in sets)
        bare = route(namespace="edge", refs=refs)
        assert of_routes(*gateways, *sets, bare) == {
            "external.example.com A": ("192.0.2.1",),
            "internal.example.com A": ("192.0.2.2",),
        }
        found = of_routes(*gateways, *sets, bare, options=selecting(**settings))
        assert found == {"external.example.com A": ("192.0.2.1",)}

    def test_is_known_by_what_is_kept_of_it(self, settings: Mapping[str, Any]) -> None:
        selection = GatewaySelection.of(ClusterSettings.model_validate(settings))
        assert [selection.has(slim(GATEWAYS, one)) for one in (EXTERNAL, INTERNAL)] == [True, False]

    def test_is_not_balanced_either(self, settings: Mapping[str, Any]) -> None:
        named = {"external-dns.kubernetes.io/hostname": WWW}
        labels = {"cluster-name": "home"}
        gateways = [
            one | {"metadata": one["metadata"] | {"annotations": named, "labels": one["metadata"]["labels"] | labels}}
            for one in (EXTERNAL, INTERNAL)
        ]
        source = balanced(GeoSettings(), selecting(**settings))["geo-gateway"]
        found = source.claims(Caches(tuple(gateways)))
        assert isinstance(found, Known)
        assert [one.object.name for one in found.value] == ["external"]


class TestWhatIsNotSeen:
    def test_is_not_unknown_where_its_name_is_not_selected(self) -> None:
        assert of_routes(EXTERNAL, BOTH, INSIDE, options=selecting(gateways=["external"])) == PUBLIC
        unseen = claims("gateway-httproute", INSIDE, unsynced=("Gateway",), options=selecting(gateways=["external"]))
        assert unseen == ()

    def test_keeps_its_names_where_it_may_be_selected(self) -> None:
        for options in (selecting(gateways=["internal"]), selecting(gateway_labels="dns=public")):
            assert of_routes(INSIDE, options=options) == {"grafana.example.com None": Unknown}

    def test_is_another_namespaces_where_the_selected_one_has_a_namespace(self) -> None:
        own = gateway("192.0.2.9", name="external", listeners=OPEN)
        found = of_routes(
            own, EXTERNAL, route(WWW, refs=({"name": "external"},)), options=selecting(gateways=["edge/external"])
        )
        assert found == {}


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, ""),
        ({"gateways": ["external", "edge/internal"]}, ""),
        (
            {"gateways": ["external", "publik", "shop/internal"]},
            "there is no Gateway publik, shop/internal (cluster.gateways)",
        ),
        ({"gateway_labels": "dns=public"}, ""),
        ({"gateway_labels": "dns=lan"}, "no Gateway counts (cluster.gateways, gateway_labels, gateway_classes)"),
        ({"gateways": ["internal"], "gateway_classes": ["lab"]}, "no Gateway counts"),
    ],
)
def test_settings_that_no_gateway_meets_say_so(settings: Mapping[str, Any], said: str) -> None:
    selection = GatewaySelection.of(ClusterSettings.model_validate(settings))
    unmet = selection.unmet([EXTERNAL, INTERNAL])
    assert unmet.startswith(said)
    assert bool(unmet) is bool(said)


def test_without_settings_every_gateway_counts() -> None:
    assert GatewaySelection.of(ClusterSettings()) == EVERY_GATEWAY
    (of_both, other) = asked([EXTERNAL, INTERNAL, BOTH], EVERY_GATEWAY)
    assert (of_both.targets, other.targets) == (Known(("192.0.2.1",)), Known(("192.0.2.2",)))


GATEWAY_NAMES = ("public", "lan", "spare")
NAMES = (WWW, "api.example.com", "*.apps.example.com")
some = st.sampled_from


@st.composite
def gateways(draw: st.DrawFn) -> list[dict[str, Any]]:
    found = []
    for name in GATEWAY_NAMES:
        addresses = draw(
            some([("192.0.2.1",), ("192.0.2.2", "2001:db8::2"), (("Hostname", f"{name}.example.net"),), ()])
        )
        target = draw(some([{}, {}, {"truenorth/target": f"{name}.example.org"}, {"truenorth/ttl": "60"}]))
        listeners = [listener("a", hostname=draw(some(["", "*.apps.example.com", WWW])), allowedRoutes=allow("All"))]
        labels = draw(some([{}, {"dns": "public"}, {"dns": "lan", "stage": "live"}]))
        of_class = draw(some(["lab", "inside"]))
        found.append(
            gateway(
                *addresses, name=name, listeners=tuple(listeners), annotations=target, labels=labels, of_class=of_class
            )
        )
    return found


@st.composite
def routes(draw: st.DrawFn) -> list[dict[str, Any]]:
    found = []
    for number in range(draw(st.integers(1, 4))):
        parents = draw(st.lists(some([*GATEWAY_NAMES, "absent"]), min_size=1, max_size=3, unique=True))
        said = draw(some([{}, {}, {"truenorth/hostname": "x.apps.example.com"}]))
        refs = tuple({"name": one} for one in parents)
        hosts = draw(st.lists(some(NAMES), max_size=2, unique=True))
        found.append(route(*hosts, name=f"r{number}", refs=refs, annotations=said))
    return found


@st.composite
def narrower(draw: st.DrawFn) -> list[GatewaySelection]:
    """Selections, each of which selects no more than the one before it."""
    names = draw(st.permutations([*GATEWAY_NAMES, "absent"]))
    given = [EVERY_GATEWAY]
    for count in sorted(draw(st.sets(st.integers(1, len(names)), max_size=2)), reverse=True):
        given.append(replace(given[-1], names=frozenset(("", one) for one in names[:count])))
    settings = draw(some([{}, {"gateway_labels": "dns"}, {"gateway_labels": "dns!=lan"}, {"gateway_classes": ["lab"]}]))
    chosen = GatewaySelection.of(ClusterSettings.model_validate(settings))
    return [*given, replace(given[-1], labels=chosen.labels, classes=chosen.classes)]


def asked(items: Sequence[Any], selection: GatewaySelection) -> tuple[Claim, ...]:
    found = claims("gateway-httproute", *items, options=Options(gateways=selection))
    assert not isinstance(found, Unknown)
    return tuple(one for one in found if isinstance(one, Claim))


@given(gateways(), routes(), narrower())
def test_to_select_less_never_adds_a_name_or_a_target(
    there: list[dict[str, Any]], attached: list[dict[str, Any]], selections: list[GatewaySelection]
) -> None:
    def given_by(selection: GatewaySelection) -> set[tuple[object, ...]]:
        found = asked([*there, *attached], selection)
        return {(one.object, one.name, *one.targets.value) for one in found if isinstance(one.targets, Known)}

    def names(selection: GatewaySelection) -> set[tuple[object, str]]:
        return {(one.object, one.name) for one in asked([*there, *attached], selection)}

    for more, less in pairwise(selections):
        assert names(less) <= names(more)
        assert given_by(less) <= given_by(more)


@given(gateways(), routes(), narrower(), st.randoms(use_true_random=False))
def test_the_order_of_the_objects_plays_no_part_and_that_of_the_parents_does(
    there: list[dict[str, Any]],
    attached: list[dict[str, Any]],
    selections: list[GatewaySelection],
    chance: Any,  # noqa: ANN401 - hypothesis's
) -> None:
    items = [*there, *attached]
    shuffled = chance.sample(items, len(items))
    before, after = (settle(asked(one, selections[-1])) for one in (items, shuffled))
    assert before == after
    for one in attached:
        own = asked([*there, one], selections[-1])
        for name in {claim.name for claim in own}:
            aliases = sorted((claim for claim in own if claim.name == name), key=lambda claim: claim.rank)
            if all(claim.type == "CNAME" for claim in aliases):
                (kept,) = (claim for claim in settle(own).claims if claim.name == name)
                assert kept.targets == aliases[0].targets
