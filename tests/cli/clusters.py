"""Stacks that name the objects of clusters, and what became of them."""

from __future__ import annotations

import json
from typing import Any

from cli.exit_codes import FAILED
from lab import remote
from tests.cli.conftest import PATIENCE, Inside
from tests.cluster.place import Place

WWW, API = "www.example.com", "api.example.com"
ROUTES = ["gateway-httproute"]
QUICK = 1.0
"""Seconds after which a cluster that does not answer is unknown."""


def at(place: Place, **others: Any) -> dict[str, Any]:  # noqa: ANN401 - any setting
    """The settings of a cluster that is read in this place only."""
    read = {"kubeconfig": str(place.cluster.kubeconfig), "namespaces": [place.namespace], "timeout": PATIENCE}
    return {**read, **others}


def follow(inside: Inside, place: Place, *names: object, **others: Any) -> None:  # noqa: ANN401 - any setting
    """Write the settings of a stack that names this place's routes."""
    inside.settings(*names, **{"sources": ROUTES, "cluster": at(place), **others})


def up(inside: Inside, *arguments: str) -> dict[str, str]:
    """Run `up`, which must succeed; what it did, by resource."""
    return {change["resource"]: change["action"] for change in inside.result("up", *arguments)["changes"]}


def up_in_part(inside: Inside) -> tuple[dict[str, str], str]:
    """Run an `up` that cannot do all: what it did, by resource, and its message."""
    done = inside.run("up", "--json")
    assert done.returncode == FAILED, done.stderr + done.stdout
    document = json.loads(done.stdout.strip().splitlines()[-1])
    return {change["resource"]: change["action"] for change in document["changes"]}, " ".join(done.stderr.split())


def contents(inside: Inside, name: str = WWW) -> list[str]:
    """What the zone has of a name, sorted."""
    return sorted(
        one["content"] for one in remote.records(inside.places) if one["name"] == name and one["type"] != "TXT"
    )


def marks(inside: Inside) -> set[str]:
    """The objects that the marks name."""
    contents = (one["content"].strip('"') for one in remote.records(inside.places) if one["type"] == "TXT")
    return {one.partition("truenorth/resource=")[2] for one in contents}
