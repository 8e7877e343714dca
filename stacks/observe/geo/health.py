"""The health of pools and origins as Cloudflare's data centres see it. Pure.

https://developers.cloudflare.com/load-balancing/understand-basics/health-details/
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from stacks.model.geo import Health

_NOT_CHECKED = "no health"
"""The beginning of a failure's reason where no check has been made yet."""


def health(result: Mapping[str, Any]) -> tuple[Health, tuple[tuple[str, Health], ...]]:
    """Return the health of a pool, and that of its origins by address, sorted; unknown where none has checked it."""
    centres = [one for one in (result.get("pop_health") or {}).values() if isinstance(one, dict)]
    seen: dict[str, list[bool]] = {}
    for centre in centres:
        for address, found in (item for one in centre.get("origins") or () for item in one.items()):
            votes = seen.setdefault(address, [])
            if not str(found.get("failure_reason") or "").lower().startswith(_NOT_CHECKED):
                votes.append(bool(found.get("healthy")))
    origins = tuple(sorted((address, _verdict(votes)) for address, votes in seen.items()))
    if not any(one != "unknown" for _, one in origins):
        return "unknown", origins
    return _verdict(bool(one.get("healthy")) for one in centres), origins


def _verdict(votes: Iterable[bool]) -> Health:
    """Return the health in the view of most data centres."""
    each = list(votes)
    if not each:
        return "unknown"
    return "healthy" if 2 * sum(each) > len(each) else "unhealthy"
