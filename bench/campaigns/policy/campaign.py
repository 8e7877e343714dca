"""The campaign `policy`: objects of tenants, each judged by the plan and by a real API server with the policy.

A seed draws settings, which become a ValidatingAdmissionPolicy of namespaces of its own, and OBJECTS objects. Each is
applied by a dry run: the API server has to refuse by the policy exactly what the plan refuses. An object with a word
that the plan cannot read is held to half of that: what the plan refuses of it, the API server does too.
"""

from __future__ import annotations

import json
import os
import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

from bench.campaigns.policy.kinds import define
from bench.campaigns.policy.objects import an_object
from bench.campaigns.policy.rules import CHOSEN, OWN, PREFIX, Rules, rules
from bench.campaigns.policy.seen import Seen, is_of
from bench.campaigns.wrong import WrongError
from components.operator.args import OperatorArgs, Rights
from components.operator.policy import policy as manifests_of
from lab.kube.build import install
from lab.kube.client import ApiError, Client
from lab.kube.cluster import Cluster
from lab.kube.control_plane import control_plane
from lab.kube.objects import path_of
from stacks.deploy.policy import policy
from stacks.kube.cache import select
from stacks.kube.objects import Manifest
from stacks.model.claims import Claim, Complaint, SourceSighting
from stacks.model.selectors import over_labels, selects
from stacks.model.values import Known
from stacks.observe.cluster.sources import sources_of
from stacks.plan.desired.admission import Closed, admitted
from stacks.plan.desired.cluster_endpoints import zone_of

Outcome = tuple[int, Counter[str] | WrongError]
OBJECTS = 100
AT_ONCE = 8
KEPT = 1 / 4
"""The share of what is allowed that is made."""
TAKEN_UP = 120.0
"""Seconds until the API server has taken a policy up, or dropped it; one or two are usual."""
REFUSED, ALLOWED, UNREADABLE, INVALID = (
    "objects that both refuse",
    "objects that both allow",
    "objects with a word that the plan cannot read",
    "objects that the API server takes for none",
)


def play(seeds: Sequence[int]) -> Iterator[Outcome]:
    """Play the seeds on a control plane of their own, several at once; in their order."""
    programs = install(os.environ, deploy_tools=True)
    with (
        tempfile.TemporaryDirectory(prefix="truenorth-campaign-") as folder,
        control_plane(Path(folder), programs=programs) as cluster,
    ):
        define(cluster, programs)
        yield from play_on(cluster, seeds)


def play_on(cluster: Cluster, seeds: Sequence[int], objects: int = OBJECTS) -> Iterator[Outcome]:
    """Play the seeds on this cluster. objects: how many of each."""

    def one(seed: int) -> Outcome:
        with closing(Client(cluster.server, cluster.authority, cluster.token)) as client:
            try:
                return seed, _seed(client, seed, objects)
            except WrongError as error:
                return seed, error

    with ThreadPoolExecutor(AT_ONCE, "policy") as pool:
        yield from pool.map(one, seeds)


def _seed(client: Client, seed: int, objects: int) -> Counter[str]:
    chance = random.Random(seed)  # noqa: S311 - a repeatable draw
    drawn = rules(chance, f"policy-{seed}-")
    told, wrong = Counter[str](), list[str]()
    with enforced(client, drawn, f"policy-{seed}"), _removed(client) as kept:
        for _ in range(objects):
            one = an_object(chance, list(drawn.namespaces))
            try:
                outcome = _compared(client, drawn, one)
            except WrongError as error:
                wrong.append(f"{error}: {json.dumps(one, ensure_ascii=False)}")
                continue
            told[outcome] += 1
            if outcome == ALLOWED and chance.random() < KEPT:  # the next of its kind there is a change of it
                client.apply(one)
                kept.append(one)
    if wrong:
        raise WrongError(f"{len(wrong)} of {objects} objects; {wrong[0]}")
    return told


@contextmanager
def _removed(client: Client) -> Iterator[list[Manifest]]:
    """Delete the objects of a list at the end of the block."""
    made: list[Manifest] = []
    try:
        yield made
    finally:
        for one in {path_of(one): one for one in made}.values():
            client.delete(one)


@contextmanager
def enforced(client: Client, drawn: Rules, name: str) -> Iterator[None]:
    """Let the API server enforce rules within the block, and not any more after it."""
    for namespace, labels in drawn.namespaces.items():
        client.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace, "labels": labels}})
    made = manifests_of(OperatorArgs("home", "", "image", Rights(), policy=policy(drawn.settings), name=name))
    for one in made:
        client.apply(one)
    namespace = next(iter(drawn.namespaces))
    try:
        _await_policy(client, namespace, is_there=True)
        yield
    finally:
        for one in reversed(made):
            client.delete(one)
        _await_policy(client, namespace, is_there=False)


def _await_policy(client: Client, namespace: str, *, is_there: bool) -> None:
    """Wait until the API server has taken the policy up, or has dropped it: another of its name may come next."""
    said = {f"{prefix}content-mode": "gateway-address" for prefix in ("truenorth/", PREFIX)}
    endpoint = {"dnsName": OWN, "recordType": "A", "targets": ["192.0.2.1"]}
    asked = {
        "apiVersion": "externaldns.k8s.io/v1alpha1",
        "kind": "DNSEndpoint",
        "metadata": {"name": "own", "namespace": namespace, "labels": CHOSEN, "annotations": CHOSEN | said},
        "spec": {"endpoints": [endpoint]},
    }
    until = time.monotonic() + TAKEN_UP
    while bool(refusal_of(client, asked)) is not is_there:
        if time.monotonic() > until:
            done = "taken the policy up" if is_there else "dropped the policy"
            raise WrongError(f"the API server has not {done} within {TAKEN_UP:g} s")
        time.sleep(0.1)


def refusal_of(client: Client, manifest: Manifest) -> str:
    """Return the words with which the policy refuses an object, "" for none; nothing is made. Raises ApiError."""
    try:
        client.check(manifest)
    except ApiError as error:
        if "TrueNorth, cluster." not in str(error):
            raise
        return str(error)
    return ""


def _compared(client: Client, drawn: Rules, manifest: Manifest) -> str:
    """Return what became of an object. Raises WrongError where API server and plan do not agree."""
    try:
        refusal = refusal_of(client, manifest)
    except ApiError as error:
        if error.reason != "Invalid":
            raise WrongError(f"the API server fails: {error}") from error
        return INVALID
    reasons, is_readable = judged(drawn, manifest)
    if reasons and not refusal:
        raise WrongError(f"the API server takes what the plan refuses ({reasons[0]})")
    if refusal and not reasons and is_readable:
        raise WrongError(f"the API server refuses what the plan allows ({refusal})")
    return (REFUSED if refusal else ALLOWED) if is_readable else UNREADABLE


def judged(drawn: Rules, manifest: Manifest) -> tuple[tuple[str, ...], bool]:
    """Return the reasons for which the plan refuses claims of an object, and whether it can read all of the object."""
    (cluster,) = drawn.settings.each_cluster()
    kind, source = next((name, one) for name, one in sources_of(cluster).items() if is_of(manifest, one.resources()[0]))
    selected = next(iter(select(source.resources(), cluster).values()))
    if not selects(over_labels(selected.labels), manifest["metadata"]["labels"]) or not selected.has(manifest):
        return (), True
    found = source.claims(Seen(manifest, cluster))
    if not isinstance(found, Known):
        raise WrongError(f"the plan cannot read objects of {kind}: {found.reason}")
    labels = tuple((name, tuple(sorted(of.items()))) for name, of in drawn.namespaces.items())
    sighting = SourceSighting("", kind, manifest["kind"], found, namespaces=Known(labels))
    inside = frozenset(zone.zone for zone in drawn.settings.each_zone())
    claims = [one for one in found.value if isinstance(one, Claim) and zone_of(one.name, inside)]
    _, refused = admitted(drawn.settings, claims, [sighting], Closed.of(drawn.settings))
    return tuple(one.text for one in refused), not any(isinstance(one, Complaint) for one in found.value)
