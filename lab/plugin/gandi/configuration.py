"""The provider's own settings: its inputs win over the environment, one by one; a token wins over a key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lab.plugin.properties import Value

DEFAULT_URL = "https://api.gandi.net"

_ENVIRONMENT = {
    "personalAccessToken": "GANDI_PERSONAL_ACCESS_TOKEN",
    "key": "GANDI_KEY",
    "sharingId": "GANDI_SHARING_ID",
    "url": "GANDI_URL",
}


@dataclass(frozen=True, slots=True)
class Configuration:
    """Where the API is, and the headers that say who asks. Without credentials the API refuses, not this."""

    url: str
    headers: dict[str, str] = field(repr=False)
    sharing_id: str


def configuration(inputs: Mapping[str, Value], environment: Mapping[str, str]) -> Configuration:
    """Read the settings from the provider's inputs, and each that is not there from the environment.

    So a key among the inputs is of no use where the environment has a personal access token.
    """

    def setting(name: str) -> str:
        value = inputs.get(name)
        return value if isinstance(value, str) else environment.get(_ENVIRONMENT[name], "")

    token = setting("personalAccessToken")
    headers = {"Authorization": f"Bearer {token}" if token else f"Apikey {setting('key')}"}
    if inputs.get("dryRun") in (True, "true"):
        headers["Dry-Run"] = "1"
    return Configuration(setting("url") or DEFAULT_URL, headers, setting("sharingId"))
