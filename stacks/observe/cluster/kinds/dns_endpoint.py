"""DNSEndpoints, the objects of external-dns that spell records out: a claim for each of their endpoints. Pure.

Of the object's annotations count those that give targets, as the default of an endpoint without targets, and
`controller`. Everything else stands in the endpoint. An endpoint that cannot be read costs no other one anything.

Source: external-dns, apis/v1alpha1 `DNSEndpoint` and endpoint `Endpoint`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace

from components.plain_text import LONGEST_QUOTE, cut, quoted
from components.records.aliases import CNAME
from components.records.canonical import is_address
from components.records.types import RECORD_TYPES
from stacks.kube.objects import DNS_ENDPOINTS, ClusterObjects, Manifest, Resource, created, key_of
from stacks.model.claims import Claim, Complaint, ObjectKey
from stacks.model.values import Known, Unknown
from stacks.observe.cluster.claims.annotations import (
    CONTENT_MODE,
    EXTERNAL_DNS,
    TARGET,
    Annotated,
    makes_claims,
    spellings,
)
from stacks.observe.cluster.claims.assemble import Claimant, assemble
from stacks.observe.cluster.claims.endpoint_fields import (
    COMMENT,
    PROXIED,
    TAGS,
    UnreadableFieldError,
    bare,
    content_of,
    properties_of,
    ttl_of,
)
from stacks.observe.cluster.claims.hostnames import hostname
from stacks.observe.cluster.claims.limits import within_limits
from stacks.observe.cluster.claims.memory import Memory
from stacks.observe.cluster.claims.source import Options

ADDRESSED = frozenset({"A", "AAAA", CNAME})
"""The types of endpoints that may go without targets: those of the default ones are theirs."""


@dataclass(frozen=True, slots=True)
class DnsEndpoints:
    """The DNSEndpoints. Their names are those of their endpoints."""

    options: Options
    _memory: Memory[tuple[Claim | Complaint, ...]] = field(default_factory=Memory, repr=False, compare=False)

    def resources(self) -> tuple[Resource, ...]:
        return (DNS_ENDPOINTS,)

    def claims(self, objects: ClusterObjects) -> Known[tuple[Claim | Complaint, ...]] | Unknown:
        found = objects.all(DNS_ENDPOINTS)
        if isinstance(found, Unknown):
            return found
        each = self._memory.each(found.value, objects, self._of_object)
        return Known(tuple(one for several in each for one in several))

    def generations(self, objects: ClusterObjects) -> tuple[tuple[ObjectKey, int], ...]:
        """Return the generation of each object that counts; none where the objects are not known."""
        found = objects.all(DNS_ENDPOINTS)
        listed = found.value if isinstance(found, Known) else ()
        each = ((key_of(objects.cluster, DNS_ENDPOINTS, one), one) for one in listed)
        return tuple((key, one["metadata"].get("generation", 0)) for key, one in each if self._counts(key, one))

    def _counts(self, key: ObjectKey, manifest: Manifest) -> bool:
        return makes_claims((Annotated.of(key, manifest, self.options.prefix),), opt_in=self.options.opt_in)

    def _of_object(self, manifest: Manifest, objects: ClusterObjects) -> tuple[Claim | Complaint, ...]:
        key = key_of(objects.cluster, DNS_ENDPOINTS, manifest)
        if not self._counts(key, manifest):
            return ()
        claimant = Claimant(
            key,
            created(manifest),
            (Annotated.of(key, manifest, self.options.prefix),),
            default=self.options.default_target(),
        )
        listed = (manifest.get("spec") or {}).get("endpoints") or ()
        found = [one for at, endpoint in enumerate(listed) for one in _of_endpoint(at, endpoint, claimant)]
        return tuple(within_limits(dict.fromkeys(found), self.options))


def _of_endpoint(at: int, endpoint: Manifest, claimant: Claimant) -> Iterator[Claim | Complaint]:
    """Yield the claims of an endpoint, and complaints. at: its place in the object."""
    said = endpoint.get("dnsName") or ""
    try:
        name = hostname(said)
    except ValueError as error:
        yield _complaint(
            claimant.key, at, UnreadableFieldError("dnsName", said, "a DNS name", str(error)), hides_names=True
        )
        return
    if endpoint.get("setIdentifier"):
        text = "setIdentifier has no meaning here: the endpoint counts as one without it"
        yield Complaint(claimant.key, _path(at, "setIdentifier"), "", "", f"{claimant.key}: {name}: {text}", minor=True)
    prefixes = spellings(EXTERNAL_DNS, claimant.chain[0].prefix)
    given = {bare(one, prefixes): str(one.get("value") or "") for one in endpoint.get("providerSpecific") or ()}
    try:
        properties = properties_of(given)
        yield from _strange(at, name, given, claimant.key)
        ttl = ttl_of(endpoint.get("recordTTL"))
        for claim in _claims(name, endpoint, claimant):
            if isinstance(claim, Complaint):
                yield claim
            else:
                yield replace(
                    claim,
                    ttl=ttl,
                    proxied=properties.proxied,
                    comment=properties.comment,
                    tags=properties.tags,
                    spelled=_spelled(at, endpoint, given),
                )
    except UnreadableFieldError as error:
        yield _complaint(claimant.key, at, error)
        record_type = endpoint.get("recordType")
        kept = record_type if record_type in RECORD_TYPES else None
        yield Claim(name, kept, Unknown(str(error) or "it cannot be read"), claimant.key, claimant.created)


def _claims(name: str, endpoint: Manifest, claimant: Claimant) -> Iterator[Claim | Complaint]:
    """Yield the claims of an endpoint without their settings. Raises UnreadableFieldError."""
    record_type = endpoint.get("recordType") or ""
    targets = endpoint.get("targets") or ()
    if record_type and record_type not in RECORD_TYPES:
        raise UnreadableFieldError("recordType", record_type, ", ".join(RECORD_TYPES))
    if not targets:
        if record_type not in ADDRESSED | {""}:
            raise UnreadableFieldError("targets", "", f"at least one content of a record of type {record_type}")
        yield from _by_default(name, claimant)
        return
    by_type: dict[str, list[str]] = {}
    for target in targets:
        own = record_type or _type_of(target)
        by_type.setdefault(own, []).append(content_of(own, target))
    if len(by_type.get(CNAME, ())) > 1 or (CNAME in by_type and len(by_type) > 1):
        raise UnreadableFieldError(
            "targets", ", ".join(map(str, targets)), "one name: a name has one CNAME, and it stands alone"
        )
    for own, contents in by_type.items():
        found = Known(tuple(sorted(set(contents))))
        yield Claim(name, own, found, claimant.key, claimant.created)


def _by_default(name: str, claimant: Claimant) -> Iterator[Claim | Complaint]:
    """Yield the claims of an endpoint without targets: those that the object's annotations give."""
    reason = f"{claimant.key}: {name} has no targets, and the object has no annotation that gives them"
    found = tuple(assemble(claimant, (name,), Unknown(reason)))
    if any(isinstance(one, Claim) and one.targets == Unknown(reason) for one in found):
        mode, target = (spellings(one, claimant.chain[0].prefix)[0] for one in (CONTENT_MODE, TARGET))
        yield Complaint(claimant.key, "", "", "", f"{reason} ({mode}: ddns, or {target})")
    yield from found


def _type_of(target: object) -> str:
    if not is_address(str(target)):
        return CNAME
    return "AAAA" if ":" in str(target) else "A"


def _strange(at: int, name: str, given: Collection[str], key: ObjectKey) -> Iterator[Complaint]:
    """Yield a complaint about the properties that have no meaning here."""
    found = sorted({*given} - {PROXIED, COMMENT, TAGS})
    if found:
        shown = quoted(", ".join(found))
        text = f"{key}: {name}: providerSpecific {shown} has no meaning here; the rest of the endpoint counts"
        yield Complaint(key, _path(at, "providerSpecific"), cut(", ".join(found), LONGEST_QUOTE), "", text, minor=True)


def _spelled(at: int, endpoint: Manifest, given: Collection[str]) -> tuple[tuple[str, str], ...]:
    """Return the fields that the settings of the claim were read from."""
    fields = [("ttl", "recordTTL")] if endpoint.get("recordTTL") else []
    fields += [(setting, "providerSpecific") for setting in ("proxied", "comment", "tags")] if given else []
    return tuple((setting, _path(at, name)) for setting, name in fields)


def _path(at: int, name: str) -> str:
    return f"spec.endpoints[{at}].{name}"


def _complaint(key: ObjectKey, at: int, error: UnreadableFieldError, *, hides_names: bool = False) -> Complaint:
    path, why = _path(at, error.field), f" ({error})" if str(error) else ""
    text = (
        f"{key}: {path} has the value {quoted(error.value)}{why}; allowed: {error.allowed}. "
        "The records stay as they are until it is mended"
    )
    return Complaint(key, path, cut(error.value, LONGEST_QUOTE), error.allowed, text, hides_names=hides_names)
