"""Checks the machine: the versions, the engine, the plugins of the providers."""

from __future__ import annotations

import os
import platform
import re
import shutil
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path

from cli.doctor.context import Examined
from cli.doctor.finding import DoctorFinding, failed, ok, warning
from cli.engine.install.find import find
from cli.engine.install.info import survey
from cli.engine.install.versions import VERSION
from components.records.providers import PROVIDERS

_IN_FOLDER = re.compile(r"-v(\d+\.\d+\.\d+[^/]*)\Z")
NO_DOWNLOAD = "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"


def versions() -> Iterator[DoctorFinding]:
    """Report the versions of TrueNorth, Python and the SDK."""
    yield ok(
        "versions",
        f"truenorth {version('truenorth')}, Python {platform.python_version()}, Pulumi SDK {version('pulumi')}",
    )


def engine(environment: Mapping[str, str]) -> Iterator[DoctorFinding]:
    """Check the engine. A missing one is not installed: `truenorth engine install` does that."""
    found = find(environment)
    if found is None:
        against = "; ".join(f"{place}: {fault}" for place, fault in survey(environment).others)
        do = "run `truenorth engine install`; `truenorth up` does so by itself"
        yield warning("engine", "there is no Pulumi engine yet", against, do)
        return
    own = "" if found.version == VERSION else f" (TrueNorth is tested with {VERSION})"
    yield ok("engine", f"Pulumi {found.version}{own}: {found.why}", str(found.pulumi))


def plugins(examined: Examined) -> Iterator[DoctorFinding]:
    """Check the plugin of each zone's provider where the engine looks: in its own folder, then on PATH."""
    for provider in sorted({zone.provider for zone in examined.settings.each_zone()}):
        about = f"plugin {provider}"
        wanted, package = PROVIDERS[provider].version, PROVIDERS[provider].package
        there = _plugins(package, examined.environment)
        command = f"pulumi plugin install resource {package} {wanted}"
        if not there and not wanted:
            do = "install truenorth anew: it comes with it, beside the program truenorth"
            yield failed(about, f"the plugin pulumi-resource-{package} is not there", "PATH", do)
        elif not there and examined.environment.get(NO_DOWNLOAD, "").lower() in {"1", "true"}:
            yield failed(
                about, "the plugin is not there, and the engine may not fetch it", NO_DOWNLOAD, f"run {command}"
            )
        elif not there:
            yield warning(
                about,
                f"the plugin {wanted} is not there yet",
                "Pulumi's plugin folder and PATH",
                f"the first run fetches it; where it has no network: {command}",
            )
        elif wanted in there.values() or "" in there.values():
            place = next(path for path, known in there.items() if known in {wanted, ""})
            yield ok(about, f"the plugin {there[place] or 'on PATH'} is there", str(place))
        else:
            others = ", ".join(there.values())
            yield warning(
                about, f"the plugin {wanted} is not there, only {others}", str(next(iter(there))), f"run {command}"
            )


def _plugins(package: str, environment: Mapping[str, str]) -> dict[Path, str]:
    """Return the plugins by path, with their versions; "" for an unknown one."""
    name = f"pulumi-resource-{package}"
    home = Path(environment.get("PULUMI_HOME") or Path(environment.get("HOME", "~")).expanduser() / ".pulumi")
    found = {
        path: match[1]
        for path in sorted(home.glob(f"plugins/resource-{package}-v*/{name}"))
        if os.access(path, os.X_OK) and (match := _IN_FOLDER.search(str(path.parent)))
    }
    if on_path := shutil.which(name, path=environment.get("PATH", os.defpath)):
        found[Path(on_path)] = ""
    return found
