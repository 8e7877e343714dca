"""Read checkpoints, and repair a damaged one, or replace it by the newest intact copy, or move it away.

Nothing is deleted: the damaged file stays beside the new one, as `<stack>.json.damaged-<time>`. Records that the new
one lacks are found in the zone by our marks.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import tempfile
import zlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import yaml

from cli.session.files import write_whole
from cli.state.integrity import VERSIONS, examined, fault_of_deployment
from stacks.model.errors import ObservationError, UserError
from stacks.model.observation import Registry
from stacks.observe.pulumi_cli import PulumiAnswer, ask_pulumi

if TYPE_CHECKING:
    from cli.session.session import Session

ENDINGS = (".json", ".json.gz")
"""Endings of checkpoints that this program can read; the engine can be set to write .json.zst too."""
GZIP = b"\x1f\x8b"
ID = re.compile(rb'"id":\s*"([^"\\]+)"')


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A stack's state in a file. document: None for an unreadable one. fault: "" where nothing is wrong."""

    file: Path
    content: bytes
    document: Mapping[str, Any] | None
    fault: str
    registry: Registry = field(default_factory=Registry)
    """The records in it; empty where it is damaged."""

    @property
    def deployment(self) -> Mapping[str, Any]:
        """The deployment in it; empty for a stack that has never run, and where it is damaged."""
        if self.document is None or self.fault:
            return {}
        return self.document["checkpoint"].get("latest") or {}

    @property
    def is_of_a_newer_engine(self) -> bool:
        """Whether it is not damaged, but has a version that this program does not know yet."""
        version = (self.document or {}).get("version")
        return isinstance(version, int) and version > max(VERSIONS)

    @property
    def written(self) -> datetime:
        """The time at which the engine wrote it; the earliest possible time where it has none."""
        try:
            return datetime.fromisoformat(self.deployment["manifest"]["time"])
        except (KeyError, TypeError, ValueError):
            return datetime.min.replace(tzinfo=UTC)


def current(folder: Path, project: str, stack: str) -> Checkpoint | None:
    """Return the checkpoint of a stack, the newest of several forms; None where there is none."""
    there = newest(folder, project, stack)
    return read(there.file) if there else None


@dataclass(frozen=True, slots=True)
class Stamp:
    """A checkpoint's file at a moment; another content has another stamp. written: nanoseconds. size: bytes."""

    file: Path
    written: int
    size: int
    node: int


def newest(folder: Path, project: str, stack: str) -> Stamp | None:
    """Return the file of a stack's checkpoint, the newest of several forms; None where there is none."""
    found: list[Stamp] = []
    for ending in ENDINGS:
        file = folder / "stacks" / project / f"{stack}{ending}"
        with suppress(FileNotFoundError):
            stat = os.stat(file)  # noqa: PTH116 - a hundred files a look
            found.append(Stamp(file, stat.st_mtime_ns, stat.st_size, stat.st_ino))
    return max(found, key=lambda one: one.written, default=None)


def read(file: Path) -> Checkpoint:
    """Read a checkpoint and examine it. Raises OSError."""
    content = file.read_bytes()
    try:
        document = msgspec.json.decode(gzip.decompress(content) if content[:2] == GZIP else content)
    except (msgspec.DecodeError, OSError, EOFError, zlib.error, RecursionError) as error:
        fault = f"it is no JSON: {error}" if content else "it is empty"
        return Checkpoint(file, content, None, fault)
    fault, registry = examined(document)
    return Checkpoint(file, content, document if isinstance(document, dict) else None, fault, registry)


def mend(session: Session, damaged: Checkpoint, former: Sequence[Checkpoint]) -> str:
    """Replace a damaged checkpoint by an intact one, or by none; return what was done, in words. Raises OSError."""
    repaired = _repaired(session, damaged)
    newest = max((one for one in former if not one.fault), key=lambda one: one.written, default=None)
    aside = _aside(damaged.file)
    write_whole(aside, damaged.content)
    if repaired is not None:
        write_whole(damaged.file, repaired)
        done = "it was repaired"
    elif newest is not None:
        write_whole(damaged.file, newest.content)
        done = f"the copy of {newest.written:%Y-%m-%d %H:%M:%S %Z} was restored from {newest.file}"
    else:
        damaged.file.unlink()
        done = "there is no intact copy, so that it is rebuilt from the marks in the zones"
    what = f"the state of stack {session.stack} was damaged ({damaged.fault})"
    return f"{what}; {done}. The damaged one is kept as {aside}"


def _aside(file: Path) -> Path:
    return file.with_name(f"{file.name}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%S.%f}Z")


def mend_meta(folder: Path) -> str:
    """Move a damaged meta.yaml away; the engine makes it again. Return what was done, in words, or "". Raises OSError.

    The file holds the number of the folder's layout. It stays where there are stacks in the layout of before 2023:
    without the file the engine would take that for the layout of all.
    """
    meta = folder / "meta.yaml"
    try:
        said = yaml.safe_load(meta.read_bytes())
    except FileNotFoundError:
        return ""
    except (ValueError, yaml.YAMLError):
        said = None
    if (isinstance(said, dict) and isinstance(said.get("version"), int)) or any((folder / "stacks").glob("*.json*")):
        return ""
    aside = _aside(meta)
    meta.rename(aside)
    return f"the number of the state's layout could not be read and is made anew; the damaged file is kept as {aside}"


def exported(session: Session) -> Mapping[str, Any]:
    """Return the deployment of a stack in a backend that is no folder, repaired if need be; empty where there is none.

    Raises ObservationError where it cannot be read, UserError where it is damaged and cannot be repaired.
    """
    for repaired in (False, True):
        done = _pulumi(session, "stack", "export")
        if done.lacks_stack:
            return {}
        fault = done.reason
        if done.succeeded:
            try:
                deployment = json.loads(done.stdout)["deployment"]
            except (ValueError, KeyError, TypeError):
                deployment, fault = None, "it is no JSON"
            else:
                fault = fault_of_deployment(deployment)
            if not fault:
                return deployment or {}
        elif "integrity" not in fault:
            raise ObservationError(f"the state of stack {session.stack} could not be read: {fault}")
        if repaired or not _pulumi(session, "state", "repair", "--yes").succeeded:
            break
    raise UserError(
        f"the state of stack {session.stack} is damaged: {fault}",
        session.backend or "the backend in Pulumi.yaml",
        "put back an older version of its file there; without one: pulumi stack rm --force --preserve-config --stack "
        f"{session.stack}, after which the next run rebuilds it from the marks in the zones",
    )


def copies(folder: Path, project: str, stack: str) -> tuple[Checkpoint, ...]:
    """Read the copies that the engine made: before its last write, after each update, before each update."""
    found = [
        *(folder / "stacks" / project).glob(f"{stack}.json*.bak"),
        *(folder / "history" / project / stack).glob(f"{stack}-*.checkpoint.json*"),
        *(folder / "backups" / project / stack).glob(f"{stack}.*.json*"),
    ]
    return tuple(read(path) for path in found if path.name.endswith((*ENDINGS, ".bak")))


def ids_in(*checkpoints: Checkpoint) -> frozenset[str]:
    """Return the ids of resources in checkpoints, as far as these can be read; damaged ones count."""
    return frozenset(one.decode(errors="replace") for c in checkpoints for one in _ids(c.content))


def _ids(content: bytes) -> list[bytes]:
    try:
        return ID.findall(gzip.decompress(content) if content[:2] == GZIP else content)
    except (OSError, EOFError, zlib.error):
        return []


def _repaired(session: Session, damaged: Checkpoint) -> bytes | None:
    """Return the checkpoint repaired by `pulumi state repair`; None where that does not succeed.

    The command sorts resources and drops references to missing ones. It works on a copy here.
    """
    if damaged.document is None:
        return None
    with tempfile.TemporaryDirectory(prefix="truenorth-repair-") as name:
        copy = Path(name) / ".pulumi" / "stacks" / session.project.name / damaged.file.name
        copy.parent.mkdir(parents=True)
        copy.write_bytes(damaged.content)
        (Path(name) / ".pulumi" / "meta.yaml").write_text("version: 1\n")
        done = _pulumi(session, "state", "repair", "--yes", PULUMI_BACKEND_URL=f"{Path(name).as_uri()}?metadata=skip")
        found = current(Path(name) / ".pulumi", session.project.name, session.stack)
        return found.content if done.succeeded and found and not found.fault else None


def _pulumi(session: Session, *arguments: str, **changed: str) -> PulumiAnswer:
    return ask_pulumi(
        session.engine.pulumi,
        (*arguments, f"--stack={session.stack}"),
        {**session.environment, **changed},
        cwd=session.project.folder,
        failed=f"the state of stack {session.stack} could not be read",
    )
