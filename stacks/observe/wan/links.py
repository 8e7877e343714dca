"""The detection of all links and families at once: none waits for the sources of another."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from stacks.model.values import Family, Sighting
from stacks.observe.wan.detect import detect

if TYPE_CHECKING:
    from stacks.settings.wan import WanSettings


def sight(settings: WanSettings, links: Iterable[str]) -> tuple[Sighting, ...]:
    """Detect every family of these links. Raises `KeyError` for a link that the settings do not describe."""
    wanted = ways(settings, links)
    if not wanted:
        return ()
    with ThreadPoolExecutor(max_workers=len(wanted), thread_name_prefix="detect") as pool:
        return tuple(pool.map(lambda way: sight_one(settings.of_link(way[0]), *way), wanted))


def ways(settings: WanSettings, links: Iterable[str]) -> tuple[tuple[str, Family], ...]:
    """Return each link with each of its families. Raises `KeyError` for a link that is not described."""
    return tuple((link, Family(name)) for link in links for name in settings.of_link(link).families)


def sight_one(settings: WanSettings, link: str, family: Family) -> Sighting:
    """Detect one family of a link. settings: those of the link."""
    return Sighting(link, family, detect(settings, [family]).addresses[family])
