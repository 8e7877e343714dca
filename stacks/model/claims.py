"""The claims of Kubernetes objects: the values between the sources of clusters and the plan."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from enum import Enum

from components.marks import in_comments
from components.records.aliases import CNAME
from components.records.record import Record
from components.records.types import RECORD_TYPES
from stacks.model.addresses import host_part
from stacks.model.addresses.host_part import HostPart
from stacks.model.values import WAN, Known, Unknown

STATUS_ANNOTATION = "truenorth/status"
"""The annotation on an object with the present state of its records."""
VOCABULARIES = ("truenorth/", "routeflare/", "external-dns.kubernetes.io/", "external-dns.alpha.kubernetes.io/")
"""The prefixes of the annotations that are read."""
GEO = "geo-"
"""The prefix of the names of sources with claims for load balancers."""
LINK = "link:"
"""Before a link's name in state: the target of an object that points at the addresses detected on the link."""
BY_TEMPLATE = ("name", "cluster.templates")
"""What is spelled of a claim whose name a template of the settings has given."""
WEBHOOK = "external-dns"
"""In place of the cluster's name in the key of an object for which external-dns asks by its webhook."""
DOCKER, CONTAINER = "docker", "Container"
"""The name of the source whose objects are containers, and their kind."""
_WEBHOOK_RESOURCE = re.compile(r"[A-Za-z0-9._:/-]{1,320}\Z")
LONGEST_RESOURCE = 130
"""Characters. With the longest owner the mark then fits into one string of a TXT record (RFC 1035, 3.3.14)."""


def vocabularies(prefix: str) -> tuple[str, ...]:
    """Return the prefixes of the annotations that are read. prefix: the one of the settings; "" for none."""
    return (prefix,) if prefix else VOCABULARIES


@dataclass(frozen=True, order=True, slots=True)
class ObjectKey:
    """The key of a Kubernetes object. cluster: its name in the settings. namespace: "" where the kind has none."""

    cluster: str
    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        name = f"{self.namespace}/{self.name}" if self.namespace else self.name
        return f"{self.kind} {name}" + (f" in {self.cluster}" if self.cluster else "")

    @property
    def resource(self) -> str:
        """The object's name in a mark: `httproute/shop/web`, as external-dns writes it.

        The cluster's name, if it has one, stands before it. A text longer than LONGEST_RESOURCE ends in a digest.
        """
        whole = origin(self.cluster, self.kind) + "/".join(filter(None, (self.namespace, self.name)))
        if len(whole) <= LONGEST_RESOURCE:
            return whole
        digest = hashlib.sha256(whole.encode()).hexdigest()[:8]
        return f"{whole[: LONGEST_RESOURCE - 9]}-{digest}"


def webhook_key(resource: str, name: str) -> ObjectKey:
    """Return the key of an object for which external-dns asks. resource: as it labels it; name: of the record.

    Without a label that a mark can hold it is the record itself.
    """
    kind, slash, rest = resource.partition("/") if _WEBHOOK_RESOURCE.match(resource) else ("", "", "")
    if not (kind and slash and rest):
        return ObjectKey(WEBHOOK, "endpoint", "", name)
    namespace, slash, own = rest.partition("/")
    return ObjectKey(WEBHOOK, kind, namespace, own) if slash and own else ObjectKey(WEBHOOK, kind, "", rest)


def origin(cluster: str, kind: str) -> str:
    """Return the prefix of `ObjectKey.resource` that all objects of a kind in a cluster have."""
    return "".join(f"{part}/" for part in (cluster, kind.lower()) if part)


@dataclass(frozen=True, slots=True)
class Detected:
    """Targets that are left to detection: the addresses of these links, or of hosts in the networks of these."""

    links: tuple[str, ...] = (WAN,)
    hosts: tuple[HostPart, ...] = ()

    @property
    def remembered(self) -> tuple[str, ...]:
        """The targets as state remembers them: each link, with the hosts behind it."""
        hosts = "".join(f" {host}" for host in self.hosts)
        return tuple(f"{LINK}{link}{hosts}" for link in self.links)

    @classmethod
    def of_memory(cls, texts: Iterable[str]) -> Detected | None:
        """Return the targets that state remembers, for hosts of one kind; None where it remembers no links."""
        links = [one.removeprefix(LINK).split(" ") for one in sorted(texts) if one.startswith(LINK)]
        hosts = {tuple(host_part.each(of_link[1:])) for of_link in links}
        return cls(tuple(of_link[0] for of_link in links), hosts.pop()) if hosts else None


Targets = Known[tuple[str, ...]] | Unknown | Detected


class Certainty(Enum):
    """Whether an object makes a claim, where it has several parents and one of them cannot be heard.

    TENTATIVE: a controller has yet to decide, or does not take the object for now. UNSEEN: what stands behind the
    claim cannot be read.
    """

    CERTAIN = "certain"
    TENTATIVE = "tentative"
    UNSEEN = "unseen"


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim of an object to records of one name. A setting that is None is the zone's to decide.

    name: a DNS name in full and in lower case; it may lie in none of our zones.
    type: A, AAAA, CNAME or SRV. None: that of the targets; where these are unknown, all types of the name that no other
    claim is about.
    targets: canonical, each once, sorted; at least one where they are known.
    ttl: seconds, 1 for automatic; not checked against the zone's provider here.
    created: the object's creationTimestamp; it says nothing about who has a name.
    rank: the place of the claim among those of its object for the name: of a route that of the parent in parentRefs.
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
    """The name of the annotation from which ttl, proxied, comment and tags were read, each; see BY_TEMPLATE."""
    parts: tuple[tuple[ObjectKey, Targets], ...] = ()
    """The targets of each object, where several claims are merged (of a route with several parents, say)."""
    agreeing: tuple[ObjectKey, ...] = ()
    """Objects that ask for exactly the same, and have no part in it."""
    rank: int = 0
    pool_of: str = ""
    """The cluster for the pool of a claim to a load balancer; "" for a claim to records."""
    through: str = ""
    """The parent with these targets, as `ObjectKey.resource`; "" for an object with one."""
    parents: tuple[str, ...] = ()
    """All parents of such an object."""
    certainty: Certainty = Certainty.CERTAIN
    would_be: tuple[tuple[str | None, Targets], ...] = ()
    """The targets by type if the claim were certain, of one that is not; nothing new is made of them."""


def webhook_claim(record: Record, values: Collection[str], resource: str) -> Claim:
    """Return the claim of external-dns to a record set. record: one of it; values: of it all; resource: its label."""
    return Claim(
        record.name,
        record.type if record.type in RECORD_TYPES else CNAME,  # an alias of the zone itself, where that is a type
        Known(tuple(sorted(set(values)))),
        webhook_key(resource, record.name),
        created="",
        ttl=None if record.proxied else record.ttl,
        proxied=record.proxied,
        comment=in_comments.parse(record.comment)[0],
        tags=record.tags or None,
    )


@dataclass(frozen=True, slots=True)
class Complaint:
    """A message to the owner of an object: something in the object cannot be done as it is written.

    annotation, value, allowed: "" in a message about something else than an annotation. text: the whole message.
    hides_names: whether the object may ask for names that nobody can read, so that its records stay. waits: whether
    there may be nothing wrong with the object: somebody else has to say or do something. is_choice: whether the object
    has its name, and only one of the several things that it says of it. minor: whether the object has its records all
    the same, without what the message is about.
    """

    object: ObjectKey
    annotation: str
    value: str
    allowed: str
    text: str
    hides_names: bool = False
    waits: bool = False
    is_choice: bool = False
    minor: bool = False

    @property
    def is_note(self) -> bool:
        """Whether nobody has to mend anything."""
        return self.minor and not self.allowed

    @property
    def is_waiting(self) -> bool:
        """Whether the object waits for somebody else; what it has stays meanwhile."""
        return self.waits or (self.hides_names and not self.allowed)


Labels = tuple[tuple[str, str], ...]
"""The labels of an object, by key."""


@dataclass(frozen=True, slots=True)
class SourceSighting:
    """The claims of one source of one cluster, as they were last read.

    source: its name in the settings. kind: that of its objects. found: Unknown where the objects could not be read;
    their records then stay. waiting: the cluster does not serve the kind (yet), which is no failure.
    """

    cluster: str
    source: str
    kind: str
    found: Known[tuple[Claim | Complaint, ...]] | Unknown
    waiting: bool = False
    stale: str = ""
    """The reason why the source could not be read now, so that found is older; "" where it was read."""
    unmet: str = ""
    """What the settings ask for and the cluster does not have, such as a Gateway; "" for nothing."""
    namespaces: Known[tuple[tuple[str, Labels], ...]] | Unknown = field(default=Known(()))
    """The labels of each namespace of the cluster, where a rule of the settings asks for them."""

    uid: str = ""
    """The UID of the cluster's namespace kube-system; "" where it is not known."""
    filters: tuple[tuple[str, str], ...] = ()
    """The settings that choose among the objects, each with its value; those at their default left out."""
    generations: tuple[tuple[ObjectKey, int], ...] = ()
    """The objects whose status is ours to write, each with the generation that was read."""

    @property
    def is_unread(self) -> bool:
        """Whether nothing is known of the claims."""
        return isinstance(self.found, Unknown)

    @property
    def balances(self) -> bool:
        """Whether the claims are to load balancers, not to records."""
        return self.source.startswith(GEO)


def links_asked(sources: Iterable[SourceSighting]) -> tuple[str, ...]:
    """Return the links that objects claim the addresses of."""
    found = (one for source in sources if isinstance(source.found, Known) for one in source.found.value)
    detected = (one.targets for one in found if isinstance(one, Claim) and isinstance(one.targets, Detected))
    return tuple(dict.fromkeys(link for targets in detected for link in targets.links))


def names_that_differ(before: Iterable[SourceSighting], after: Iterable[SourceSighting]) -> frozenset[str]:
    """Return the names with claims that only one of two readings has.

    A source gives the same claim again as long as its object has not changed, and the same claims as long as none has:
    few have to be compared.
    """
    earlier, later = tuple(before), tuple(after)
    unchanged = {id(one.found) for one in earlier} & {id(one.found) for one in later}
    one, other = (_claims(one for one in sources if id(one.found) not in unchanged) for sources in (earlier, later))
    same = one.keys() & other.keys()
    left = {claim for identity, claim in one.items() if identity not in same}
    right = {claim for identity, claim in other.items() if identity not in same}
    return frozenset(claim.name for claim in left ^ right)


def _claims(sources: Iterable[SourceSighting]) -> dict[int, Claim]:
    found = (one for source in sources if isinstance(source.found, Known) for one in source.found.value)
    return {id(one): one for one in found if isinstance(one, Claim)}
