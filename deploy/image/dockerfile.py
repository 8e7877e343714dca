"""Reads as much of a Dockerfile as ours uses: stages, and what each copies and sets.

Format: https://docs.docker.com/reference/dockerfile/.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

_VARIABLE = re.compile(r"\$\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Copy:
    """One COPY. stage: where from, "" for the build context. flags: the rest of them, without their dashes."""

    stage: str
    sources: tuple[str, ...]
    target: str
    flags: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage. base: an image, or the name of a stage before it."""

    name: str
    base: str
    copies: tuple[Copy, ...] = ()
    runs: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    folder: str = "/"
    user: str = ""
    entry_point: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Dockerfile:
    """The stages in their order; the last is the image. arguments: what `--build-arg` may replace in FROM."""

    arguments: Mapping[str, str]
    stages: tuple[Stage, ...]

    @property
    def image(self) -> Stage:
        """What is built."""
        return self.stages[-1]

    def stage(self, name: str) -> Stage:
        """The stage of this name. Raises KeyError where there is none."""
        return {stage.name: stage for stage in self.stages}[name]


def read(text: str) -> Dockerfile:
    """Read a Dockerfile. Raises ValueError at an instruction that we do not use."""
    arguments: dict[str, str] = {}
    begun: list[tuple[str, list[tuple[str, str]]]] = []
    for keyword, rest in _instructions(text):
        if keyword == "FROM":
            begun.append((_VARIABLE.sub(lambda match: arguments[match[1]], rest), []))
        elif begun:
            begun[-1][1].append((keyword, rest))
        elif keyword == "ARG":
            name, _, value = rest.partition("=")
            arguments[name] = value
        else:
            raise ValueError(f"{keyword} stands before the first FROM")
    return Dockerfile(arguments, tuple(_stage(origin, instructions) for origin, instructions in begun))


def ignored(path: PurePosixPath, rules: str) -> bool:
    """Whether a file of the context is kept from the build by the text of a .dockerignore: its last rule that fits."""
    verdict = False
    for line in rules.splitlines():
        rule = line.strip()
        if rule and not rule.startswith("#"):
            pattern = rule.removeprefix("!")
            if any(_fits(part, pattern) for part in (path, *path.parents)):
                verdict = not rule.startswith("!")
    return verdict


def _fits(path: PurePosixPath, pattern: str) -> bool:
    if pattern.startswith("**/"):
        return fnmatchcase(path.name, pattern.removeprefix("**/"))
    depth = pattern.count("/") + 1
    return len(path.parts) == depth and fnmatchcase(str(path), pattern)


def _instructions(text: str) -> Iterator[tuple[str, str]]:
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    for instruction in "\n".join(lines).replace("\\\n", " ").splitlines():
        keyword, _, rest = instruction.strip().partition(" ")
        yield keyword.upper(), " ".join(rest.split())


def _stage(origin: str, instructions: list[tuple[str, str]]) -> Stage:
    base, _, name = origin.partition(" AS ")
    copies: list[Copy] = []
    runs: list[str] = []
    variables: dict[str, str] = {}
    folder, user, entry_point = "/", "", ()  # type: tuple[str, str, tuple[str, ...]]
    for keyword, rest in instructions:
        match keyword:
            case "COPY":
                copies.append(_copy(rest, folder))
            case "RUN":
                runs.append(rest)
            case "ENV":
                variables |= dict(pair.split("=", 1) for pair in shlex.split(rest))
            case "WORKDIR":
                folder = rest
            case "USER":
                user = rest
            case "ENTRYPOINT":
                entry_point = tuple(json.loads(rest))
            case "ARG" | "EXPOSE" | "LABEL":
                pass
            case _:
                raise ValueError(f"this reader does not know {keyword}")
    return Stage(name, base, tuple(copies), tuple(runs), variables, folder, user, entry_point)


def _copy(rest: str, folder: str) -> Copy:
    words = rest.split()
    flags = dict(word.removeprefix("--").split("=", 1) for word in words if word.startswith("--"))
    *sources, target = (word for word in words if not word.startswith("--"))
    stage = flags.pop("from", "")
    # As Docker has it: a path with a slash at its end is a folder, into which the source goes.
    into = str(PurePosixPath(folder) / target) + ("/" if target.endswith("/") else "")
    return Copy(stage, tuple(sources), into, flags)
