"""Reads how a container is started where no compose file says so: a Quadlet, `docker run` or `podman run`.

Sources: https://docs.podman.io/en/latest/markdown/podman-systemd.unit.5.html and
https://docs.docker.com/reference/cli/docker/container/run/.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from typing import Any

_QUADLET = re.compile(r"^\[Container\]\s*(?:\n|\Z)", re.MULTILINE)
_RUN = re.compile(r"^\s*(?:sudo\s+)?(?:docker|podman|nerdctl)\s+(?:container\s+)?run\s", re.MULTILINE)
_SWITCHES = re.compile(r"-[ditP]+|--(?:detach|init|interactive|no-healthcheck|privileged|publish-all|read-only|rm|tty)")
"""Options that take no value; one with a value in the same word has a `=`."""
_KEYS = ("Environment", "EnvironmentFile", "Exec", "Image", "Secret")


def services(text: str) -> dict[str, Any] | None:
    """Return the containers in a text as a compose file would have them; None where it starts none."""
    if _QUADLET.search(text):
        return {"services": {"[Container]": _of_quadlet(text)}}
    found = list(_commands(text)) if _RUN.search(text) else []
    return {"services": {f"run {number}": one for number, one in enumerate(found, 1)}} if found else None


def _of_quadlet(text: str) -> dict[str, Any]:
    made: dict[str, Any] = {"environment": [], "env_file": []}
    for line in text.replace("\\\n", " ").splitlines():
        key, _, value = line.strip().partition("=")
        words = _split(value) if key.strip() in _KEYS else []
        match key.strip():
            case "Environment":
                made["environment"] += words
            case "EnvironmentFile":
                made["env_file"] += [word.removeprefix("-") for word in words]
            case "Secret":
                made["environment"] += _of_secret(value)
            case "Image":
                made["image"] = value.strip()
            case "Exec":
                made["command"] = words
    return made


def _of_secret(value: str) -> list[str]:
    """Return the variable that a secret is given as, without a value: `name,type=env,target=VARIABLE`."""
    name, *options = value.strip().split(",")
    said = dict(option.partition("=")[::2] for option in options)
    return [f"{said.get('target') or name}="] if said.get("type") == "env" else []


def _commands(text: str) -> Iterator[dict[str, Any]]:
    joined = text.replace("\\\n", " ")
    for line in joined.splitlines():
        if _RUN.match(line):
            words = _split(line)
            yield _of_words(words[words.index("run") + 1 :])


def _of_words(words: Sequence[str]) -> dict[str, Any]:
    """Return a container of the words after `run`: options, the image, then its arguments."""
    made: dict[str, Any] = {"environment": [], "env_file": []}
    rest = list(words)
    while rest and rest[0].startswith("-"):
        option, equals, value = rest.pop(0).partition("=")
        if option.startswith("-e") and option != "-e":
            option, value = "-e", option[2:] + equals + value
        elif not equals and not _SWITCHES.fullmatch(option) and rest:
            value = rest.pop(0)
        if option in {"-e", "--env"}:
            made["environment"].append(value)
        elif option == "--env-file":
            made["env_file"].append(value)
    return made | ({"image": rest[0], "command": rest[1:]} if rest else {})


def _split(text: str) -> list[str]:
    """Return words as a shell splits them; those between spaces where a quote is left open."""
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()
