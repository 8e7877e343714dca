"""The view of a zone, as the settings of the zone have it."""

from __future__ import annotations

from typing import Any

from components.plain_text import quoted
from components.views import OUTSIDE, VIEW, bare, qualified, view_of
from stacks.settings.problems import fault


def with_view(written: dict[str, Any]) -> dict[str, Any]:
    """Return the settings of a zone with its view both behind its domain and by itself. Raises a fault for two views.

    Another view than that of everybody may have private addresses, unless the settings say otherwise. Left as it is
    is what cannot be a view: the fields tell that.
    """
    zone, view = written.get("zone"), written.get("view", OUTSIDE)
    if not isinstance(zone, str) or not isinstance(view, str) or not VIEW.match(view) or not has_view(written):
        return written
    behind = view_of(zone)
    if behind != OUTSIDE and view not in {OUTSIDE, behind}:
        raise fault(f"the zone {quoted(zone)} is of two views, the other is {view}", "keep one of the two", ("view",))
    own = view if behind == OUTSIDE else behind
    return {"private_addresses": True} | written | {"zone": qualified(bare(zone), own), "view": own}


def has_view(written: dict[str, Any]) -> bool:
    """Return whether the settings of a zone are of another view than that of everybody."""
    zone = written.get("zone")
    return written.get("view", OUTSIDE) != OUTSIDE or (isinstance(zone, str) and view_of(zone) != OUTSIDE)
