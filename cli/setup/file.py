"""Writes the settings file of a new stack: the choices, each with a comment, and no defaults."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from cli.session.files import write_whole
from stacks.model.errors import UserError
from stacks.settings.stack import NAMESPACE, parse

HEAD = """\
# The stack {stack}, as `truenorth init` has written it. What else can be set stands in the README's table of settings;
# credentials are no settings: they come from the environment.
config:
"""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The choices for a new stack."""

    zone: str
    provider: str = "cloudflare"
    names: tuple[str, ...] = ()
    ipv6: bool = False
    sources: tuple[str, ...] = ()
    context: str = ""
    kubeconfig: str = ""


def content(stack: str, chosen: Chosen, environment: Mapping[str, str], where: Path) -> str:
    """Return the text of the file. Raises UserError where a choice is not possible."""
    entries: list[tuple[str, str, object]] = [("", "zone", chosen.zone)]
    if chosen.provider != "cloudflare":
        entries.append(("", "provider", chosen.provider))
    if chosen.names:
        word = f"Names that point at the address of this machine's network; @ is {chosen.zone} itself."
        entries.append((word, "names", list(chosen.names)))
    if chosen.ipv6:
        entries.append(("Records for both families, A and AAAA.", "wan", {"families": ["ipv4", "ipv6"]}))
    entries += _of_cluster(chosen)
    text = HEAD.format(stack=stack) + "".join(_entry(*entry) for entry in entries)
    values = {key: value for _, key, value in entries}
    parse(values, environment, stack=stack, where=str(where))
    read = yaml.safe_load(text)["config"]
    if read != {f"{NAMESPACE}:{key}": value for key, value in values.items()}:
        raise ValueError(f"the settings are not read as they were written: {read}")
    return text


def write(file: Path, text: str, *, force: bool) -> None:
    """Write the file. Raises UserError where it is there already, unless force is set, or cannot be written."""
    try:
        write_whole(file, text.encode(), overwrite=force)
    except FileExistsError:
        raise exists(file) from None
    except OSError as error:
        raise UserError(
            f"the settings cannot be written: {error.strerror}",
            str(file),
            "make its folder writable, or name --settings",
        ) from error


def exists(file: Path) -> UserError:
    """Return the error for a file that is there already."""
    return UserError(
        "the stack has settings already", str(file), "name another stack with --stack, or add --force to write it anew"
    )


def _of_cluster(chosen: Chosen) -> list[tuple[str, str, object]]:
    if not chosen.sources:
        return []
    entries: list[tuple[str, str, object]] = []
    if chosen.kubeconfig:
        entries.append(("", "cluster", {"kubeconfig": chosen.kubeconfig}))
    word = "The kinds of objects whose host names get records."
    if not chosen.context:
        return [*entries, (word, "sources", list(chosen.sources))]
    return [*entries, (word, "clusters", [{"context": chosen.context, "sources": list(chosen.sources)}])]


def _entry(word: str, key: str, value: object) -> str:
    comment = f"  # {word}\n" if word else ""
    return f"{comment}  {NAMESPACE}:{key}: {_yaml(value)}\n"


def _yaml(value: object) -> str:
    """Return a value in one line of YAML, without quotes where possible."""
    if isinstance(value, str):
        return _plain(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_yaml(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, Sequence):
        return "[" + ", ".join(map(_yaml, value)) + "]"
    return json.dumps(value)


def _plain(text: str) -> str:
    """Return a text without quotes where YAML reads the same text."""
    try:
        is_same = yaml.safe_load(f"[{text}]") == [text]
    except yaml.YAMLError:
        is_same = False
    return text if is_same and text else json.dumps(text)
