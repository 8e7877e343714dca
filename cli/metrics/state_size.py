"""How big a stack's state is, where it is kept in a folder."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

from cli.workplace import PROJECT_NAME


def state_size(backend: str, stack: str) -> int | None:
    """The bytes of the stack's checkpoint; None where there is none yet, or where it is in no folder.

    backend: its URL. https://www.pulumi.com/docs/iac/concepts/state-and-backends/#local-filesystem
    """
    parts = urlsplit(backend)
    if parts.scheme != "file":
        return None
    folder = Path(unquote(parts.netloc + parts.path)).expanduser() / ".pulumi" / "stacks" / PROJECT_NAME
    for name in (f"{stack}.json", f"{stack}.json.gz"):
        try:
            return (folder / name).stat().st_size
        except OSError:
            continue
    return None
