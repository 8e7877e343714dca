"""Strategies for hypothesis: clusters whose objects come, go, change, and cannot be read for a while."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from typing import Any

from hypothesis import strategies as st

from stacks.model.claims import Certainty, Claim, Detected, ObjectKey, SourceSighting, Targets
from stacks.model.values import WAN, Family, Known, Sighting, Unknown
from stacks.settings.stack import Settings, parse
from tests.stacks.plan.any_worlds import OWNER, Theirs, theirs

CLUSTERS = ("home", "away")
KINDS = {"HTTPRoute": "gateway-httproute", "Ingress": "ingress"}
NAMESPACES = ("shop", "evil")
OBJECTS = (
    *(ObjectKey(cluster, kind, "shop", "web") for cluster in CLUSTERS for kind in KINDS),
    ObjectKey("home", "HTTPRoute", "evil", "web"),
    ObjectKey("away", "Ingress", "evil", "web"),
)
NAMES = ("www.example.com", "api.example.com", "www.example.net")
CLOSED = (
    "_truenorth-a.www.example.com",
    "_truenorth-cname.api.example.com",
    "_dmarc.example.com",
    "_acme-challenge.www.example.net",
)
"""Names that no object may have: places of marks, and labels that have to be spelled out in the settings."""
GANDI = "example.net"
TOO_SHORT = 60
"""Seconds: a ttl that Gandi has not."""
DOWN = Unknown("connection refused")
SILENT = Unknown("nothing is said of it")
"""The targets of an object of which a controller says nothing, or that it does not take it now."""
HOPED_FOR = "198.51.100.99"
"""The address that such an object would have, which nobody gets."""
UNUSABLE = frozenset({"10.0.0.4", "192.168.0.9", "127.0.0.1", "fd00::1", "web.shop.svc.cluster.local"})
"""Targets that are of no use in a public zone."""

some = st.sampled_from


@dataclass(frozen=True)
class Asks:
    """What an object asks for at one name. ttl: seconds or None."""

    name: str
    targets: tuple[tuple[str | None, Targets], ...]
    """By type, in the order of its parents."""
    ttl: int | None


@dataclass
class Clusters:
    """The clusters as they are.

    unread: the sources that cannot be read; configured: the clusters of the settings; unselected: the objects that the
    settings leave out, by their Gateways, labels or annotations.
    """

    objects: dict[ObjectKey, Asks] = field(default_factory=dict)
    unread: frozenset[tuple[str, str]] = frozenset()
    configured: tuple[str, ...] = CLUSTERS
    unselected: frozenset[ObjectKey] = frozenset()

    def wishes(self, key: ObjectKey) -> tuple[Claim, ...]:
        """Those of an object, each of the parent at its place."""
        asks = self.objects.get(key)
        if asks is None or key in self.unselected:
            return ()
        created = f"2026-01-{OBJECTS.index(key) + 1:02}T00:00:00Z"
        claims = (
            Claim(asks.name, one, found, key, created, ttl=asks.ttl, rank=rank)
            for rank, (one, found) in enumerate(asks.targets)
        )
        return tuple(_hoping(one) if one.targets == SILENT else one for one in claims)

    def sources(self) -> tuple[SourceSighting, ...]:
        """What the settings' sources see; no cluster has TLSRoutes."""
        found = []
        for cluster in self.configured:
            found.append(SourceSighting(cluster, "gateway-tlsroute", "TLSRoute", Unknown("no such kind"), waiting=True))
            for kind, source in KINDS.items():
                wishes = tuple(
                    wish for key in OBJECTS if (key.cluster, key.kind) == (cluster, kind) for wish in self.wishes(key)
                )
                seen = DOWN if (cluster, kind) in self.unread else Known(wishes)
                found.append(SourceSighting(cluster, source, kind, seen))
        return tuple(found)

    def seen(self, key: ObjectKey) -> tuple[Claim, ...]:
        """Those of an object of which its source tells, with the targets that are of use."""
        is_there = key.cluster in self.configured and (key.cluster, key.kind) not in self.unread
        return usable(self.wishes(key)) if is_there else ()

    def is_read(self, key: ObjectKey) -> bool:
        """Whether the source of an object is, or the settings do not name its cluster any more."""
        return key.cluster not in self.configured or (key.cluster, key.kind) not in self.unread


def _hoping(claim: Claim) -> Claim:
    expected: tuple[tuple[str | None, Targets], ...] = (("A", Known((HOPED_FOR,))),)
    return replace(claim, certainty=Certainty.TENTATIVE, would_be=expected)


def usable(wishes: tuple[Claim, ...]) -> tuple[Claim, ...]:
    """The wishes of an object without targets that are of no use; where none is left it has no address yet."""
    kept, bare = [], []
    for one in wishes:
        if not isinstance(one.targets, Known):
            kept.append(one)
        elif left := tuple(target for target in one.targets.value if target not in UNUSABLE):
            kept.append(replace(one, targets=Known(left)))
        else:
            bare.append(replace(one, type=None, targets=Unknown("of no use"), ttl=None))
    return tuple(kept) if any(not isinstance(one.targets, Unknown) for one in kept) else (*kept, *bare[:1])


addresses = st.lists(some(["192.0.2.1", "192.0.2.2", "192.0.2.3"]), unique=True, min_size=1, max_size=2).map(
    lambda found: Known(tuple(sorted(found)))
)
shapes: st.SearchStrategy[tuple[tuple[str | None, Targets], ...]] = st.one_of(
    addresses.map(lambda found: (("A", found),)),
    addresses.map(lambda found: (("A", found), ("AAAA", Known(("2001:db8::1",))))),
    some(["a.example.edu", "b.example.edu"]).map(lambda found: (("CNAME", Known((found,))),)),
    some([("b.example.edu", "a.example.edu"), ("a.example.edu", "b.example.edu")]).map(
        lambda found: tuple(("CNAME", Known((one,))) for one in found)
    ),
    some(
        [
            (("A", Known(("10.0.0.4", "192.0.2.1"))),),
            (("A", Known(("10.0.0.4", "192.168.0.9"))),),
            (("A", Known(("127.0.0.1",))), ("AAAA", Known(("2001:db8::1", "fd00::1")))),
            (("A", Known(("192.0.2.2",))), ("AAAA", Known(("fd00::1",)))),
            (("A", Known(("10.0.0.4",))), ("AAAA", Known(("fd00::1",)))),
            (("CNAME", Known(("web.shop.svc.cluster.local",))),),
        ]
    ),
    some([(("A", Detected()),), ((None, Detected()),), (("A", Unknown("silence")),), ((None, Unknown("mistake")),)]),
    some([((None, SILENT),), (("A", SILENT),)]),
)
asking = st.builds(Asks, some((*NAMES, *NAMES, *CLOSED)), shapes, some([None, None, None, 600, TOO_SHORT]))


def any_theirs() -> st.SearchStrategy[Theirs]:
    """Records of other people, none of which says that it is ours."""
    return theirs().filter(lambda one: one.holder not in {"our mark", "our comment"} and one.zone != "example.org")


Step = tuple[str, Any]
steps: st.SearchStrategy[Step] = st.one_of(
    st.tuples(st.just("object"), st.tuples(some(OBJECTS), asking)),
    st.tuples(st.just("object"), st.tuples(some(OBJECTS), asking)),
    st.tuples(st.just("flips"), some(OBJECTS)),
    st.tuples(st.just("gone"), some(OBJECTS)),
    st.tuples(st.just("unread"), st.frozensets(st.tuples(some(CLUSTERS), some(list(KINDS))), max_size=4)),
    st.tuples(st.just("unselected"), st.frozensets(some(OBJECTS), max_size=3)),
    st.tuples(st.just("configured"), some([CLUSTERS, CLUSTERS, ("home",), ("away",), ()])),
    st.tuples(st.just("address"), some(["203.0.113.7", "203.0.113.8", ""])),
    st.tuples(st.just("names"), some([(), ("www",), ("api",)])),
    st.tuples(st.just("theirs"), any_theirs()),
)


@st.composite
def any_marks(draw: st.DrawFn) -> tuple[str, str]:
    """How the two zones are marked."""
    return draw(some(["txt", "txt", "comment", "none"])), draw(some(["txt", "none"]))


def settings_of(marks: tuple[str, str], names: tuple[str, ...]) -> Settings:
    """The settings of two zones with these names of their own in the first."""
    written = [{"name": name, "targets": ["198.51.100.9"]} for name in names]
    zones = [{"zone": GANDI, "provider": "gandi", "marks": marks[1]}]
    # A mark of ours speaks for what stands beside ours too, unless nothing is ever taken over.
    values = {"zone": "example.com", "marks": marks[0], "names": written, "zones": zones, "adopt": "never"}
    return parse(values, {}, stack=OWNER, where="test")


def sighting(address: str) -> tuple[Sighting, ...]:
    """The detected address; none could be where it is ""."""
    found = Known((ip_address(address),)) if address else Unknown("no source answered")
    return (Sighting(WAN, Family.IPV4, found),)
