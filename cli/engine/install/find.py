"""Find an engine on this machine: the folder that the user names, else PATH, else the cache."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from cli.engine.install import cache
from cli.engine.install.files import LANGUAGE_HOST, PULUMI, executable, missing
from cli.engine.install.versions import MINIMUM, VERSION, objection
from stacks.model.errors import UserError
from stacks.observe.pulumi_cli import PulumiUnavailable, run_pulumi
from stacks.settings.secrets.children import ENGINE, needed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FOLDER_VARIABLE = "TRUENORTH_ENGINE_DIR"
RECORD = "engine.json"
"""The file in an installed engine's folder with its version and origin."""


@dataclass(frozen=True, slots=True)
class Engine:
    """A usable engine. folder: its folder. why: the reason for taking it, in a few words."""

    pulumi: Path
    folder: Path
    version: str
    origin: Literal["folder", "path", "cache", "download", "build"]
    why: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible engine at a path. engine: None where it cannot be used. objection: the reason against it, or ""."""

    path: Path
    engine: Engine | None
    objection: str


def find(environment: Mapping[str, str]) -> Engine | None:
    """Return the engine to use, or None where one has to be installed.

    It starts `pulumi version` only for an engine on PATH that it has not seen before.
    Raises UserError if the folder in TRUENORTH_ENGINE_DIR cannot be used.
    """
    return next((candidate.engine for candidate in candidates(environment) if candidate.engine), None)


def candidates(environment: Mapping[str, str]) -> Iterator[Candidate]:
    """Yield each possible engine in the order of preference; a path is looked at when its turn comes."""
    named = environment.get(FOLDER_VARIABLE, "")
    if named:
        yield _named(environment, Path(named).expanduser().absolute())
        return
    yield from _on_path(environment)
    yield _cached(environment)


def ask_version(pulumi: Path, environment: Mapping[str, str]) -> tuple[str, str]:
    """Return the output of `pulumi version` without its `v`, and the fault; one of the two is empty."""
    try:
        answer = run_pulumi(pulumi, ("version",), {**needed(ENGINE, environment), "PULUMI_SKIP_UPDATE_CHECK": "true"})
    except PulumiUnavailable as error:
        return "", str(error)
    if not answer.succeeded:
        message = (answer.stderr.strip() or answer.stdout.strip() or "no message").splitlines()[-1]
        return "", f"`pulumi version` ended with code {answer.exit_code}: {message}"
    return answer.stdout.strip().removeprefix("v"), ""


def _judge(pulumi: Path, environment: Mapping[str, str]) -> tuple[str, str]:
    """Return the version of an engine found on this machine, and the objection to it; one of the two is empty."""
    version = cache.recall_version(environment, pulumi)
    if version is None:
        version, fault = ask_version(pulumi, environment)
        if fault:
            return "", fault
        cache.remember_version(environment, pulumi, version)
    fault = objection(version)
    return ("", fault) if fault else (version, "")


def _named(environment: Mapping[str, str], folder: Path) -> Candidate:
    lacking = missing(folder)
    if lacking:
        what, do = f"the engine folder lacks {', '.join(lacking)}", "put these programs there, or unset the variable"
        raise UserError(what, f"{FOLDER_VARIABLE}={folder}", do)
    pulumi = folder / PULUMI
    version, fault = _judge(pulumi, environment)
    if fault:
        do = f"put Pulumi {MINIMUM} or newer there, or unset the variable"
        raise UserError(f"the engine cannot be used: {fault}", f"{FOLDER_VARIABLE}={folder}", do)
    return Candidate(folder, Engine(pulumi, folder, version, "folder", f"{FOLDER_VARIABLE} names its folder"), "")


def _on_path(environment: Mapping[str, str]) -> Iterator[Candidate]:
    path = environment.get("PATH", "")
    for entry in dict.fromkeys(path.split(os.pathsep)):
        pulumi = Path(entry).absolute() / PULUMI
        if entry and executable(pulumi):
            yield _beside_its_host(pulumi, environment)


def _beside_its_host(pulumi: Path, environment: Mapping[str, str]) -> Candidate:
    """Look for the language host where the engine does: on PATH, beside it, beside the file that its link leads to."""
    beside = executable(pulumi.parent / LANGUAGE_HOST) or executable(pulumi.resolve().parent / LANGUAGE_HOST)
    if not beside and shutil.which(LANGUAGE_HOST, path=environment.get("PATH", "")) is None:
        return Candidate(pulumi, None, f"its Python language host, {LANGUAGE_HOST}, is neither beside it nor on PATH")
    version, fault = _judge(pulumi, environment)
    if fault:
        return Candidate(pulumi, None, fault)
    why = f"it is on PATH and recent enough ({MINIMUM} or newer)"
    return Candidate(pulumi, Engine(pulumi, pulumi.parent, version, "path", why), "")


def _cached(environment: Mapping[str, str]) -> Candidate:
    folder = cache.folder(environment)
    lacking = missing(folder)
    if lacking:
        fault = f"it lacks {', '.join(lacking)}" if folder.is_dir() else "nothing is installed there yet"
        return Candidate(folder, None, fault)
    why = f"installed in the cache{_provenance(folder)}; none on PATH would do"
    return Candidate(folder, Engine(folder / PULUMI, folder, VERSION, "cache", why), "")


def _provenance(folder: Path) -> str:
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        return f" ({record['how']})"
    except (OSError, ValueError, KeyError, TypeError):  # only for people to read: its absence harms nothing
        return ""
