"""A provider that speaks the protocol, and its faults in words.

What only asks is asked again where a fault may pass. A request for changes is sent once here: whether it may be sent
again is for who knows what is there.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

import requests
from urllib3.exceptions import HTTPError, NewConnectionError, ReadTimeoutError

from components.http_login import without_netrc
from components.plain_text import cut, quoted
from components.webhook import shapes
from components.webhook.connection import WebhookPlace
from components.webhook.domains import DomainFilter
from components.webhook.shapes import ADJUST, MEDIA_TYPE, RECORDS, Endpoint, ShapeError, listed, parse_json, version_of

CONNECTING = 5.0
"""Seconds."""
WAITS = (0.3, 1.0)
"""Seconds before what only asks is asked again."""
_PIECE = 64 * 1024
_LONGEST_REASON = 200


class WebhookFault(Exception):  # noqa: N818 - what happened, in words for a person
    """A request that a provider has not carried out, in words for a person."""


class WebhookSilent(WebhookFault):
    """A provider without an answer, for a while. was_sent: whether the request may be carried out."""

    def __init__(self, text: str, *, was_sent: bool) -> None:
        super().__init__(text)
        self.was_sent = was_sent


class NotSpoken(WebhookFault):
    """An answer in another protocol or version, or from a provider that is not for the zone."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """A provider. token: sent as a bearer's, where a proxy before the provider asks for one; never printed."""

    connection: WebhookPlace
    token: str = field(default="", repr=False)

    @property
    def named(self) -> str:
        """Its place, in messages."""
        return f"the webhook {self.connection.url}"

    def negotiate(self) -> DomainFilter:
        """Return the domains of the provider. Raises NotSpoken for another protocol or version, WebhookSilent."""
        answer, body = self._asked("GET", "/")
        said = answer.headers.get("Content-Type", "")
        if shapes.bare(said) != MEDIA_TYPE:
            version = version_of(said)
            what = (
                f"speaks version {quoted(version)} of external-dns's protocol, and TrueNorth version {shapes.VERSION}"
                if version
                else f"does not speak external-dns's protocol: it answers {quoted(said or 'no Content-Type')}"
            )
            raise NotSpoken(f"{self.named} {what}")
        return DomainFilter.of(self._read(body))

    def check_takes(self, zone: str) -> None:
        """Raise NotSpoken for another protocol, version or zone than the provider's; WebhookSilent."""
        domains = self.negotiate()
        if not domains.takes(zone):
            raise NotSpoken(f"{self.named} is not for the zone {zone}: it takes {domains}")

    def records(self) -> Sequence[Endpoint]:
        """Return the endpoints that the provider lists, of all of its zones. Raises WebhookFault."""
        return self._endpoints("GET", RECORDS)

    def adjusted(self, endpoints: Sequence[Endpoint]) -> Sequence[Endpoint]:
        """Return endpoints as the provider would keep them; those that it would not are left out."""
        return self._endpoints("POST", ADJUST, list(endpoints))

    def apply(self, changes: Mapping[str, Sequence[Endpoint]]) -> None:
        """Ask for changes, once. Raises WebhookSilent where they may be carried out or not, WebhookFault."""
        self._ask("POST", RECORDS, dict(changes))

    def _endpoints(self, method: str, path: str, document: object = None) -> Sequence[Endpoint]:
        read = self._read(self._asked(method, path, document)[1])
        try:
            return listed([] if read is None else read)  # an empty list of Go's is written as null
        except ShapeError as error:
            raise NotSpoken(f"{self.named} answers {path} in another form: {error}") from None

    def _asked(self, method: str, path: str, document: object = None) -> tuple[requests.Response, bytes]:
        """Ask, and again where a fault may pass."""
        for wait in WAITS:
            try:
                return self._ask(method, path, document)
            except WebhookSilent:
                time.sleep(wait)
        return self._ask(method, path, document)

    def _ask(self, method: str, path: str, document: object = None) -> tuple[requests.Response, bytes]:
        """Ask once. No redirect is followed: it would get the token."""
        headers = {"Accept": MEDIA_TYPE} | ({"Authorization": f"Bearer {self.token}"} if self.token else {})
        body = None if document is None else json.dumps(document).encode()
        if body is not None:
            headers["Content-Type"] = MEDIA_TYPE
        url, limit = self.connection.url.rstrip("/") + path, self.connection.timeout
        until = time.monotonic() + limit
        try:
            with requests.Session() as session:
                session.auth = without_netrc
                answer = session.request(
                    *(method, url),
                    data=body,
                    headers=headers,
                    timeout=(min(CONNECTING, limit), limit),
                    allow_redirects=False,
                    stream=True,
                )
                with answer:
                    content = self._content(answer, path, until)
        except requests.ConnectTimeout:
            raise WebhookSilent(f"{self.named} cannot be reached: it takes no connection", was_sent=False) from None
        except (requests.Timeout, ReadTimeoutError):
            raise WebhookSilent(f"{self.named} has not answered within {limit} s", was_sent=True) from None
        except (requests.RequestException, HTTPError) as error:
            reason = error.args[0] if error.args else error
            reason = getattr(reason, "reason", reason)
            text = f"{self.named} cannot be reached: {cut(str(reason), _LONGEST_REASON)}"
            raise WebhookSilent(text, was_sent=not isinstance(reason, NewConnectionError)) from None
        self._check(answer, path, content)
        return answer, content

    def _content(self, answer: requests.Response, path: str, until: float) -> bytes:
        content = bytearray()
        while piece := answer.raw.read1(_PIECE, decode_content=True):  # what has come: others wait for a whole piece
            content += piece
            if len(content) > shapes.MOST_BYTES:
                raise NotSpoken(f"{self.named} answers {path} with more than {shapes.MOST_BYTES:,} bytes")
            if time.monotonic() > until:
                raise requests.Timeout
        return bytes(content)

    def _check(self, answer: requests.Response, path: str, content: bytes) -> None:
        status = answer.status_code
        if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            return
        said = cut(content[:_LONGEST_REASON].decode(errors="replace").strip(), _LONGEST_REASON)
        reason = f": {quoted(said)}" if said and "html" not in answer.headers.get("Content-Type", "") else ""
        text = f"{self.named} answers {path} with {status} {answer.reason}{reason}"
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS:
            raise WebhookSilent(f"{text}; its log says why", was_sent=True)
        raise NotSpoken(text)

    def _read(self, body: bytes) -> object:
        try:
            return parse_json(body)
        except ShapeError as error:
            raise NotSpoken(f"{self.named} does not speak external-dns's protocol: {error}") from None
