"""Metrics of addresses, zones, sources and records, as they are seen and planned."""

from __future__ import annotations

from collections import Counter as Count
from collections.abc import Iterable

from cli.events import Cached, Leadership, Role, Unwritten
from cli.metrics.levels import Maker
from cli.reconcile.events import Dispatch
from cli.reconcile.result import Convergence
from stacks.model.claims import Claim, SourceSighting
from stacks.model.values import Family, Known, Sighting, Unknown, UnreadZone


class WorldMetrics:
    """The observed world and the plan; a standby has no series of the leader's part."""

    def __init__(self, make: Maker) -> None:
        self._known = make.levels(
            "truenorth_address_known", "Whether the WAN address is known (1) or not (0).", "link", "family"
        )
        self._addresses: dict[tuple[str, Family], bool] = {}
        self._records = make.levels("truenorth_records_owned", "Records of ours, marks left out.", "zone", "type")
        self._read = make.levels("truenorth_zone_read", "Whether the zone could be listed (1) or not (0).", "zone")
        self._frozen = make.levels(
            "truenorth_frozen_record_sets", "Record sets that stay as they are, because their targets are not known."
        )
        self._conflicts = make.levels("truenorth_conflicts", "Wanted record sets that somebody else holds.")
        self._deferred = make.levels("truenorth_deferred_record_sets", "Record sets that the next run makes.")
        self._complaints = make.levels(
            "truenorth_complaints", "What owners of objects have to mend before their wishes are carried out."
        )
        self._source = make.levels(
            "truenorth_source_read",
            "Whether the objects of a cluster's source are read now (1), or only as last known or not at all (0).",
            "cluster",
            "source",
        )
        self._wishes = make.levels("truenorth_source_wishes", "Wishes of a source's objects.", "cluster", "source")
        self._sources: dict[tuple[str, str], SourceSighting] = {}
        self._unwritten = make.counter(
            "truenorth_feedback_failures_total",
            "How often objects of a cluster could not be told what became of their records.",
            "cluster",
        )

    def on_event(self, dispatch: Dispatch) -> None:
        """Take an event."""
        match dispatch.event:
            case Sighting() as sighting:
                self._sight([sighting])
            case Cached(addresses=addresses, written=False):
                self._sight(addresses)
            case SourceSighting() as source:
                self._hear_source([source])
            case Convergence() as done:
                self._addresses.clear()
                self._sight(done.observation.addresses)
                balanced = [one for one in self._sources.values() if one.balances]
                self._sources.clear()
                self._hear_source([*balanced, *done.observation.sources])
                self._tell_plan(done)
            case Unwritten(cluster=cluster):
                self._unwritten.labels(cluster).inc()
            case Leadership(role=Role.STANDBY):
                self._forget()
            case _:
                pass

    def _sight(self, addresses: Iterable[Sighting]) -> None:
        for one in addresses:
            self._addresses[one.link, one.family] = isinstance(one.addresses, Known)
        self._known.replace({(link, family.value): known for (link, family), known in self._addresses.items()})

    def _hear_source(self, sources: Iterable[SourceSighting]) -> None:
        for one in sources:
            self._sources[one.cluster, one.source] = one
        self._source.replace({key: _is_read(one) for key, one in self._sources.items() if not one.waiting})
        self._wishes.replace(
            {
                key: sum(isinstance(wish, Claim) for wish in one.found.value)
                for key, one in self._sources.items()
                if isinstance(one.found, Known)
            }
        )

    def _tell_plan(self, done: Convergence) -> None:
        plan = done.plan
        records: Count[tuple[str, ...]] = Count()
        for one in plan.record_sets:
            records[one.zone, one.type] += len(one.slots)
        self._records.replace(records)
        self._read.replace({(one.zone,): not isinstance(one, UnreadZone) for one in done.observation.zones})
        self._frozen.level(len(plan.frozen))
        self._conflicts.level(len(plan.conflicts) + (len(plan.geo.conflicts) if plan.geo else 0))
        self._deferred.level(len(plan.deferred))
        self._complaints.level(sum(not one.minor for one in plan.complaints))

    def _forget(self) -> None:
        for levels in (self._records, self._read, self._frozen, self._conflicts, self._deferred, self._complaints):
            levels.clear()


def _is_read(source: SourceSighting) -> bool:
    return not isinstance(source.found, Unknown) and not source.stale
