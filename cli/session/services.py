"""The interfaces of services that a session may keep from one run of the engine to the next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from cli.apiproxy.counts import Counts
from cli.apiproxy.dialect import Signer
from cli.apiproxy.intent import Intent
from stacks.settings.credentials import Credentials


class ApiProxyService(Protocol):
    """A server on loopback between the provider plugins and the providers' APIs (`cli.apiproxy.proxy`)."""

    @property
    def environment(self) -> dict[str, str]:
        """Return the variables by which the plugins find it."""

    @property
    def token(self) -> str:
        """Return the token for plugins that are kept, in place of the real credentials."""

    def sign_with(self, credentials: Mapping[str, Credentials]) -> None:
        """Sign what was signed with `token` by the real credentials, by provider."""

    def carrying_out(self, intent: Intent, journal: Path | None) -> AbstractContextManager[Counts]:
        """Let the plugins write what the intent allows, within the block."""

    def send(self, signers: Mapping[str, Signer]) -> None:
        """Begin to send the foreseen writes of these zones, by zone id, before any is requested."""


class KeptPlugins(Protocol):
    """Provider plugins that stay between runs of the engine (`cli.engine.plugins`)."""

    def environment(self, environment: Mapping[str, str], providers: Iterable[str]) -> dict[str, str]:
        """Return the variables by which an engine attaches to the plugins of these providers."""
