"""Report the engine in use, the reason, and the other engines on this machine."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cli.engine.install import cache
from cli.engine.install.find import Engine, candidates
from cli.engine.install.versions import MINIMUM, VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Survey:
    """The engines on this machine.

    engine: the one in use; None for none. others: every other path with the reason against it. cache: its folder.
    """

    engine: Engine | None
    others: tuple[tuple[Path, str], ...]
    cache: Path


def survey(environment: Mapping[str, str]) -> Survey:
    """Look at every place, also after the one that serves."""
    engine: Engine | None = None
    others: list[tuple[Path, str]] = []
    for candidate in candidates(environment):
        if candidate.engine is None:
            others.append((candidate.path, candidate.objection))
        elif engine is None:
            engine = candidate.engine
        else:
            others.append((candidate.path, f"version {candidate.engine.version} would do, but comes later"))
    return Survey(engine, tuple(others), cache.root(environment))


def as_json(survey: Survey) -> str:
    """Write one object: engine (null if none), others, cache, pinned, minimum."""
    engine = survey.engine
    return json.dumps(
        {
            "engine": engine
            and {
                "pulumi": str(engine.pulumi),
                "folder": str(engine.folder),
                "version": engine.version,
                "origin": engine.origin,
                "why": engine.why,
            },
            "others": [{"place": str(place), "objection": objection} for place, objection in survey.others],
            "cache": str(survey.cache),
            "pinned": VERSION,
            "minimum": MINIMUM,
        },
        indent=2,
    )


def as_text(survey: Survey) -> str:
    """Write the same for people."""
    engine = survey.engine
    if engine is None:
        lines = ["engine   none: run `truenorth engine install`"]
    else:
        lines = [
            f"engine   Pulumi {engine.version}",
            f"where    {engine.pulumi}",
            f"why      {engine.why}",
        ]
    lines += [f"not      {place}: {objection}" for place, objection in survey.others]
    lines.append(f"pinned   {VERSION} (installed where none on PATH is {MINIMUM} or newer), in {survey.cache}")
    return "\n".join(lines)
