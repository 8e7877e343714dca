"""Find the backend of Pulumi's state, and mend the files that a kill at a bad moment leaves in a folder."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import yaml

from stacks.model.errors import UserError
from stacks.settings.environment import state_home

STATE_VARIABLE = "TRUENORTH_STATE"
"""The value of the option --state, for all commands."""
SIDECAR = ".attrs"
"""The ending of a checksum that the engine's storage library writes beside each file (gocloud.dev, fileblob)."""


def backend_url(project_file: Path, setting: str, environment: Mapping[str, str], option: str = "") -> str:
    """Return the URL of the backend: the option's, the environment's, the setting's, or a folder of the user's.

    "" stands for the backend in Pulumi.yaml, which Pulumi reads by itself; it comes before the folder. The folder is
    made, for the user alone. Raises UserError for a name that is no URL, or a folder that cannot be made.
    """
    for where, named in (
        ("--state", option),
        (STATE_VARIABLE, environment.get(STATE_VARIABLE, "")),
        ("PULUMI_BACKEND_URL", environment.get("PULUMI_BACKEND_URL", "")),
        ("the setting backend", setting),
    ):
        if named and "://" not in named:
            raise UserError(
                f"{named} is no URL of a place for Pulumi's state",
                where,
                "write one: file:///some/folder, s3://bucket, gs://bucket, azblob://container, postgres://..., "
                "https://api.pulumi.com, kubernetes://namespace/name",
            )
        if named:
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
    """Return the URL of the same backend without sidecars; only a backend that is a folder has them."""
    parts = urlsplit(url)
    if parts.scheme != "file" or "metadata" in parse_qs(parts.query):
        return url
    return f"{url}{'&' if parts.query else '?'}metadata=skip"


def mend_sidecars(url: str) -> None:
    """Remove sidecars that a kill has left empty: the engine refuses the state beside them, with the word EOF.

    The state itself is never half written: it is replaced in one step.
    """
    folder = state_folder(url)
    if folder is None:
        return
    for kept in (folder.glob(f"*{SIDECAR}"), (folder / "stacks").rglob(f"*{SIDECAR}")):
        for sidecar in kept:
            if not _readable(sidecar):
                sidecar.unlink(missing_ok=True)


def state_folder(url: str) -> Path | None:
    """Return Pulumi's own folder in a backend that is a folder; None for any other backend."""
    parts = urlsplit(url)
    if parts.scheme != "file":
        return None
    return Path(unquote(parts.netloc + parts.path)).expanduser() / ".pulumi"


def _readable(sidecar: Path) -> bool:
    try:
        json.loads(sidecar.read_bytes())
    except ValueError:
        return False
    except OSError:
        return True  # gone by now, or not ours to judge
    return True
