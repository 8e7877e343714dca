"""Annotations of the vocabularies that nothing reads: misspelt, unknown, or without a meaning here. Pure.

| an annotation                                       | is told                                                      |
|-----------------------------------------------------|--------------------------------------------------------------|
| almost like one that is read, or ours and not known | always, as a warning: somebody has meant us                  |
| of another vocabulary, and not known                | on an object that asks for names, and on Gateways, as a note |
| of external-dns, and not supported                  | likewise                                                     |
| read on other kinds of objects only                 | likewise                                                     |

An object that another DNS controller has is left alone. Each object is told once, whatever it carries.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache, lru_cache

from components.plain_text import LONGEST_QUOTE, cut, quoted
from stacks.kube.objects import GATEWAYS, LISTENER_SETS, ClusterObjects, Manifest, Resource, key_of
from stacks.model.claims import STATUS_ANNOTATION, Claim, Complaint, ObjectKey, vocabularies
from stacks.model.values import Known, Unknown
from stacks.observe.cluster.claims import annotations as read

OTHERS = "any other"
"""The kinds of other programs, and those that the settings describe."""
ROUTES = frozenset({"HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute"})
ASKING = ROUTES | {"Ingress", "Service", "Node", "Pod", OTHERS}
"""The kinds that ask for names, without Gateways."""
ENDPOINTS = frozenset({"DNSEndpoint"})
"""The kind on which only those for targets are read."""
ANYWHERE = ASKING | {"Gateway", "ListenerSet"}
_READ_ON: Mapping[tuple[str, ...], frozenset[str]] = {
    **dict.fromkeys(
        (read.CONTENT_MODE, read.TYPE, read.LINK, read.HOST6, read.TARGET, (STATUS_ANNOTATION,)), ANYWHERE | ENDPOINTS
    ),
    **dict.fromkeys((read.TTL, read.PROXIED, read.COMMENT, read.TAGS), ANYWHERE),
    read.HOSTNAME: ASKING,
    read.CONTROLLER: ASKING | ENDPOINTS,
    read.INTERNAL_HOSTNAME: frozenset({"Service", "Pod"}),
    read.ACCESS: frozenset({"Service"}),
    read.ENDPOINTS_TYPE: frozenset({"Service"}),
    read.INGRESS_HOSTNAME_SOURCE: frozenset({"Ingress"}),
    read.GATEWAY_HOSTNAME_SOURCE: ROUTES,
}
_UNSUPPORTED = ("aws-", "cloudflare-", "coredns-", "scw-", "webhook-")
"""Beginnings of annotations of external-dns that have no meaning here (its source/annotations/annotations.go)."""
_UNSUPPORTED_NAMES = frozenset(
    {"alias", "cloudflare-custom-hostname", "cloudflare-region-key", "ingress", "record-type", "set-identifier"}
)
_NO_MEANING = "has no meaning here, and is left out"
LONGEST_KEY = 64
"""Characters of a name that are compared: the API server allows 63 (Kubernetes API, qualified names)."""
_NEAR = 0.6
"""The least likeness of a misspelt name (difflib): two letters of three are."""
_SHOWN = 3
_MOST = 20
"""Annotations of an object that are looked at one by one."""

Found = Known[tuple[Claim | Complaint, ...]]


@dataclass(slots=True)
class UnreadAnnotations:
    """The complaints about annotations that nothing reads, of one source, computed again for changed objects only.

    balances: whether the settings have load balancers, which read a Gateway's host names.
    namespaces: the only ones to read; all for none. Gateways are read everywhere, and notes about those elsewhere are
    not this stack's to tell. prefix: that of annotations, of the settings.
    """

    balances: bool = False
    namespaces: Collection[str] = ()
    prefix: str = ""
    _seen: dict[int, tuple[Manifest, ObjectKey, bool, tuple[Complaint, ...]]] = field(default_factory=dict, repr=False)

    def beside(self, found: Found | Unknown, objects: ClusterObjects, resources: Sequence[Resource]) -> Found | Unknown:
        """Return the claims of a source with these complaints. resources: of the source."""
        if isinstance(found, Unknown):
            return found
        asking: set[ObjectKey] | None = None
        hostname = read.spellings(read.HOSTNAME, self.prefix)
        prefixes = vocabularies(self.prefix)
        before, self._seen = self._seen, {}
        more: list[Complaint] = []
        for resource in (resources[0], *(one for one in resources[1:] if one in {GATEWAYS, LISTENER_SETS})):
            there = objects.all(resource)
            of_istio = resource is resources[0] and resource.kind == GATEWAYS.kind
            also = hostname if self.balances or of_istio else ()
            for manifest in there.value if isinstance(there, Known) else ():
                annotations = manifest["metadata"].get("annotations")
                if not annotations or not any(key.startswith(prefixes) for key in annotations):
                    continue
                if asking is None:  # few objects have any: only then
                    asking = {one.object for one in found.value if isinstance(one, Claim)}
                last = before.get(id(manifest))
                key = last[1] if last and last[0] is manifest else key_of(objects.cluster, resource, manifest)
                here = not self.namespaces or key.namespace in self.namespaces
                whole = key in asking if resource is resources[0] else here
                if last and last[0] is manifest and last[2] is whole:
                    self._seen[id(manifest)] = last
                else:
                    told = tuple(_of_object(read.Annotated.of(key, manifest, self.prefix), also, whole=whole))
                    self._seen[id(manifest)] = (manifest, key, whole, told)
                more += self._seen[id(manifest)][3]
        return Known((*found.value, *more)) if more else found


@cache
def kinds_of(prefix: str) -> Mapping[str, frozenset[str]]:
    """Return the kinds of objects on which each annotation is read. prefix: of the settings; "" for none."""
    found: dict[str, frozenset[str]] = {}
    for names, kinds in _READ_ON.items():
        for name in read.spellings(names, prefix):
            of_routes = name.startswith(read.ROUTEFLARE) and not prefix
            found[name] = found.get(name, frozenset()) | (kinds & ROUTES if of_routes else kinds)
    return found


def _of_object(annotated: read.Annotated, also: Collection[str], *, whole: bool) -> Iterator[Complaint]:
    """Yield at most two complaints about an object: a warning and a note.

    also: annotations that are read besides. whole: whether notes are told.
    """
    if read.has_other_controller(annotated):
        return
    key, prefix = annotated.key, annotated.prefix
    there = (one for one in annotated.annotations if one.startswith(vocabularies(prefix)) and one not in also)
    strange = sorted(one for one in there if not _is_read(one, annotated))
    ours = [one for one in strange if one.startswith(prefix or read.OURS)][:_MOST]
    looked_at = [*ours, *[one for one in strange if not one.startswith(prefix or read.OURS)][:_MOST]]
    judged = [(one, *_judged(one, key.kind, prefix)) for one in looked_at]
    warnings = [(one, why, meant) for one, why, meant in judged if meant]
    notes = [(one, why, meant) for one, why, meant in judged if not meant and whole]
    for chosen in (warnings, notes):
        if not chosen:
            continue
        first, _, meant = chosen[0]
        told = "; ".join(f"the {read.word(key)} {quoted(one)} {why}" for one, why, _ in chosen[:_SHOWN])
        others = "; others are left out too" if len(chosen) > _SHOWN or len(looked_at) < len(strange) else ""
        yield Complaint(key, cut(first, LONGEST_QUOTE), "", meant, f"{key}: {told}{others}", minor=True)


def _group(kind: str) -> str:
    """Return the kind as it stands in the table of what is read where."""
    return kind if kind in ANYWHERE | ENDPOINTS else OTHERS


def _is_read(annotation: str, annotated: read.Annotated) -> bool:
    return _group(annotated.key.kind) in kinds_of(annotated.prefix).get(annotation, ()) and annotated.reads(annotation)


@lru_cache(maxsize=4096)
def _judged(annotation: str, kind: str, prefix: str) -> tuple[str, str]:
    """Return what is wrong with an annotation, and what may be meant; "" for nothing that anybody has to mend."""
    kinds = kinds_of(prefix)
    if annotation in kinds:
        on_kind = f"on a{'n' if kind[0] in 'AEIOU' else ''} {kind}"
        where = f"without {read.CONTENT_MODE[1]}" if _group(kind) in kinds[annotation] else on_kind
        return f"has no meaning {where}, and is left out", ""
    vocabulary = next(one for one in vocabularies(prefix) if annotation.startswith(one))
    name = annotation.removeprefix(vocabulary)[:LONGEST_KEY].lower()
    of_external_dns = vocabulary in {prefix, *read.EXTERNAL_DNS}
    if of_external_dns and name in _UNSUPPORTED_NAMES:
        return _NO_MEANING, ""
    known = {one.removeprefix(vocabulary): one for one in kinds if one.startswith(vocabulary)}
    for nearest in get_close_matches(name, known, 1, _NEAR):
        return f"is not known, and is left out; is {known[nearest]} meant?", known[nearest]
    if of_external_dns and name.startswith(_UNSUPPORTED):
        return _NO_MEANING, ""
    if vocabulary in {prefix, read.OURS}:
        return "is not known, and is left out", f"after {vocabulary}: {', '.join(sorted(known))}"
    return "is not known here, and is left out", ""
