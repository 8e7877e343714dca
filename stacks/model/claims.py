"""What the objects of clusters wish for: the values between the sources and the plan."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from stacks.model.values import WAN, Known, Unknown

STATUS_ANNOTATION = "truenorth/status"
"""The annotation that has an object's records as they are."""
GEO = "geo-"
"""What the names of the sources begin with whose wishes are for load balancers."""
LONGEST_RESOURCE = 130
"""Characters: with the longest owner the mark then fits into one string of a TXT record (RFC 1035, 3.3.14)."""


@dataclass(frozen=True, order=True, slots=True)
class ObjectKey:
    """One object. cluster: the name that the settings give it; namespace: "" where the kind has none."""

    cluster: str
    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        name = f"{self.namespace}/{self.name}" if self.namespace else self.name
        return f"{self.kind} {name}" + (f" in {self.cluster}" if self.cluster else "")

    @property
    def resource(self) -> str:
        """What a mark calls it: `httproute/shop/web` as external-dns does, after the cluster's name if it has one."""
        whole = origin(self.cluster, self.kind) + "/".join(filter(None, (self.namespace, self.name)))
        if len(whole) <= LONGEST_RESOURCE:
            return whole
        digest = hashlib.sha256(whole.encode()).hexdigest()[:8]
        return f"{whole[: LONGEST_RESOURCE - 9]}-{digest}"


def origin(cluster: str, kind: str) -> str:
    """What `ObjectKey.resource` of every object of the kind begins with."""
    return "".join(f"{part}/" for part in (cluster, kind.lower()) if part)


@dataclass(frozen=True, slots=True)
class Detected:
    """Targets that no object says: the addresses that are detected on these links."""

    links: tuple[str, ...] = (WAN,)


Targets = Known[tuple[str, ...]] | Unknown | Detected


@dataclass(frozen=True, slots=True)
class Claim:
    """An object's wish for records of one name. What is None was not said, and is the zone's to decide.

    name: a DNS name in full and in lower case; it may lie in none of our zones.
    type: A, AAAA, CNAME or SRV. None: whichever the targets will be of, or, where they are unknown, all that the name
    has and no other wish speaks of.
    targets: canonical, each once, sorted; where they are known there is one at least.
    ttl: seconds, 1 for automatic; whether the zone's provider can is not checked here.
    created: the object's creationTimestamp.
    """

    name: str
    type: str | None
    targets: Targets
    object: ObjectKey
    created: str
    ttl: int | None = None
    proxied: bool | None = None
    comment: str | None = None
    tags: tuple[str, ...] | None = None
    spelled: tuple[tuple[str, str], ...] = field(default=(), compare=False)
    """The annotation that said the ttl, proxied, comment and tags each."""
    parts: tuple[tuple[ObjectKey, Targets], ...] = ()
    """Where several wishes are merged in it: what each object wishes for (one of several parents, say, each time)."""
    pool_of: str = ""
    """Where it is a wish for a load balancer: the cluster in whose pool the targets are to be; "" for records."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """Something that an object's owner has to know, because it is not as they wrote it.

    annotation, value, allowed: "" where it is not about an annotation. text: the whole message.
    """

    object: ObjectKey
    annotation: str
    value: str
    allowed: str
    text: str


@dataclass(frozen=True, slots=True)
class SourceSighting:
    """What one source of one cluster was seen to wish for.

    source: its name in the settings; kind: that of its objects. Unknown: what its objects wish for could not be read,
    and what was made for them stays. waiting: the cluster does not serve the kind (yet), which is no failure.
    """

    cluster: str
    source: str
    kind: str
    found: Known[tuple[Claim | Complaint, ...]] | Unknown
    waiting: bool = False
    stale: str = ""
    """Why it could not be read now: found is what it was before. "" where it was."""

    @property
    def balances(self) -> bool:
        """Whether its wishes are for load balancers, not for records."""
        return self.source.startswith(GEO)


def links_asked(sources: Iterable[SourceSighting]) -> tuple[str, ...]:
    """The links at whose addresses objects want to be."""
    found = (one for source in sources if isinstance(source.found, Known) for one in source.found.value)
    detected = (one.targets for one in found if isinstance(one, Claim) and isinstance(one.targets, Detected))
    return tuple(dict.fromkeys(link for targets in detected for link in targets.links))


def names_that_differ(before: Iterable[SourceSighting], after: Iterable[SourceSighting]) -> frozenset[str]:
    """The names of which one says something that the other does not.

    Sources give the same wish again as long as its object has not changed: so few have to be compared.
    """
    one, other = _wishes(before), _wishes(after)
    same = one.keys() & other.keys()
    left = {wish for identity, wish in one.items() if identity not in same}
    right = {wish for identity, wish in other.items() if identity not in same}
    return frozenset(wish.name for wish in left ^ right)


def _wishes(sources: Iterable[SourceSighting]) -> dict[int, Claim]:
    found = (one for source in sources if isinstance(source.found, Known) for one in source.found.value)
    return {id(one): one for one in found if isinstance(one, Claim)}
