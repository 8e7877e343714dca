"""The health of pools and origins as Cloudflare's data centres see it. Pure.

https://developers.cloudflare.com/load-balancing/understand-basics/health-details/
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from stacks.model.geo import Health

_NOT_CHECKED = "no health"
"""What the reason of a failure begins with where no check has told yet."""


def health(result: Mapping[str, Any]) -> tuple[Health, tuple[tuple[str, Health], ...]]:
    """The health of a pool and of its origins, by address, sorted. Unknown is what no data centre has checked."""
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
    """What most data centres say."""
    said = list(votes)
    if not said:
        return "unknown"
    return "healthy" if 2 * sum(said) > len(said) else "unhealthy"
