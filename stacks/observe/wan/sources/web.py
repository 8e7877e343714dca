"""The address as a web service sees it: a GET over a connection of the wanted family."""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import urljoin, urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import ConnectionPool, HTTPConnectionPool

from stacks.observe.wan.agreement.answer import NoAnswerError
from stacks.observe.wan.sources.connect import first_reachable, shutting
from stacks.observe.wan.sources.web_formats import find_address, read_address
from stacks.settings.wan_source import PLAIN, WebRequest

if TYPE_CHECKING:
    from stacks.model.values import Address, Family
    from stacks.observe.wan.sources.deadline import Deadline

BODY_LIMIT = 4096
"""Bytes; the longest honest answer, a trace, has about 300."""
PAGE_LIMIT = 16_384
"""Bytes of an answer in which an expression finds the address."""
REDIRECTIONS = 3
HEADERS = {
    "Accept": "text/plain, application/json;q=0.9",
    "Accept-Encoding": "identity",
    "User-Agent": "truenorth",
    "Connection": "close",
}

Opener: TypeAlias = Callable[[str, int], socket.socket]


def ask(url: str, family: Family, deadline: Deadline, via: str = "", request: WebRequest = PLAIN) -> Address:
    """Return the address that the service at the URL answers (`via`: see `open_socket`). Raises `NoAnswerError`."""
    if request.missing:
        raise NoAnswerError(f"{' and '.join(request.missing)} must be set: secret_headers has it")
    limit = PAGE_LIMIT if request.pattern else BODY_LIMIT
    body = fetch(url, request.over or family, deadline, limit, WebCall(via, dict(request.headers)))
    return find_address(body, request.pattern) if request.pattern else read_address(body)


@dataclass(frozen=True, slots=True)
class WebCall:
    """The manner of a call. via: see `open_socket`. headers: besides the usual ones. posted: the body; None to get."""

    via: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    posted: bytes | None = None


USUAL = WebCall()


def fetch(url: str, family: Family, deadline: Deadline, limit: int, call: WebCall = USUAL) -> bytes:
    """Return the document at the URL, at most `limit` bytes. Raises `NoAnswerError`.

    Proxies of the environment are not used: the service would see the proxy. A redirection is followed on the same
    host only, with headers of the settings to the same port only, and never from https to http.
    """
    with ExitStack() as held:

        def open_connection(host: str, port: int) -> socket.socket:
            sock = first_reachable(host, port, family, socket.SOCK_STREAM, deadline, call.via)
            # TLS takes the socket over; this second handle on the same connection stays ours to end it with.
            handle = held.enter_context(sock.dup())
            held.enter_context(deadline.waking(shutting(handle)))
            return sock

        session = held.enter_context(requests.Session())
        session.trust_env = False
        session.headers = requests.structures.CaseInsensitiveDict({**HEADERS, **call.headers})
        for scheme in ("http://", "https://"):
            session.mount(scheme, _FamilyAdapter(open_connection))
        try:
            return _answer(session, url, deadline, limit, call)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            raise NoAnswerError("no answer in time" if deadline.remaining() <= 0 else _why(error)) from error


def _answer(session: requests.Session, url: str, deadline: Deadline, limit: int, call: WebCall) -> bytes:
    method = "GET" if call.posted is None else "POST"
    for _ in range(1 + REDIRECTIONS):
        remaining = max(deadline.remaining(), 0.001)
        with session.request(
            method, url, data=call.posted, stream=True, allow_redirects=False, timeout=remaining
        ) as response:
            if response.is_redirect:
                url = _redirected(url, response.headers["Location"], same_port=bool(call.headers))
                continue
            if response.status_code != requests.codes.ok:
                raise NoAnswerError(f"answered with HTTP status {response.status_code}")
            return _body(response.raw, deadline, limit)
    raise NoAnswerError(f"redirects more than {REDIRECTIONS} times")


def _redirected(url: str, location: str, *, same_port: bool) -> str:
    target = urljoin(url, location)
    before, after = urlsplit(url), urlsplit(target)
    elsewhere = after.netloc != before.netloc if same_port else after.hostname != before.hostname
    if elsewhere or after.scheme not in ("https", before.scheme):
        raise NoAnswerError(f"redirects elsewhere, to {target[:100]!r}")
    return target


def _body(raw: urllib3.HTTPResponse, deadline: Deadline, limit: int) -> bytes:
    body = bytearray()
    while deadline.remaining() > 0:
        chunk = raw.read1(limit + 1 - len(body), decode_content=False)
        if not chunk:
            return bytes(body)
        body += chunk
        if len(body) > limit:
            raise NoAnswerError(f"answered with more than {limit} bytes: that is not what was asked for")
    raise NoAnswerError("no answer in time")


def _why(error: BaseException) -> str:
    """Return the first cause: requests and urllib3 wrap it several times, with the URL in each."""
    while error.__context__ is not None:
        error = error.__context__
    return str(error) or type(error).__name__


class _FamilyAdapter(HTTPAdapter):
    """An adapter whose connections are opened by `open_connection`."""

    def __init__(self, open_connection: Opener) -> None:
        self._open = open_connection
        super().__init__(max_retries=0)

    def get_connection_with_tls_context(
        self,
        request: requests.PreparedRequest,
        verify: bool | str | None,  # noqa: FBT001 - the signature of requests
        proxies: Mapping[str, str] | None = None,
        cert: tuple[str, str] | str | None = None,
    ) -> ConnectionPool:
        pool = super().get_connection_with_tls_context(request, verify, proxies, cert)
        if isinstance(pool, HTTPConnectionPool):
            kind = HTTPSConnection if pool.scheme == "https" else HTTPConnection
            pool.ConnectionCls = _opened_by(self._open, kind)
        return pool


def _opened_by(open_connection: Opener, kind: type[HTTPConnection]) -> type[HTTPConnection]:
    class FamilyConnection(kind):  # type: ignore[valid-type,misc] # plain or TLS, known at run time
        def _new_conn(self) -> socket.socket:
            return open_connection(self.host, self.port)

    return FamilyConnection
