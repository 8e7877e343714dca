"""Read settings from Pulumi's configuration of the running program, or from the stack's file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from itertools import accumulate
from pathlib import Path
from typing import Any

import yaml

from components.plain_text import quoted
from stacks.model.errors import UserError
from stacks.model.shards import estate_of
from stacks.settings.detection.header_secrets import require_secrets
from stacks.settings.problems import short
from stacks.settings.stack import NAMESPACE, Settings, parse, typed

_SHOWN = 5
"""Stacks that a message names."""
_QUICKEST: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""A safe loader: that of libyaml, where PyYAML was built with it."""
_BRACKETS = re.compile(r"[\[\]{}]")
_DEEPER = {"[": 1, "{": 1}
_DEEPEST, _LONGEST_LINE = 100, 10_000
"""Brackets within each other, and characters of a line, in which lists can stand within each other, too."""


def from_pulumi(config: Mapping[str, str], environment: Mapping[str, str], stack: str, folder: Path) -> Settings:
    """Return the settings in Pulumi's configuration of the running program.

    config: text or JSON by `truenorth:key`. folder: that of the settings files. A shard has no settings of its own: its
    estate's are read from their file in the folder. Raises UserError.
    """
    estate = estate_of(stack)
    if stack != estate and not any(config.get(f"{NAMESPACE}:{key}", "") not in {"", "[]"} for key in ("zone", "zones")):
        return from_file(folder / f"Pulumi.{estate}.yaml", environment, estate)
    prefix = f"{NAMESPACE}:"
    values = {
        key.removeprefix(prefix): typed(key.removeprefix(prefix), text, f"setting {key} of stack {stack}")
        for key, text in config.items()
        if key.startswith(prefix)
    }
    return parse(values, environment, stack=estate, where=f"configuration of stack {stack}")


def _others(missing: Path) -> str:
    """Return the stacks that have settings beside a missing file, as a message ends with them."""
    names = sorted(one.name.split(".", 1)[1].removesuffix(".yaml") for one in missing.parent.glob("Pulumi.*.yaml"))
    return f": {', '.join(map(quoted, names[:_SHOWN]))}" if names else ""


def _document(text: str) -> Any:  # noqa: ANN401 - whatever the user wrote
    """Return the document in a text. Raises yaml.YAMLError, in the words of Python's parser on every machine.

    Thousands of names take that parser half a second, and libyaml, where PyYAML has it, a tenth of it. It is not asked
    for what lies too deep: it would end the process.
    """
    deepest = max(accumulate(_DEEPER.get(sign, -1) for sign in _BRACKETS.findall(text)), default=0)
    if deepest <= _DEEPEST and max(map(len, text.splitlines()), default=0) <= _LONGEST_LINE:
        with suppress(yaml.YAMLError):
            return yaml.load(text, _QUICKEST)  # noqa: S506 - a safe one, as the name says where it is chosen
    return yaml.safe_load(text)


def from_file(path: Path, environment: Mapping[str, str], stack: str) -> Settings:
    """Return the settings in `Pulumi.<stack>.yaml`. Raises UserError where it is missing, unreadable or wrong.

    A value may be text, as `pulumi config set` and the prompts of `pulumi new` write lists and numbers too.
    """
    try:
        document = _document(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(
            f"there are no settings for the stack {stack!r}",
            str(path),
            f"write them: truenorth init --stack {stack}; or name another stack with --stack{_others(path)}",
        ) from None
    except (OSError, UnicodeDecodeError, RecursionError, yaml.YAMLError) as error:
        raise UserError(f"the settings cannot be read: {short(error)}", str(path), "mend the file") from None
    if document is None:
        document = {}
    entries = document.get("config", {}) if isinstance(document, dict) else None
    if not isinstance(entries, dict):
        raise UserError(
            "the settings are not a mapping", str(path), "write them as `config:` with `truenorth:...` keys"
        )
    prefix = f"{NAMESPACE}:"
    values = {str(key).removeprefix(prefix): value for key, value in entries.items() if str(key).startswith(prefix)}
    for key, value in values.items():
        if isinstance(value, dict) and set(value) == {"secure"}:
            raise UserError(
                f"{NAMESPACE}:{key} is encrypted, and no setting of TrueNorth is a secret",
                str(path),
                f"run `pulumi config set {NAMESPACE}:{key} ...` without --secret; credentials go into the environment",
            )
    values = {
        key: typed(key, value, f"{path}: {NAMESPACE}:{key}") if isinstance(value, str) else value
        for key, value in values.items()
    }
    settings = parse(values, environment, stack=stack, where=str(path))
    require_secrets(settings.wan, str(path))
    return settings
