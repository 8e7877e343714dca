"""The claims of containers, from the list that a Docker daemon gives. Pure.

A container of a compose project is known by its project and service, which stay the same when it is made anew: the
newest of a service counts. Any other is known by its name.

Sources: Docker Engine API, `ContainerList`; Compose, api/labels.go.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec

from stacks.kube.objects import Manifest, Resource, created, key_of
from stacks.model import selectors
from stacks.model.claims import CONTAINER, Claim, Complaint, ObjectKey
from stacks.model.values import Known, Unknown
from stacks.observe.cluster.claims.annotations import HOSTNAME, OURS, Annotated, annotated_names, makes_claims
from stacks.observe.cluster.claims.assemble import Claimant, assemble
from stacks.observe.cluster.claims.limits import claims_of_each
from stacks.observe.cluster.claims.source import Options
from stacks.observe.cluster.claims.unread import UnreadAnnotations
from stacks.observe.cluster.kinds.described import host_names
from stacks.observe.docker import other_tools
from stacks.settings.neighbours.docker import DockerSettings

CONTAINERS = Resource("", "", "containers", CONTAINER)
MOST_CONTAINERS = 10_000
"""Containers of a daemon."""
DOTTED = "truenorth."
"""The beginning of our labels as Docker's guidelines have keys: lower case letters, digits, dots and hyphens."""
_PROJECT, _SERVICE, _ONE_OFF = (f"com.docker.compose.{one}" for one in ("project", "service", "oneoff"))
_IDENTITY = re.compile(r"[A-Za-z0-9]{12,128}\Z")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}\Z")
_RUNNING = frozenset({"running", "restarting", "paused"})
_NOTHING: Known[tuple[str, ...]] = Known(())

Found = Known[tuple[Claim | Complaint, ...]] | Unknown


class UnreadableListError(ValueError):
    """An answer is no list of containers, or too long a one."""


class Container(msgspec.Struct, frozen=True):
    """A container, as far as it is read. Its creation is in seconds since 1970."""

    identity: str = msgspec.field(name="Id")
    names: list[str] | None = msgspec.field(name="Names", default=None)
    created: int = msgspec.field(name="Created", default=0)
    state: str = msgspec.field(name="State", default="")
    labels: dict[str, str] | None = msgspec.field(name="Labels", default=None)


@dataclass(frozen=True, slots=True)
class ContainerObjects:
    """The containers of a daemon in place of the objects of a cluster."""

    cluster: str
    found: Known[tuple[Manifest, ...]]

    def all(self, resource: Resource) -> Known[tuple[Manifest, ...]] | Unknown:
        """Return the containers."""
        return self.found if resource == CONTAINERS else Known(())

    def get(self, resource: Resource, namespace: str, name: str) -> None:  # noqa: ARG002 - of the protocol
        """Return None: a daemon has no other objects."""
        return

    def counts(self, resource: Resource, namespace: str) -> bool:  # noqa: ARG002 - of the protocol
        """Return True: all compose projects are read."""
        return True


def parse(body: bytes) -> list[Container]:
    """Return the containers in an answer. Raises UnreadableListError."""
    try:
        found = msgspec.json.decode(body, type=list[Container])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise UnreadableListError(f"the answer is no list of containers: {error}") from None
    if len(found) > MOST_CONTAINERS:
        raise UnreadableListError(f"it has more than {MOST_CONTAINERS:,} containers")
    if not all(_IDENTITY.match(one.identity) for one in found):
        raise UnreadableListError("the answer is no list of containers: an Id is none")
    return found


def claims(containers: Sequence[Container], settings: DockerSettings, options: Options) -> Found:
    """Return the claims of the chosen containers, and complaints. options: the limits of claims."""
    manifests = Known(tuple(_manifests(containers, settings)))
    found = claims_of_each(manifests, lambda one: _of_container(one, settings), options)
    return UnreadAnnotations().beside(found, ContainerObjects(settings.name, manifests), (CONTAINERS,))


def _manifests(containers: Sequence[Container], settings: DockerSettings) -> Iterator[Manifest]:
    """Return the chosen containers as objects with annotations, the newest of each service of a compose project."""
    selector = selectors.over_annotations(settings.labels)
    newest: dict[tuple[str, str], Manifest] = {}
    for one in sorted(containers, key=lambda one: (one.created, one.identity)):
        labels = one.labels or {}
        runs = one.state in _RUNNING or not settings.running
        if runs and selectors.selects(selector, labels) and labels.get(_ONE_OFF, "").lower() != "true":
            project, name = place = _place(one, labels)
            metadata = {"namespace": project, "name": name, "annotations": _as_annotations(labels)}
            newest[place] = {"metadata": {**metadata, "creationTimestamp": _time(one.created)}}
    yield from newest.values()


def _place(container: Container, labels: Mapping[str, str]) -> tuple[str, str]:
    """Return the compose project of a container, "" for none, and its name there."""
    project, service = labels.get(_PROJECT, ""), labels.get(_SERVICE, "")
    if _NAME.match(project) and _NAME.match(service):
        return project, service
    own = (name.removeprefix("/") for name in container.names or ())  # further ones are names by links: /other/alias
    return "", next(filter(_NAME.match, own), container.identity[:12])


def _as_annotations(labels: Mapping[str, str]) -> dict[str, str]:
    """Return the labels as annotations: `truenorth.ttl` is truenorth/ttl, which counts where both are there."""
    dotted = {OURS + key.removeprefix(DOTTED): text for key, text in labels.items() if key.startswith(DOTTED)}
    return dotted | dict(labels)


def _time(seconds: int) -> str:
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError):
        return ""


def _of_container(manifest: Manifest, settings: DockerSettings) -> Iterator[Claim | Complaint]:
    key = key_of(settings.name, CONTAINERS, manifest)
    annotated = Annotated.of(key, manifest, "")
    if not makes_claims((annotated,), opt_in=False):
        return
    faults: list[Complaint] = []
    names = annotated_names((annotated,), HOSTNAME, faults)
    strange: list[Complaint] = []
    served = tuple(_of_tools(annotated.annotations, settings, key, strange))
    yield from strange
    if names or served or faults:
        claimant = Claimant(key, created(manifest), (annotated,), default=settings.default_target)
        yield from dict.fromkeys(assemble(claimant, (*names, *served), _NOTHING, faults))


def _of_tools(
    labels: Mapping[str, str], settings: DockerSettings, key: ObjectKey, strange: list[Complaint]
) -> Iterator[str]:
    """Yield the host names in labels of other tools. strange: gets a complaint for each text that is none."""
    for label, hosts in other_tools.hosts(labels, settings.each_tool):
        yield from host_names(hosts, label, key, strange)
