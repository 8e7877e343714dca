"""Compile programs from pinned Go modules."""

from __future__ import annotations

import re
import subprocess
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from toolchain.unavailable import Unavailable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from toolchain.go import Toolchain
    from toolchain.progress import Progress

_LINES = 12
"""Lines of a failed command's output that an error has."""
_NETWORK = (
    "dial tcp",
    "no such host",
    "i/o timeout",
    "connection refused",
    "connection reset",
    "proxyconnect",
    "TLS handshake",
    "reading http",  # what a proxy answered instead of a module
)
_REQUIRED = re.compile(r"^require \([^()]*^\)\n", re.MULTILINE)
"""A list of requirements in a go.mod (https://go.dev/ref/mod#go-mod-file-require)."""
_FULL = ("no space left on device", "file too large", "disk quota exceeded")


class BuildError(Exception):
    """The modules in a folder do not build. said: Go's output."""

    def __init__(self, said: str, module: Path) -> None:
        super().__init__(f"{module} does not build; Go said:\n{said}")
        self.said = said
        self.module = module


@dataclass(frozen=True, slots=True)
class Program:
    """A program: the folder of its go.mod, its main package, and the variables that the linker sets."""

    module: Path
    package: str
    variables: Mapping[str, str]


def go_environment(environment: Mapping[str, str], go: Toolchain, folder: Path) -> dict[str, str]:
    """Return the environment for Go in which only the committed go.mod and go.sum decide the build.

    The user's own Go keeps fetched and compiled files in its usual folders, a temporary one in `folder`.
    """
    work = folder / "tmp"  # in the staging folder, since /tmp may be small
    work.mkdir(parents=True, exist_ok=True)
    settings = {
        **environment,
        "CGO_ENABLED": "0",  # as the official release; no C compiler needed
        "GOFLAGS": "-mod=readonly -buildvcs=false -modcacherw",
        "GOTMPDIR": str(work),
        "GOTOOLCHAIN": "local",
        "GOWORK": "off",
    }
    if go.temporary:
        settings.setdefault("GOMODCACHE", str(folder / "modules"))
        settings.setdefault("GOCACHE", str(folder / "compiled"))
    return settings


def compile_program(
    go: Toolchain, settings: Mapping[str, str], program: Program, target: Path, progress: Progress
) -> None:
    """Compile a program into the file `target`, and report details of the running step.

    Raises Unavailable without network, OSError where the disk is full, BuildError for any other fault.
    """
    linking = " ".join(["-s -w", *(f"-X {name}={value}" for name, value in program.variables.items())])
    compiled = fetched = 0
    tail: deque[str] = deque(maxlen=_LINES)
    with subprocess.Popen(  # noqa: S603 - a fixed command
        [str(go.go), "build", "-v", "-trimpath", "-ldflags", linking, "-o", str(target), program.package],
        cwd=program.module,
        env=dict(settings),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    ) as process:
        try:
            for line in process.stderr or ():
                tail.append(line.rstrip())
                fetched += line.startswith("go: downloading")
                compiled += "/" in line and ":" not in line  # -v names each package that is compiled
                progress.detail(f"{fetched} modules fetched, {compiled} packages compiled")
        except BaseException:  # also Ctrl-C: the child must not go on alone
            process.terminate()
            raise
    if process.returncode != 0:
        raise fault(list(tail), program.module, target)


def download(go: Toolchain, settings: Mapping[str, str], module: Path) -> dict[str, Path]:
    """Download the modules whose hashes the go.sum in a folder has, and return the folder of each by its path.

    Raises as compile_program() does; BuildError for a module with another hash (https://go.dev/ref/mod#go-sum-files).
    """
    lines = (line.split() for line in (module / "go.sum").read_text(encoding="utf-8").splitlines())
    versions = {path: f"{path}@{version}" for path, version, _ in lines if not version.endswith("/go.mod")}
    _ask(go, settings, module, ["mod", "download", *versions.values()])
    folders = _ask(go, settings, module, ["list", "-m", "-f", "{{.Dir}}", *versions.values()])
    return dict(zip(versions, map(Path, folders.splitlines()), strict=True))


def completed(module: Path, sources: Mapping[str, Path], target: Path) -> Path:
    """Write a go.mod and go.sum to the folder `target`: those of a folder, and what its sources add to them.

    That is the requirements of each source that the go.mod requires, and the hashes of all. sources: as of download().
    """
    target.mkdir(parents=True, exist_ok=True)
    own = (module / "go.mod").read_text(encoding="utf-8")
    required = (folder for path, folder in sources.items() if f"require {path} " in own)
    blocks = (block for one in required for block in _REQUIRED.findall((one / "go.mod").read_text(encoding="utf-8")))
    sums = (
        file.read_text(encoding="utf-8") for one in (module, *sources.values()) if (file := one / "go.sum").exists()
    )
    (target / "go.mod").write_text("\n".join((own, *blocks)), encoding="utf-8")
    (target / "go.sum").write_text("".join(sums), encoding="utf-8")
    return target


def _ask(go: Toolchain, settings: Mapping[str, str], module: Path, arguments: Sequence[str]) -> str:
    """Return what Go prints in the folder of a go.mod."""
    asked = subprocess.run(  # noqa: S603 - a fixed command
        [str(go.go), *arguments],
        cwd=module,
        env=dict(settings),
        capture_output=True,
        stdin=subprocess.DEVNULL,
        text=True,
        check=False,
    )
    if asked.returncode != 0:
        raise fault(asked.stderr.strip().splitlines()[-_LINES:], module, module)
    return asked.stdout.strip()


def fault(said: Sequence[str], module: Path, target: Path) -> Unavailable | OSError | BuildError:
    """Tell from the last lines of a failed Go command whether it was the network, the disk or the source."""
    text = "\n".join(said)
    if any(sign in text for sign in _FULL):
        return OSError(28, "No space left on device", str(target))  # told as any other full disk is
    if any(sign in text for sign in _NETWORK):
        return Unavailable(
            f"Go modules cannot be fetched: {said[-1]}", "connect this machine to a Go module proxy (GOPROXY)"
        )
    return BuildError(text, module)
