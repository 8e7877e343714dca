"""Name the folders of installed engines, and remember the versions of engines found elsewhere."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from cli.engine.install.versions import VERSION
from cli.session.files import write_whole
from toolchain.cache import user_cache

if TYPE_CHECKING:
    from collections.abc import Mapping

_LAUNCHER = 1 << 20
"""Bytes. A smaller `pulumi` is a launcher (asdf, mise): what it starts may change while the file stays as it is."""


def root(environment: Mapping[str, str]) -> Path:
    """Return the folder of all engines, `truenorth/engine` in `$XDG_CACHE_HOME` or `~/.cache` (XDG directories)."""
    return user_cache(environment) / "engine"


def folder(environment: Mapping[str, str]) -> Path:
    """Return the folder of the pinned engine; it is there whole or not at all."""
    return root(environment) / VERSION


def staging(environment: Mapping[str, str]) -> Path:
    """Return the folder to make the pinned engine in, on the same file system; a killed install leaves parts there."""
    return root(environment) / f".staging-{VERSION}"


def lock_file(environment: Mapping[str, str]) -> Path:
    """Return the file that the maker of the pinned engine locks, and writes its process id to."""
    return root(environment) / f"{VERSION}.lock"


def _memory(environment: Mapping[str, str]) -> Path:
    return root(environment) / "path-versions.json"


def _remembered(environment: Mapping[str, str]) -> dict[str, list[object]]:
    try:
        known = json.loads(_memory(environment).read_text(encoding="utf-8"))
    except (OSError, ValueError):  # not there, not readable, not whole: asked again
        return {}
    return known if isinstance(known, dict) else {}


def recall_version(environment: Mapping[str, str], pulumi: Path) -> str | None:
    """Return the version that a file, by path, time of change and size, gave before; None for an unknown file."""
    state = pulumi.stat()
    match _remembered(environment).get(str(pulumi)):
        case [state.st_mtime_ns, state.st_size, str(version)]:
            return version
        case _:
            return None


def remember_version(environment: Mapping[str, str], pulumi: Path, version: str) -> None:
    """Remember the output of `pulumi version`. Without a writable cache the question is asked again."""
    state = pulumi.stat()
    if state.st_size < _LAUNCHER:
        return
    known = _remembered(environment) | {str(pulumi): [state.st_mtime_ns, state.st_size, version]}
    memory = _memory(environment)
    with suppress(OSError):
        memory.parent.mkdir(parents=True, exist_ok=True)
        write_whole(memory, json.dumps(known).encode(), durable=False)
