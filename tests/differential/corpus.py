"""A corpus: a cluster's objects by chance, all drawn from one seed, and how they get into a cluster."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lab.kube.client import ApiError
from lab.kube.objects import collection
from tests.differential.drawing import Draw, Manifest
from tests.differential.endpoints import dns_endpoint
from tests.differential.gateways import gateway, listener_set
from tests.differential.ingresses import ingress
from tests.differential.nodes import node
from tests.differential.routes import LAGGING, WITHOUT_HOSTS, route
from tests.differential.services import service
from tests.differential.specimens import specimens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab.kube.client import Client

TEAMS = ("red", "blue")
RULES = [{"backendRefs": [{"name": "before", "port": 443}]}]
SERVICE_TYPES = (
    "LoadBalancer",
    "LoadBalancer",
    "NodePort",
    "NodePort",
    "Headless",
    "Headless",
    "ExternalName",
    "ClusterIP",
)


@dataclass(frozen=True)
class Corpus:
    """The objects of one seed. prefix: that of the annotations which external-dns is told to read.

    default: the target that external-dns is told to give all names; "" for none.
    """

    seed: int
    prefix: str
    objects: tuple[Manifest, ...]
    default: str = ""

    def find(self, kind: str, namespace: str, name: str) -> Manifest | None:
        """One of them."""
        for one in self.objects:
            metadata = one["metadata"]
            if (one["kind"].lower(), metadata.get("namespace", ""), metadata["name"]) == (
                kind.lower(),
                namespace,
                name,
            ):
                return one
        return None


def generate(seed: int, prefix: str = "") -> Corpus:
    """The corpus of a seed. prefix: that of most annotations; "" for one of external-dns's own."""
    draw = Draw(seed, prefix)
    namespaces: list[Manifest] = [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": {"team": team}}}
        for name, team in zip(draw.namespaces, TEAMS, strict=True)
    ]
    nodes = [node(draw) for _ in range(4)]
    gateways = [gateway(draw, namespace) for namespace in draw.namespaces for _ in range(3)]
    sets = [listener_set(draw, namespace, gateways) for namespace in draw.namespaces for _ in range(2)]
    made: list[Manifest] = []
    for kind, count in (("HTTPRoute", 24), ("GRPCRoute", 5), ("TLSRoute", 7), ("TCPRoute", 5), ("UDPRoute", 4)):
        made += [route(draw, kind, draw.one(draw.namespaces), [*gateways, *sets]) for _ in range(count)]
    made += [ingress(draw, draw.one(draw.namespaces)) for _ in range(14)]
    for kind in SERVICE_TYPES * 2:
        made += service(draw, draw.one(draw.namespaces), kind, nodes)
    made += [dns_endpoint(draw, draw.one(draw.namespaces)) for _ in range(10)]
    return Corpus(seed, draw.prefix, (*namespaces, *nodes, *gateways, *sets, *made, *specimens(draw)))


def apply(client: Client, corpus: Corpus) -> None:
    """Make the objects, and write their status as their controllers would."""
    for one in corpus.objects:
        manifest = {key: value for key, value in one.items() if key != "status"}
        if LAGGING in one["metadata"].get("labels", {}):
            before = {"rules": RULES} if one["kind"] in WITHOUT_HOSTS else {"hostnames": ["before.example.com"]}
            client.apply({**manifest, "spec": {**manifest["spec"], **before}})
        client.apply(manifest)
        if "status" in one:
            client.set_status(manifest, one["status"])


@contextmanager
def applied(client: Client, corpus: Corpus) -> Iterator[None]:
    """The objects are in the cluster while the context lasts. Their namespaces stay: nobody would end them."""
    try:
        apply(client, corpus)
        yield
    finally:
        remove(client, corpus)


def remove(client: Client, corpus: Corpus) -> None:
    """Delete what is in the cluster of the corpus, but its namespaces."""
    for one in corpus.objects:
        if one["kind"] == "Namespace":
            continue
        metadata = one["metadata"]
        path = f"{collection(one['apiVersion'], one['kind'], metadata.get('namespace', ''))}/{metadata['name']}"
        try:
            client.call("DELETE", path, {"gracePeriodSeconds": 0})
        except ApiError as error:
            if error.reason != "NotFound":
                raise
