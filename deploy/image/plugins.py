"""Installs the providers' plugins while the image is built, in the versions that pyproject.toml pins their SDKs in.

Usage: plugins.py PULUMI PYPROJECT; they go where PULUMI_HOME says.
"""

from __future__ import annotations

import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Plugin:
    """A provider's plugin. sdk: its package on the Python index. server: where Pulumi is to get it, "" for its own."""

    name: str
    sdk: str
    repository: str
    server: str = ""


PLUGINS = (
    Plugin("cloudflare", "pulumi-cloudflare", "pulumi/pulumi-cloudflare"),
    Plugin("gandi", "pulumiverse-gandi", "pulumiverse/pulumi-gandi", "github://api.github.com/pulumiverse"),
    Plugin("kubernetes", "pulumi-kubernetes", "pulumi/pulumi-kubernetes"),
)


def pinned(project_file: Path) -> dict[str, str]:
    """The versions of the packages that are pinned exactly, by name. Raises OSError, TOMLDecodeError, KeyError."""
    document = tomllib.loads(project_file.read_text(encoding="utf-8"))
    extras = document["project"].get("optional-dependencies", {})
    groups = [
        document["project"]["dependencies"],
        *extras.values(),
        document.get("dependency-groups", {}).get("dev", []),
    ]
    dependencies = [dependency for group in groups for dependency in group]
    pairs = (dependency.split("==") for dependency in dependencies)
    return {pair[0].strip(): pair[1].strip() for pair in pairs if len(pair) > 1}


def commands(pulumi: str, versions: dict[str, str]) -> list[list[str]]:
    """What installs each plugin. Raises KeyError where an SDK is not pinned exactly."""
    return [
        [pulumi, "plugin", "install", "resource", plugin.name, versions[plugin.sdk], "--non-interactive"]
        + (["--server", plugin.server] if plugin.server else [])
        for plugin in PLUGINS
    ]


def main(pulumi: str, project_file: str) -> None:
    """Install them all, or end with the first that cannot be had."""
    for command in commands(pulumi, pinned(Path(project_file))):
        subprocess.run(command, check=True)  # noqa: S603 - the image's own engine


if __name__ == "__main__":
    main(*sys.argv[1:])
