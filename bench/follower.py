"""Follows a cluster and plans at each change, in a process of its own, so that its memory is what that takes.

Says one line of JSON a plan: which names change, and on the clock that all processes share the moments at which the
claims were seen and all was planned.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from bench.campaigns.paper import ZONE, ZONE_ID, carried_out
from stacks.model.claims import SourceSighting, names_that_differ
from stacks.model.observation import Observation, Registry
from stacks.model.values import Unknown, ZoneSnapshot
from stacks.observe.cluster.following import following
from stacks.plan.changes import changes
from stacks.plan.planner import make_plan
from stacks.plan.slice import about
from stacks.settings.stack import Settings, parse

MOST = 100_000
"""Names that a namespace may have: all objects are in one, and all are to be planned."""


@dataclass
class Planner:
    """Plans at each sighting; what was planned counts as carried out."""

    settings: Settings
    zone: ZoneSnapshot = field(default_factory=lambda: ZoneSnapshot(ZONE, ZONE_ID, ()))
    registry: Registry = field(default_factory=Registry)
    sources: tuple[SourceSighting, ...] = ()

    def post(self, sources: tuple[SourceSighting, ...]) -> None:
        """Plan, tell, and carry out on paper."""
        seen_at = time.monotonic()
        check(sources)
        whole = Observation((), (self.zone,), self.registry, sources)
        # As the loop does: of a change the names that it is about are planned first.
        seen = about(self.settings, whole, names_that_differ(self.sources, sources)) if self.sources else whole
        changed = changes(make_plan(self.settings, seen), seen)
        planned = time.monotonic()
        self.sources = sources
        names = sorted({change.record.name for change in changed})
        if names:
            self.zone, self.registry = carried_out(make_plan(self.settings, whole))
        told = {"names": names, "seen": seen_at, "planned": planned}
        print(json.dumps(told), flush=True)  # noqa: T201 - this is how it answers
        if not gc.isenabled():
            gc.freeze()  # as the loop does after its first look
            gc.enable()


def check(sources: Iterable[SourceSighting]) -> None:
    """Raise RuntimeError where a source cannot be read."""
    for one in sources:
        if isinstance(one.found, Unknown):
            raise RuntimeError(f"{one.source} cannot be read: {one.found.reason}")  # noqa: TRY004 - no type is wrong


def main(arguments: Sequence[str]) -> None:
    """Follow the sources of the cluster of a kubeconfig until the input ends."""
    gc.disable()  # as the loop does until its first look has ended
    kubeconfig, *sources = arguments
    cluster = {"kubeconfig": kubeconfig, "timeout": 120}
    values = {"zone": ZONE, "cluster": cluster, "sources": sources, "guard": {"names_per_namespace": MOST}}
    settings = parse(values, {}, stack="bench", where="bench")
    with following(settings.each_cluster(), {}, Planner(settings).post):
        sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1:])
