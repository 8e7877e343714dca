"""Redact secrets in all output of the process: the last fence, behind code that never formats one."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import SplitResult, parse_qsl, quote, quote_plus, unquote, urlsplit

from stacks.settings.secrets.files import CREDENTIALS_DIRECTORY, readable_secrets

INSTEAD = "***"
SHORTEST = 6
"""Characters: a shorter secret would blot out half of every message, and protects nothing."""
PING_VARIABLES = ("TRUENORTH_PING_HEALTHCHECKS", "TRUENORTH_PING_UPTIME_KUMA")
NOTIFY_VARIABLE = "TRUENORTH_NOTIFY"
"""The variable with the addresses of notifications."""
_SECRET_NAME = re.compile(
    r"TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|API_?KEY|(ACCESS|STORAGE|AES|PRIVATE)_KEY|\AGANDI_KEY\Z|\AGOOGLE_CREDENTIALS\Z"
)
_NO_SECRET_NAME = re.compile(r"_(URL|URI|PATH|DIR|USE|DISABLE\w{0,64})\Z|_FILE\Z")
_BETWEEN_URLS = re.compile(r"\s+|,(?=[A-Za-z][A-Za-z0-9+.-]*://)")
_LONG, _WITH_DIGIT = 16, 8
"""Characters from which on a part of a notification URL is taken for a token, and for one that has a digit."""
_PLAIN_PARTS = frozenset({"api", "push", "ping", "start", "fail", "services", "localhost"})
_LOOPBACK = "http://127.0.0.1:"
_WAY = re.compile(r"(http://127\.0\.0\.1:\d{1,5}/)[A-Za-z0-9_-]{40}(?![A-Za-z0-9_-])")
_WITHOUT_WAY = rf"\1{INSTEAD}"
"""The way of a plugin to the API proxy: whoever knows the first part of its path may write as the stack does."""
PATTERNS = (
    # A URL's user and password (RFC 3986, 3.2.1).
    ("://", re.compile(r"://[^/\s@'\"<>]++@"), f"://{INSTEAD}@"),
    (_LOOPBACK, _WAY, _WITHOUT_WAY),
    # JSON Web Tokens, such as those of service accounts, which are rotated and so not known beforehand (RFC 7519).
    # A run of such characters is matched from its beginning only: from each of its characters would be quadratic.
    (
        "eyJ",
        # That a token may end the run is looked at first, so that its beginning is searched for once.
        re.compile(r"(?<![\w-])(?=[\w-]++\.eyJ[\w-]{8,}+\.[\w-])(?P<before>[\w-]*?)eyJ[\w-]{8,}+\.[\w-]++\.[\w-]++"),
        rf"\g<before>{INSTEAD}",
    ),
    ("", re.compile(r"\b(Bearer|Basic) [A-Za-z0-9._~+/-]{16,}+=*+", re.IGNORECASE), rf"\1 {INSTEAD}"),
    # To the end where its own end is missing: so each beginning is matched, and none is searched twice.
    (
        "-----BEGIN ",
        re.compile(r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[^\"]*?(-----END [A-Z ]{0,40}PRIVATE KEY-----|(?=\")|\Z)"),
        INSTEAD,
    ),
)
"""Likely secrets: a text that each of them has, the pattern, and the replacement. Each takes linear time."""


class Redactor:
    """A filter that replaces secrets by ***: known ones, also as URLs, JSON and base64 spell them, and likely ones."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._longest_first: list[str] = []
        self.learn(secrets)

    def learn(self, secrets: Iterable[str]) -> None:
        """Replace these secrets too from now on, in any thread."""
        spelled = {form for secret in secrets if len(secret) >= SHORTEST for form in _spellings(secret)}
        self._longest_first = sorted(spelled.union(self._longest_first), key=lambda one: (-len(one), one))

    def text(self, text: str) -> str:
        """Return the text without secrets."""
        for secret in self._longest_first:
            text = text.replace(secret, INSTEAD)
        for sign, pattern, instead in PATTERNS:
            if sign in text:
                text = pattern.sub(instead, text)
        return text

    def document(self, document: Any) -> Any:  # noqa: ANN401 - whatever JSON has
        """Return the JSON document without secrets, in texts and in keys."""
        if isinstance(document, str):
            return self.text(document)
        if isinstance(document, Mapping):
            return {self.text(str(key)): self.document(value) for key, value in document.items()}
        if isinstance(document, list | tuple):
            return [self.document(one) for one in document]
        return document

    def line(self, document: Mapping[str, object]) -> str:
        """Return the JSON document in one line, without secrets. It is searched in full only where the line has one."""
        line = json.dumps(document, sort_keys=True, default=str)
        if self.text(line) == line:
            return line
        return json.dumps(self.document(document), sort_keys=True, default=self._default)

    def _default(self, value: object) -> str:
        return self.text(str(value))


def redactor(environment: Mapping[str, str], more: Iterable[str] = ()) -> Redactor:
    """Return a redactor for the credentials of the environment. more: secrets from elsewhere.

    Credentials are the values of variables with such names (TOKEN, KEY, PASSWORD ...) and the content of files named in
    VARIABLE_FILE, those of the systemd unit, and the secret parts of addresses of notifications and pings.
    """
    return Redactor({*environment_secrets(environment), *more})


def without_way(text: str) -> str:
    """Return a text of the engine without the secret in the way of its plugins to the API proxy."""
    return _WAY.sub(_WITHOUT_WAY, text) if _LOOPBACK in text else text


def addresses(text: str) -> list[str]:
    """Return the URLs in a text, separated by white space or commas; lines that begin with # are left out."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    return [url for one in _BETWEEN_URLS.split("\n".join(lines)) if (url := one.strip(","))]


def of_notification(url: str) -> Iterator[str]:
    """Yield the secrets in a notification's URL: the whole, the password, and each part with the look of a token."""
    yield url
    parts = _split(url)
    yield _password(parts) or _user(parts)
    named = [value for key, value in parse_qsl(parts.query) if not _SECRET_NAME.search(key.upper())]
    yield from (value for key, value in parse_qsl(parts.query) if _SECRET_NAME.search(key.upper()))
    host = parts.netloc.rpartition("@")[2]
    hosts = [] if "." in host else host.split(":")
    for part in (*parts.path.split("/"), *named, *hosts):
        enough = _WITH_DIGIT if any(sign.isdigit() for sign in part) else _LONG
        if len(part) >= enough and part not in _PLAIN_PARTS:
            yield unquote(part)


def of_ping(url: str) -> Iterator[str]:
    """Yield the secrets in the URL of a watchdog: the whole, and the parts of its path, which allow to ping."""
    yield url
    parts = _split(url)
    yield _password(parts) or _user(parts)
    yield from (unquote(part) for part in parts.path.split("/") if part and part not in _PLAIN_PARTS)


def environment_secrets(environment: Mapping[str, str]) -> Iterator[str]:
    """Yield the secrets in the environment's variables and in the files that these name."""
    in_files = list(readable_secrets(environment))
    is_unit = bool(environment.get(CREDENTIALS_DIRECTORY))
    for name, value in (*environment.items(), *in_files):
        if name == NOTIFY_VARIABLE:
            for url in addresses(value):
                yield from of_notification(url)
        elif name in PING_VARIABLES:
            for url in addresses(value):
                yield from of_ping(url)
        elif _SECRET_NAME.search(name) and not _NO_SECRET_NAME.search(name):
            yield value.strip()
        elif "://" in value:
            yield _password(_split(value))
    if is_unit:
        yield from (value.strip() for _, value in in_files)


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:  # it is none: brackets that do not match
        return SplitResult("", "", "", "", "")


def _user(parts: SplitResult) -> str:
    return unquote(parts.netloc.rpartition("@")[0].partition(":")[0])


def _password(parts: SplitResult) -> str:
    return unquote(parts.netloc.rpartition("@")[0].partition(":")[2])


def _spellings(secret: str) -> Iterator[str]:
    yield secret
    yield quote(secret, safe="")
    yield quote_plus(secret)
    yield json.dumps(secret)[1:-1]
    yield base64.b64encode(secret.encode()).decode()
    yield from (line.strip() for line in secret.splitlines() if len(line.strip()) >= _LONG)
