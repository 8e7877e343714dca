"""What was last seen of a Lease, and since when it has been so, by our own clock."""

from __future__ import annotations

import math
from dataclasses import dataclass

from cli.lease.record import Record, decode
from cli.lease.timing import absence, free
from stacks.kube.api import ClusterUnreachable
from stacks.kube.objects import Manifest
from stacks.settings.watch import ElectionSettings


@dataclass(frozen=True, slots=True)
class Seen:
    """A Lease as it is; manifest: None where there is none, and the record is that of the last one.

    at: when the record was seen first. gone: when it was first seen that there is no Lease; infinite
    while there is, or that has to be seen anew.
    """

    manifest: Manifest | None
    record: Record
    at: float
    gone: float = math.inf

    def free_from(self, identity: str, pace: ElectionSettings) -> float:
        """The moment from which this identity may take it. The times in it are of other clocks, and do not count."""
        taken = self.record.holder not in ("", identity)
        until = self.at + free(self.record.duration or pace.lease_duration) if taken else self.at
        return max(until, self.gone + absence(pace)) if self.manifest is None else until


def see(before: Seen | None, manifest: Manifest | None, now: float) -> Seen:
    """Look at a Lease, or at its absence. Raises ClusterUnreachable where it is no Lease."""
    if manifest is None:
        if before is None:
            return Seen(None, Record(), now, now)
        return Seen(None, before.record, before.at, min(before.gone, now))
    record = decode(manifest)
    if before is not None and before.manifest is not None and version(before.manifest) == version(manifest):
        return before
    return Seen(manifest, record, now)


def version(manifest: Manifest) -> str:
    """The resourceVersion: another one with each change, and only then. Raises ClusterUnreachable where none is."""
    found = manifest["metadata"].get("resourceVersion")
    if not isinstance(found, str) or not found:
        raise ClusterUnreachable("what answers is no Kubernetes API: its Lease has no resourceVersion")
    return found
