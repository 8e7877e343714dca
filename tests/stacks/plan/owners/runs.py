"""Runs one after the other in a world with a cluster, and the outcome of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from stacks.model.claims import Claim, Complaint, ObjectKey, SourceSighting, Targets
from stacks.model.observation import Observation
from stacks.model.values import Known, LiveRecord, Unknown, ZoneSnapshot
from stacks.plan.changes import changes
from stacks.plan.owners.conditions import Conditions, conditions
from stacks.plan.owners.events import Outcome, Reason, notices
from stacks.plan.owners.object_status import ObjectStatus, statuses
from stacks.plan.planner import make_plan
from stacks.plan.safety.guard import refusals
from stacks.plan.safety.rejected import rejected, without
from stacks.plan.simulate import carried_out
from stacks.settings.stack import Settings
from tests.stacks.plan.worlds import make_observation, make_settings

WEB = ObjectKey("home", "HTTPRoute", "shop", "web")
API = ObjectKey("home", "HTTPRoute", "shop", "api")
NODE = ObjectKey("home", "Node", "", "rack1")
WWW = "www.example.com"


def wish(
    *addresses: str,
    by: ObjectKey = WEB,
    name: str = WWW,
    targets: Targets | None = None,
    **more: Any,  # noqa: ANN401 - a wish's fields
) -> Claim:
    values: dict[str, Any] = {"type": "A", "created": "2026-01-01T00:00:00Z", **more}
    return Claim(name=name, targets=targets or Known(addresses or ("192.0.2.1",)), object=by, **values)


@dataclass
class World:
    """A zone and the state, from run to run."""

    settings: Settings = field(default_factory=make_settings)
    observation: Observation = field(default_factory=make_observation)

    def outcome(
        self,
        *asked: Claim | Complaint,
        unread: str = "",
        kind: str = "HTTPRoute",
        failure: str = "",
        hold_back: bool = False,
        refused: str = "",
        generations: Mapping[ObjectKey, int] = MappingProxyType({}),
    ) -> Outcome:
        """What a run comes to in which the objects say this, or (unread) nobody knows what they say.

        refused: the provider's words to each change of a record, which is then not made. generations: of the objects
        whose status is ours.
        """
        found = Unknown(unread) if unread else Known(asked)
        sighting = SourceSighting("home", "any", kind, found, generations=tuple(generations.items()))
        seen = replace(self.observation, sources=(sighting,))
        plan = make_plan(self.settings, seen)
        done = changes(plan, seen)
        if refused:
            told = [rejected(one, plan, refused) for one in done if one.resource.is_record]
            plan = without(plan, told, seen)
            done = changes(plan, seen)
        held = refusals(self.settings, plan, done, seen) if hold_back else ()
        if not failure and not held:
            after = carried_out(plan, seen)
            records = tuple(replace(one, urn=f"urn:{one.logical_name}") for one in after.registry.records)
            self.observation = replace(after, registry=replace(after.registry, records=records))
        return Outcome(plan, seen, done, held, is_done=not (failure or held), failure=failure)

    def told(self, *asked: Claim | Complaint, **how: Any) -> dict[tuple[ObjectKey, Reason], str]:  # noqa: ANN401 - of outcome
        """Who is told what by a run."""
        found = notices(self.outcome(*asked, **how))
        told = {(one.object, one.reason): one.message for one in found}
        assert len(told) == len(found), "all that is told for one reason is one notice"
        return told

    def statuses(self, *asked: Claim | Complaint, **how: Any) -> dict[ObjectKey, ObjectStatus]:  # noqa: ANN401 - likewise
        """The status of each object after a run."""
        return {one.object: one for one in statuses(self.outcome(*asked, **how), {"home"})}

    def conditions(self, *asked: Claim | Complaint, of: Mapping[ObjectKey, int], **how: Any) -> dict[str, Conditions]:  # noqa: ANN401 - likewise
        """The conditions of each object with such a generation after a run, by the object's name."""
        outcome = self.outcome(*asked, kind="DNSEndpoint", generations=of, **how)
        return {key.name: one for key, one in conditions(outcome, notices(outcome), "home").items()}

    def stands(self, live: LiveRecord) -> None:
        """Somebody makes a record."""
        self._zone(lambda records: (*records, live))

    def is_deleted(self, name: str) -> None:
        """Somebody deletes what has a name."""
        self._zone(lambda records: tuple(one for one in records if one.record.name != name))

    def is_changed(self, name: str, content: str) -> None:
        """Somebody changes what has a name."""
        self._zone(
            lambda records: tuple(
                replace(one, record=replace(one.record, content=content)) if one.record.name == name else one
                for one in records
            )
        )

    def _zone(self, change: Any) -> None:  # noqa: ANN401 - from records to records
        (zone,) = self.observation.zones
        assert isinstance(zone, ZoneSnapshot)
        self.observation = replace(self.observation, zones=(replace(zone, records=change(zone.records)),))
