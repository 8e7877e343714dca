"""Which plugins an engine is to have: a real `pulumi-resource-...` where it can be had, else the stand-in."""

from __future__ import annotations

import os
import shlex
import shutil
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

DEADLINE = 60.0  # seconds for one attempt at a download
HOSTS = ("get.pulumi.com", "github.com")  # where the engine downloads plugins from
PORT = 443
_KNOCK = 3.0  # seconds
_TRUE = frozenset({"1", "true"})  # what the engine takes for true
_ROOT = Path(__file__).resolve().parents[2]
_LAUNCHER = """\
#!/bin/sh
# Starts the stand-in for {name}, from any folder and with any PYTHONPATH.
exec {python} -I -c 'import runpy, sys
sys.path.insert(0, sys.argv.pop(1))
runpy.run_module("{module}", run_name="__main__", alter_sys=True)' {root} "$@"
"""
_LAUNCHER_LIMIT = 16384  # bytes; paths make a launcher longer than its template


@dataclass(frozen=True, slots=True)
class Kind:
    """Which plugin; `server` is where the engine downloads it from where that is not Pulumi's own."""

    package: str
    server: str = ""

    @property
    def name(self) -> str:
        """The file's name."""
        return f"pulumi-resource-{self.package}"

    @property
    def module(self) -> str:
        """The stand-in, as a module to run."""
        return f"{__package__}.{self.package}"


CLOUDFLARE = Kind("cloudflare")
KUBERNETES = Kind("kubernetes")
GANDI = Kind("gandi", "github://api.github.com/pulumiverse")


@dataclass(frozen=True, slots=True)
class Plugin:
    """A plugin that an engine finds with its folder on PATH, or in PULUMI_HOME; `why` says why it is this one."""

    path: Path
    origin: Literal["real", "stand-in"]
    why: str

    @property
    def folder(self) -> Path:
        """Where it is."""
        return self.path.parent


def install(folder: Path, kind: Kind = CLOUDFLARE) -> Path:
    """Write a launcher of the stand-in into a folder, which is made where missing; return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    launcher = folder / kind.name
    text = _LAUNCHER.format(
        name=kind.name, python=shlex.quote(sys.executable), module=kind.module, root=shlex.quote(str(_ROOT))
    )
    staged = folder / f".{kind.name}.{os.getpid()}"
    staged.write_text(text, encoding="utf-8")
    staged.chmod(0o755)
    staged.replace(launcher)
    return launcher


def real_plugin(environment: Mapping[str, str], kind: Kind = CLOUDFLARE) -> Path | None:
    """Find a real plugin: on PATH, else the newest one that Pulumi has installed; None where there is none."""
    for entry in environment.get("PATH", "").split(os.pathsep):
        found = shutil.which(kind.name, path=entry) if entry else None
        if found is not None and not _is_stand_in(Path(found), kind):
            return Path(found)
    home = Path(environment.get("PULUMI_HOME") or Path(environment.get("HOME") or Path.home()) / ".pulumi")
    installed = home.glob(f"plugins/resource-{kind.package}-v*/{kind.name}")
    usable = [path for path in installed if os.access(path, os.X_OK) and not _is_stand_in(path, kind)]
    return max(usable, key=_version, default=None)


def plugin_folder(pulumi_home: Path, version: str, kind: Kind = CLOUDFLARE) -> Path:
    """Name the folder under PULUMI_HOME where an engine looks for this version: from there it uses it without a word.

    A plugin on PATH it uses as well, but says so in a warning at each run.
    """
    return pulumi_home / "plugins" / f"resource-{kind.package}-v{version}"


def obtain(environment: Mapping[str, str], engine: Path, version: str, kind: Kind = CLOUDFLARE) -> bool:
    """Have the engine install the real plugin, once and for at most a minute; return whether the real one is there.

    Where PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION is set, nothing is tried.
    """
    if real_plugin(environment, kind) is not None:
        return True
    if environment.get("PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION", "").lower() in _TRUE:
        return False
    if not any(_reachable(host) for host in HOSTS):
        return False
    command = [str(engine), "plugin", "install", "resource", kind.package, version, "--non-interactive"]
    if kind.server:
        command += ["--server", kind.server]
    try:
        subprocess.run(  # noqa: S603 - our own engine
            command, env=dict(environment), stdin=subprocess.DEVNULL, capture_output=True, timeout=DEADLINE, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return real_plugin(environment, kind) is not None


def _reachable(host: str) -> bool:
    """Whether a host takes a connection. The engine tries for ten seconds before it says that it cannot download."""
    try:
        with socket.create_connection((host, PORT), timeout=_KNOCK):
            return True
    except OSError:
        return False


def choose(
    environment: Mapping[str, str],
    folder: Path,
    engine: Path | None = None,
    version: str = "",
    kind: Kind = CLOUDFLARE,
) -> Plugin:
    """Take the real plugin where it is or where `engine` can install `version`; else put the stand-in into `folder`."""
    found = real_plugin(environment, kind)
    if found is None and engine is not None and obtain(environment, engine, version, kind):
        found = real_plugin(environment, kind)
    if found is not None:
        return Plugin(found, "real", f"the real plugin is at {found}")
    return Plugin(
        install(folder, kind), "stand-in", "no real plugin on PATH or in Pulumi's home, and none could be installed"
    )


def _is_stand_in(path: Path, kind: Kind) -> bool:
    with path.open("rb") as file:
        return kind.module.encode() in file.read(_LAUNCHER_LIMIT)


def _version(path: Path) -> tuple[int, ...]:
    digits = path.parent.name.rpartition("-v")[2].partition("-")[0].split(".")
    return tuple(int(digit) for digit in digits if digit.isdigit())
