"""Writes the settings file of a new stack: the choices, each with a comment. All files of a new project, or none."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml

from cli.session.files import write_whole
from stacks.model.errors import UserError
from stacks.settings.reference.schema import SCHEMA_FILE
from stacks.settings.stack import NAMESPACE, parse

SCHEMA = f"# yaml-language-server: $schema=./{SCHEMA_FILE}\n"
"""The first line, by which editors find the schema: a path is taken from the folder of the settings."""
HEAD = """\
# The stack {stack}, as `truenorth init` has written it. What else can be set: docs/settings.md, or
# `truenorth schema`. Credentials are no settings: they come from the environment or from files.
config:
"""

LONGEST_LINE = 100
"""Characters of an entry in one line; a longer one has a line for each of its own entries."""
Entry = tuple[str, str, object]
"""A comment, "" for none, the name of a setting, and its value."""


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


def content(
    stack: str, chosen: Chosen, environment: Mapping[str, str], where: Path, *, has_schema: bool = False
) -> str:
    """Return the text of the file. Raises UserError where a choice is not possible.

    has_schema: whether the schema lies beside it.
    """
    entries: list[Entry] = [("", "zone", chosen.zone)]
    if chosen.provider != "cloudflare":
        entries.append(("", "provider", chosen.provider))
    if chosen.names:
        word = f"Names that point at the address of this machine's network; @ is {chosen.zone} itself."
        entries.append((word, "names", list(chosen.names)))
    if chosen.ipv6:
        entries.append(("Records for both families, A and AAAA.", "wan", {"families": ["ipv4", "ipv6"]}))
    return text_of(stack, [*entries, *_of_cluster(chosen)], environment, where, has_schema=has_schema)


def text_of(
    stack: str, entries: Sequence[Entry], environment: Mapping[str, str], where: Path, *, has_schema: bool
) -> str:
    """Return the text of a file with these settings. Raises UserError where one is not possible."""
    text = (SCHEMA if has_schema else "") + HEAD.format(stack=stack) + "".join(_entry(*entry) for entry in entries)
    values = {key: value for _, key, value in entries}
    parse(values, environment, stack=stack, where=str(where))
    read = yaml.safe_load(text)["config"]
    if read != {f"{NAMESPACE}:{key}": value for key, value in values.items()}:
        raise ValueError(f"the settings are not read as they were written: {read}")
    return text


def write(file: Path, text: str, *, force: bool, beside: Mapping[Path, str] | None = None) -> None:
    """Write the file, and before it those beside it: all, or none. beside: files that are not there yet.

    Raises UserError where one is there already (the file itself may be where force is set), or cannot be written.
    """
    with _undone() as written:
        write_beside(beside or {})
        written.extend(beside or ())
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


def write_beside(files: Mapping[Path, str]) -> None:
    """Write the files of a project around settings: all, or none. Raises UserError as `write` does."""
    with _undone() as written:
        for file, text in files.items():
            try:
                write_whole(file, text.encode(), overwrite=False)
            except FileExistsError:
                raise exists_beside(file) from None
            except OSError as error:
                what, do = f"{file.name} cannot be written: {error.strerror}", "make its folder writable, or make room"
                raise UserError(what, str(file), do) from error
            written.append(file)


@contextmanager
def _undone() -> Iterator[list[Path]]:
    """Yield a list for the files written within the block. The files are removed if the block fails."""
    written: list[Path] = []
    try:
        yield written
    except BaseException:
        for file in written:
            file.unlink(missing_ok=True)
        raise


def exists(file: Path) -> UserError:
    """Return the error for a file that is there already."""
    return UserError(
        "the stack has settings already", str(file), "name another stack with --stack, or add --force to write it anew"
    )


def exists_beside(file: Path) -> UserError:
    """Return the error for a file of the person's in the place of one of a new project."""
    return UserError(
        f"the folder has a {file.name} already, and nothing is overwritten",
        str(file),
        "move it away, or name another folder with --project",
    )


def _of_cluster(chosen: Chosen) -> list[Entry]:
    if not chosen.sources:
        return []
    entries: list[Entry] = []
    if chosen.kubeconfig:
        entries.append(("", "cluster", {"kubeconfig": chosen.kubeconfig}))
    word = "The kinds of objects whose host names get records."
    if not chosen.context:
        return [*entries, (word, "sources", list(chosen.sources))]
    return [*entries, (word, "clusters", [{"context": chosen.context, "sources": list(chosen.sources)}])]


def _entry(word: str, key: str, value: object) -> str:
    comment = f"  # {word}\n" if word else ""
    line = f"  {NAMESPACE}:{key}: {_yaml(value)}\n"
    if len(line) <= LONGEST_LINE or not isinstance(value, list | Mapping):
        return comment + line
    pairs = value.items() if isinstance(value, Mapping) else ()
    lines = [f"    {_plain(inner)}: {_yaml(part)}" for inner, part in pairs] or [f"    - {_yaml(one)}" for one in value]
    return "\n".join([f"{comment}  {NAMESPACE}:{key}:", *lines, ""])


def _yaml(value: object) -> str:
    """Return a value in one line of YAML, without quotes where possible."""
    if isinstance(value, str):
        return _plain(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_plain(str(key))}: {_yaml(inner)}" for key, inner in value.items()) + "}"
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
