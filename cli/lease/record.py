"""A Lease as it is read and written (https://kubernetes.io/docs/reference/kubernetes-api/coordination/lease-v1/)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from stacks.kube.api import ClusterUnreachable
from stacks.kube.objects import Manifest
from stacks.settings.watch import ElectionSettings

_MICRO_TIME = "%Y-%m-%dT%H:%M:%S.%fZ"
_RELEASED = 1
"""Seconds; the shortest that a Lease may last."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a Lease is."""

    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"


@dataclass(frozen=True, slots=True)
class Record:
    """What a Lease says. holder: "" where nobody has it. duration: seconds; None where it does not say."""

    holder: str = ""
    duration: float | None = None
    acquired: str = ""
    renewed: str = ""
    transitions: int = 0


def decode(manifest: Manifest) -> Record:
    """Read a Lease. Raises ClusterUnreachable where it is none."""
    spec = manifest.get("spec") or {}
    if not isinstance(spec, dict) or not isinstance(manifest.get("metadata"), dict):
        raise ClusterUnreachable("what answers is no Kubernetes API: its Lease has no metadata")
    duration = spec.get("leaseDurationSeconds")
    return Record(
        str(spec.get("holderIdentity") or ""),
        float(duration) if isinstance(duration, int) and duration > 0 else None,
        str(spec.get("acquireTime") or ""),
        str(spec.get("renewTime") or ""),
        int(spec.get("leaseTransitions") or 0),
    )


def claimed(
    before: Manifest | None, place: Place, identity: str, pace: ElectionSettings, now: datetime
) -> dict[str, Any]:
    """The Lease with us as its holder. before: as it is; None where there is none. now: UTC."""
    base: Manifest = before or {
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": {"namespace": place.namespace, "name": place.name},
    }
    record = decode(base)
    written = _distinct(micro_time(now), record.renewed)
    is_ours = record.holder == identity
    spec = {
        "holderIdentity": identity,
        "leaseDurationSeconds": math.ceil(pace.lease_duration),
        "acquireTime": record.acquired if is_ours and record.acquired else written,
        "renewTime": written,
        "leaseTransitions": record.transitions + (0 if is_ours or before is None else 1),
    }
    return {**base, "spec": {**(base.get("spec") or {}), **spec}}


def released(before: Manifest, now: datetime) -> dict[str, Any]:
    """The Lease given back, as client-go's ReleaseOnCancel leaves it: without a holder, and short."""
    written = _distinct(micro_time(now), decode(before).renewed)
    spec = {"holderIdentity": "", "leaseDurationSeconds": _RELEASED, "acquireTime": written, "renewTime": written}
    return {**before, "spec": {**before["spec"], **spec}}


def micro_time(moment: datetime) -> str:
    """A moment as Kubernetes' MicroTime: UTC with microseconds."""
    return moment.astimezone(UTC).strftime(_MICRO_TIME)


def _distinct(written: str, before: str) -> str:
    """A time other than the one before: a renewal that changed nothing would be none, as for a clock that stands."""
    if written != before:
        return written
    moment = datetime.strptime(before, _MICRO_TIME).replace(tzinfo=UTC)
    return micro_time(moment.replace(microsecond=(moment.microsecond + 1) % 1_000_000))
