"""The vocabulary of annotations: TrueNorth's own, Routeflare's, and external-dns's with both of its prefixes. Pure.

An annotation with an empty value does not count. Where one object has several spellings of an annotation, TrueNorth's
counts first, then Routeflare's, then external-dns's; where several objects have it, that of the nearest object. A
prefix of the settings (`cluster.annotation_prefix`) takes the place of all of these.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TypeVar

from components.plain_text import LONGEST_QUOTE, cut, quoted
from components.records import canonical
from stacks.kube.objects import Manifest
from stacks.model.addresses.host_part import HostPart
from stacks.model.claims import CONTAINER, Complaint, ObjectKey
from stacks.model.values import WAN
from stacks.observe.cluster.claims import annotation_values as values

T = TypeVar("T")

OURS = "truenorth/"
ROUTEFLARE = "routeflare/"
EXTERNAL_DNS = ("external-dns.kubernetes.io/", "external-dns.alpha.kubernetes.io/")

CONTENT_MODE = (f"{OURS}content-mode", f"{ROUTEFLARE}content-mode")
TYPE = (f"{OURS}type", f"{ROUTEFLARE}type")
LINK = (f"{OURS}link",)
HOST6 = (f"{OURS}host6",)


def _external(name: str) -> tuple[str, ...]:
    return tuple(prefix + name for prefix in EXTERNAL_DNS)


TTL = (f"{OURS}ttl", f"{ROUTEFLARE}ttl", *_external("ttl"))
PROXIED = (f"{OURS}proxied", f"{ROUTEFLARE}proxied", *_external("cloudflare-proxied"))
COMMENT = (f"{OURS}comment", *_external("cloudflare-record-comment"))
HOSTNAME = (f"{OURS}hostname", *_external("hostname"))
TARGET = (f"{OURS}target", *_external("target"))
TAGS = _external("cloudflare-tags")
CONTROLLER = _external("controller")
INTERNAL_HOSTNAME = _external("internal-hostname")
INGRESS_HOSTNAME_SOURCE = _external("ingress-hostname-source")
GATEWAY_HOSTNAME_SOURCE = _external("gateway-hostname-source")
ACCESS = _external("access")
ENDPOINTS_TYPE = _external("endpoints-type")

CONTROLLED_BY_EXTERNAL_DNS = "dns-controller"
"""The only value of external-dns's `controller` that leaves the object to external-dns, and so to TrueNorth."""


def word(key: ObjectKey) -> str:
    """Return what the annotations of an object are called: a container has labels in their place."""
    return "label" if key.kind == CONTAINER else "annotation"


@cache
def spellings(annotations: tuple[str, ...], prefix: str) -> tuple[str, ...]:
    """Return the spellings of an annotation, the first of which counts most. prefix: of the settings; "" for none."""
    return tuple(dict.fromkeys(prefix + one.partition("/")[2] for one in annotations)) if prefix else annotations


@dataclass(frozen=True, slots=True)
class Annotated:
    """An object with its annotations. prefix: that of the settings; "" for those of the vocabularies."""

    key: ObjectKey
    annotations: Mapping[str, str]
    prefix: str = ""

    @classmethod
    def of(cls, key: ObjectKey, manifest: Manifest, prefix: str) -> Annotated:
        """Return an object of the API with its annotations."""
        return cls(key, manifest["metadata"].get("annotations") or {}, prefix)

    def reads(self, annotation: str) -> bool:
        """Return whether an annotation counts on this object: Routeflare's do on routes with its content-mode only."""
        if self.prefix or not annotation.startswith(ROUTEFLARE):
            return True
        return self.key.kind.endswith("Route") and bool(self.annotations.get(CONTENT_MODE[1], "").strip(" "))


@dataclass(frozen=True, slots=True)
class AnnotationValue:
    """An annotation of an object with its value. distance: 0 for the first object of a chain, 1 for the next, ..."""

    distance: int
    key: ObjectKey
    annotation: str
    value: str


@dataclass(frozen=True, slots=True)
class AnnotatedSettings:
    """The settings of an object's records in its annotations. None and (): not set.

    first_only: only the first of the object's addresses of each type is a target, as in Routeflare.
    """

    types: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    """Names of links; the records point at their detected addresses. (): at the targets."""
    hosts: tuple[HostPart, ...] = ()
    """Hosts in the networks of these addresses; (): the addresses themselves."""
    targets: tuple[str, ...] = ()
    ttl: int | None = None
    proxied: bool | None = None
    comment: str | None = None
    tags: tuple[str, ...] | None = None
    spelled: tuple[tuple[str, str], ...] = ()
    """Pairs of a setting (ttl, proxied, comment, tags) and the annotation that sets it."""
    first_only: bool = False


_NOTHING_SET = AnnotatedSettings()


def find_annotation(chain: Sequence[Annotated], annotations: tuple[str, ...]) -> AnnotationValue | None:
    """Return the value on the nearest object; None where no object has one.

    chain: objects, nearest first. annotations: the spellings, the first of which counts most.
    """
    for distance, one in enumerate(chain):
        if not one.annotations:
            continue
        for annotation in spellings(annotations, one.prefix):
            value = one.annotations.get(annotation, "").strip(" ")
            if value and one.reads(annotation):
                return AnnotationValue(distance, one.key, annotation, value)
    return None


def annotation_value(
    chain: Sequence[Annotated],
    annotations: tuple[str, ...],
    parse: Callable[[str], T],
    allowed: str,
    complaints: list[Complaint],
) -> T | None:
    """Return the parsed value on the nearest object; None where there is none.

    A value that `parse` raises ValueError for adds a complaint, and is None too. allowed: the possible values, in
    words.
    """
    found = find_annotation(chain, annotations)
    if found is None:
        return None
    try:
        return parse(found.value)
    except ValueError as error:
        complaints.append(complaint(found, allowed, str(error)))
    return None


def annotated_names(
    chain: Sequence[Annotated], annotations: tuple[str, ...], complaints: list[Complaint]
) -> tuple[str, ...]:
    """Return the host names in the value on the nearest object; () where there are none.

    A bad name costs itself alone: a complaint is added, by which the records stay that were made for it.
    """
    found = find_annotation(chain, annotations)
    if found is None:
        return ()
    try:
        names, wrong = values.each_hostname(found.value)
    except ValueError as error:
        complaints.append(complaint(found, values.HOSTNAMES, str(error)))
        return ()
    if wrong:
        complaints.append(_of_names(found, wrong))
    return names


def _of_names(found: AnnotationValue, wrong: Mapping[str, str]) -> Complaint:
    """Return the complaint about names of an annotation. wrong: each with the reason."""
    (first, reason), more = next(iter(wrong.items())), len(wrong) - 1
    text = (
        f"{found.key}: the {word(found.key)} {found.annotation} has {quoted(first)} in it ({reason})"
        f"{f' and {more} more like it' if more else ''}; allowed: {values.HOSTNAMES}. The records made for it stay as "
        "they are until it is mended; its other names go on"
    )
    return Complaint(found.key, found.annotation, cut(first, LONGEST_QUOTE), values.HOSTNAMES, text, hides_names=True)


def has_other_controller(one: Annotated) -> bool:
    """Return whether an annotation leaves the object to another DNS controller."""
    found = find_annotation((one,), CONTROLLER)
    return found is not None and found.value != CONTROLLED_BY_EXTERNAL_DNS


def makes_claims(chain: Sequence[Annotated], *, opt_in: bool) -> bool:
    """Return whether an object may make claims. chain: the object, then others whose content-mode counts for it too."""
    return not has_other_controller(chain[0]) and (not opt_in or find_annotation(chain, CONTENT_MODE) is not None)


def read_settings(chain: Sequence[Annotated], complaints: list[Complaint]) -> AnnotatedSettings:
    """Return the settings in the annotations of a chain of objects, nearest first.

    A bad value is not set; a complaint about it is added instead.
    """
    if not any(one.annotations for one in chain):
        return _NOTHING_SET  # as most objects have it
    mode = annotation_value(chain, CONTENT_MODE, values.content_mode, values.CONTENT_MODES, complaints)
    links = annotation_value(chain, LINK, values.links, values.LINKS, complaints)
    targets = annotation_value(chain, TARGET, values.targets, values.TARGETS, complaints)
    types = annotation_value(chain, TYPE, values.types, values.TYPES, complaints)
    ttl = annotation_value(chain, TTL, values.ttl, values.TTL, complaints)
    proxied = annotation_value(chain, PROXIED, values.boolean, values.BOOLEAN, complaints)
    hosts = annotation_value(chain, HOST6, values.hosts, values.HOST6, complaints)
    given_mode = find_annotation(chain, CONTENT_MODE)
    if not given_mode:
        alone = filter(None, (find_annotation(chain, LINK), find_annotation(chain, HOST6)))
        beside = f"only together with {_first(chain, CONTENT_MODE)}: {values.DDNS}"
        complaints.extend(complaint(given, beside, "") for given in alone)
    detected = mode == values.DDNS and not _has_nearer_target(chain, given_mode)
    settings = AnnotatedSettings(
        types=types or (),
        links=(links or (WAN,)) if detected else (),
        hosts=hosts or () if detected else (),
        targets=() if detected else targets or (),
        ttl=ttl,
        proxied=proxied,
        comment=annotation_value(chain, COMMENT, values.comment, values.COMMENT, complaints),
        tags=annotation_value(chain, TAGS, values.tags, values.TAGS, complaints),
        spelled=_spelled(chain),
    )
    if given_mode and given_mode.annotation.startswith(ROUTEFLARE):
        return _with_routeflare_defaults(settings)
    return settings


def with_default(chain: Sequence[Annotated], target: str) -> Sequence[Annotated]:
    """Return a chain with a default target of the settings behind it, where no object says where it points."""
    if find_annotation(chain, CONTENT_MODE) or find_annotation(chain, TARGET):
        return chain
    said = {CONTENT_MODE[0]: target} if target == values.DDNS else {TARGET[0]: target}
    return (*chain, Annotated(chain[0].key, said))


def _first(chain: Sequence[Annotated], annotations: tuple[str, ...]) -> str:
    return spellings(annotations, chain[0].prefix)[0]


def _has_nearer_target(chain: Sequence[Annotated], mode: AnnotationValue | None) -> bool:
    """Return whether a nearer object than that of the content-mode has targets of its own."""
    target = find_annotation(chain, TARGET)
    return target is not None and mode is not None and target.distance < mode.distance


def _with_routeflare_defaults(settings: AnnotatedSettings) -> AnnotatedSettings:
    return replace(
        settings,
        types=settings.types or ("A",),
        ttl=canonical.AUTOMATIC_TTL if settings.ttl is None else settings.ttl,
        proxied=bool(settings.proxied),
        first_only=True,
    )


def _spelled(chain: Sequence[Annotated]) -> tuple[tuple[str, str], ...]:
    given = (
        ("ttl", find_annotation(chain, TTL)),
        ("proxied", find_annotation(chain, PROXIED)),
        ("comment", find_annotation(chain, COMMENT)),
        ("tags", find_annotation(chain, TAGS)),
    )
    return tuple((setting, found.annotation) for setting, found in given if found)


def complaint(found: AnnotationValue, allowed: str, reason: str) -> Complaint:
    """Return the complaint about a bad annotation. reason: "" where `allowed` says enough."""
    why = f" ({reason})" if reason else ""
    text = (
        f"{found.key}: the {word(found.key)} {found.annotation} has the value {quoted(found.value)}{why}; "
        f"allowed: {allowed}. The records stay as they are until it is mended"
    )
    return Complaint(found.key, found.annotation, cut(found.value, LONGEST_QUOTE), allowed, text)
