"""A route's parents: references to them, and the listeners to which a route may attach. Pure.

Source: Gateway API v1, `ParentReference`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from stacks.kube.objects import GATEWAY_GROUP, GATEWAYS, Manifest
from stacks.model.claims import Certainty, ObjectKey
from stacks.model.values import Known, Unknown
from stacks.observe.cluster.claims.annotations import Annotated
from stacks.observe.cluster.claims.selection import EVERY_GATEWAY, GatewaySelection
from stacks.observe.cluster.kinds.conditions import Ruling, Verdict


@dataclass(frozen=True, slots=True)
class ParentRef:
    """A route's reference to a parent, with its defaults filled in."""

    group: str
    kind: str
    namespace: str
    name: str
    section: str
    port: int | None

    @classmethod
    def of(cls, reference: Manifest, namespace: str) -> ParentRef:
        """Return the reference of an object in the namespace."""
        return cls(
            group=reference.get("group", GATEWAY_GROUP),
            kind=reference.get("kind") or GATEWAYS.kind,
            namespace=reference.get("namespace") or namespace,
            name=reference["name"],
            section=reference.get("sectionName") or "",
            port=reference.get("port"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.namespace}/{self.name}"

    @property
    def resource(self) -> str:
        """The parent's name in state, like `ObjectKey.resource` without a cluster."""
        return f"{self.kind.lower()}/{self.namespace}/{self.name}"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A listener to which a route may attach.

    hostname: "" for any; Unknown where the listener cannot be seen. behind: the objects whose annotations count after
    the route's, nearest first. targets: the Gateway's addresses in their order. doubt: the reason why it is not known
    whether the route attaches at all. through: the parent's name in state, "" where the route has one. notice: a
    message to the owner of the route; "" for none. rank: the parent's place in the route's parentRefs. places: of the
    Gateway in `default_targets`, the nearest first.
    """

    hostname: str | Unknown
    behind: tuple[Annotated, ...]
    targets: Known[tuple[str, ...]] | Unknown
    doubt: Unknown | None = None
    certainty: Certainty = Certainty.CERTAIN
    through: str = ""
    notice: str = ""
    rank: int = 0
    places: tuple[str, ...] = ()

    @property
    def is_tentative(self) -> bool:
        """Whether others that are certain do not wait for this one."""
        return self.certainty is Certainty.TENTATIVE

    @property
    def is_absent(self) -> bool:
        """Whether the parent is known not to be there."""
        return self.is_tentative and isinstance(self.hostname, Unknown)


@dataclass(frozen=True, slots=True)
class AttachingRoute:
    """A route in search of its listeners.

    protocols: of the listeners to which routes of its kind attach. gateways: those that count. prefix: that of
    annotations, of the settings.
    """

    kind: str
    namespace: str
    protocols: frozenset[str]
    gateways: GatewaySelection = EVERY_GATEWAY
    prefix: str = ""


def judge(found: tuple[Attachment, ...], accepted: Ruling, key: ObjectKey, about: str = "") -> tuple[Attachment, ...]:
    """Return the attachments as they are after a controller's ruling on an object on the way to them.

    accepted: on the object's condition Accepted; attachments behind one that is refused are left out. about: the
    object's parent or listener that the ruling is about, for messages.
    """
    if accepted.verdict is Verdict.TRUE:
        return found
    if accepted.verdict is Verdict.REFUSED:
        return ()
    of = f" for {about}" if about else ""
    reason = Unknown(f"{key}: its condition Accepted{of} {accepted}")
    return tuple(_doubted(one, reason, accepted.verdict) for one in found)


def _doubted(attachment: Attachment, reason: Unknown, verdict: Verdict) -> Attachment:
    """Return the attachment after a ruling that decides nothing; one that cannot be seen or is absent stays so."""
    notice = attachment.notice or (reason.reason if verdict is Verdict.UNREADY else "")
    if isinstance(attachment.hostname, Unknown):
        return replace(attachment, notice=notice)
    least = Certainty.UNSEEN if verdict is Verdict.STALE else Certainty.TENTATIVE
    certainty = attachment.certainty if attachment.is_tentative else least
    return replace(attachment, doubt=reason, certainty=certainty, notice=notice)
