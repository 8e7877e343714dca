"""Decide whether the engine has to keep checkpoints, or the journal stands in for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.apiproxy.dialects import all_known
from cli.recovery import intent_log
from cli.state import instance

if TYPE_CHECKING:
    from cli.session.session import Session
    from cli.shards.parts import StackPart
    from stacks.model.observation import Registry

MANY = 50
"""Changes from which on a run is faster without the engine's checkpoints, where no journal stands in for them."""


BY_MARKS = frozenset({"rfc2136"})
"""The providers past the journal whose listing shows, with all marks, whatever a run has made before it was cut off."""


def keeps_checkpoints(place: Session, registry: Registry, part: StackPart) -> bool:
    """Return whether the engine writes the whole state of a stack at each step.

    Without that, what a crash leaves is found again: records by their marks, and by the journal where there is one.
    Load balancing, address lists and other providers that the API proxy does not know are written past the journal: the
    engine's own notes have to lead to them. The first marks can only be told from another state's if their id is
    written down somewhere.
    """
    zones = place.settings.each_zone()
    if part.geo_changes or part.list_changes or any(zone.marks == "none" for zone in zones):
        return True
    if not all_known(one.provider for one in zones if one.provider not in BY_MARKS):
        return True
    if not instance.is_noted(place, registry):
        return True
    return not has_journal(place) and len(part.changes) < MANY


def has_journal(session: Session) -> bool:
    """Return whether all writes to zones are noted as they land."""
    is_proxied = bool(session.upstreams) and all_known(zone.provider for zone in session.settings.each_zone())
    return is_proxied and intent_log.journal_path(session) is not None
