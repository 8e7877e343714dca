"""Builds the programs of a control plane from pinned Go modules into the user's cache, where they are not there yet."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from lab.kube.definitions import GATEWAY_API, Definitions, fetch
from lab.kube.programs import Part, Programs, definitions, find, folder, parts
from lab.kube.unavailable import KubeUnavailable
from toolchain import lock
from toolchain.compile import BuildError, compile_program, go_environment
from toolchain.go import Toolchain, minimum_of, toolchain
from toolchain.progress import Progress, Silent
from toolchain.unavailable import Unavailable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def install(  # noqa: PLR0913 - a switch for each program that not everybody wants
    environment: Mapping[str, str],
    progress: Progress | None = None,
    *,
    controllers: bool = False,
    external_dns: bool = False,
    coredns: bool = False,
    deploy_tools: bool = False,
    opentofu: bool = False,
) -> Programs:
    """Return the programs, built first where they are not in the cache. It waits while another process builds.

    Raises KubeUnavailable where they cannot be had.
    """
    asked = {
        "controllers": controllers,
        "external_dns": external_dns,
        "coredns": coredns,
        "deploy_tools": deploy_tools,
        "opentofu": opentofu,
    }
    wanted = partial(find, environment, **asked)
    if found := wanted():
        return found
    kept, told = folder(environment), progress or Silent()

    def waiting(holder: str) -> None:
        told.note(f"waits for process {holder or '(unknown)'}, which builds Kubernetes into {kept}")

    try:
        with lock.held(kept / "lock", waiting):
            if found := wanted():
                return found
            made = _make(environment, told, parts(**asked), definitions(deploy_tools=deploy_tools))
    except Unavailable as error:
        raise KubeUnavailable(f"Kubernetes cannot be built: {error.reason}", str(kept), error.do) from error
    except BuildError as error:
        do = "see Go's words above; another Go on PATH may do"
        raise KubeUnavailable(f"Kubernetes does not build; Go said:\n{error.said}", str(error.module), do) from error
    except OSError as error:
        do = "make it writable, free 8 GB there, or point XDG_CACHE_HOME elsewhere"
        what = f"Kubernetes cannot be built: {error.strerror or error}"
        raise KubeUnavailable(what, str(error.filename or kept), do) from error
    return made


def _make(
    environment: Mapping[str, str], progress: Progress, wanted: Sequence[Part], definitions: Sequence[Definitions]
) -> Programs:
    """Build what is lacking; each program moves to its place in one step when it has been tried. The lock is held."""
    kept = folder(environment)
    staging = kept / ".staging"  # what a killed build has fetched there is reused
    work = staging / f"work-{os.getpid()}"
    for left in staging.glob("work-*"):  # a killed build's compiler may still be writing there
        shutil.rmtree(left, ignore_errors=True)
    work.mkdir(parents=True)
    lacking = [part for part in wanted if not (kept / part.file_name).is_file()]
    progress.note(f"builds a Kubernetes control plane into {kept}: 10 to 20 minutes on two processors, once")
    progress.plan(len(lacking) + len(definitions) + 1)
    progress.step("find a Go toolchain")
    goes = _toolchains(environment, staging / "go", lacking or wanted, progress)
    any_go = next(iter(goes.values()))
    for one in definitions:
        progress.step(f"fetch the definitions of {one.title} {one.version}")
        fetch(one, any_go, go_environment(environment, any_go, staging), work, kept / one.folder_name)
    for part in lacking:
        go = goes[minimum_of(part.source.module)]
        progress.step(f"build {part.name} {part.version} with {go.version}")
        draft = work / part.name
        compile_program(go, go_environment(environment, go, staging), part.source, draft, progress)
        _try(part, draft)
        draft.replace(kept / part.file_name)
    shutil.rmtree(staging, ignore_errors=True)
    paths = {part.name: kept / part.file_name for part in wanted}
    if not all(path.is_file() for path in paths.values()):
        what, do = "Kubernetes was built, but is gone", "run it again; keep other programs off the cache"
        raise KubeUnavailable(what, str(kept), do)
    return Programs(kept / GATEWAY_API.folder_name, paths, {one.name: kept / one.folder_name for one in definitions})


def _toolchains(
    environment: Mapping[str, str], folder: Path, wanted: Sequence[Part], progress: Progress
) -> dict[str, Toolchain]:
    """Find a Go for each version that a program asks for: one that is newer than the system's builds those alone."""
    minimums = sorted({minimum_of(part.source.module) for part in wanted}, key=_numbers)
    return {minimum: toolchain(environment, folder, minimum, progress) for minimum in minimums}


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in version.split("."))


def _try(part: Part, file: Path) -> None:
    asked = subprocess.run(  # noqa: S603 - what was just built
        [str(file), part.asked], capture_output=True, stdin=subprocess.DEVNULL, text=True, timeout=60, check=False
    )
    if asked.returncode != 0 or part.version not in asked.stdout + asked.stderr:  # external-dns says it to the latter
        what = f"the {part.name} that was built does not work: {(asked.stderr or asked.stdout).strip()[-300:]}"
        raise KubeUnavailable(what, str(file), "run it again")
