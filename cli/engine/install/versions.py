"""Name the pinned engine and the oldest usable one, and compare versions."""

from __future__ import annotations

import re
from dataclasses import dataclass

VERSION = "3.256.0"
"""The engine that is installed where none is found: the same version as the `pulumi` package of this program."""

MINIMUM = "3.219.0"
"""The oldest engine taken from PATH: the first that holds a project to its `requiredPulumiVersion`; error hooks came
with 3.217.0. What an older one does not know, it passes over in silence."""

_SEMVER = re.compile(r"v?(\d+)\.(\d+)\.(\d+)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?")


@dataclass(frozen=True, slots=True, order=True)
class SemanticVersion:
    """A semantic version; one with a pre-release part comes before its release."""

    major: int
    minor: int
    patch: int
    released: bool = True


def parse(text: str) -> SemanticVersion | None:
    """Read `v3.256.0`, `3.256.0-alpha.1` or `3.256.0+build`; None for anything else."""
    match = _SEMVER.fullmatch(text.strip())
    if match is None:
        return None
    return SemanticVersion(int(match[1]), int(match[2]), int(match[3]), released=match[4] is None)


def objection(text: str) -> str:
    """Say why an engine of this version cannot be used; empty if it can."""
    version, minimum = parse(text), parse(MINIMUM)
    if version is None or minimum is None:
        return f"its version {text!r} cannot be compared with {MINIMUM}"
    if version.major != minimum.major:
        return f"version {text} is of another major version; {MINIMUM} or a newer 3.x is needed"
    if version < minimum:
        return f"version {text} is too old; {MINIMUM} or newer is needed"
    return ""
