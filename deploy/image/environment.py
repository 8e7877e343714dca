"""What `uv sync --no-dev` with EXTRAS would install into the image, by uv.lock, for its Python and its platforms."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from packaging.markers import Marker
from packaging.utils import canonicalize_name, parse_wheel_filename

PROJECT = "truenorth"
EXTRAS = ("deploy", "geo")
PYTHON = "3.11"
MACHINES = ("x86_64", "aarch64")


@dataclass(frozen=True, slots=True)
class Wheel:
    """A file of the package index."""

    url: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Package:
    """A locked package. needs: the names of those that it needs here. wheels: those that fit the image's platforms."""

    name: str
    version: str
    needs: tuple[str, ...]
    wheels: tuple[Wheel, ...]


def packages(lock: str) -> list[Package]:
    """The project and all that it needs at run time, by name; lock is the text of uv.lock.

    Raises KeyError where the lock lacks a package that another needs.
    """
    locked = {entry["name"]: entry for entry in tomllib.loads(lock)["package"]}
    extras: dict[str, set[str]] = {PROJECT: {*EXTRAS} & locked[PROJECT].get("optional-dependencies", {}).keys()}
    left = [PROJECT]
    while left:
        name = left.pop()
        for dependency in _needed(locked[name], extras[name]):
            known = extras.get(dependency["name"])
            wanted = set(dependency.get("extra", ()))
            if known is None or not wanted <= known:
                extras[dependency["name"]] = wanted | (known or set())
                left.append(dependency["name"])
    return [_package(locked[name], extras[name]) for name in sorted(extras)]


def _needed(entry: Mapping[str, Any], extras: Iterable[str]) -> Iterator[Mapping[str, Any]]:
    groups = [entry.get("dependencies", ()), *(entry["optional-dependencies"][extra] for extra in sorted(extras))]
    for group in groups:
        for dependency in group:
            if "marker" not in dependency or any(_holds(dependency["marker"], machine) for machine in MACHINES):
                yield dependency


def _holds(marker: str, machine: str) -> bool:
    """Whether a marker holds in the image (PEP 508)."""
    here = {
        "implementation_name": "cpython",
        "os_name": "posix",
        "platform_machine": machine,
        "platform_python_implementation": "CPython",
        "platform_system": "Linux",
        "python_full_version": f"{PYTHON}.2",
        "python_version": PYTHON,
        "sys_platform": "linux",
    }
    return Marker(marker).evaluate(here)


def _package(entry: Mapping[str, Any], extras: Iterable[str]) -> Package:
    wheels = [wheel for wheel in entry.get("wheels", ()) if _fits(wheel["url"].rpartition("/")[2])]
    return Package(
        canonicalize_name(entry["name"]),
        entry["version"],
        tuple(sorted({dependency["name"] for dependency in _needed(entry, extras)})),
        tuple(Wheel(wheel["url"], wheel["hash"].removeprefix("sha256:")) for wheel in wheels),
    )


def _fits(file_name: str) -> bool:
    """Whether the image may have installed this wheel: for its Python (or a stable ABI) on glibc, or for any."""
    newest = int(PYTHON.replace(".", ""))
    for tag in parse_wheel_filename(file_name)[3]:
        runs = (
            tag.interpreter in {"py3", f"py{newest}"}
            or tag.interpreter == f"cp{newest}"
            or (tag.abi == "abi3" and tag.interpreter.startswith("cp3") and int(tag.interpreter[2:]) <= newest)
        )
        is_here = tag.platform == "any" or ("manylinux" in tag.platform and tag.platform.endswith(MACHINES))
        if runs and is_here and tag.abi in {"none", "abi3", f"cp{newest}"}:
            return True
    return False
