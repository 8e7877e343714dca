"""Read and write a Lease, and judge from when on it may be taken.

Format: https://kubernetes.io/docs/reference/kubernetes-api/coordination/lease-v1/.
"""

from __future__ import annotations

import math
import secrets
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cli.lease.timing import absence, free
from stacks.kube.api import ClusterUnreachable
from stacks.kube.objects import Manifest
from stacks.settings.watch import ElectionSettings

_MICRO_TIME = "%Y-%m-%dT%H:%M:%S.%fZ"
HOSTS = "truenorth/hosts"
"""The annotation with the host names of the last holders: locks of their engines may be left over."""
MOST_HOSTS = 16
_RELEASED = 1
"""Seconds; the shortest that a Lease may last."""
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""Linux stops CLOCK_MONOTONIC while it is suspended, and the other replicas' time goes on (clock_gettime(2))."""


def clock() -> float:
    """Return the seconds since some moment of the past; a suspended machine counts, and they never go back."""
    return time.clock_gettime(_CLOCK)


def identity(environment: Mapping[str, str]) -> str:
    """Make a name under which a process holds a lease: the pod's (POD_NAME) or the host's, and a random suffix."""
    return f"{environment.get('POD_NAME') or socket.gethostname()}_{secrets.token_hex(4)}"


@dataclass(frozen=True, slots=True)
class LeaseName:
    """The namespace and the name of a Lease."""

    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"


@dataclass(frozen=True, slots=True)
class LeaseRecord:
    """The content of a Lease. holder: "" where nobody has it. duration: seconds; None where the Lease has none.

    hosts: the host names of the last holders, the newest last.
    """

    holder: str = ""
    duration: float | None = None
    acquired: str = ""
    renewed: str = ""
    transitions: int = 0
    hosts: tuple[str, ...] = ()


def decode(manifest: Manifest) -> LeaseRecord:
    """Read a Lease. Raises Unreachable for a document that is none."""
    spec = manifest.get("spec") or {}
    if not isinstance(spec, dict) or not isinstance(manifest.get("metadata"), dict):
        raise ClusterUnreachable("what answers is no Kubernetes API: its Lease has no metadata")
    duration = spec.get("leaseDurationSeconds")
    return LeaseRecord(
        str(spec.get("holderIdentity") or ""),
        float(duration) if isinstance(duration, int) and duration > 0 else None,
        str(spec.get("acquireTime") or ""),
        str(spec.get("renewTime") or ""),
        int(spec.get("leaseTransitions") or 0),
        _hosts(manifest["metadata"], str(spec.get("holderIdentity") or "")),
    )


@dataclass(frozen=True, slots=True)
class ObservedLease:
    """A Lease as this process saw it last, with the moments by its own clock.

    manifest: None where there is no Lease; the record is then that of the last one. at: when the record was seen first.
    gone: when it was first seen that there is no Lease; infinite while there is one, or that has to be seen anew.
    """

    manifest: Manifest | None
    record: LeaseRecord
    at: float
    gone: float = math.inf

    def free_from(self, identity: str, pace: ElectionSettings) -> float:
        """Return the moment from which this identity may take the Lease. Times in it are of other clocks: not used."""
        is_taken = self.record.holder not in ("", identity)
        until = self.at + free(self.record.duration or pace.lease_duration) if is_taken else self.at
        return max(until, self.gone + absence(pace)) if self.manifest is None else until


def observe(before: ObservedLease | None, manifest: Manifest | None, now: float) -> ObservedLease:
    """Add a look at a Lease, or at its absence, to the looks before. Raises Unreachable for any other document."""
    if manifest is None:
        if before is None:
            return ObservedLease(None, LeaseRecord(), now, now)
        return ObservedLease(None, before.record, before.at, min(before.gone, now))
    record = decode(manifest)
    if before is not None and before.manifest is not None and _version(before.manifest) == _version(manifest):
        return before
    return ObservedLease(manifest, record, now)


def claimed(
    before: Manifest | None, name: LeaseName, identity: str, pace: ElectionSettings, now: datetime, host: str = ""
) -> dict[str, Any]:
    """Return the Lease with `identity` as its holder.

    before: the Lease as it is; None where there is none. now: UTC. host: this machine's name; "" for none.
    """
    base: Manifest = before or {
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": {"namespace": name.namespace, "name": name.name},
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
    hosts = tuple(dict.fromkeys((*(one for one in record.hosts if one != host), *([host] if host else []))))
    metadata = dict(base["metadata"])
    if hosts:
        metadata["annotations"] = {**(metadata.get("annotations") or {}), HOSTS: ",".join(hosts[-MOST_HOSTS:])}
    return {**base, "metadata": metadata, "spec": {**(base.get("spec") or {}), **spec}}


def released(before: Manifest, now: datetime) -> dict[str, Any]:
    """Return the Lease without a holder, and short, as client-go's ReleaseOnCancel leaves it."""
    written = _distinct(micro_time(now), decode(before).renewed)
    spec = {"holderIdentity": "", "leaseDurationSeconds": _RELEASED, "acquireTime": written, "renewTime": written}
    return {**before, "spec": {**before["spec"], **spec}}


def returned(made: Manifest, to: LeaseRecord, pace: ElectionSettings) -> dict[str, Any]:
    """Return a Lease as the process had it whose own was deleted."""
    spec = {
        "holderIdentity": to.holder,
        "leaseDurationSeconds": math.ceil(to.duration or pace.lease_duration),
        "acquireTime": to.acquired or None,
        "renewTime": to.renewed or None,
        "leaseTransitions": to.transitions,
    }
    return {**made, "spec": spec}


def _hosts(metadata: Manifest, holder: str) -> tuple[str, ...]:
    """Return the hosts of the last holders; that of the present one is in its identity, too."""
    noted = str((metadata.get("annotations") or {}).get(HOSTS) or "").split(",")
    return tuple(dict.fromkeys(filter(None, (*noted, holder.rpartition("_")[0]))))


def micro_time(moment: datetime) -> str:
    """Format a moment as Kubernetes' MicroTime: UTC with microseconds."""
    return moment.astimezone(UTC).strftime(_MICRO_TIME)


def _distinct(written: str, before: str) -> str:
    """Return a time different from `before`: a write without a change would be no renewal to a watcher."""
    if written != before:
        return written
    moment = datetime.strptime(before, _MICRO_TIME).replace(tzinfo=UTC)
    return micro_time(moment.replace(microsecond=(moment.microsecond + 1) % 1_000_000))


def _version(manifest: Manifest) -> str:
    """Return the resourceVersion, which differs after each change, and only then. Raises Unreachable where it lacks."""
    version = manifest["metadata"].get("resourceVersion")
    if not isinstance(version, str) or not version:
        raise ClusterUnreachable("what answers is no Kubernetes API: its Lease has no resourceVersion")
    return version
