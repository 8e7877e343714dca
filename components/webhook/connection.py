"""The place of a provider that speaks the protocol, as values."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from components.plain_text import check_plain, quoted

URL, TIMEOUT, TOKEN = "webhookUrl", "webhookTimeout", "webhookToken"
"""What a connection is called in the configuration of our own plugin."""
TOKEN_VARIABLE = "DNS_WEBHOOK_TOKEN"  # noqa: S105 - a variable's name, no secret
"""Read where the configuration has no token."""
USUAL_TIMEOUT = 15
"""Seconds, external-dns's own: 5 for the request and 10 for its answer."""
LONGEST_TIMEOUT = 300
LONGEST_URL = 2048
LONGEST_TOKEN = 4096


@dataclass(frozen=True, slots=True)
class WebhookPlace:
    """The URL of a provider, and the seconds for a whole answer."""

    url: str
    timeout: int = USUAL_TIMEOUT

    def faults(self) -> dict[str, str]:
        """Return what is wrong, by the name of the field."""
        found = {}
        if reason := _url_fault(self.url):
            found["url"] = reason
        if not 1 <= self.timeout <= LONGEST_TIMEOUT:
            found["timeout"] = f"{self.timeout} is not from 1 to {LONGEST_TIMEOUT} seconds"
        return found

    def inputs(self) -> dict[str, str]:
        """Return the configuration of our own plugin. A token is left to the environment."""
        return {URL: self.url, TIMEOUT: str(self.timeout)}


def token_fault(token: str) -> str:
    """Return why a text cannot be sent as a token; "" where it can. The text is never quoted."""
    if len(token) > LONGEST_TOKEN:
        return f"it has more than {LONGEST_TOKEN:,} characters"
    return "" if token.isascii() and token.isprintable() and " " not in token else "it is no word of ASCII characters"


def _url_fault(url: str) -> str:
    if len(url) > LONGEST_URL:
        return f"it has more than {LONGEST_URL:,} characters"
    try:
        check_plain(url)
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        return str(error)
    if "@" in parts.netloc:
        return "it has a user or a password in it, which would get into state"
    if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0 or " " in url:
        return f"{quoted(url)} is no http://HOST:PORT or https://HOST:PORT"
    return "it has a query or a fragment, behind which no path can stand" if parts.query or parts.fragment else ""
