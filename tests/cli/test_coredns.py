"""A view inside that CoreDNS serves from a ConfigMap: a real API server, the real CoreDNS, and the real engine."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cli.exit_codes import UNUSABLE
from components.coredns.names import ZONE as ANNOTATION
from components.operator.args import ObjectName, Rights
from components.operator.rbac import rules
from lab import remote
from lab.kube.client import ApiError
from lab.kube.cluster import Cluster
from lab.kube.users import User
from lab.name_servers.coredns import FILE, mounted
from lab.plugin.executable import KUBERNETES, choose
from tests.cli.clusters import up, up_in_part
from tests.cli.conftest import Inside
from tests.coredns import ZONE, CoreDns, running

NAME = "house-zone"
NAS = {"name": "nas", "targets": ["192.168.1.20"]}
APPS = {"name": f"*.apps.{ZONE}", "targets": ["192.168.1.30"]}
NEXT_IPV4 = "203.0.113.8"
PRINTER = f"printer.{ZONE}. 300 IN A 192.168.1.77\n"
_NUMBERS = itertools.count(1)
Write = Callable[..., None]


@pytest.fixture
def server(coredns: Path, kube_cluster: Cluster, namespace: str, tmp_path: Path) -> Iterator[CoreDns]:
    """A CoreDNS that has mounted the ConfigMap."""
    with (
        running(coredns, tmp_path / "coredns") as made,
        mounted(kube_cluster.admin, namespace, NAME, made.put),
    ):
        yield made


@pytest.fixture
def user(kube_cluster: Cluster, namespace: str) -> User:
    """A user with the rights that the operator gets, and no others."""
    own = rules(Rights(files=(ObjectName(namespace, NAME),)))[namespace]
    return kube_cluster.service_account(f"keeps-zones-{next(_NUMBERS)}", own, within=namespace)


@pytest.fixture
def house(inside: Inside, tmp_path: Path) -> Inside:
    """A stack with a plugin for Kubernetes."""
    plugin = choose(os.environ, tmp_path / "plugin", kind=KUBERNETES)
    path = os.pathsep.join([str(plugin.folder), inside.environment["PATH"]])
    return Inside(inside.places, {**inside.environment, "PATH": path}, inside.settings_file, inside.state)


@pytest.fixture
def wish(house: Inside, user: User, namespace: str) -> Write:
    """Writes the settings of a stack with names in the view inside, and one outside."""

    def write(*names: object, kubeconfig: Path = user.kubeconfig, **others: Any) -> None:  # noqa: ANN401 - any setting
        place = {"config_map": NAME, "namespace": namespace, "kubeconfig": str(kubeconfig)}
        own = {"zone": ZONE, "view": "inside", "provider": "coredns", "coredns": place, "names": [*names]}
        house.settings(zone="", zones=[*others.pop("beside", ()), {**own, **others}])

    return write


def config_map(cluster: Cluster, namespace: str, text: str, **annotations: str) -> dict[str, Any]:
    """Put a ConfigMap there as somebody else does; without annotations only its data, where it is there."""
    metadata = {"name": NAME, "namespace": namespace, **({"annotations": annotations} if annotations else {})}
    found = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {FILE: text}}
    made: dict[str, Any] = cluster.admin.apply(found)
    return made


def text_of(cluster: Cluster, namespace: str) -> str:
    found = cluster.admin.call("GET", f"/api/v1/namespaces/{namespace}/configmaps/{NAME}")
    text: str = found["data"][FILE]
    return text


class TestAView:
    def test_is_answered_by_coredns_also_while_the_api_server_is_gone_and_the_other_one_goes_on(
        self, house: Inside, wish: Write, server: CoreDns, kube_cluster: Cluster
    ) -> None:
        outside = {"zone": house.places.zone, "names": ["www"], "objects": "none"}
        wish(NAS, APPS, beside=[outside])
        up(house)
        server.awaits(["192.168.1.20"], "nas")
        assert (server.ask("shop.apps"), server.ask("gone")) == (["192.168.1.30"], ["NXDOMAIN"])
        assert house.result("up")["engine_runs"] == 0
        kube_cluster.stop_api_server(kill=True)
        try:
            remote.set_address(house.places, NEXT_IPV4)
            done, said = up_in_part(house)
            assert done == {f"www.{house.places.zone}/A": "update"}
            assert f"{NAME} could not be read" in said
            assert server.ask("nas") == ["192.168.1.20"]
        finally:
            kube_cluster.start_api_server()
        wish({**NAS, "targets": ["192.168.1.21"]}, APPS, beside=[outside])
        assert up(house) == {f"nas.{ZONE}@inside/A": "update"}
        server.awaits(["192.168.1.21"], "nas")

    def test_is_put_right_known_again_by_its_marks_and_deleted_with_the_stack_alone(
        self, house: Inside, wish: Write, server: CoreDns, kube_cluster: Cluster, namespace: str
    ) -> None:
        wish(NAS)
        up(house)
        by_hand = text_of(kube_cluster, namespace).replace("192.168.1.20", "192.168.1.66") + PRINTER
        config_map(kube_cluster, namespace, by_hand)
        assert up(house) == {f"nas.{ZONE}@inside/A": "correct"}
        server.awaits(["192.168.1.77"], "printer")
        server.awaits(["192.168.1.20"], "nas")
        before = text_of(kube_cluster, namespace)
        house.lose_state()
        assert set(up(house).values()) == {"adopt"}
        assert (text_of(kube_cluster, namespace), up(house)) == (before, {})
        refused = house.run("release", "--to", "nobody", "--yes")
        assert house.run("destroy", "--yes").returncode == 0
        with pytest.raises(ApiError, match="NotFound"):
            text_of(kube_cluster, namespace)
        assert refused.returncode == UNUSABLE, refused.stderr
        assert "keeps house.example as a file" in refused.stderr


class TestNothingIsWritten:
    def test_to_a_config_map_of_somebody_else_which_the_told_command_hands_over(
        self, house: Inside, wish: Write, kube_cluster: Cluster, namespace: str
    ) -> None:
        before = config_map(kube_cluster, namespace, "theirs")
        wish(NAS)
        done = house.run("up")
        assert done.returncode == UNUSABLE
        assert f"the ConfigMap {namespace}/{NAME} is somebody else's" in done.stderr
        assert f"kubectl annotate configmap -n {namespace} {NAME} {ANNOTATION}={ZONE}@inside" in " ".join(
            done.stderr.split()
        )
        after = kube_cluster.admin.call("GET", f"/api/v1/namespaces/{namespace}/configmaps/{NAME}")
        assert after["metadata"]["resourceVersion"] == before["metadata"]["resourceVersion"]
        config_map(kube_cluster, namespace, "theirs", **{ANNOTATION: f"{ZONE}@inside"})
        assert "the file of the zone cannot be read" in house.run("up").stderr

    def test_by_a_user_without_the_right_to_read_it(
        self, house: Inside, wish: Write, kube_cluster: Cluster, namespace: str
    ) -> None:
        nobody = kube_cluster.service_account(f"keeps-nothing-{next(_NUMBERS)}", [], within=namespace)
        wish(NAS, kubeconfig=nobody.kubeconfig)
        done = house.run("up")
        assert done.returncode == UNUSABLE
        assert "403" in done.stderr
        assert "let the user get and patch this ConfigMap" in " ".join(done.stderr.split())

    def test_where_there_is_no_cluster_or_the_file_would_be_too_long(
        self, house: Inside, wish: Write, kube_cluster: Cluster, namespace: str, tmp_path: Path
    ) -> None:
        wish(NAS, kubeconfig=tmp_path / "gone")
        assert house.run("up").returncode == UNUSABLE
        long = [{"name": f"t{number}", "type": "TXT", "content": "x" * 2000} for number in range(530)]
        wish(records=long, marks="none")
        done = house.run("up")
        assert done.returncode == UNUSABLE, done.stderr
        assert "a ConfigMap holds 1,048,576" in done.stderr
        with pytest.raises(ApiError, match="NotFound"):
            text_of(kube_cluster, namespace)
