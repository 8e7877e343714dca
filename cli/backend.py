"""Where Pulumi's state is kept, and what a kill at a bad moment leaves there."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import yaml

from cli.errors import UserError

SIDECAR = ".attrs"
"""What the engine's storage library writes beside each file: a checksum that nothing reads (gocloud.dev, fileblob)."""


def backend_url(project_file: Path, setting: str, environment: Mapping[str, str]) -> str:
    """Where state is kept: the environment, else the setting, else Pulumi.yaml's, else a folder of the user's.

    "" means that Pulumi.yaml names it, which Pulumi reads by itself. The folder is made, for the user alone.
    """
    if named := environment.get("PULUMI_BACKEND_URL") or setting:
        return without_sidecars(named)
    document = yaml.safe_load(project_file.read_text(encoding="utf-8"))
    if (document.get("backend") or {}).get("url"):
        return ""
    folder = state_home(environment) / "state"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise UserError(
            f"the folder for Pulumi's state cannot be made: {os.strerror(error.errno or 0)}",
            str(folder),
            "make room or mend its permissions, or name another place: export PULUMI_BACKEND_URL=file:///some/folder",
        ) from error
    return without_sidecars(folder.as_uri())


def without_sidecars(url: str) -> str:
    """The backend URL by which no sidecar is written beside the state, where the state is in a folder."""
    parts = urlsplit(url)
    if parts.scheme != "file" or "metadata" in parse_qs(parts.query):
        return url
    return f"{url}{'&' if parts.query else '?'}metadata=skip"


def mend_sidecars(url: str) -> None:
    """Remove the sidecars that a kill has left empty: the engine refuses a state beside one, with the word EOF.

    The state itself is never half written: it is replaced in one step.
    """
    parts = urlsplit(url)
    if parts.scheme != "file":
        return
    folder = Path(unquote(parts.netloc + parts.path)).expanduser() / ".pulumi"
    for kept in (folder.glob(f"*{SIDECAR}"), (folder / "stacks").rglob(f"*{SIDECAR}")):
        for sidecar in kept:
            if not _readable(sidecar):
                sidecar.unlink(missing_ok=True)


def state_home(environment: Mapping[str, str]) -> Path:
    """The user's folder for what should outlive a run (XDG base directory specification)."""
    root = environment.get("XDG_STATE_HOME") or str(
        Path(environment.get("HOME", "~")).expanduser() / ".local" / "state"
    )
    return Path(root) / "truenorth"


def _readable(sidecar: Path) -> bool:
    try:
        json.loads(sidecar.read_bytes())
    except ValueError:
        return False
    except OSError:
        return True  # gone by now, or not ours to judge
    return True
