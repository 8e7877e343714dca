"""Objects of described kinds: the fields with their names, their addresses and their readiness. Pure.

A kind that other programs define is a few lines (`descriptions`), in the settings too (`cluster.kinds`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from components.plain_text import LONGEST_QUOTE, cut, quoted
from stacks.kube.objects import SERVICES, ClusterObjects, Manifest, Resource, created, key_of
from stacks.model.claims import Claim, Complaint, ObjectKey
from stacks.model.values import Known, Unknown
from stacks.observe.cluster.claims import annotation_values as values
from stacks.observe.cluster.claims.annotations import (
    CONTENT_MODE,
    HOSTNAME,
    TARGET,
    Annotated,
    annotation_value,
    find_annotation,
    makes_claims,
    spellings,
)
from stacks.observe.cluster.claims.assemble import Claimant, assemble, known
from stacks.observe.cluster.claims.hostnames import hostname
from stacks.observe.cluster.claims.limits import claims_of_each
from stacks.observe.cluster.claims.source import Options
from stacks.observe.cluster.kinds import service
from stacks.observe.cluster.kinds.conditions import Verdict, ruling

ANY = "*"
"""The host of an object that answers for all names: no name of the DNS."""
LONGEST_RULE = 8192
"""Characters of a rule of Traefik in which names are looked for."""
_MATCHER = re.compile(r"(!?)[ ]{0,8}\b(?:HostSNI|HostHeader|Host)\(([^()]*)\)", re.ASCII)
_STAYS = "What was made for it stays as it is until it is mended; the object's other names go on"
_TEXT = re.compile(r"`([^`]{0,256})`|\"([^\"]{0,256})\"")

Reading = Literal["names", "rule"]


@dataclass(frozen=True, slots=True)
class Description:
    """A kind of object with host names.

    names, addresses: fields, `[]` after a list: `spec.rules[].host`. reading: whether each field of names is a name, or
    a rule in the language of Traefik's routers. ready: the type of the condition without which an object has no
    addresses, "" for none; conditions: the field with the conditions. service: the Service, NAMESPACE/NAME, with the
    addresses of objects that have none of their own.
    """

    resource: Resource
    names: tuple[str, ...]
    addresses: tuple[str, ...] = ()
    reading: Reading = "names"
    ready: str = ""
    conditions: str = "status.conditions"
    service: str = ""


@dataclass(frozen=True, slots=True)
class DescribedObjects:
    """The objects of a described kind."""

    description: Description
    options: Options

    def resources(self) -> tuple[Resource, ...]:
        return (self.description.resource, *([SERVICES] if self.description.service else []))

    def claims(self, objects: ClusterObjects) -> Known[tuple[Claim | Complaint, ...]] | Unknown:
        return claims_of_each(
            objects.all(self.description.resource), lambda one: self._of_object(one, objects), self.options
        )

    def _of_object(self, manifest: Manifest, objects: ClusterObjects) -> Iterator[Claim | Complaint]:
        key = key_of(objects.cluster, self.description.resource, manifest)
        annotated = Annotated.of(key, manifest, self.options.prefix)
        if not makes_claims((annotated,), opt_in=self.options.opt_in):
            return
        faults: list[Complaint] = []
        added = annotation_value((annotated,), HOSTNAME, values.hostnames, values.HOSTNAMES, faults) or ()
        strange: list[Complaint] = []
        names = tuple(_names(manifest, self.description, key, strange))
        yield from strange
        own = self._addresses(manifest, key, annotated, objects)
        templated = self.options.templated(self.description.resource, manifest, key)
        default = self.options.default_target()
        points = self._has_addresses or default or find_annotation((annotated,), (*TARGET, *CONTENT_MODE))
        given = (*names, *added) if points or not templated.templates.names + templated.templates.pairs else ()
        pairs = templated.pairs(given, faults)
        more = templated.names((*given, *pairs), faults)
        claimant = Claimant(
            key,
            created(manifest),
            (annotated,),
            doubt=self._doubt(manifest, key),
            default=default,
            templated=(*pairs, *more),
        )
        found = [*assemble(claimant, given, own, faults)]
        if self.options.templates.targets:
            own, claimant = templated.targets(), replace(claimant, default="")
        found += assemble(claimant, more, own, faults)
        for name, targets in pairs.items():
            at = known(targets, f"{key}: the template gives {name} no target")
            found += assemble(replace(claimant, default=""), (name,), at, faults)
        yield from dict.fromkeys(found)

    @property
    def _has_addresses(self) -> bool:
        return bool(self.description.addresses or self.description.service)

    def _doubt(self, manifest: Manifest, key: ObjectKey) -> Unknown | None:
        """Return the reason why the object may not be served, wherever it says that it points; None for none."""
        one = self.description
        if not one.ready:
            return None
        generation = manifest["metadata"].get("generation", 0)
        conditions = [found for found in each_value(manifest, f"{one.conditions}[]") if isinstance(found, dict)]
        said = ruling(conditions, frozenset(), generation, one.ready)
        return None if said.verdict is Verdict.TRUE else Unknown(f"{key}: its condition {one.ready} {said}")

    def _addresses(
        self, manifest: Manifest, key: ObjectKey, annotated: Annotated, objects: ClusterObjects
    ) -> Known[tuple[str, ...]] | Unknown:
        one = self.description
        if one.service:
            return addresses_of_service(one.service, key, objects)
        places = [(path, text) for path in one.addresses for text in each_value(manifest, path)]
        found = [text for _, text in places if isinstance(text, str)]
        if not self._has_addresses and not find_annotation((annotated,), TARGET):
            wanted = spellings(TARGET, annotated.prefix)[0]
            return Unknown(f"{key}: objects of its kind have no addresses: give it the annotation {wanted}")
        given = next((f"{path} has {quoted(text)}" for path, text in places if isinstance(text, str) and text), "")
        return known(
            found, f"{key}: {given}, which is no address and no name" if given else f"{key} has no address yet"
        )


def addresses_of_service(place: str, key: ObjectKey, objects: ClusterObjects) -> Known[tuple[str, ...]] | Unknown:
    """Return the addresses of the Service by which an object is reached. place: NAMESPACE/NAME."""
    namespace, _, name = place.partition("/")
    found = objects.get(SERVICES, namespace, name)
    if isinstance(found, Unknown):
        return found
    if found is None:
        return Unknown(f"{key}: the service {place}, which has its addresses, is not there")
    own = service.addresses(found, key_of(objects.cluster, SERVICES, found))
    return own if isinstance(own, Unknown) or own.value else Unknown(f"{key}: the service {place} has no address")


def each_value(manifest: Manifest, path: str) -> Iterator[object]:
    """Yield the values in a field; of a field in a list, those of each item."""
    found: list[object] = [manifest]
    for step in path.split("."):
        name, is_list = step.removesuffix("[]"), step.endswith("[]")
        inner = [one[name] for one in found if isinstance(one, dict) and name in one]
        found = [item for one in inner if isinstance(one, list | tuple) for item in one] if is_list else inner
    yield from found


def _names(manifest: Manifest, described: Description, key: ObjectKey, strange: list[Complaint]) -> Iterator[str]:
    """Yield the host names of an object, and add a complaint for each text that is none."""
    for path in described.names:
        texts = (text for text in each_value(manifest, path) if isinstance(text, str))
        is_rule = described.reading == "rule"
        hosts = (host for text in texts for host in (hosts_in(text) if is_rule else (text,)))
        yield from host_names(hosts, path, key, strange)


def host_names(hosts: Iterable[str], path: str, key: ObjectKey, strange: list[Complaint]) -> Iterator[str]:
    """Yield the host names of a field, without those for all hosts. strange: gets a complaint for each other text."""
    for host in hosts:
        if host in {"", ANY}:
            continue
        try:
            yield hostname(host)
        except ValueError as error:
            strange.append(_no_name(key, path, host, str(error)))


def _no_name(key: ObjectKey, path: str, host: str, reason: str) -> Complaint:
    """Return the complaint about a field whose text is no host name."""
    text = f"{key}: {path} has {quoted(host)}, which is no name ({reason}). {_STAYS}"
    return Complaint(key, path, cut(host, LONGEST_QUOTE), "a DNS name", text)


def hosts_in(rule: str) -> Sequence[str]:
    """Return the names in the matchers Host and HostSNI of a rule, but those that it excludes with `!`.

    Source: Traefik, Rules & Priority. A rule of more than LONGEST_RULE characters has no names.
    """
    if len(rule) > LONGEST_RULE:
        return ()
    found = (matcher[2] for matcher in _MATCHER.finditer(rule) if not matcher[1])
    return [one[1] or one[2] for inner in found for one in _TEXT.finditer(inner)]
