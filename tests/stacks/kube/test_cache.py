from __future__ import annotations

import pytest

from stacks.kube.cache import UNREAD, Cache, CachePart, CacheView, Selection, select
from stacks.kube.objects import (
    ENDPOINT_SLICES,
    GATEWAYS,
    HTTP_ROUTES,
    LISTENER_SETS,
    NAMESPACES,
    NODES,
    SERVICES,
    X_LISTENER_SETS,
    Resource,
)
from stacks.model.selectors import Selector, over_annotations
from stacks.model.values import Known, Unknown
from stacks.observe.cluster.claims.source import Options
from stacks.observe.cluster.sources import SOURCES
from stacks.settings.cluster import ClusterSettings
from tests.stacks.observe.cluster.worlds import route

LOST = Unknown("the cluster is away")


def part(*names: str) -> CachePart:
    made = CachePart()
    made.replace(route(name=name) for name in names)
    return made


def there(one: CachePart) -> list[str]:
    return [manifest["metadata"]["name"] for manifest in one.objects.values()]


class TestAPart:
    def test_it_is_unknown_until_it_was_listed_even_if_nothing_is_there(self) -> None:
        made = CachePart()
        assert made.unknown == UNREAD
        made.replace(())
        assert made.unknown is None

    def test_a_list_replaces_what_is_missing_is_gone(self) -> None:
        made = part("a", "b", "c")
        made.replace([route(name="d"), route(name="c"), route(name="a")])
        assert there(made) == ["a", "c", "d"]  # those that stay keep their place

    def test_what_is_as_it_was_stays_the_same_object_and_is_no_change(self) -> None:
        made = part("a")
        (before,) = made.objects.values()
        revision = made.revision
        made.put(route(name="a"))
        made.replace([route(name="a")])
        assert [one is before for one in made.objects.values()] == [True]
        assert made.revision == revision

    def test_every_change_counts(self) -> None:
        made = part("a")
        seen = [made.revision]
        made.put(route("www.example.com", name="a"))
        seen.append(made.revision)
        made.remove(route(name="a"))
        seen.append(made.revision)
        made.lose(LOST)
        seen.append(made.revision)
        made.lose(LOST, waiting=True)
        seen.append(made.revision)
        made.replace(())
        seen.append(made.revision)
        assert sorted(set(seen)) == seen

    def test_losing_and_removing_again_change_nothing(self) -> None:
        made = part("a")
        made.lose(LOST)
        revision = made.revision
        made.lose(LOST)
        made.remove(route(name="b"))
        assert made.revision == revision

    def test_a_list_makes_it_known_again_and_served(self) -> None:
        made = part("a")
        made.lose(LOST, waiting=True)
        made.replace([route(name="a")])
        assert made.unknown is None
        assert not made.waiting


class TestACache:
    def test_it_is_unknown_as_long_as_one_of_its_namespaces_is(self) -> None:
        cache = Cache(Selection(HTTP_ROUTES, ("shop", "blog")))
        cache.parts["shop"].replace([route(name="a")])
        assert cache.all() == UNREAD
        assert cache.get("blog", "b") == UNREAD
        assert cache.get("shop", "a") == route(name="a")
        cache.parts["blog"].replace([route(name="b", namespace="blog")])
        assert cache.all() == Known((route(name="a"), route(name="b", namespace="blog")))

    def test_what_is_not_there_and_what_is_in_no_namespace_of_ours_is_none(self) -> None:
        cache = Cache(Selection(HTTP_ROUTES, ("shop",)))
        cache.parts["shop"].replace(())
        assert cache.get("shop", "a") is None
        assert cache.get("elsewhere", "a") is None

    def test_it_has_the_objects_whose_annotations_are_selected_as_long_as_they_are(self) -> None:
        cache = Cache(Selection(HTTP_ROUTES, annotations=over_annotations("dns=public")))
        public = route(name="a", annotations={"dns": "public"})
        cache.parts[""].replace([public, route(name="b"), route(name="c", annotations={"dns": "private"})])
        assert cache.all() == Known((public,))
        cache.parts[""].put(route(name="a", annotations={"dns": "private"}))
        cache.parts[""].put(route(name="c", annotations={"dns": "public"}))
        assert there(cache.parts[""]) == ["c"]
        before = cache.revision
        cache.parts[""].put(route("www.example.com", name="b"))
        assert cache.revision == before

    def test_it_answers_the_same_as_long_as_nothing_has_changed(self) -> None:
        cache = Cache(Selection(HTTP_ROUTES))
        cache.parts[""].replace([route(name="a")])
        before = cache.all()
        assert cache.all() is before
        cache.parts[""].lose(LOST)
        assert cache.get("shop", "a") is cache.all() is LOST

    def test_a_view_has_a_new_revision_when_one_of_its_caches_has(self) -> None:
        caches = {HTTP_ROUTES: Cache(Selection(HTTP_ROUTES)), GATEWAYS: Cache(Selection(GATEWAYS))}
        view = CacheView("home", caches)
        before = view.revisions
        caches[GATEWAYS].parts[""].replace(())
        assert view.revisions != before
        assert view.all(GATEWAYS) == Known(())
        assert view.get(HTTP_ROUTES, "shop", "a") == UNREAD


SETTINGS = ClusterSettings(
    namespaces=("shop", "blog", "shop"), gateway_namespaces=("infra",), labels="team=web", annotations="dns"
)
DNS = over_annotations("dns")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            "gateway-httproute",
            {
                HTTP_ROUTES: (("shop", "blog"), "team=web", DNS),
                GATEWAYS: (("infra",), "", ()),
                LISTENER_SETS: (("infra",), "", ()),
                X_LISTENER_SETS: (("infra",), "", ()),
                NAMESPACES: ((), "", ()),
            },
        ),
        (
            "service",
            {
                SERVICES: (("shop", "blog"), "team=web", DNS),
                ENDPOINT_SLICES: (("shop", "blog"), "", ()),
                NODES: ((), "", ()),
            },
        ),
        ("node", {NODES: ((), "team=web", DNS)}),
    ],
)
def test_the_settings_restrict_a_sources_own_kind_and_where_gateways_are(
    source: str, expected: dict[Resource, tuple[tuple[str, ...], str, Selector]]
) -> None:
    found = select(SOURCES[source](Options()).resources(), SETTINGS)
    assert {resource: (one.namespaces, one.labels, one.annotations) for resource, one in found.items()} == expected
