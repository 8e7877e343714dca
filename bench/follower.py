"""Follows a cluster and plans at each change, in a process of its own, so that its memory is what that takes.

Says one line of JSON a plan: which names change, and on the clock that all processes share the moments at which the
objects' wishes were settled and all was planned.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from bench.campaigns.paper import ZONE, ZONE_ID, carried_out
from stacks.model.claims import Claim, SourceSighting, names_that_differ
from stacks.model.observation import Observation, Registry
from stacks.model.values import Unknown, ZoneSnapshot
from stacks.observe.cluster.following import following
from stacks.plan.changes import changes
from stacks.plan.desired.claims import settle
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
        wishes(sources)
        settled = time.monotonic()
        whole = Observation((), (self.zone,), self.registry, sources)
        # As the loop does: of a change the names that it is about are planned first.
        seen = about(self.settings, whole, names_that_differ(self.sources, sources)) if self.sources else whole
        changed = changes(make_plan(self.settings, seen), seen)
        planned = time.monotonic()
        self.sources = sources
        names = sorted({change.record.name for change in changed})
        if names:
            self.zone, self.registry = carried_out(make_plan(self.settings, whole))
        told = {"names": names, "settled": settled, "planned": planned}
        print(json.dumps(told), flush=True)  # noqa: T201 - this is how it answers


def wishes(sources: Iterable[SourceSighting]) -> tuple[Claim, ...]:
    """What all objects wish for together. Raises RuntimeError where a source cannot be read."""
    found: list[Claim] = []
    for one in sources:
        if isinstance(one.found, Unknown):
            raise RuntimeError(f"{one.source} cannot be read: {one.found.reason}")  # noqa: TRY004 - no type is wrong
        found += (wish for wish in one.found.value if isinstance(wish, Claim))
    return settle(found).claims


def main(arguments: Sequence[str]) -> None:
    """Follow the sources of the cluster of a kubeconfig until the input ends."""
    kubeconfig, *sources = arguments
    cluster = {"kubeconfig": kubeconfig, "timeout": 120}
    values = {"zone": ZONE, "cluster": cluster, "sources": sources, "guard": {"names_per_namespace": MOST}}
    settings = parse(values, {}, stack="bench", where="bench")
    with following(settings.each_cluster(), {}, Planner(settings).post):
        sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1:])
