"""Read settings from Pulumi's configuration of the running program, or from the stack's file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import yaml

from components.plain_text import quoted
from stacks.model.errors import UserError
from stacks.model.shards import estate_of
from stacks.settings.detection.header_secrets import require_secrets
from stacks.settings.problems import short
from stacks.settings.stack import NAMESPACE, Settings, parse, typed

_SHOWN = 5
"""Stacks that a message names."""


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


def from_file(path: Path, environment: Mapping[str, str], stack: str) -> Settings:
    """Return the settings in `Pulumi.<stack>.yaml`. Raises UserError where it is missing, unreadable or wrong.

    A value may be text, as `pulumi config set` and the prompts of `pulumi new` write lists and numbers too.
    """
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(
            f"there are no settings for the stack {stack!r}",
            str(path),
            f"write them: truenorth init --stack {stack}; or name another stack with --stack{_others(path)}",
        ) from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
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
