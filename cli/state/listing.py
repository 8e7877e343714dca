"""List the shards of an estate that have state in a backend of Pulumi's own."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from stacks.model.errors import ObservationError
from stacks.model.shards import INFIX, estate_of
from stacks.observe.pulumi_cli import ask_pulumi
from stacks.settings.secrets.children import ENGINE, needed

if TYPE_CHECKING:
    from cli.engine.install.find import Engine

UNREADABLE_HERE = (".json.zst",)
"""Endings of checkpoints that only the engine can read."""
ENDINGS = (".json", ".json.gz", *UNREADABLE_HERE)
"""Endings of the engine's checkpoints (pulumi, backend/diy/state.go)."""


def in_folder(folder: Path, project: str, stack: str) -> tuple[str, ...]:
    """List the shards with a checkpoint in Pulumi's folder: one look at a directory.

    stack: any stack of the estate. Raises ObservationError where the folder cannot be read.
    """
    stacks = folder / "stacks" / project
    try:
        names = [file.name for file in stacks.iterdir()]
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise ObservationError(f"the folder {stacks} of the state could not be read: {error.strerror}") from error
    return _shards((name.removesuffix(ending) for name in names for ending in ENDINGS if name.endswith(ending)), stack)


def known_to(
    engine: Engine, environment: Mapping[str, str], project_folder: Path, backend: str, stack: str
) -> tuple[str, ...]:
    """List the shards that a backend knows, by asking the engine.

    stack: any stack of the estate. project_folder: of Pulumi.yaml. Raises ObservationError without an answer.
    """
    from cli.engine.install.install import engine_environment  # noqa: PLC0415 - slow to import, and not needed for a folder

    asked = needed(ENGINE, engine_environment(engine, environment)) | (
        {"PULUMI_BACKEND_URL": backend} if backend else {}
    )
    failed = "the stacks could not be listed"
    done = ask_pulumi(engine.pulumi, ("stack", "ls", "--json"), asked, cwd=project_folder, failed=failed)
    if not done.succeeded:
        raise ObservationError(f"{failed}: {done.reason}")
    return _shards((str(one["name"]).rpartition("/")[2] for one in json.loads(done.stdout)), stack)


def _shards(stacks: Iterable[str], stack: str) -> tuple[str, ...]:
    prefix = estate_of(stack) + INFIX
    return tuple(sorted({one for one in stacks if one.startswith(prefix)}))
