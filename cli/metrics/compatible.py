"""The metrics of the ESDDNS operator and of external-dns under their own names, for dashboards that know those.

Users have asked for them, so they stay; nothing else depends on them. https://github.com/sqe/esddns and
https://kubernetes-sigs.github.io/external-dns/latest/docs/monitoring/metrics/. The label `domain` of ESDDNS is a zone:
with a name for each record there might be thousands of series.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from cli.engine.events import EngineEvent, Step
from cli.events import Begun, Cached, Cause, Failure, Leadership, Role
from cli.metrics.levels import Maker
from cli.reconcile.events import Dispatch
from cli.reconcile.result import Convergence
from components.records.logical_name import LogicalName
from components.records.providers import RECORD_TYPE_TOKENS
from stacks.model.claims import SourceSighting
from stacks.model.errors import Refused
from stacks.model.values import WAN, Address, Family, Known, Sighting, UnreadZone
from stacks.plan.changes import Action
from stacks.plan.desired.cluster_endpoints import zone_of

_WRITES = frozenset({Action.CREATE, Action.UPDATE, Action.DELETE, Action.RESTORE, Action.CORRECT})


class EsddnsMetrics:
    """The metrics of the ESDDNS operator. zones: of the settings.

    Each has its updates from the start, and its last update after the first that is seen.
    """

    def __init__(self, make: Maker, zones: Sequence[str]) -> None:
        self._updates = make.counter(
            "esddns_dns_updates_total", "Records that were created, updated or deleted.", "domain", "record_type"
        )
        self._failures = make.counter(
            "esddns_dns_update_failures_total",
            "Updates that failed: of a record, or (without record_type) of all of a zone's.",
            "domain",
            "record_type",
            "error_type",
        )
        self._updated = make.gauge(
            "esddns_last_dns_update_timestamp",
            "When records of the zone were last updated, in seconds since 1970.",
            "domain",
        )
        self._address = make.levels(
            "esddns_current_wan_ip_info", "Always 1; the WAN address is in the label.", "ip_address"
        )
        self._in_sync = make.levels(
            "esddns_state_in_sync", "Whether all of the zone is as it is wanted (1) or not (0).", "domain"
        )
        self._health = make.levels(
            "esddns_service_health", "Whether a part of the service does well (1) or not (0).", "component"
        )
        self._addresses: dict[Family, tuple[Address, ...]] = {}
        self._zones = frozenset(zones)
        for zone in zones:
            for record_type in ("A", "AAAA"):
                self._updates.labels(zone, record_type)
        self._failed_steps = False
        self._components: dict[tuple[str, ...], float] = {}
        self._report(loop=True)

    def on_event(self, dispatch: Dispatch) -> None:
        """Take an event."""
        match dispatch.event:
            case Begun():
                self._failed_steps = False
            case Convergence() as done:
                self._done(dispatch, done)
            case Failure() as failure:
                self._failed(failure)
            case Refused():
                self._in_sync.replace(dict.fromkeys(self._in_sync.values, 0))
            case Sighting() as sighting:
                self._sight([sighting])
            case Cached(addresses=addresses, written=False):
                self._sight(addresses)
            case SourceSighting() as source:
                self._report(clusters=_is_well(source))
            case Leadership(role=Role.STANDBY):
                self._in_sync.clear()
                self._components.pop(("provider",), None)
                self._report(loop=True)
            case _:
                pass

    def on_engine_event(self, event: EngineEvent) -> None:
        """Take note of an event of the engine: a record that it could not write."""
        if isinstance(event, Step) and event.phase == "failed" and event.type in RECORD_TYPE_TOKENS:
            resource = LogicalName.parse(event.name)
            self._failures.labels(zone_of(resource.name, self._zones), resource.type, "provider").inc()
            self._failed_steps = True

    def _done(self, dispatch: Dispatch, done: Convergence) -> None:
        observation = done.observation
        self._zones = frozenset(one.zone for one in observation.zones)
        for change in done.changes if done.runs else ():
            if change.action in _WRITES and change.resource.is_record:
                self._updates.labels(change.zone, change.resource.type).inc()
                self._updated.labels(change.zone).set(dispatch.at.timestamp())
        self._in_sync.replace({(zone,): ours for zone, ours in _in_sync(done).items()})
        self._addresses.clear()
        self._sight(observation.addresses)
        read = not any(isinstance(one, UnreadZone) for one in observation.zones)
        balanced = observation.geo is None or not observation.geo.unread
        self._report(loop=True, provider=read, clusters=balanced and all(map(_is_well, observation.sources)))

    def _failed(self, failure: Failure) -> None:
        if failure.cause is Cause.UNREAD:
            return  # the rest was done, and told as a convergence
        self._in_sync.replace(dict.fromkeys(self._in_sync.values, 0))
        self._report(loop=False)
        if not self._failed_steps:
            for zone in self._zones:
                self._failures.labels(zone, "", failure.cause.value).inc()

    def _sight(self, addresses: Iterable[Sighting]) -> None:
        for one in addresses:
            if one.link == WAN:
                found = one.addresses
                self._addresses[one.family] = found.value if isinstance(found, Known) else ()
        every = [address for found in self._addresses.values() for address in found]
        self._address.replace({(str(address),): 1 for address in every})
        if self._addresses:
            self._report(addresses=all(self._addresses.values()))

    def _report(self, **components: bool) -> None:
        for component, well in components.items():
            self._components[component,] = well
        self._health.replace(self._components)


class ExternalDnsMetrics:
    """The metrics of external-dns that mean exactly the same here."""

    def __init__(self, make: Maker) -> None:
        self._attempt = make.gauge(
            "external_dns_controller_last_reconcile_timestamp_seconds", "As truenorth_last_attempt_timestamp_seconds."
        )
        self._success = make.gauge(
            "external_dns_controller_last_sync_timestamp_seconds", "As truenorth_last_success_timestamp_seconds."
        )
        self._idle = make.counter(
            "external_dns_controller_no_op_runs_total", 'As truenorth_convergences_total{outcome="unchanged"}.'
        )
        self._errors = make.gauge(
            "external_dns_controller_consecutive_soft_errors", "As truenorth_consecutive_failures."
        )

    def on_event(self, dispatch: Dispatch) -> None:
        """Take an event."""
        match dispatch.event:
            case Begun():
                self._attempt.set(dispatch.at.timestamp())
            case Convergence(runs=runs):
                self._success.set(dispatch.at.timestamp())
                self._errors.set(0)
                self._idle.inc(not runs)
            case Failure(cause=cause) if cause is not Cause.UNREAD:
                self._errors.inc()
            case Leadership(role=Role.STANDBY):
                self._errors.set(0)
            case _:
                pass


def _in_sync(done: Convergence) -> Mapping[str, bool]:
    """For each zone whether it is as it is wanted: it was read, and nothing of it is frozen, held or refused."""
    zones = frozenset(one.zone for one in done.observation.zones)
    not_so = {one.zone for one in done.observation.zones if isinstance(one, UnreadZone)}
    plan = done.plan
    names = (
        [one.name for one in plan.frozen] + [one.name for one in plan.conflicts] + [one.name for one in plan.deferred]
    )
    not_so |= {zone_of(name, zones) for name in names}
    if not done.allowed_by:
        not_so |= {one.zone for one in done.refusals}
    return {zone: zone not in not_so for zone in zones}


def _is_well(source: SourceSighting) -> bool:
    return source.waiting or (isinstance(source.found, Known) and not source.stale)
