"""The provider's own settings: its inputs win over the environment."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lab.plugin.properties import Value

DEFAULT_BASE_URL = "https://api.cloudflare.com/client/v4"

_ENVIRONMENT = {
    "apiToken": "CLOUDFLARE_API_TOKEN",
    "apiKey": "CLOUDFLARE_API_KEY",
    "email": "CLOUDFLARE_EMAIL",
    "apiUserServiceKey": "CLOUDFLARE_API_USER_SERVICE_KEY",
    "baseUrl": "CLOUDFLARE_BASE_URL",
}
_TOKEN = re.compile(r"[A-Za-z0-9-_]{40}")  # found anywhere, as the provider's validator does
_HEADERS = {"apiKey": "X-Auth-Key", "email": "X-Auth-Email", "apiUserServiceKey": "X-Auth-User-Service-Key"}


@dataclass(frozen=True, slots=True)
class Configuration:
    """Where the API is and the headers that identify the caller. Without credentials the API refuses, not this."""

    base_url: str
    credentials: dict[str, str]

    def __repr__(self) -> str:
        """Without the credentials: they must not get into a log."""
        return f"Configuration(base_url={self.base_url!r})"


def faults(inputs: Mapping[str, Value], environment: Mapping[str, str]) -> list[str]:
    """Say what is wrong with the settings of an explicit provider, before anything is asked of the API."""
    token = _setting("apiToken", inputs, environment)
    if not token or _TOKEN.search(token):
        return []
    allowed = "API tokens must only contain characters a-z, A-Z, 0-9, hyphens and underscores"
    return [f"Invalid Attribute Value Match. Attribute api_token {allowed}."]


def configuration(inputs: Mapping[str, Value], environment: Mapping[str, str]) -> Configuration:
    """Read the settings from the provider's inputs, and what they leave out from the environment."""

    def setting(name: str) -> str:
        return _setting(name, inputs, environment)

    credentials = {header: setting(name) for name, header in _HEADERS.items() if setting(name)}
    if setting("apiToken"):
        credentials["Authorization"] = f"Bearer {setting('apiToken')}"
    return Configuration(setting("baseUrl") or DEFAULT_BASE_URL, credentials)


def _setting(name: str, inputs: Mapping[str, Value], environment: Mapping[str, str]) -> str:
    value = inputs.get(name)
    return value if isinstance(value, str) and value else environment.get(_ENVIRONMENT[name], "")
