"""Name the user's folder for files that can be fetched or built again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def user_cache(environment: Mapping[str, str]) -> Path:
    """Return `truenorth` in `$XDG_CACHE_HOME` or `~/.cache` (XDG Base Directory Specification)."""
    cache = environment.get("XDG_CACHE_HOME", "")
    if Path(cache).is_absolute():  # the specification tells to ignore a relative one
        return Path(cache) / "truenorth"
    home = environment.get("HOME", "")
    return (Path(home) if home else Path.home()) / ".cache" / "truenorth"
