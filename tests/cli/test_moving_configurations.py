"""Published configurations of external-dns, in small: `truenorth sources` has the records that external-dns makes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from cli.engine.install.find import Engine
from components.records import canonical, cloudflare_fields
from lab import remote
from lab.external_dns import Setup, sync_once
from lab.kube.cluster import Cluster
from lab.kube.control_plane import control_plane
from lab.kube.objects import path_of
from lab.kube.programs import Programs
from lab.world import Places, running
from tests.cli.configurations import CONFIGURATIONS
from tests.cli.conftest import Inside, fresh
from tests.cli.movers import ALPHA, ORG, Configuration, make

TOKEN = "lab-token-of-who-moves-in-0123456789abcdef"
PREFIXES = {"an own prefix of annotations, the outside of two": "outside.example.com/"}
Record = tuple[tuple[str, ...], int, bool]
"""The contents of a name and type, their ttl, and whether they are proxied."""
Records = dict[tuple[str, str], Record]


@pytest.fixture(scope="module")
def cluster(kube_programs: Programs, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """An API server of its own: external-dns sees whatever objects there are. It reads TCPRoutes as experimental."""
    folder = tmp_path_factory.mktemp("configurations")
    with control_plane(folder, programs=kube_programs, gateway_api="experimental") as made:
        yield made


@pytest.fixture(scope="module")
def places() -> Iterator[Places]:
    """A lab with a further zone at Cloudflare."""
    with running() as places:
        remote.add_zone(places, ORG)
        yield places


@pytest.fixture
def inside(places: Places, engine: Engine, plugin_folder: Path, tmp_path: Path) -> Inside:
    """A token of its own, and empty zones."""
    found = fresh(places, engine, plugin_folder, tmp_path, ORG)
    return replace(found, environment={**found.environment, "CLOUDFLARE_API_TOKEN": TOKEN})


def made_by_external_dns(program: Path, cluster: Cluster, inside: Inside, one: Configuration, prefix: str) -> Records:
    domains = one.zones if one.filtered else ("",)
    setup = Setup(program, cluster.kubeconfig, inside.places.cloudflare, TOKEN, domains[0], one.sources, prefix)
    others = [f"--domain-filter={zone}" for zone in domains[1:]]
    sync_once(setup, "--txt-prefix=k8s.%{record_type}-", "--batch-change-interval=10ms", *others, *one.flags)
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for zone in one.zones:
        for record in remote.records(inside.places, zone):
            if "heritage=external-dns" not in record["content"]:
                found.setdefault((record["name"], record["type"]), []).append(record)
    return {
        key: (tuple(sorted(map(cloudflare_fields.content, several))), several[0]["ttl"], several[0]["proxied"])
        for key, several in found.items()
    }


def wanted_by_truenorth(cluster: Cluster, inside: Inside, one: Configuration) -> Records:
    own = {"kubeconfig": str(cluster.kubeconfig), **one.settings.get("cluster", {})}
    zones = {"zone": one.zones[0]} if len(one.zones) == 1 else {"zones": [{"zone": zone} for zone in one.zones]}
    document = {**zones, **one.settings, "sources": list(one.sources), "cluster": own}
    written = {"config": {f"truenorth:{key}": value for key, value in document.items()}}
    inside.settings_file.write_text(yaml.safe_dump(written))
    names = inside.result("sources")["names"]
    return {(name["name"], name["type"]): record_of(name) for name in names if is_made(name)}


def is_made(name: Mapping[str, Any]) -> bool:
    return name["state"] != "outside" and bool(name["targets"])


def record_of(name: Mapping[str, Any]) -> Record:
    ttl = canonical.AUTOMATIC_TTL if name["proxied"] or name["ttl"] is None else name["ttl"]
    return tuple(sorted(name["targets"])), ttl, bool(name["proxied"])


@pytest.mark.parametrize("called", CONFIGURATIONS)
def test_a_published_configuration_moves_in(called: str, inside: Inside, cluster: Cluster, external_dns: Path) -> None:
    one = CONFIGURATIONS[called]
    remote.add_token(inside.places, TOKEN, one.zones)
    make(cluster.admin, one.objects)
    try:
        theirs = made_by_external_dns(external_dns, cluster, inside, one, PREFIXES.get(called, ALPHA))
        ours = wanted_by_truenorth(cluster, inside, one)
    finally:
        for made in one.objects:
            cluster.admin.call("DELETE", path_of(made))
    differing = {key for key in ours.keys() | theirs.keys() if ours.get(key) != theirs.get(key)}
    assert ours, "something moves in"
    assert {key: (ours.get(key), theirs.get(key)) for key in differing - one.differs.keys()} == {}
    assert differing == one.differs.keys()
