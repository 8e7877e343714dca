"""How big the state of an estate is, where it is kept in a folder."""

from __future__ import annotations

from contextlib import suppress

from cli.session.backend import state_folder
from cli.session.project import PROJECT_NAME
from stacks.model.shards import estate_of


def state_size(backend: str, stack: str) -> int | None:
    """The bytes of the checkpoints of all stacks of the estate; None where there is none yet, or they are in no folder.

    backend: its URL. https://www.pulumi.com/docs/iac/concepts/state-and-backends/#local-filesystem
    """
    folder = state_folder(backend)
    if folder is None:
        return None
    sizes = {}
    for ending in (".json.gz", ".json"):  # the engine writes the one, and leaves the other where that was changed
        for file in (folder / "stacks" / PROJECT_NAME).glob(f"{stack}*{ending}"):
            name = file.name.removesuffix(ending)
            if estate_of(name) == stack:
                with suppress(FileNotFoundError):  # it is written anew just now
                    sizes[name] = file.stat().st_size
    return sum(sizes.values()) if sizes else None
