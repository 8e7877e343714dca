"""Watches what the pods do from outside: who leads by the Lease, who writes to the provider, what their logs say."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import requests

from bench.campaigns.daemon.pods import Ears, Write
from bench.campaigns.wrong import WrongError
from lab.kube.client import ApiError, Client
from lab.kube.cluster import Cluster

SLACK = 0.5
"""Seconds by which a moment seen from outside may be late: a request on its way, a machine with much to do."""
_AGAIN = 0.1
_GONE = 410

Line = Mapping[str, Any]
"""A document of a pod's log."""


@dataclass(frozen=True, slots=True)
class Holding:
    """A state of the Lease: by when it was there (monotonic clock), who holds it, "" for nobody."""

    moment: float
    holder: str


class Witness:
    """What has happened so far; from any thread. heeding: called with each write, and each line of a pod's log."""

    def __init__(self, lease_duration: float) -> None:
        self._changed = threading.Condition()
        self._duration = lease_duration
        self.holdings: list[Holding] = []
        self.writes: list[Write] = []
        self.lines: list[tuple[float, str, Line]] = []
        self.heeding: Callable[[str, Write | Line], None] = lambda *_: None
        self.ears = Ears(self._wrote, self._told)

    @property
    def holder(self) -> str:
        """Who held the Lease last, "" for nobody."""
        return self.holdings[-1].holder if self.holdings else ""

    def saw(self, holder: str, age: float = 0.0) -> None:
        """Take note of who holds the Lease. age: the seconds for which that has been so at least."""
        with self._changed:
            self.holdings.append(Holding(time.monotonic() - age, holder))
            self._changed.notify_all()

    def await_true(self, true: Callable[[], bool], seconds: float) -> bool:
        """Whether this becomes true within these seconds; it is asked again whenever something happens."""
        with self._changed:
            return bool(self._changed.wait_for(true, seconds))

    def since(self, moment: float, event: str) -> list[tuple[str, Line]]:
        """The pods' documents of this kind since then."""
        return [(pod, line) for at, pod, line in list(self.lines) if at >= moment and line.get("event") == event]

    def takes_part(self, pod: str) -> bool:
        """Return whether the pod's process has told who leads since it began; so it did where it told neither here."""
        kinds = [line.get("event") for _, name, line in list(self.lines) if name == pod]
        told = [kind for kind in kinds if kind in {"watching", "leadership"}]
        return not told or told[-1] == "leadership"

    def forget(self) -> None:
        """Forget what has happened, but for who holds the Lease."""
        with self._changed:
            self.writes.clear()
            self.lines.clear()
            self.ears.asked.clear()
            del self.holdings[:-2]

    def one_at_a_time(self) -> None:
        """Raise WrongError where a pod has written without the Lease: before it had it, or after it had run out."""
        for write in list(self.writes):
            if not _was_held(self.holdings, write, self._duration):
                near = [one for one in self.holdings if abs(one.moment - write.moment) < 2 * self._duration]
                told = ", ".join(f"{one.holder or 'nobody'} at {one.moment - write.moment:+.2f} s" for one in near)
                raise WrongError(f"{write.pod} wrote without the lease ({write.request}), which had: {told}")

    def _wrote(self, write: Write) -> None:
        with self._changed:
            self.writes.append(write)
            self._changed.notify_all()
        self.heeding(write.pod, write)

    def _told(self, pod: str, line: Line) -> None:
        with self._changed:
            self.lines.append((time.monotonic(), pod, line))
            self._changed.notify_all()
        self.heeding(pod, line)


def _was_held(holdings: Sequence[Holding], write: Write, duration: float) -> bool:
    """Whether the pod held the Lease when it wrote; a Lease is held until another has it, or until it runs out."""
    for number, one in enumerate(holdings):
        if not is_of(one.holder, write.pod):
            continue
        ends = one.moment + duration
        later = next((two.moment for two in holdings[number + 1 :] if two.holder != one.holder), ends)
        if one.moment - SLACK <= write.moment <= min(later, ends) + SLACK:
            return True
    return False


def is_of(holder: str, pod: str) -> bool:
    """Whether an identity is that of a process of this pod."""
    return holder == pod or holder.startswith(f"{pod}_")


@contextmanager
def watching_lease(cluster: Cluster, namespace: str, name: str, witness: Witness) -> Iterator[None]:
    """Let the witness see every state of the Lease, straight from the API server, while the block lasts."""
    ended = threading.Event()
    with closing(Client(cluster.server, cluster.authority, cluster.token)) as client:
        watcher = threading.Thread(target=_follow, args=(client, namespace, name, witness, ended), daemon=True)
        watcher.start()
        try:
            yield
        finally:
            ended.set()
            # So that the watch has something to tell, and ends.
            cluster.admin.apply(_lease(namespace, f"{name}-ends"))
            watcher.join()


def _follow(client: Client, namespace: str, name: str, witness: Witness, ended: threading.Event) -> None:
    path = f"/apis/coordination.k8s.io/v1/namespaces/{namespace}/leases"
    version = ""
    while not ended.is_set():
        try:
            if not version:
                listed = client.call("GET", path)
                version = listed["metadata"]["resourceVersion"]
                for one in listed["items"]:
                    note(one, name, witness)
            for event in client.watch(path, resource_version=version, query={"allowWatchBookmarks": "true"}):
                if event["type"] == "ERROR":
                    version = ""
                    break
                version = event["object"]["metadata"]["resourceVersion"]
                if event["type"] != "BOOKMARK":
                    note(event["object"], name, witness)
                if ended.is_set():
                    return
        except (requests.RequestException, ApiError) as error:
            if isinstance(error, ApiError) and error.code == _GONE:
                version = ""
            ended.wait(_AGAIN)  # the API server is away


def note(lease: Mapping[str, Any], name: str, witness: Witness) -> None:
    """Let the witness see a Lease, if it is the one of this name."""
    if lease["metadata"]["name"] == name:
        witness.saw(lease.get("spec", {}).get("holderIdentity") or "", _age(lease))


def _age(lease: Mapping[str, Any]) -> float:
    """Return the seconds since the last change at least, by the API server's clock, which is this machine's.

    So a thread that stands still, and hears late of what a pod holds, gives nobody a bad name. The API server cuts its
    time to whole seconds (ManagedFieldsEntry, meta/v1).
    """
    times = [datetime.fromisoformat(one["time"]) for one in lease["metadata"].get("managedFields", ()) if "time" in one]
    return max(0.0, time.time() - max(times).timestamp() - 1.0) if times else 0.0


def _lease(namespace: str, name: str) -> dict[str, Any]:
    metadata = {"namespace": namespace, "name": name}
    return {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": metadata, "spec": {}}
