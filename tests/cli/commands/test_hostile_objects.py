"""Objects and settings with hostile texts, and the real commands: what they say is shown, and nothing ends by it."""

from __future__ import annotations

import pytest

from lab.kube.cluster import Cluster
from tests.cli.conftest import Inside
from tests.cluster.objects import ingress
from tests.cluster.place import Place, make_place
from tests.hostile.texts import TEXTS

MARKUP = "[/b] [bold]x"
ROOM = 200_000
"""Characters of one annotation; all of an object have 262,144 bytes, in which a sign may take four."""


@pytest.fixture
def place(kube_cluster: Cluster) -> Place:
    return make_place(kube_cluster, "hostile")


def settings(inside: Inside, place: Place, *names: object, **others: object) -> None:
    cluster = {"kubeconfig": str(place.cluster.kubeconfig), "namespaces": [place.namespace]}
    inside.settings(*names, sources=["ingress"], cluster=cluster, **others)


def test_markup_in_comments_and_contents_is_shown_as_it_is(inside: Inside, place: Place) -> None:
    zone = inside.places.zone
    place.put(ingress(f"shop.{zone}", annotations={"truenorth/comment": "first"}))
    records = [{"name": "txt", "type": "TXT", "content": "a [/b] c"}]
    settings(inside, place, records=records)
    assert inside.run("up").returncode == 0
    place.put(ingress(f"shop.{zone}", annotations={"truenorth/comment": MARKUP}))
    settings(inside, place, records=[{**records[0], "content": "d [/b] e"}])
    for command in ("sources", "preview", "up", "status"):
        done = inside.run(command)
        assert done.returncode == 0, done.stderr
        assert MARKUP in done.stdout if command != "status" else "d [/b] e" in done.stdout
    assert inside.record("shop", "A")["comment"] == MARKUP


@pytest.mark.parametrize(
    "kind", ["digits", "durations", "items", "tokens", "quotes", "tags of rich", "escape sequences"]
)
def test_annotations_as_long_as_may_be_are_refused_at_once(inside: Inside, place: Place, kind: str) -> None:
    names = ("ttl", "proxied", "type", "hostname", "target", "comment", "content-mode", "link")
    text = TEXTS[kind][: ROOM // len(names)]
    place.put(ingress(f"shop.{inside.places.zone}", annotations={f"truenorth/{name}": text for name in names}))
    settings(inside, place)
    for command in ("sources", "preview"):
        done = inside.run(command)
        assert done.returncode == 0, done.stderr
        assert "skipped" in done.stdout
        assert len(done.stdout) < 20_000
        assert "\x1b[2J" not in done.stdout
