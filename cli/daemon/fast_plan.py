"""Plans a change of objects at once: for its names alone, on the last observation.

Where no zone of ours has the names, nothing more is done. Otherwise a convergence follows, which lists the zones first
where anything is to be made or deleted (`cli.reconcile.memory`).
"""

from __future__ import annotations

from dataclasses import replace

from cli.reconcile.result import Convergence, Planned
from stacks.model.claims import WEBHOOK, Complaint, SourceSighting, names_that_differ
from stacks.model.observation import Observation
from stacks.model.values import Known
from stacks.observe.views import in_views
from stacks.observe.world import Sights
from stacks.plan.changes import Action, changes
from stacks.plan.desired.cluster_endpoints import zone_of
from stacks.plan.planner import make_plan
from stacks.plan.simulate import carried_out
from stacks.plan.slice import about
from stacks.settings.stack import Settings


def planned(settings: Settings, last: Convergence | None, before: Sights, sights: Sights) -> Planned | None:
    """Return the changes since the last convergence; None where a whole convergence has to tell.

    before: the sights of the last convergence.
    """
    base = _after(last)
    if base is None or sights.addresses != before.addresses or _states(sights) != _states(before):
        return None
    before, sights = (replace(one, sources=in_views(settings, one.sources)) for one in (before, sights))
    names = names_that_differ(before.sources, sights.sources)
    if not names:
        return None  # something to report, without a claim that differs
    asked = [one for one in base.sources if one.cluster == WEBHOOK]  # which has not changed: requests take a turn
    excerpt = about(settings, replace(base, sources=(*sights.of_records, *asked)), names)
    plan = make_plan(settings, excerpt)
    found = changes(plan, excerpt)
    zones = frozenset(zone.zone for zone in settings.each_zone())
    return Planned(found, not (found or any(zone_of(name, zones) for name in names)))


def _after(last: Convergence | None) -> Observation | None:
    """Return the world as a convergence has left it; None where its plan does not say."""
    if last is None or last.plan.deferred or any(change.action is Action.ADOPT for change in last.changes):
        return None
    return carried_out(last.plan, last.observation) if last.runs else last.observation


def _states(sights: Sights) -> list[tuple[object, ...]]:
    """Return the parts that a plan of some names leaves out: unreadable sources, complaints, balanced objects."""
    return [
        (isinstance(one.found, Known), one.stale, _complaints(one), one.balances and one.found)
        for one in sights.sources
    ]


def _complaints(source: SourceSighting) -> frozenset[Complaint]:
    """Return the complaints of a source: the names that such an object claims are not known until it is mended."""
    found = source.found.value if isinstance(source.found, Known) else ()
    return frozenset(one for one in found if isinstance(one, Complaint))
