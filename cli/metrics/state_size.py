"""How big the state of an estate is, where it is kept in a folder."""

from __future__ import annotations

from cli.backend import state_folder
from cli.workplace import PROJECT_NAME
from stacks.shards import estate_of


def state_size(backend: str, stack: str) -> int | None:
    """The bytes of the checkpoints of all stacks of the estate; None where there is none yet, or they are in no folder.

    backend: its URL. https://www.pulumi.com/docs/iac/concepts/state-and-backends/#local-filesystem
    """
    folder = state_folder(backend)
    if folder is None:
        return None
    files = (folder / "stacks" / PROJECT_NAME).glob(f"{stack}*.json*")
    sizes = {}
    for file in files:
        name, _, ending = file.name.rpartition(".json")
        if ending in {"", ".gz"} and estate_of(name) == stack:
            try:
                sizes[name] = file.stat().st_size
            except FileNotFoundError:
                continue  # written anew just now
    return sum(sizes.values()) if sizes else None
