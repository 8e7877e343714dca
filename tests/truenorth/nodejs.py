"""Pulumi for Node: its language host, built from a pinned Go module, and its package, both kept in the user's cache."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from toolchain import lock
from toolchain.cache import user_cache
from toolchain.compile import BuildError, Program, compile_program, go_environment
from toolchain.go import minimum_of, toolchain
from toolchain.progress import Silent
from toolchain.unavailable import Unavailable

FOLDER = Path(__file__).parent / "node"
HOST = "pulumi-language-nodejs"
PACKAGE = "@pulumi/pulumi"
VERSION: str = json.loads((FOLDER / "package.json").read_text())["dependencies"][PACKAGE]
_SDK = "github.com/pulumi/pulumi/sdk/v3"
_PROGRAM = Program(
    FOLDER, f"{_SDK}/nodejs/cmd/{HOST}", {f"{_SDK}/go/common/version.Version": f"v{VERSION}"}
)  # of the last release of the SDK's module that has it inside
_PATIENCE = 600.0
"""Seconds for npm."""


def obtain(environment: Mapping[str, str]) -> Path | str:
    """Return the folder with the host and `node_modules`, or why they cannot be had."""
    if not shutil.which("node") or not shutil.which("npm"):
        return "there is no node with npm"
    kept = user_cache(environment) / "node" / VERSION
    kept.mkdir(parents=True, exist_ok=True)
    with lock.held(kept / "lock", lambda _: None):
        try:
            if not (kept / HOST).is_file():
                _build(environment, kept)
            if not (kept / "node_modules" / PACKAGE / "package.json").is_file():
                _fetch(environment, kept)
        except (Unavailable, BuildError) as error:
            return str(error)
        except subprocess.CalledProcessError as error:
            return f"npm: {error.stderr.strip()[-300:]}"
    return kept


def _build(environment: Mapping[str, str], kept: Path) -> None:
    go = toolchain(environment, kept / "go", minimum_of(FOLDER), Silent())
    draft = kept / f"{HOST}.draft"
    compile_program(go, go_environment(environment, go, kept), _PROGRAM, draft, Silent())
    draft.replace(kept / HOST)


def _fetch(environment: Mapping[str, str], kept: Path) -> None:
    shutil.copyfile(FOLDER / "package.json", kept / "package.json")
    subprocess.run(
        ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock"],
        cwd=kept,
        env=dict(environment),
        capture_output=True,
        text=True,
        timeout=_PATIENCE,
        check=True,
    )
