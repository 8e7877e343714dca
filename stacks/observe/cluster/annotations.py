"""The vocabulary of annotations: TrueNorth's own, Routeflare's, and external-dns's with both of its prefixes. Pure.

An empty value says nothing. Of what one object says twice, TrueNorth's own word counts first, then Routeflare's, then
external-dns's; of what several objects say, the nearest's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from components.records import canonical
from stacks.kube.objects import Manifest
from stacks.model.claims import Complaint, ObjectKey
from stacks.model.values import WAN
from stacks.observe.cluster import annotation_values as values

T = TypeVar("T")

OURS = "truenorth/"
ROUTEFLARE = "routeflare/"
EXTERNAL_DNS = ("external-dns.kubernetes.io/", "external-dns.alpha.kubernetes.io/")

CONTENT_MODE = (f"{OURS}content-mode", f"{ROUTEFLARE}content-mode")
TYPE = (f"{OURS}type", f"{ROUTEFLARE}type")
LINK = (f"{OURS}link",)


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

CONTROLLED_BY_EXTERNAL_DNS = "dns-controller"
"""The only value of external-dns's `controller` that leaves the object to it, and so to us."""


@dataclass(frozen=True, slots=True)
class Annotated:
    """An object with its annotations."""

    key: ObjectKey
    annotations: Mapping[str, str]

    @classmethod
    def of(cls, key: ObjectKey, manifest: Manifest) -> Annotated:
        return cls(key, manifest["metadata"].get("annotations") or {})

    def reads(self, annotation: str) -> bool:
        """Whether the annotation means anything here: Routeflare's do on routes that have its content-mode."""
        if not annotation.startswith(ROUTEFLARE):
            return True
        return self.key.kind.endswith("Route") and bool(self.annotations.get(CONTENT_MODE[1], "").strip())


@dataclass(frozen=True, slots=True)
class Found:
    """What an annotation says. distance: 0 for the object itself, 1 for the next, and so on."""

    distance: int
    key: ObjectKey
    annotation: str
    value: str


@dataclass(frozen=True, slots=True)
class Said:
    """What annotations say of an object's records. None and (): nothing.

    first_only: of the object's addresses the first of each type, which is Routeflare's way.
    """

    types: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    """Those at whose detected addresses the records point; (): at the targets."""
    targets: tuple[str, ...] = ()
    ttl: int | None = None
    proxied: bool | None = None
    comment: str | None = None
    tags: tuple[str, ...] | None = None
    spelled: tuple[tuple[str, str], ...] = ()
    """The annotation that said the ttl, proxied, comment and tags each."""
    first_only: bool = False


def find(chain: Sequence[Annotated], annotations: tuple[str, ...]) -> Found | None:
    """The nearest object's word, in the spelling that comes first."""
    for distance, one in enumerate(chain):
        for annotation in annotations:
            value = one.annotations.get(annotation, "").strip()
            if value and one.reads(annotation):
                return Found(distance, one.key, annotation, value)
    return None


def value(
    chain: Sequence[Annotated],
    annotations: tuple[str, ...],
    parse: Callable[[str], T],
    allowed: str,
    complaints: list[Complaint],
) -> T | None:
    """What is said, or None where nothing is; of a bad value there is a complaint more."""
    found = find(chain, annotations)
    if found is None:
        return None
    try:
        return parse(found.value)
    except ValueError as error:
        complaints.append(complaint(found, allowed, str(error)))
    return None


def is_anothers(one: Annotated) -> bool:
    """Whether the object is left to another controller."""
    found = find((one,), CONTROLLER)
    return found is not None and found.value != CONTROLLED_BY_EXTERNAL_DNS


def read(chain: Sequence[Annotated], complaints: list[Complaint]) -> Said:
    """What the objects say, nearest first. Bad values are not in it but in the complaints."""
    mode = value(chain, CONTENT_MODE, values.content_mode, values.CONTENT_MODES, complaints)
    links = value(chain, LINK, values.links, values.LINKS, complaints)
    targets = value(chain, TARGET, values.targets, values.TARGETS, complaints)
    types = value(chain, TYPE, values.types, values.TYPES, complaints)
    ttl = value(chain, TTL, values.ttl, values.TTL, complaints)
    proxied = value(chain, PROXIED, values.boolean, values.BOOLEAN, complaints)
    said_mode, said_target, said_link = find(chain, CONTENT_MODE), find(chain, TARGET), find(chain, LINK)
    if said_link and not said_mode:
        complaints.append(complaint(said_link, f"only together with {CONTENT_MODE[0]}: {values.DDNS}", ""))
    routeflare = said_mode is not None and said_mode.annotation.startswith(ROUTEFLARE)
    detected = mode == values.DDNS and said_mode is not None
    if detected and said_mode and said_target and said_target.distance < said_mode.distance:
        detected = False  # the nearer object says its targets itself
    return Said(
        types=types or (("A",) if routeflare else ()),
        links=(links or (WAN,)) if detected else (),
        targets=() if detected else targets or (),
        ttl=canonical.AUTOMATIC_TTL if ttl is None and routeflare else ttl,
        proxied=False if proxied is None and routeflare else proxied,
        comment=value(chain, COMMENT, values.comment, values.COMMENT, complaints),
        tags=value(chain, TAGS, values.tags, values.TAGS, complaints),
        spelled=_spelled(chain),
        first_only=routeflare,
    )


def _spelled(chain: Sequence[Annotated]) -> tuple[tuple[str, str], ...]:
    said = (
        ("ttl", find(chain, TTL)),
        ("proxied", find(chain, PROXIED)),
        ("comment", find(chain, COMMENT)),
        ("tags", find(chain, TAGS)),
    )
    return tuple((setting, found.annotation) for setting, found in said if found)


def complaint(found: Found, allowed: str, reason: str) -> Complaint:
    """What is wrong with an annotation. reason: "" where what is allowed says it all."""
    why = f" ({reason})" if reason else ""
    text = (
        f"{found.key}: the annotation {found.annotation} has the value {found.value!r}{why}; allowed: {allowed}. "
        "The records stay as they are until it is mended"
    )
    return Complaint(found.key, found.annotation, found.value, allowed, text)
