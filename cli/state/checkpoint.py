"""A damaged checkpoint is repaired, or replaced by the newest intact one; where there is none, it is moved away.

Nothing is deleted: the damaged file stays beside the new one, as `<stack>.json.damaged-<time>`. What the new one misses
is found in the zone by our marks.
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

from cli.recovery.intent_log import write_whole
from cli.session.project import PROJECT_NAME
from cli.state.integrity import VERSIONS, examined, fault_of_deployment
from stacks.model.errors import ObservationError, UserError
from stacks.model.values import Registry
from stacks.observe.pulumi_cli import PulumiAnswer, ask_pulumi

if TYPE_CHECKING:
    from cli.session.session import Session

ENDINGS = (".json", ".json.gz")
"""Of checkpoints that can be read here; the engine writes .json.zst too, where it is told to."""
GZIP = b"\x1f\x8b"
ID = re.compile(rb'"id":\s*"([^"\\]+)"')


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A stack's state in a file. document: None where it cannot be read at all. fault: "" where nothing is wrong."""

    file: Path
    content: bytes
    document: Mapping[str, Any] | None
    fault: str
    registry: Registry = field(default_factory=Registry)
    """What it says that we own; nothing where it is damaged."""

    @property
    def deployment(self) -> Mapping[str, Any]:
        """What it holds; empty for a stack that has never run, and where it is damaged."""
        if self.document is None or self.fault:
            return {}
        return self.document["checkpoint"].get("latest") or {}

    @property
    def is_of_a_newer_engine(self) -> bool:
        """Whether it is of a version that this program does not know yet, rather than damaged."""
        version = (self.document or {}).get("version")
        return isinstance(version, int) and version > max(VERSIONS)

    @property
    def written(self) -> datetime:
        """When the engine wrote it, by its own word; the beginning of time where it does not say."""
        try:
            return datetime.fromisoformat(self.deployment["manifest"]["time"])
        except (KeyError, TypeError, ValueError):
            return datetime.min.replace(tzinfo=UTC)


def current(folder: Path, stack: str) -> Checkpoint | None:
    """The checkpoint of a stack, the newest where it is there in several forms; None where there is none."""
    there = newest(folder, stack)
    return read(there.file) if there else None


@dataclass(frozen=True, slots=True)
class Stamp:
    """A checkpoint's file as it was at a moment; another content has another one. written: in ns; size: in bytes."""

    file: Path
    written: int
    size: int
    node: int


def newest(folder: Path, stack: str) -> Stamp | None:
    """The file of a stack's checkpoint, the newest where it is there in several forms; None where there is none."""
    found: list[Stamp] = []
    for ending in ENDINGS:
        file = folder / "stacks" / PROJECT_NAME / f"{stack}{ending}"
        with suppress(FileNotFoundError):
            stat = os.stat(file)  # noqa: PTH116 - a hundred files a look
            found.append(Stamp(file, stat.st_mtime_ns, stat.st_size, stat.st_ino))
    return max(found, key=lambda one: one.written, default=None)


def read(file: Path) -> Checkpoint:
    """A checkpoint, and what is wrong with it. Raises OSError."""
    content = file.read_bytes()
    try:
        document = msgspec.json.decode(gzip.decompress(content) if content[:2] == GZIP else content)
    except (msgspec.DecodeError, OSError, EOFError, zlib.error, RecursionError) as error:
        fault = f"it is no JSON: {error}" if content else "it is empty"
        return Checkpoint(file, content, None, fault)
    fault, registry = examined(document)
    return Checkpoint(file, content, document if isinstance(document, dict) else None, fault, registry)


def mend(session: Session, damaged: Checkpoint, former: Sequence[Checkpoint]) -> str:
    """Put an intact checkpoint in the place of a damaged one, or none; say what was done. Raises OSError."""
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
    """Move a damaged meta.yaml away, which the engine makes again; say so. Raises OSError.

    It holds the number of the folder's layout. Without it the engine takes the layout for that of before 2023 where it
    finds stacks of that: then it stays.
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
    """The deployment of a stack whose backend is no folder, repaired if need be; empty where there is none.

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


def copies(folder: Path, stack: str) -> tuple[Checkpoint, ...]:
    """Those that the engine has made: of the state before its last write, of each update, before each update."""
    found = [
        *(folder / "stacks" / PROJECT_NAME).glob(f"{stack}.json*.bak"),
        *(folder / "history" / PROJECT_NAME / stack).glob(f"{stack}-*.checkpoint.json*"),
        *(folder / "backups" / PROJECT_NAME / stack).glob(f"{stack}.*.json*"),
    ]
    return tuple(read(path) for path in found if path.name.endswith((*ENDINGS, ".bak")))


def ids_in(*checkpoints: Checkpoint) -> frozenset[str]:
    """The ids of all that checkpoints hold, as far as these can be read, be they damaged."""
    return frozenset(one.decode(errors="replace") for c in checkpoints for one in _ids(c.content))


def _ids(content: bytes) -> list[bytes]:
    try:
        return ID.findall(gzip.decompress(content) if content[:2] == GZIP else content)
    except (OSError, EOFError, zlib.error):
        return []


def _repaired(session: Session, damaged: Checkpoint) -> bytes | None:
    """The checkpoint as `pulumi state repair` mends it, which puts in order and drops references to what is gone.

    It works on a copy: what it cannot mend it leaves as it is.
    """
    if damaged.document is None:
        return None
    with tempfile.TemporaryDirectory(prefix="truenorth-repair-") as name:
        copy = Path(name) / ".pulumi" / "stacks" / PROJECT_NAME / damaged.file.name
        copy.parent.mkdir(parents=True)
        copy.write_bytes(damaged.content)
        (Path(name) / ".pulumi" / "meta.yaml").write_text("version: 1\n")
        done = _pulumi(session, "state", "repair", "--yes", PULUMI_BACKEND_URL=f"{Path(name).as_uri()}?metadata=skip")
        found = current(Path(name) / ".pulumi", session.stack)
        return found.content if done.succeeded and found and not found.fault else None


def _pulumi(session: Session, *arguments: str, **changed: str) -> PulumiAnswer:
    return ask_pulumi(
        session.engine.pulumi,
        (*arguments, f"--stack={session.stack}"),
        {**session.environment, **changed},
        cwd=session.project,
        failed=f"the state of stack {session.stack} could not be read",
    )
