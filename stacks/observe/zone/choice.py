"""The choice among zones of one name: a member of several accounts sees one in each that has added the domain.

Only one of them answers the world. https://developers.cloudflare.com/dns/zone-setups/reference/domain-status/,
https://github.com/cloudflare/terraform-provider-cloudflare/issues/109
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from stacks.model.errors import ProviderRefused
from stacks.observe.zone.visible import ACTIVE, VisibleZone

NOT_YET = frozenset({"initializing", "pending"})
"""The states of a zone that is being set up."""
VALID_FOR = 600.0
"""Seconds for which a zone's id counts as checked."""


def chosen(name: str, found: Sequence[VisibleZone], known: str = "") -> VisibleZone:
    """Return the zone of a name: the active one, or the only one if it may yet become active.

    known: the id in state, which decides among several active ones. Raises ProviderRefused where none can be chosen.
    found: at least one.
    """
    active = [one for one in found if one.status in {ACTIVE, ""}]
    if remembered := next((one for one in active if one.id == known), None):
        return remembered
    if len(active) == 1:
        return active[0]
    if not active and len(found) == 1 and found[0].status in NOT_YET:
        return found[0]
    there = "; ".join(f"{one.id}, {one.status or ACTIVE}, in the account {one.account or '?'}" for one in found)
    if len(found) == 1:
        what = f"the zone {name} is {found[0].status}: it answers nobody ({there})"
    else:
        many = "several of them are active" if active else "none of them is active"
        what = f"the token sees {len(found)} zones {name}, and {many}: {there}"
    raise ProviderRefused(what, "truenorth:zone_id (or CF_ZONE_ID)", f"set truenorth:zone_id to the id of your {name}")


class CheckedZones:
    """The ids of zones that one process has looked up by their names.

    An id in state is trusted for a while from the start on: to ask costs a call, which a look that finds nothing to
    write does not need.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._trusted_until = clock() + VALID_FOR
        self._until: dict[tuple[str, str], float] = {}

    def trusts(self, name: str, zone_id: str) -> bool:
        """Whether this need not be looked up for a mere look."""
        return bool(zone_id) and self._clock() < self._until.get((name, zone_id), self._trusted_until)

    def has(self, name: str, zone_id: str) -> bool:
        """Whether this was the zone's id when the name was last looked up."""
        return self._clock() < self._until.get((name, zone_id), 0.0)

    def note(self, name: str, zone_id: str) -> None:
        """Take in that this is the zone's id."""
        self._until[name, zone_id] = self._clock() + VALID_FOR

    def doubt(self, name: str, zone_id: str) -> None:
        """Take in that this may not be the zone's id."""
        self._until[name, zone_id] = 0.0
