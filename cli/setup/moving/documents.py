"""Reads files into documents: YAML, JSON, INI, lists of variables, and texts for a reader of their own."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from configparser import ConfigParser
from configparser import Error as IniError
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from cli.setup.moving import started
from stacks.model.errors import UserError
from stacks.settings.problems import short

LARGEST, MOST_VALUES = 4 << 20, 200_000
"""Bytes of a file; values in it, each counted wherever an alias repeats it."""
STANDARD_INPUT = "-"
_FILES = (".json", ".ini", ".yaml", ".yml", ".env")
_HEADER = re.compile(r"\s*\[[\w .-]+\]\s*\Z")
_VARIABLE = re.compile(r"^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*?)\s*\Z")
_REFERENCE = re.compile(r"\$\{(\w+)(?::?[-=]([^}]*))?\}")
_DNSCONTROL = re.compile(r"""^\s*D(_EXTEND)?\(\s*["']""", re.MULTILINE)
_RECORD = re.compile(
    r"^(\$(ORIGIN|TTL)\s|\S*\s+(\d\w*\s+)?(IN\s+)?(\d\w*\s+)?(SOA|NS|A|AAAA|CNAME|MX|TXT|SRV|CAA)\s+\S)"
)


@dataclass(frozen=True, slots=True)
class Document:
    """A document of a file. form: yaml, ini, variables, zone or dnscontrol; value: parsed, a text for the last two."""

    file: str
    where: str
    form: str
    value: Any


def documents_of(file: str, environment: Mapping[str, str]) -> list[Document]:
    """Return the documents of a file, or of standard input. Raises UserError for one that cannot be read.

    environment: fills in `${NAME}`, as Flux and compose do; what it does not have stays.
    """
    name = "standard input" if file == STANDARD_INPUT else Path(file).name
    return list(_of_text(file, name, _text(file), environment))


def _of_text(file: str, name: str, text: str, environment: Mapping[str, str]) -> Iterator[Document]:
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith(("#", ";"))]
    if not lines:
        raise UserError("the file is empty", file, "name the file that the tool reads")
    if _DNSCONTROL.search(text):
        yield Document(file, name, "dnscontrol", text)
    elif _RECORD.match(lines[0]):
        yield Document(file, name, "zone", text)
    elif found := started.services(text):
        yield Document(file, name, "yaml", _filled(found, environment, [MOST_VALUES]))
    elif _HEADER.match(lines[0]):
        yield Document(file, name, "ini", _ini(file, text))
    elif all(map(_VARIABLE.match, lines)):
        pairs = (found.groups() for found in map(_VARIABLE.match, lines) if found)
        yield Document(file, name, "variables", {key: _unquoted(value) for key, value in pairs})
    else:
        for document in _structured(file, name, text, environment):
            yield document
            for key, inner in _files_in(document.value):
                yield from _of_text(file, f"{document.where}, {key}", inner, environment)


def _files_in(value: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - any document
    """Yield the files that a ConfigMap, or a Secret in plain text, has for a container."""
    keys = {"ConfigMap": "data", "Secret": "stringData"}
    kind = str(value.get("kind")) if isinstance(value, Mapping) else ""
    files = value.get(keys[kind]) if kind in keys else {}
    for key, text in files.items() if isinstance(files, Mapping) else ():
        if isinstance(text, str) and (key.endswith(_FILES) or (key == "CONFIG" and kind == "Secret")):
            yield f"{kind} {key}", text


def _text(file: str) -> str:
    try:
        if file == STANDARD_INPUT:
            raw = sys.stdin.buffer.read(LARGEST + 1)
        else:
            with Path(file).open("rb") as stream:
                raw = stream.read(LARGEST + 1)
        if len(raw) > LARGEST:
            raise UserError(f"the file has more than {LARGEST >> 20} MiB", file, "name the tool's own settings file")
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UserError("the file is no text in UTF-8", file, "name a settings file of the tool") from None
    except OSError as error:
        raise UserError(f"the file cannot be read: {error.strerror}", file, "mend that, or name another") from None


def _ini(file: str, text: str) -> dict[str, dict[str, str]]:
    parser = ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(text)
    except IniError as error:
        raise UserError(f"the file cannot be read: {short(error)}", file, "mend the file") from None
    return {section: dict(parser[section]) for section in parser.sections()}


def _structured(file: str, name: str, text: str, environment: Mapping[str, str]) -> Iterator[Document]:
    try:
        parsed = _parsed(text)
        budget = [MOST_VALUES]
        values = [_filled(one, environment, budget) for one in parsed if one is not None]
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        if "{{" in text:
            what = "the file is a template of a chart, whose values are not filled in"
            raise UserError(what, file, "give what `helm template` or `helm get values` prints instead") from None
        what = "it is nested too deeply" if isinstance(error, RecursionError) else short(error)
        raise UserError(f"the file cannot be read: {what}", file, "mend the file") from None
    for number, value in enumerate(values, 1):
        yield Document(file, f"{name}, document {number}" if len(values) > 1 else name, "yaml", value)


def _parsed(text: str) -> list[Any]:
    """Return the values of a text in JSON or YAML, which may begin with a brace, too. Raises yaml.YAMLError."""
    if text.lstrip().startswith(("{", "[")):
        with suppress(ValueError):
            return [json.loads(text)]
    return list(yaml.safe_load_all(text))


def _filled(value: Any, environment: Mapping[str, str], budget: list[int]) -> Any:  # noqa: ANN401 - any document
    """Return a value with variables filled in. budget: how many values may come. Raises ValueError beyond it."""
    budget[0] -= 1
    if budget[0] < 0:
        raise ValueError(f"it has more than {MOST_VALUES:,} values")
    if isinstance(value, Mapping):
        return {str(key): _filled(inner, environment, budget) for key, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, environment, budget) for inner in value]
    if isinstance(value, str):
        return _REFERENCE.sub(lambda one: environment.get(one[1]) or one[2] or one[0], value)
    return value


def _unquoted(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" else text
