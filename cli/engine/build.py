"""Builds the engine from pinned Go modules, where no release can be downloaded.

The language host comes from the last release of the SDK's module that contained it; it runs programs of the newer SDK.
The two scripts beside it are those of the pinned release, taken from the downloaded module.
"""

from __future__ import annotations

import shutil
import subprocess
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cli.engine.files import DYNAMIC_PROVIDER, LANGUAGE_HOST, PROGRAM_RUNNER, PULUMI
from cli.engine.toolchain import MODULES, Toolchain, toolchain
from cli.engine.unavailable import Unavailable
from cli.engine.versions import VERSION
from cli.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cli.engine.progress import Progress

STEPS = 4

_SDK = "github.com/pulumi/pulumi/sdk/v3"
_LINKING = f"-s -w -X {_SDK}/go/common/version.Version=v{VERSION}"
_SCRIPTS = {PROGRAM_RUNNER: "python/cmd", DYNAMIC_PROVIDER: "python/dist"}
_TOLD = 12
"""Lines of a failed command that are told."""
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
_FULL = ("no space left on device", "file too large", "disk quota exceeded")


@dataclass(frozen=True, slots=True)
class _Program:
    """A program, the folder of its go.mod, its main package, and what people are told that it is."""

    name: str
    module: str
    package: str
    what: str


_PROGRAMS = (
    _Program(LANGUAGE_HOST, "langhost", f"{_SDK}/python/cmd/pulumi-language-python", "the language host"),
    _Program(PULUMI, "pulumi", "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi", "the engine (minutes the first time)"),
)


def build(environment: Mapping[str, str], folder: Path, into: Path, progress: Progress) -> str:
    """Put the engine's files into `into` and return how they were made. What `folder` holds already is used.

    Raises Unavailable without Go or network, UserError if the modules do not build.
    """
    folder.mkdir(parents=True, exist_ok=True)
    progress.step("find a Go toolchain")
    go = toolchain(environment, folder / "go", progress)
    settings = _go_environment(environment, go, folder)
    for program in _PROGRAMS:
        progress.step(f"build {program.what} with {go.version}")
        _compile(go, settings, program, into / program.name, progress)
    progress.step("copy the scripts beside it")
    _copy_scripts(go, settings, into)
    return f"built from Go modules with {go.version}"


def _go_environment(environment: Mapping[str, str], go: Toolchain, folder: Path) -> dict[str, str]:
    """Go's settings: nothing but the committed go.mod and go.sum decides what is built.

    The user's own Go keeps what it fetches and compiles where it always does; a temporary one keeps it in `folder`.
    """
    work = folder / "tmp"  # in the staging folder, since /tmp may be small
    work.mkdir(exist_ok=True)
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


def _compile(go: Toolchain, settings: Mapping[str, str], program: _Program, target: Path, progress: Progress) -> None:
    options = ["-v", "-trimpath", "-ldflags", _LINKING, "-o", str(target)]
    compiled = fetched = 0
    tail: deque[str] = deque(maxlen=_TOLD)
    with subprocess.Popen(  # noqa: S603 - a fixed command
        [str(go.go), "build", *options, program.package],
        cwd=MODULES / program.module,
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
        _fail(list(tail), MODULES / program.module, target)


def _fail(said: list[str], module: Path, target: Path) -> None:
    text = "\n".join(said)
    if any(sign in text for sign in _FULL):
        raise OSError(28, "No space left on device", str(target))  # told as any other full disk is
    if any(sign in text for sign in _NETWORK):
        raise Unavailable(
            f"Go modules cannot be fetched: {said[-1]}", "connect this machine to a Go module proxy (GOPROXY)"
        )
    raise UserError(f"the engine does not build; Go said:\n{text}", str(module), "install Pulumi yourself, on PATH")


def _copy_scripts(go: Toolchain, settings: Mapping[str, str], into: Path) -> None:
    asked = subprocess.run(  # noqa: S603 - a fixed command
        [str(go.go), "list", "-m", "-f", "{{.Dir}}", _SDK],
        cwd=MODULES / "pulumi",
        env=dict(settings),
        capture_output=True,
        stdin=subprocess.DEVNULL,
        text=True,
        check=False,
    )
    if asked.returncode != 0 or not asked.stdout.strip():
        _fail(asked.stderr.strip().splitlines()[-_TOLD:], MODULES / "pulumi", into)
    for name, place in _SCRIPTS.items():
        shutil.copyfile(Path(asked.stdout.strip()) / place / name, into / name)
        (into / name).chmod(0o755)
