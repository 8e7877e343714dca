"""Install the pinned engine where none is found: whole or not at all, one process at a time."""

from __future__ import annotations

import errno
import json
import os
import shutil
import sys
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from cli.engine.install import build, cache
from cli.engine.install.files import PULUMI
from cli.engine.install.find import FOLDER_VARIABLE, RECORD, Engine, ask_version, find
from cli.engine.install.versions import MINIMUM, VERSION
from stacks.model.errors import UserError
from toolchain import lock
from toolchain.progress import Progress, Silent
from toolchain.unavailable import Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

OFFLINE_VARIABLE = "TRUENORTH_ENGINE_OFFLINE"
_NO_SPACE = {errno.ENOSPC, errno.EFBIG, errno.EDQUOT}
_NOT_WRITABLE = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST}
_OWN_PULUMI = (
    f"install Pulumi {MINIMUM} or newer with its Python language host on PATH, or name its folder in {FOLDER_VARIABLE}"
)


def install(environment: Mapping[str, str], progress: Progress | None = None) -> Engine:
    """Return the engine that find() gives, else the pinned one, downloaded or built into the cache.

    It waits while another process installs. Raises UserError if no engine can be had.
    """
    found = find(environment)
    if found is not None:
        return found
    folder = cache.folder(environment)
    if environment.get(OFFLINE_VARIABLE, "") not in {"", "0"}:
        what = f"there is no Pulumi engine on this machine, and {OFFLINE_VARIABLE} forbids to get one"
        raise UserError(what, f"PATH and {folder}", f"unset {OFFLINE_VARIABLE}, or {_OWN_PULUMI}")
    shown = progress or Silent()

    def waiting(holder: str) -> None:
        shown.note(f"waits for process {holder or '(unknown)'}, which installs the engine into {folder}")

    with _disk_faults(folder), lock.held(cache.lock_file(environment), waiting):
        return find(environment) or _make(environment, shown)  # another process may have made it meanwhile


def engine_environment(engine: Engine, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment to start the engine in: this program's Python first on PATH, then the engine's folder.

    The language host takes the first `python` on PATH. The checks for newer releases are off: they cost a request each.
    """
    first = [str(Path(sys.prefix) / "bin"), str(engine.folder)]
    rest = [entry for entry in environment.get("PATH", os.defpath).split(os.pathsep) if entry and entry not in first]
    return {
        **environment,
        "PATH": os.pathsep.join(first + rest),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_AUTOMATION_API_SKIP_VERSION_CHECK": "true",
    }


def _make(environment: Mapping[str, str], progress: Progress) -> Engine:
    """Make the engine in the staging folder, try it, then move it to its place in one step. The lock is held."""
    staging, folder = cache.staging(environment), cache.folder(environment)
    work = staging / f"work-{os.getpid()}"
    for left in staging.glob("work-*"):  # by a killed install, whose compiler may still be writing there: never reused
        shutil.rmtree(left, ignore_errors=True)
    work.mkdir(parents=True)
    origin, how = _obtain(environment, staging, work, progress)
    progress.step("try it")
    version, fault = ask_version(work / PULUMI, environment)
    if fault or version != VERSION:
        shutil.rmtree(staging, ignore_errors=True)
        what = f"the engine that was {how} does not work: {fault or f'it says that it is {version}, not {VERSION}'}"
        raise UserError(what, str(folder), _OWN_PULUMI)
    (work / RECORD).write_text(json.dumps({"version": VERSION, "how": how}), encoding="utf-8")
    if folder.exists():  # incomplete, or find() would have taken it
        folder.rename(staging / f"work-replaced-{os.getpid()}")
    work.rename(folder)
    shutil.rmtree(staging, ignore_errors=True)
    made = find(environment)
    if made is None:
        raise UserError(
            f"the engine was {how}, but is gone", str(folder), "run it again; keep other programs off the cache"
        )
    return replace(made, origin=origin, why=f"{how} just now; none on PATH would do")


def _obtain(
    environment: Mapping[str, str], staging: Path, work: Path, progress: Progress
) -> tuple[Literal["download", "build"], str]:
    """Download, else build; return which of the two, and how in words."""
    from cli.engine.install import download  # noqa: PLC0415 - its HTTP client is only loaded where something is downloaded

    progress.note(f"installs Pulumi {VERSION} into {cache.folder(environment)}")
    progress.plan(download.STEPS + 1)
    try:
        return "download", download.download(environment, staging / "download", work, progress)
    except Unavailable as no_release:
        progress.note(f"{no_release.reason}: builds it instead")
        not_downloaded = no_release
    progress.plan(build.STEPS + 1)
    try:
        return "build", build.build(environment, staging / "build", work, progress)
    except Unavailable as no_build:
        what = f"the Pulumi engine can be neither downloaded ({not_downloaded.reason}) nor built ({no_build.reason})"
        do = f"{no_build.do} (or: {not_downloaded.do}), or {_OWN_PULUMI}"
        raise UserError(what, str(cache.folder(environment)), do) from no_build


@contextmanager
def _disk_faults(folder: Path) -> Iterator[None]:
    """Raise UserError for a full or read-only disk. Files that were fetched stay for the next time."""
    try:
        yield
    except OSError as error:
        where = str(error.filename or folder)
        if error.errno in _NO_SPACE:
            what, do = "the disk is full", "free 3 GB, or point XDG_CACHE_HOME to a larger disk, and run it again"
        elif error.errno in _NOT_WRITABLE:
            what = f"the cache cannot be written: {error.strerror}"
            do = f"make it writable, point XDG_CACHE_HOME elsewhere, or {_OWN_PULUMI}"
        else:
            raise
        raise UserError(f"the engine cannot be installed: {what}", where, do) from error
