"""Take the secrets of web sources from the environment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from stacks.model.errors import Problem, UserError
from stacks.settings.detection.web_source import WebSource, is_value
from stacks.settings.secrets.files import FILE_SUFFIX, given_in, read_secret

if TYPE_CHECKING:
    from stacks.settings.wan import WanSettings


def secret_variables(wan: WanSettings) -> tuple[str, ...]:
    """Return the variables that hold secrets of web sources, each once."""
    return tuple(dict.fromkeys(name for source in _web_sources(wan) for name in source.secret_headers.values()))


def sign(wan: WanSettings, environment: Mapping[str, str]) -> None:
    """Give the web sources the secrets of the environment. Raises UserError for unreadable files."""
    secrets = {name: secret for name in secret_variables(wan) if (secret := read_secret(environment, name))}
    if strange := [name for name, secret in secrets.items() if not is_value(secret)]:
        what = f"{strange[0]} has characters that no header can have"
        raise UserError(what, given_in(environment, strange[0]), "write the secret alone, in one line")
    for source in _web_sources(wan):
        source.sign(secrets)


def require_secrets(wan: WanSettings, where: str) -> None:
    """Raise UserError for secrets of web sources that are not there. where: the origin of the settings."""
    missing = dict.fromkeys(name for source in _web_sources(wan) for name in source.spec.request.missing)
    if missing:
        raise UserError.of(
            [
                Problem(
                    f"{name} is not set, which secret_headers of a source names",
                    f"truenorth:wan in {where}",
                    f"export {name} or {name}{FILE_SUFFIX}",
                )
                for name in missing
            ]
        )


def header_secrets(wan: WanSettings) -> Iterator[str]:
    """Yield the secrets of all web sources."""
    for source in _web_sources(wan):
        yield from source.secrets


def _web_sources(wan: WanSettings) -> Iterator[WebSource]:
    for link in (wan, *wan.links.values()):
        yield from (one for one in (*link.sources, *link.http) if isinstance(one, WebSource))
